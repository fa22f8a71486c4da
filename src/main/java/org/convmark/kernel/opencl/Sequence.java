package org.convmark.kernel.opencl;

import org.convmark.kernel.Kernel;

/** Several launches as one kernel, for operands that exceed the arguments of one. */
record Sequence(Kernel[] parts) implements Kernel {
    @Override
    public int units() {
        return 1;
    }

    @Override
    public void run(int from, int to) {
        for (Kernel part : parts) {
            part.run(0, 1);
        }
    }
}
