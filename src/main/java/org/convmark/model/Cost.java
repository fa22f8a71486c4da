package org.convmark.model;

/**
 * What one kernel launch, or a sequence of them, asks of a machine, whatever the machine.
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

    /** The cost of doing this, then that. */
    public Cost plus(Cost that) {
        return new Cost(
                macs + that.macs,
                flops + that.flops,
                bytesRead + that.bytesRead,
                bytesWritten + that.bytesWritten,
                weightBytes + that.weightBytes,
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
