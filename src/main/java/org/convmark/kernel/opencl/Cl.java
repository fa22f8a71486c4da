package org.convmark.kernel.opencl;

import static org.jocl.CL.*;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.kernel.Kernel;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_device_partition_property;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_platform_id;
import org.jocl.cl_program;

/**
 * An open OpenCL device: context, in-order queue without profiling, buffers, programs built once. The only class that
 * knows the OpenCL binding.
 */
final class Cl implements AutoCloseable {
    /** Where the binding's native library was unpacked and loaded from. */
    static final Path LIBRARY = PrivateLibrary.load(() -> CL.setExceptionsEnabled(true));

    private static final String COMMON = "vec.cl";

    /** Kernels and Java arrays count floats in an int. */
    private static final long INDEXABLE = (long) Float.BYTES * Integer.MAX_VALUE;

    /**
     * Parts of devices, for as long as the process lives: PoCL releases a queue's last event after clFinish has returned,
     * and looks at the queue's device, which nothing but its owner holds.
     */
    private static final Map<Part, cl_device_id> PARTS = new ConcurrentHashMap<>();

    private record Part(cl_device_id whole, int units) {}

    /** A device that can be opened. */
    record Device(DeviceInfo info, cl_platform_id platform, cl_device_id id) {}

    /** A buffer on the device. */
    record Memory(cl_mem handle, long bytes) {}

    private final Device device;
    private final cl_device_id id;
    private final cl_context context;
    private final cl_command_queue queue;
    private final int units;
    private final Map<String, cl_program> programs = new HashMap<>();
    private final List<cl_kernel> kernels = new ArrayList<>();
    private final List<cl_mem> buffers = new ArrayList<>();

