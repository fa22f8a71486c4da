package org.convmark.kernel;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A compiled graph with its operands: kernels in the order they run. */
public final class Program {
    /**
     * A kernel of a program.
     *
     * @param label what it computes, see {@link org.convmark.model.Waterline#label}; empty if that is not known
     */
    public record Step(String label, Kernel kernel) {}

    private final List<String> labels;
    private final Kernel[] kernels;
    private final Optional<Long> workspaceBytes;
    private final double operandError;
    private final Workers workers;
    private final Runnable finish;
    private final Supplier<float[]> output;
    private final Consumer<Float> fill;

    /**
     * An engine that runs as one call counts as one kernel and one worker.
     *
     * @param workspaceBytes memory of all intermediates; empty if the engine plans its memory itself
     */
    public Program(
            List<Step> steps,
            Optional<Long> workspaceBytes,
            Workers workers,
            Runnable finish,
            Supplier<float[]> output,
            Consumer<Float> fill) {
        this(steps, workspaceBytes, 0, workers, finish, output, fill);
    }

    /** @param operandError how far the factors of products are rounded beyond floats, over their magnitude */
    Program(
            List<Step> steps,
            Optional<Long> workspaceBytes,
            double operandError,
            Workers workers,
            Runnable finish,
            Supplier<float[]> output,
            Consumer<Float> fill) {
        this.labels = steps.stream().map(Step::label).toList();
        this.kernels = steps.stream().map(Step::kernel).toArray(Kernel[]::new);
        this.workspaceBytes = workspaceBytes;
        this.operandError = operandError;
        this.workers = workers;
        this.finish = finish;
        this.output = output;
        this.fill = fill;
    }

    /** Runs every kernel and returns when the result is complete; allocates nothing. */
    public void run() {
        for (Kernel kernel : kernels) {
            workers.run(kernel);
        }
        finish.run();
    }

    /**
     * Runs one kernel repeatedly on the operands that the last run left, and returns when the last repetition is done.
     *
     * @param index from 0 to {@link #kernels()}, exclusive
     */
    public void run(int index, int times) {
        for (int i = 0; i < times; i++) {
            workers.run(kernels[index]);
        }
        finish.run();
    }

    /**
     * Bytes that intermediates share, borders and gaps included, inputs and the result excluded; empty if the engine plans its
     * memory itself.
     */
    public Optional<Long> workspaceBytes() {
        return workspaceBytes;
    }

    /** Kernels that one run launches. */
    public int kernels() {
        return kernels.length;
    }

    /** What a kernel computes; empty if that is not known. */
    public String label(int index) {
        return labels.get(index);
    }

    /** The result of the last run in batch x channel x row x column order. */
    public float[] output() {
        return output.get();
    }

    /**
     * Runs once and compares the result with the reference.
     *
     * @throws IllegalStateException naming the first wrong element if one differs by more than rounding explains
     */
    public void verify(Reference reference) {
        spoil();
        run();
        reference.check(output(), operandError);
    }

    /** How far the factors of products are rounded beyond floats, over their magnitude. */
    double operandError() {
        return operandError;
    }

    /** Fills the result with NaN, so an element that no kernel writes is noticed. */
    void spoil() {
        fill.accept(Float.NaN);
    }
}
