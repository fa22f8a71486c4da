package org.convmark.kernel.opencl;

import static org.jocl.CL.*;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.kernel.DeviceTimes;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.kernel.Kernel;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/**
 * An open OpenCL device: context, in-order queue, buffers, programs built once. A second queue, which records times, is used while a
 * pass is taken apart. Only this and {@link ClDevice} know the OpenCL binding.
 */
final class Cl implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Cl.class.getName());
    private static final String COMMON = "vec.cl";

    /** Kernels and Java arrays count floats in an int. */
    private static final long INDEXABLE = (long) Float.BYTES * Integer.MAX_VALUE;

    /** A buffer on the device. */
    record Memory(cl_mem handle, long bytes) {}

    /**
     * A program that was built.
     *
     * @param folder with its files, or null
     */
    private record Built(cl_program program, Path folder) {}

    private final ClDevice device;
    private final cl_context context;
    private final cl_command_queue queue;
    private final Optional<ProgramFiles> dump;
    private final String options;

    /** Where kernels are launched. */
    private cl_command_queue launches;

    /** Of the launches since recording began; null while none are recorded. */
    private List<cl_event> events;

    private final Map<String, Built> programs = new HashMap<>();
    private final List<cl_kernel> kernels = new ArrayList<>();
    private final List<cl_mem> buffers = new ArrayList<>();

    /** How integers and halves are multiplied; asked for once. */
    private final Map<MatrixTile.Unit, Optional<Dots>> dots = new EnumMap<>(MatrixTile.Unit.class);

    private Optional<Mma> mma;

    /** Where uploads are noted, if they are. */
    private Optional<List<Upload>> uploads = Optional.empty();

    /** Opens a device. */
    Cl(ClDevice device) {
        this(device, null);
    }

    /** Opens a device whose programs are written to files as they are built, unless dump is null. */
    Cl(ClDevice device, ProgramDump dump) {
        this(device, dump, "");
    }

    /** Opens a device with build options for all of its programs. */
    Cl(ClDevice device, ProgramDump dump, String options) {
        this.device = device;
        this.options = options;
        this.dump = Optional.ofNullable(dump).map(ProgramFiles::new);
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL_CONTEXT_PLATFORM, device.platform());
        this.context = clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, null);
        this.queue = queue(0);
        this.launches = queue;
    }

    /** By the call of OpenCL 1.x, which every version still has. */
    @SuppressWarnings("deprecation")
    private cl_command_queue queue(long properties) {
        return clCreateCommandQueue(context, device.id(), properties, null);
    }

    /** What the device says of itself. */
    DeviceInfo info() {
        return device.info();
    }

    /** Compute units in use. */
    int units() {
        return device.units();
    }

    /** How products of such words are best added; empty if they are not. */
    Optional<Dots> dots(MatrixTile.Unit unit) {
        return dots.computeIfAbsent(unit, words -> Dots.of(words, device, this));
    }

    /** What multiplies halves best: tensor cores, or items, as pairs if there is a way, else as floats. */
    MatrixTile.Unit halves() {
        return mma().isPresent()
                ? MatrixTile.Unit.HALVES
                : dots(MatrixTile.Unit.PAIRS).isPresent() ? MatrixTile.Unit.PAIRS : MatrixTile.Unit.FLOATS;
    }

    /** How tensor cores are told to multiply halves; empty if there are none. */
    Optional<Mma> mma() {
        if (mma == null) {
            mma = Mma.of(device, this);
        }
        return mma;
    }

    // ---------------------------------------------------------------- memory

    /**
     * A buffer of zeros.
     *
     * @throws IllegalStateException if the device cannot hold it
     */
    Memory allocate(long bytes) {
        long limit = Math.min(device.info().maxAllocationBytes(), INDEXABLE);
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
        int[] words = StoredConv.bits(values);
        write(memory, words);
        uploads.ifPresent(all -> all.add(new Upload(memory, words)));
        return memory;
    }

    /** A buffer and the words that it was made of. */
    record Upload(Memory memory, int[] words) {
        /** Each word, as a float, that another upload has in place of one of this; 0 where they are the same. */
        int[] replaced(Upload by) {
            return IntStream.range(0, words.length)
                    .map(i -> words[i] == by.words[i] ? 0 : (int) Float.intBitsToFloat(by.words[i]))
                    .toArray();
        }
    }

    /** What a binding uploads, in order. */
    List<Upload> uploadsOf(Runnable binding) {
        List<Upload> made = new ArrayList<>();
        uploads = Optional.of(made);
        binding.run();
        uploads = Optional.empty();
        return made;
    }

    /** Frees the buffers and kernels of some work after it, and notes none of its uploads; programs stay built. */
    <T> T scratch(Supplier<T> work) {
        Optional<List<Upload>> noted = uploads;
        int firstBuffer = buffers.size();
        int firstKernel = kernels.size();
        uploads = Optional.empty();
        try {
            return work.get();
        } finally {
            uploads = noted;
            release(buffers.subList(firstBuffer, buffers.size()), CL::clReleaseMemObject);
            release(kernels.subList(firstKernel, kernels.size()), CL::clReleaseKernel);
        }
    }

    /** Whether some work leaves these numbers; not if the device's compiler does not know what it asks for. */
    boolean gives(float[] right, Supplier<Memory> work) {
        try {
            return scratch(() -> Arrays.equals(right, read(work.get())));
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.DEBUG, e.getMessage());
            return false;
        }
    }

    private static <T> void release(List<T> objects, Consumer<T> release) {
        objects.forEach(release);
        objects.clear();
    }

    /** A buffer of these numbers. */
    Memory upload(int[] values) {
        Memory memory = allocate((long) values.length * Integer.BYTES);
        write(memory, values);
        uploads.ifPresent(all -> all.add(new Upload(memory, values)));
        return memory;
    }

    /** Overwrites a whole buffer. */
    void write(Memory memory, int[] words) {
        clEnqueueWriteBuffer(queue, memory.handle, true, 0, memory.bytes, Pointer.to(words), 0, null, null);
    }

    /** The words of a whole buffer, after everything enqueued before. */
    int[] words(Memory memory) {
        int[] words = new int[(int) (memory.bytes / Integer.BYTES)];
        clEnqueueReadBuffer(queue, memory.handle, true, 0, memory.bytes, Pointer.to(words), 0, null, null);
        return words;
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
     * @throws IllegalStateException with the build log if the file does not compile, with one sentence if its groups are too large
     */
    Kernel kernel(String file, String name, String options, Range range, Object... arguments) {
        return kernel(List.of(new SourceFile(file, "")), name, options, range, arguments);
    }

    /** A kernel of a program of several parts with its arguments bound. */
    Kernel kernel(List<SourceFile> parts, String name, String options, Range range, Object... arguments) {
        Built built = built(parts, options);
        cl_kernel kernel = create(built, name);
        String words = name + " of " + files(parts) + " in groups of " + size(range.group) + " work-items";
        if (!device.info().allows(range.group)) {
            throw new IllegalStateException(
                    words + " does not run on " + device.info().name() + ", whose groups have up to "
                            + device.info().groupItems());
        }
        dump.ifPresent(files -> files.launch(built.folder(), name, range));
        for (int i = 0; i < arguments.length; i++) {
            bind(kernel, i, arguments[i]);
        }
        return new Launch(kernel, words, range.items(), range.group());
    }

    /**
     * Whether a kernel runs in groups of these sizes, by what the device says when it knows how many registers the kernel takes. That is
     * advice: Mesa 22.3 says 32 of kernels that it compiled for groups of 256, and runs them.
     */
    boolean fits(List<SourceFile> parts, String name, String options, long... group) {
        cl_kernel kernel = create(built(parts, options), name);
        long[] most = new long[1];
        clGetKernelWorkGroupInfo(kernel, device.id(), CL_KERNEL_WORK_GROUP_SIZE, Sizeof.size_t, Pointer.to(most), null);
        return size(group) <= most[0];
    }

    private static long size(long... group) {
        return Arrays.stream(group).reduce(1, (x, y) -> x * y);
    }

    private Built built(List<SourceFile> parts, String options) {
        return programs.computeIfAbsent(parts + " " + options, k -> build(parts, options));
    }

    private cl_kernel create(Built built, String name) {
        cl_kernel kernel = clCreateKernel(built.program(), name, null);
        kernels.add(kernel);
        return kernel;
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

    private Built build(List<SourceFile> parts, String options) {
        String all = options
                + this.options
                + (device.info().roundedDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
        String[] sources = Stream.concat(Stream.of(new SourceFile(COMMON, "")), parts.stream())
                .map(SourceFile::text)
                .toArray(String[]::new);
        cl_program program = clCreateProgramWithSource(context, sources.length, sources, null, null);
        try {
            clBuildProgram(program, 1, new cl_device_id[] {device.id()}, all, null, null);
        } catch (CLException e) {
            throw new IllegalStateException(
                    files(parts) + " does not compile on " + device.info().name() + " with " + options + ":\n"
                            + log(program),
                    e);
        }
        String last = parts.get(parts.size() - 1).file();
        return new Built(
                program,
                dump.map(files -> files.program(last, String.join("", sources), all, () -> binary(program)))
                        .orElse(null));
    }

    /** What the compiler made of it: PTX, an object file, or whatever else the device's platform keeps. */
    private static byte[] binary(cl_program program) {
        long[] size = new long[1];
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
        byte[] binary = new byte[(int) size[0]];
        clGetProgramInfo(program, CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
        return binary;
    }

    private static String files(List<SourceFile> parts) {
        return parts.stream().map(part -> part.file() + part.options()).collect(Collectors.joining(", "));
    }

    private String log(cl_program program) {
        return ClDevice.text((bytes, value, size) ->
                clGetProgramBuildInfo(program, device.id(), CL_PROGRAM_BUILD_LOG, bytes, value, size));
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
    private final class Launch implements Kernel.Whole {
        private final cl_kernel kernel;
        private final String words;
        private final long[] items;
        private final long[] group;

        Launch(cl_kernel kernel, String words, long[] items, long[] group) {
            this.kernel = kernel;
            this.words = words;
            this.items = items;
            this.group = group;
        }

        @Override
        public void run() {
            try {
                clEnqueueNDRangeKernel(launches, kernel, items.length, null, items, group, 0, null, event());
            } catch (CLException e) {
                throw new IllegalStateException(
                        words + " does not run on " + device.info().name() + ": " + e.getMessage(), e);
            }
        }
    }

    /**
     * Waits for everything enqueued.
     *
     * @throws IllegalStateException if some of it failed
     */
    void finish() {
        try {
            clFinish(launches);
        } catch (CLException e) {
            throw new IllegalStateException(device.info().name() + " did not finish what it ran: " + e.getMessage(), e);
        }
    }

    // ---------------------------------------------------------------- times

    /** A recorded event for the next launch, or null. */
    private cl_event event() {
        if (events == null) {
            return null;
        }
        cl_event event = new cl_event();
        events.add(event);
        return event;
    }

    /**
     * When the device started and ended what a pass launches, in a queue that records it.
     *
     * @param pass launches kernels, and waits for them
     * @return empty, with a sentence in the log, if the device records no times
     */
    Optional<DeviceTimes> times(Runnable pass) {
        clFinish(queue);
        events = new ArrayList<>();
        cl_command_queue recording = null;
        try {
            recording = queue(CL_QUEUE_PROFILING_ENABLE);
            launches = recording;
            pass.run();
            return Optional.of(times());
        } catch (CLException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    device.info().name() + " records no times of launches (" + e.getMessage()
                            + "), so there are wall times only.");
            return Optional.empty();
        } finally {
            launches = queue;
            events.stream().filter(event -> event.getNativePointer() != 0).forEach(CL::clReleaseEvent);
            events = null;
            if (recording != null) {
                clReleaseCommandQueue(recording);
            }
        }
    }

    private DeviceTimes times() {
        long sum = 0;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (cl_event event : events) {
            long start = when(event, CL_PROFILING_COMMAND_START);
            long end = when(event, CL_PROFILING_COMMAND_END);
            sum += end - start;
            first = Math.min(first, start);
            last = Math.max(last, end);
        }
        return new DeviceTimes(events.size(), sum, last - first);
    }

    /** Nanoseconds of the device's clock. */
    private static long when(cl_event event, int what) {
        long[] nanos = new long[1];
        clGetEventProfilingInfo(event, what, Sizeof.cl_ulong, Pointer.to(nanos), null);
        return nanos[0];
    }

    @Override
    public void close() {
        clFinish(queue);
        release(kernels, CL::clReleaseKernel);
        programs.values().forEach(built -> clReleaseProgram(built.program()));
        release(buffers, CL::clReleaseMemObject);
        clReleaseCommandQueue(queue);
        clReleaseContext(context);
    }
}
