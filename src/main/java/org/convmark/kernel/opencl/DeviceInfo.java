package org.convmark.kernel.opencl;

import java.util.List;

/**
 * What an OpenCL device reports about itself.
 *
 * @param platform name and version of the platform it belongs to
 * @param name its name
 * @param vendor its vendor
 * @param type GPU, CPU, ACCELERATOR or OTHER
 * @param version OpenCL version
 * @param driver driver version
 * @param computeUnits units that run work-groups: cores of a CPU, multiprocessors of a GPU
 * @param clockMHz highest clock in MHz
 * @param vectorWidth floats of the widest native vector
 * @param globalBytes global memory in bytes
 * @param localBytes local memory of one work-group in bytes
 * @param localMemory LOCAL for a memory of its own, GLOBAL where it is emulated, or NONE
 * @param maxAllocationBytes largest single buffer in bytes
 * @param partitions supported ways to split it into sub-devices: {@code equally}, {@code by counts}, {@code by affinity}
 * @param roundedDivision whether single-precision division can be built correctly rounded
 * @param hostMemory whether it works in the host's memory, as the GPU inside a processor does
 * @param groupItems most work-items of a group
 * @param groupExtents most work-items of a group in each dimension
 */
public record DeviceInfo(
        String platform,
        String name,
        String vendor,
        Type type,
        String version,
        String driver,
        int computeUnits,
        int clockMHz,
        int vectorWidth,
        long globalBytes,
        long localBytes,
        String localMemory,
        long maxAllocationBytes,
        List<String> partitions,
        boolean roundedDivision,
        boolean hostMemory,
        long groupItems,
        List<Long> groupExtents) {
    /** Kinds of devices, in the order in which one is picked. */
    public enum Type {
        GPU,
        ACCELERATOR,
        CPU,
        OTHER
    }

    /** The partition that splits off a given number of compute units. */
    static final String BY_COUNTS = "by counts";

    /** Whether a group may have so many work-items in each dimension. */
    boolean allows(long... items) {
        long all = 1;
        for (int i = 0; i < items.length; i++) {
            if (i >= groupExtents.size() || items[i] > groupExtents.get(i)) {
                return false;
            }
            all *= items[i];
        }
        return all <= groupItems;
    }
}
