package org.convmark.kernel.opencl;

import java.util.Locale;
import org.convmark.model.Activation;

/**
 * How long a launch takes on a GPU by the instructions of its groups. A unit issues four instructions of 32 items a cycle,
 * one of which may load or store. Units are as on NVIDIA GPUs, since OpenCL tells only their number; what matters is the order of
 * alternatives. Not measured on a GPU.
 *
 * @param groups work-groups
 * @param items items of a group
 * @param localBytes local memory of a group
 * @param registers registers of an item
 * @param work of a group
 * @param bytes that all groups together must move between the GPU's chip and its memory
 */
record LaunchModel(long groups, int items, long localBytes, int registers, Work work, double bytes) {
    /** Instructions that a unit starts per cycle; all of them may multiply and add. */
    private static final double ISSUE = 4;

    /** Cycles in which a group waits at a barrier, with nothing else to do. */
    private static final double BARRIER = 30;

    /** What a unit holds: registers, items, groups, bytes of local memory. */
    private static final int REGISTERS = 1 << 16;

    private static final int ITEMS = 2048;
    private static final int GROUPS = 32;
    private static final long LOCAL_BYTES = 100 << 10;

    /** Bytes a cycle of the memory, per unit. */
    private static final double BANDWIDTH = 12;

    /** Registers of an item with which one warp keeps its scheduler busy half of the time; more hold more sums that do not wait. */
    private static final double IN_FLIGHT = 32;

    /** Cycles of a launch in a queue. */
    private static final double LAUNCH = 4000;

    /** Instructions of an activation, as counted in PTX; less for those with an exponential, where libclc's is longer than NVIDIA's. */
    static double instructions(Activation function) {
        return switch (function) {
            case RELU -> 1;
            case RELU6 -> 2;
            case HARD_SIGMOID -> 4;
            case HARD_SWISH -> 5;
            default -> 20;
        };
    }

    /** The same where two numbers at a time become halves, for each of them. */
    static double instructionsInHalves(Activation function) {
        return switch (function) {
            case TANH -> 0.5;
            case SILU, SIGMOID -> 1.5;
            case GELU_TANH -> 3;
            case GELU -> 4;
            default -> instructions(function);
        };
    }

    /**
     * Instructions of 32 items.
     *
     * @param fma that multiply and add
     * @param loads cycles in which they load or store: more than one an instruction where the items' data takes several
     * @param all of all kinds
     * @param barriers waits
     */
    record Work(double fma, double loads, double all, double barriers) {
        /** Nothing. */
        static final Work NONE = new Work(0, 0, 0, 0);

        Work times(double factor) {
            return new Work(fma * factor, loads * factor, all * factor, barriers * factor);
        }

        /** These instructions in a group of so many items; its barriers are the same for all. */
        Work inGroup(int items) {
            int warps = (items + 31) / 32;
            return new Work(fma * warps, loads * warps, all * warps, barriers);
        }

        Work plus(Work that) {
            return new Work(fma + that.fma, loads + that.loads, all + that.all, barriers + that.barriers);
        }

        /** Cycles of a unit that is never idle. */
        double cycles() {
            return Math.max(Math.max(fma, all) / ISSUE, loads);
        }

        /** The most of the peak that these instructions allow, in [0, 1]. */
        double bound() {
            return fma / ISSUE / cycles();
        }
    }

    /** Why a launch is not faster. */
    enum Limit {
        /** Instructions. */
        ISSUE,
        /** Loads and stores, of local memory or caches. */
        LOADS,
        /** The GPU's memory. */
        MEMORY,
        /** Too few groups, or too few items in flight. */
        GROUPS
    }

    /**
     * A time.
     *
     * @param cycles of the whole launch
     * @param share of the peak of all units, in [0, 1]
     * @param limit what takes longest
     */
    record Prediction(double cycles, double share, Limit limit) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f %% of peak by %s, %.0f cycles", 100 * share, limit, cycles);
        }
    }

    /** Groups that a unit holds at a time. */
    private long resident() {
        long byRegisters = REGISTERS / Math.max(1, 32L * registers * warps());
        long byLocal = localBytes == 0 ? GROUPS : LOCAL_BYTES / localBytes;
        return Math.max(1, Math.min(Math.min(GROUPS, ITEMS / items), Math.min(byRegisters, byLocal)));
    }

    /** Scheduled parts of a group, each of 32 items or fewer. */
    private int warps() {
        return (items + 31) / 32;
    }

    /** The time on so many units. */
    Prediction on(int units) {
        double rounds = Math.ceil(groups / (double) units);
        double warps = Math.min(resident(), rounds) * warps() / ISSUE;
        double hidden = warps / (warps + IN_FLIGHT / registers);
        double even = groups / (double) units;
        double full = even * work.cycles();
        double busy = rounds * (work.cycles() / hidden + work.barriers * BARRIER / resident());
        double memory = bytes / (BANDWIDTH * units);
        Limit limit = memory > busy
                ? Limit.MEMORY
                : full < 0.5 * busy ? Limit.GROUPS : work.loads > work.all / ISSUE ? Limit.LOADS : Limit.ISSUE;
        // Memory and arithmetic overlap, but hardly ever all of it where both take long.
        double cycles = LAUNCH + Math.cbrt(Math.pow(busy, 3) + Math.pow(memory, 3));
        return new Prediction(cycles, groups * work.fma / ISSUE / (units * cycles), limit);
    }
}
