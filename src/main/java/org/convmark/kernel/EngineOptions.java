package org.convmark.kernel;

import org.convmark.fusion.FusionConstraints;
import org.convmark.model.Algorithm;

/**
 * How to open an engine.
 *
 * @param workers threads of a CPU target, 0 for one per processor
 * @param device an OpenCL device as {@link org.convmark.kernel.opencl.OpenClDevices} finds it by name, or null for the best
 * @param algorithm of convolutions, for targets that have several
 * @param constraints limits for planning fused blocks
 * @param dump where OpenCL writes the programs that it builds, or null
 * @param choices of OpenCL's kernels on a GPU, or null to choose by a model instead of the clock
 */
public record EngineOptions(
        int workers,
        String device,
        Algorithm algorithm,
        FusionConstraints constraints,
        ProgramDump dump,
        KernelChoices choices) {
    /**
     * Where programs are written to, for people who read machine code.
     *
     * @param folder has a folder for each program; made if it is missing
     * @param row what launches them
     */
    public record ProgramDump(String folder, String row) {}

    /** Without files of programs and choices of kernels. */
    public EngineOptions(int workers, String device, Algorithm algorithm, FusionConstraints constraints) {
        this(workers, device, algorithm, constraints, null, null);
    }

    /** For a machine whose limits are unknown. */
    public EngineOptions(int workers, String device, Algorithm algorithm) {
        this(workers, device, algorithm, FusionConstraints.TYPICAL);
    }

    /** With the target's own choice of algorithm. */
    public EngineOptions(int workers, String device) {
        this(workers, device, Algorithm.AUTO);
    }
}
