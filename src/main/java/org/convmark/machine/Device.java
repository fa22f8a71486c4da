package org.convmark.machine;

/**
 * An OpenCL device, as its driver describes it.
 *
 * @param platform name of the platform that offers it
 * @param type GPU, CPU, ACCELERATOR or another word of the driver
 * @param version OpenCL version of the device
 * @param driver version of the driver
 * @param clockMHz highest clock
 * @param localMemoryType LOCAL for a memory of its own, GLOBAL where it is emulated
 * @param maxAllocationBytes largest single buffer
 */
public record Device(
        String platform,
        String name,
        String vendor,
        String type,
        String version,
        String driver,
        int computeUnits,
        Fact<Integer> clockMHz,
        long globalMemoryBytes,
        long localMemoryBytes,
        String localMemoryType,
        long maxAllocationBytes) {}