    /**
     * Opens a device, or a part of it.
     *
     * @param units compute units of a CPU to use, at most all; ignored where the device cannot be split
     */
    Cl(Device device, int units) {
        this.device = device;
        boolean split = device.info.type() == DeviceInfo.Type.CPU
                && units < device.info.computeUnits()
                && device.info.partitions().contains(DeviceInfo.BY_COUNTS);
        this.units = split ? units : device.info.computeUnits();
        this.id = split ? PARTS.computeIfAbsent(new Part(device.id, units), Cl::split) : device.id;
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL_CONTEXT_PLATFORM, device.platform);
        this.context = clCreateContext(properties, 1, new cl_device_id[] {id}, null, null, null);
        this.queue = queue();
    }

    private static cl_device_id split(Part part) {
        cl_device_partition_property counts = new cl_device_partition_property();
        counts.addProperty(CL_DEVICE_PARTITION_BY_COUNTS, part.units);
        counts.addProperty(CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0);
        cl_device_id[] parts = new cl_device_id[1];
        clCreateSubDevices(part.whole, counts, 1, parts, null);
        return parts[0];
    }

    /** By the call of OpenCL 1.x, which every version still has. */
    @SuppressWarnings("deprecation")
    private cl_command_queue queue() {
        return clCreateCommandQueue(context, id, 0, null);
    }

    /** What the device says of itself. */
    DeviceInfo info() {
        return device.info;
    }

    /** Compute units in use. */
    int units() {
        return units;
    }

    // ---------------------------------------------------------------- devices

    /**
     * All devices of all platforms, without those that cannot say what OpenCL 1.2 asks; none where there is no platform.
     *
     * @throws LinkageError or UnsupportedOperationException where there is no OpenCL library
     */
    static List<Device> devices() {
        List<Device> devices = new ArrayList<>();
        for (cl_platform_id platform : platforms()) {
            for (cl_device_id id : ids(platform)) {
                try {
                    devices.add(new Device(describe(platform, id), platform, id));
                } catch (CLException tooOld) {
                    continue;
                }
            }
        }
        return devices;
    }

    /** Platforms, whether they have devices or not. */
    static List<String> platformNames() {
        return Arrays.stream(platforms())
                .map(platform -> text(platform, CL_PLATFORM_NAME))
                .toList();
    }

    private static cl_platform_id[] platforms() {
        int[] count = new int[1];
        try {
            clGetPlatformIDs(0, null, count);
        } catch (CLException none) {
            return new cl_platform_id[0];
        }
        cl_platform_id[] platforms = new cl_platform_id[count[0]];
        if (count[0] > 0) {
            clGetPlatformIDs(count[0], platforms, null);
        }
        return platforms;
    }

    private static cl_device_id[] ids(cl_platform_id platform) {
        int[] count = new int[1];
        try {
            clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
        } catch (CLException none) {
            return new cl_device_id[0];
        }
        cl_device_id[] ids = new cl_device_id[count[0]];
        if (count[0] > 0) {
            clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count[0], ids, null);
        }
        return ids;
    }

    private static DeviceInfo describe(cl_platform_id platform, cl_device_id id) {
        long type = number(id, CL_DEVICE_TYPE);
        int memory = (int) number(id, CL_DEVICE_LOCAL_MEM_TYPE);
        return new DeviceInfo(
                text(platform, CL_PLATFORM_NAME) + ", " + text(platform, CL_PLATFORM_VERSION),
                text(id, CL_DEVICE_NAME),
                text(id, CL_DEVICE_VENDOR),
                (type & CL_DEVICE_TYPE_GPU) != 0
                        ? DeviceInfo.Type.GPU
                        : (type & CL_DEVICE_TYPE_CPU) != 0
                                ? DeviceInfo.Type.CPU
                                : (type & CL_DEVICE_TYPE_ACCELERATOR) != 0
                                        ? DeviceInfo.Type.ACCELERATOR
                                        : DeviceInfo.Type.OTHER,
                text(id, CL_DEVICE_VERSION),
                text(id, CL_DRIVER_VERSION),
                (int) number(id, CL_DEVICE_MAX_COMPUTE_UNITS),
                (int) number(id, CL_DEVICE_MAX_CLOCK_FREQUENCY),
                (int) number(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT),
                number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                number(id, CL_DEVICE_LOCAL_MEM_SIZE),
                memory == CL_LOCAL ? "LOCAL" : memory == CL_GLOBAL ? "GLOBAL" : "NONE",
                number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                partitions(id),
                (number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0);
    }

    private static List<String> partitions(cl_device_id id) {
        long[] size = new long[1];
        clGetDeviceInfo(id, CL_DEVICE_PARTITION_PROPERTIES, 0, null, size);
        long[] kinds = new long[(int) (size[0] / Sizeof.size_t)];
        if (kinds.length > 0) {
            clGetDeviceInfo(id, CL_DEVICE_PARTITION_PROPERTIES, size[0], Pointer.to(kinds), null);
        }
        List<String> names = new ArrayList<>();
        for (long kind : kinds) {
            if (kind == CL_DEVICE_PARTITION_EQUALLY) {
                names.add("equally");
            } else if (kind == CL_DEVICE_PARTITION_BY_COUNTS) {
                names.add(DeviceInfo.BY_COUNTS);
            } else if (kind == CL_DEVICE_PARTITION_BY_AFFINITY_DOMAIN) {
                names.add("by affinity");
            }
        }
        return List.copyOf(names);
    }

    /** A number of up to 64 bits; every OpenCL device that runs a JVM's host is little-endian. */
    private static long number(cl_device_id id, int what) {
        long[] value = new long[1];
        clGetDeviceInfo(id, what, Sizeof.cl_ulong, Pointer.to(value), null);
        return value[0];
    }

    private static String text(cl_device_id id, int what) {
        long[] size = new long[1];
        clGetDeviceInfo(id, what, 0, null, size);
        byte[] text = new byte[(int) size[0]];
        clGetDeviceInfo(id, what, text.length, Pointer.to(text), null);
        return string(text);
    }

    private static String text(cl_platform_id id, int what) {
        long[] size = new long[1];
        clGetPlatformInfo(id, what, 0, null, size);
        byte[] text = new byte[(int) size[0]];
        clGetPlatformInfo(id, what, text.length, Pointer.to(text), null);
        return string(text);
    }

    private static String string(byte[] zeroTerminated) {
        return new String(zeroTerminated, StandardCharsets.UTF_8)
                .replace("\0", "")
                .trim();
    }

    // ---------------------------------------------------------------- memory

    /**
     * A buffer of zeros.
     *
     * @throws IllegalStateException if the device cannot hold it
     */
    Memory allocate(long bytes) {
        long limit = Math.min(device.info.maxAllocationBytes(), INDEXABLE);
        if (bytes > limit) {
            throw outOfMemory(bytes, "device allows " + mebibytes(limit) + " MiB");
        }
        try {
            cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, bytes, null, null);
            buffers.add(buffer);
            clEnqueueFillBuffer(queue, buffer, Pointer.to(new int[1]), Integer.BYTES, 0, bytes, 0, null, null);
            clFinish(queue);
            return new Memory(buffer, bytes);
        } catch (CLException e) {
            throw outOfMemory(bytes, "device has no room left (" + e.getMessage() + ")");
        }
    }

    private static IllegalStateException outOfMemory(long bytes, String limit) {
        return new IllegalStateException(
                "needs " + mebibytes(bytes) + " MiB, " + limit + ": choose smaller width, image or batch");
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /** A buffer of these numbers. */
    Memory upload(float[] values) {
        Memory memory = allocate((long) values.length * Float.BYTES);
        write(memory, values);
        return memory;
    }

    /** A buffer of these numbers. */
    Memory upload(int[] values) {
        Memory memory = allocate((long) values.length * Integer.BYTES);
        clEnqueueWriteBuffer(queue, memory.handle, true, 0, memory.bytes, Pointer.to(values), 0, null, null);
        return memory;
    }

    /** Overwrites a whole buffer. */
    void write(Memory memory, float[] values) {
        clEnqueueWriteBuffer(queue, memory.handle, true, 0, memory.bytes, Pointer.to(values), 0, null, null);
    }

    /** Copies a whole buffer back, after everything enqueued before. */
    float[] read(Memory memory) {
        float[] values = new float[(int) (memory.bytes / Float.BYTES)];
        clEnqueueReadBuffer(queue, memory.handle, true, 0, memory.bytes, Pointer.to(values), 0, null, null);
        return values;
    }

    // ---------------------------------------------------------------- kernels

    /**
     * A kernel with its arguments bound.
     *
     * @param file resource that holds it
     * @param name its name
     * @param options defines
     * @param range work-items and items of a group
     * @param arguments {@link Memory}, Integer, Float, or int[4] for an int4
     * @throws IllegalStateException with the build log if the file does not compile
     */
    Kernel kernel(String file, String name, String options, Range range, Object... arguments) {
        return kernel(List.of(new Source(file, "")), name, options, range, arguments);
    }

    /**
     * The source of a part of a program.
     *
     * @param file resource that holds it
     * @param options defines for it and what follows, unless that has its own
     */
    record Source(String file, String options) {
        private String text() {
            StringBuilder text = new StringBuilder();
            for (String option : options.trim().split(" +")) {
                String[] define = option.replaceFirst("^-D", "").split("=", 2);
                text.append(
                        option.isEmpty() ? "" : "#undef " + define[0] + "\n#define " + String.join(" ", define) + "\n");
            }
            return text + Cl.source(file);
        }
    }

    /** A kernel of a program of several parts with its arguments bound. */
    Kernel kernel(List<Source> parts, String name, String options, Range range, Object... arguments) {
        cl_program program = programs.computeIfAbsent(parts + " " + options, k -> build(parts, options));
        cl_kernel kernel = clCreateKernel(program, name, null);
        kernels.add(kernel);
        for (int i = 0; i < arguments.length; i++) {
            bind(kernel, i, arguments[i]);
        }
        return new Launch(kernel, range.items(), range.group());
    }

    private static void bind(cl_kernel kernel, int index, Object argument) {
        if (argument instanceof Memory memory) {
            clSetKernelArg(kernel, index, Sizeof.cl_mem, Pointer.to(memory.handle));
        } else if (argument instanceof Integer number) {
            clSetKernelArg(kernel, index, Sizeof.cl_int, Pointer.to(new int[] {number}));
        } else if (argument instanceof Float number) {
            clSetKernelArg(kernel, index, Sizeof.cl_float, Pointer.to(new float[] {number}));
        } else {
            clSetKernelArg(kernel, index, Sizeof.cl_int4, Pointer.to((int[]) argument));
        }
    }

    private cl_program build(List<Source> parts, String options) {
        String strict = device.info.roundedDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "";
        String[] sources = Stream.concat(Stream.of(new Source(COMMON, "")), parts.stream())
                .map(Source::text)
                .toArray(String[]::new);
        cl_program program = clCreateProgramWithSource(context, sources.length, sources, null, null);
        try {
            clBuildProgram(program, 1, new cl_device_id[] {id}, options + strict, null, null);
        } catch (CLException e) {
            String files = parts.stream().map(part -> part.file + part.options).collect(Collectors.joining(", "));
            throw new IllegalStateException(
                    files + " does not compile on " + device.info.name() + " with " + options + ":\n" + log(program),
                    e);
        }
        return program;
    }

    private String log(cl_program program) {
        long[] size = new long[1];
        clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, 0, null, size);
        byte[] text = new byte[(int) size[0]];
        clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, text.length, Pointer.to(text), null);
        return string(text);
    }

    private static String source(String file) {
        try (InputStream in = Cl.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar holds no " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Work-items per dimension and of one group; the first are rounded up to whole groups. */
    record Range(long[] items, long[] group) {
        Range {
            items = items.clone();
            for (int i = 0; i < items.length; i++) {
                items[i] = (items[i] + group[i] - 1) / group[i] * group[i];
            }
        }
    }

    /** One enqueue with everything prepared. */
    private final class Launch implements Kernel {
        private final cl_kernel kernel;
        private final long[] items;
        private final long[] group;

        Launch(cl_kernel kernel, long[] items, long[] group) {
            this.kernel = kernel;
            this.items = items;
            this.group = group;
        }

        @Override
        public int units() {
            return 1;
        }

        @Override
        public void run(int from, int to) {
            clEnqueueNDRangeKernel(queue, kernel, items.length, null, items, group, 0, null, null);
        }
    }

    /** Waits for everything enqueued. */
    void finish() {
        clFinish(queue);
    }

    @Override
    public void close() {
        clFinish(queue);
        kernels.forEach(CL::clReleaseKernel);
        programs.values().forEach(CL::clReleaseProgram);
        buffers.forEach(CL::clReleaseMemObject);
        clReleaseCommandQueue(queue);
        clReleaseContext(context);
    }
}
