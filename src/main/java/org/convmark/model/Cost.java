package org.convmark.model;

import java.util.List;

/**
 * The work of one kernel launch, or of a sequence of launches, on any machine.
 *
 * @param macs multiply-accumulates of convolutions only, the convention of published tables
 * @param flops floating-point operations: two per MAC, one per other arithmetic result
 * @param bytesRead activation bytes that must come from memory, each external operand once
 * @param bytesWritten activation bytes that must go to memory
 * @param weightBytes bytes of parameters, each read once
 * @param workspaceBytes bytes of intermediate tensors alive while it runs; of a sequence, the peak
 * @param accumulationDepth additions behind one result, which bounds its rounding error; of a sequence, the sum
 */
public record Cost(
        long macs,
        long flops,
        long bytesRead,
        long bytesWritten,
        long weightBytes,
        long workspaceBytes,
        long accumulationDepth) {
    /** The cost of nothing. */
    public static final Cost ZERO = new Cost(0, 0, 0, 0, 0, 0, 0);

    /**
     * The cost of reading all inputs and writing a tensor like the first one.
     *
     * @param flopsPerElement operations behind one element of the result
     * @param parameters constants that are read
     */
    static Cost elementWise(List<Shape> inputs, int flopsPerElement, long parameters) {
        long read = inputs.stream().mapToLong(Shape::bytes).sum();
        Shape out = inputs.get(0);
        return new Cost(
                0,
                flopsPerElement * out.elements(),
                read,
                out.bytes(),
                parameters * Shape.ELEMENT_BYTES,
                0,
                flopsPerElement);
    }

    /**
     * The cost of doing this and then that.
     *
     * @throws ArithmeticException if it does not fit into a long
     */
    public Cost plus(Cost that) {
        return new Cost(
                Math.addExact(macs, that.macs),
                Math.addExact(flops, that.flops),
                Math.addExact(bytesRead, that.bytesRead),
                Math.addExact(bytesWritten, that.bytesWritten),
                Math.addExact(weightBytes, that.weightBytes),
                Math.max(workspaceBytes, that.workspaceBytes),
                accumulationDepth + that.accumulationDepth);
    }

    /** The same work while this many bytes of intermediate tensors are alive. */
    public Cost withWorkspace(long bytes) {
        return new Cost(macs, flops, bytesRead, bytesWritten, weightBytes, bytes, accumulationDepth);
    }

    /** Activation bytes read and written. */
    public long activationBytes() {
        return bytesRead + bytesWritten;
    }

    /** All bytes: activations and weights. */
    public long bytes() {
        return activationBytes() + weightBytes;
    }
}
