package org.convmark.kernel.opencl;

import static org.jocl.CL.*;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_device_partition_property;
import org.jocl.cl_platform_id;

/**
 * A device that {@link Cl} can open, or a part of one.
 *
 * @param info what the whole device says of itself
 * @param platform its platform
 * @param id the device or its part
 * @param units compute units in use
 */
record ClDevice(DeviceInfo info, cl_platform_id platform, cl_device_id id, int units) {
    /** Where the binding's native library was unpacked and loaded from. */
    static final Path LIBRARY = PrivateLibrary.load(() -> CL.setExceptionsEnabled(true));

    /**
     * Parts of devices, for as long as the process lives: PoCL releases a queue's last event after clFinish has returned,
     * and looks at the queue's device, which nothing but its owner holds.
     */
    private static final Map<Part, cl_device_id> PARTS = new ConcurrentHashMap<>();

    /** The binding's constant is -1 as a long. The C header has 32 ones, and Mesa refuses more. */
    private static final long ALL_TYPES = CL_DEVICE_TYPE_ALL & 0xFFFF_FFFFL;

    private record Part(cl_device_id whole, int units) {}

    /** So many compute units of a CPU, at most all; the whole device where it cannot be split. */
    ClDevice part(int units) {
        boolean split = info.type() == DeviceInfo.Type.CPU
                && units < info.computeUnits()
                && info.partitions().contains(DeviceInfo.BY_COUNTS);
        return split
                ? new ClDevice(info, platform, PARTS.computeIfAbsent(new Part(id, units), ClDevice::split), units)
                : this;
    }

    /** Whether it has an extension. */
    boolean offers(String extension) {
        return List.of(text(id, CL_DEVICE_EXTENSIONS).split(" +")).contains(extension);
    }

    private static cl_device_id split(Part part) {
        cl_device_partition_property counts = new cl_device_partition_property();
        counts.addProperty(CL_DEVICE_PARTITION_BY_COUNTS, part.units);
        counts.addProperty(CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0);
        cl_device_id[] parts = new cl_device_id[1];
        clCreateSubDevices(part.whole, counts, 1, parts, null);
        return parts[0];
    }

    /**
     * What the OpenCL library lists.
     *
     * @param platforms names, also of platforms without devices
     * @param devices those that say what OpenCL 1.2 asks, platform by platform
     * @param problems a sentence about each platform or device that does not answer
     */
    record Listing(List<String> platforms, List<ClDevice> devices, List<String> problems) {
        Listing() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        private void problem(String whose, CLException answer) {
            problems.add(whose + " answers " + answer.getMessage());
        }

        private void add(cl_platform_id platform) {
            String name = "an OpenCL platform";
            try {
                name = text(platform, CL_PLATFORM_NAME);
                platforms.add(name);
                for (cl_device_id id : ids(platform)) {
                    add(platform, id, name);
                }
            } catch (CLException answer) {
                problem(name + ", asked for its devices,", answer);
            }
        }

        private void add(cl_platform_id platform, cl_device_id id, String of) {
            String name = "a device";
            try {
                name = text(id, CL_DEVICE_NAME);
                DeviceInfo info = describe(platform, id);
                devices.add(new ClDevice(info, platform, id, info.computeUnits()));
            } catch (CLException answer) {
                problem(name + " of " + of + ", asked for its properties,", answer);
            }
        }
    }

    /**
     * Everything that the OpenCL library lists; nothing where there is no platform.
     *
     * @throws LinkageError or UnsupportedOperationException where there is no OpenCL library
     */
    static Listing list() {
        Listing listing = new Listing();
        try {
            for (cl_platform_id platform : platforms()) {
                listing.add(platform);
            }
        } catch (CLException answer) {
            listing.problem("OpenCL, asked for its platforms,", answer);
        }
        return listing;
    }

    private static cl_platform_id[] platforms() {
        int count = count(CL_PLATFORM_NOT_FOUND_KHR, found -> clGetPlatformIDs(0, null, found));
        cl_platform_id[] platforms = new cl_platform_id[count];
        if (count > 0) {
            clGetPlatformIDs(count, platforms, null);
        }
        return platforms;
    }

    private static cl_device_id[] ids(cl_platform_id platform) {
        int count = count(CL_DEVICE_NOT_FOUND, found -> clGetDeviceIDs(platform, ALL_TYPES, 0, null, found));
        cl_device_id[] ids = new cl_device_id[count];
        if (count > 0) {
            clGetDeviceIDs(platform, ALL_TYPES, count, ids, null);
        }
        return ids;
    }

    /** How many there are; 0 if the answer is this error code. */
    private static int count(int none, Consumer<int[]> question) {
        int[] count = new int[1];
        try {
            question.accept(count);
            return count[0];
        } catch (CLException answer) {
            if (answer.getStatus() == none) {
                return 0;
            }
            throw answer;
        }
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
                (number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
                (int) number(id, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
                number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE),
                Arrays.stream(numbers(id, CL_DEVICE_MAX_WORK_ITEM_SIZES))
                        .boxed()
                        .toList());
    }

    private static List<String> partitions(cl_device_id id) {
        List<String> names = new ArrayList<>();
        for (long kind : numbers(id, CL_DEVICE_PARTITION_PROPERTIES)) {
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

    /** Numbers of 64 bits. */
    private static long[] numbers(cl_device_id id, int what) {
        long[] size = new long[1];
        clGetDeviceInfo(id, what, 0, null, size);
        long[] values = new long[(int) (size[0] / Sizeof.size_t)];
        if (values.length > 0) {
            clGetDeviceInfo(id, what, size[0], Pointer.to(values), null);
        }
        return values;
    }

    /** A number of up to 64 bits; every OpenCL device that runs a JVM's host is little-endian. */
    private static long number(cl_device_id id, int what) {
        long[] value = new long[1];
        clGetDeviceInfo(id, what, Sizeof.cl_ulong, Pointer.to(value), null);
        return value[0];
    }

    private static String text(cl_device_id id, int what) {
        return text((bytes, value, size) -> clGetDeviceInfo(id, what, bytes, value, size));
    }

    private static String text(cl_platform_id id, int what) {
        return text((bytes, value, size) -> clGetPlatformInfo(id, what, bytes, value, size));
    }

    /** Asks the binding for something: writes up to so many bytes of it to value, or its size to size. */
    interface Query {
        void ask(long bytes, Pointer value, long[] size);
    }

    /** What a query answers in zero-terminated characters. */
    static String text(Query query) {
        long[] size = new long[1];
        query.ask(0, null, size);
        byte[] text = new byte[(int) size[0]];
        query.ask(text.length, Pointer.to(text), null);
        return new String(text, StandardCharsets.UTF_8).replace("\0", "").trim();
    }
}
