package org.convmark.kernel;

/** Work with its operands bound, split into units that may run in any order and on any thread. */
public interface Kernel {
    /** Units of work; at least one. */
    int units();

    /** Runs units {@code from} to {@code to - 1}; allocates nothing. */
    void run(int from, int to);

    /** Work of one unit. */
    interface Whole extends Kernel {
        /** Runs it; allocates nothing. */
        void run();

        @Override
        default int units() {
            return 1;
        }

        @Override
        default void run(int from, int to) {
            run();
        }
    }
}
