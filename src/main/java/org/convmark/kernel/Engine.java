package org.convmark.kernel;

import java.util.Optional;
import org.convmark.model.Graph;
import org.convmark.model.RoofLoop;

/** Turns graphs into programs: our kernels for one kind of hardware, or a peer engine. */
public interface Engine extends AutoCloseable {
    /** What a device says of itself that runs kernels of GPUs. */
    String GPU_KERNELS = "GPU kernels";

    /** What a device says of itself that multiplies numbers of half precision; how follows. */
    String HALVES = "FP16";

    /**
     * A program that runs a graph.
     *
     * @param graph what to run, fused or not
     * @param weights parameters and input, made from the same graph before it was fused
     * @throws UnsupportedOperationException naming the layer and the reason if the graph holds one that cannot be run
     */
    Program compile(Graph graph, Weights weights);

    /**
     * A program that runs a roof loop.
     *
     * @throws UnsupportedOperationException if this engine has no loop of its own because it shares the hardware of an engine
     *     that has one, or no unit that multiplies numbers of the loop's format
     */
    default Program compile(RoofLoop loop, long size) {
        throw new UnsupportedOperationException(describe() + " has no roof of its own: use the roof of VECTOR");
    }

    /** Runs one of its programs once under the clock of its device; empty if what runs programs has none of its own. */
    default Optional<DeviceTimes> deviceTimes(Program program) {
        return Optional.empty();
    }

    /** One line that says what runs here, regardless of workers and algorithm: vector species, device, engine and version. */
    String describe();

    /** Frees everything; the engine and its programs must not be used afterwards. */
    @Override
    void close();
}
