package org.convmark.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A parameter of benchmarks: what runs, how, and at which size. The only list of them, in reading order. */
public enum Parameter {
    /** A {@link Target}. */
    TARGET(Target.values()),
    /** A {@link Fusion}. */
    FUSION(Fusion.values()),
    /** An {@link Algorithm}. */
    ALGORITHM(Algorithm.values()),
    /** Units, blocks or layers of a stack. */
    DEPTH(1, Stack.MOST_DEPTH),
    /** Channels of the first stage of a stack. */
    WIDTH(1, Integer.MAX_VALUE),
    /** Rows and columns of the input. */
    IMAGE(1, Integer.MAX_VALUE),
    /** Images per pass. */
    BATCH(1, Integer.MAX_VALUE),
    /** An {@link AxisPoint}: the graph that the extents describe, or one with less or more to compute. */
    AXIS,
    /** Threads of a target on the processor, 0 for one per processor. */
    WORKERS(0, 1 << 10),
    /** The {@link Precision} of what an arithmetic roof multiplies. */
    OPERANDS(Precision.FP32, Precision.FP16, Precision.INT8),
    /** A {@link RoofLoop} that moves memory. */
    LOOP(RoofLoop.READ, RoofLoop.COPY, RoofLoop.TRIAD),
    /** Bytes of the working set of such a loop. */
    BYTES(1 << 10, 1L << 40),
    /** Operations per run of an arithmetic roof. */
    FLOPS(1_000_000, 1L << 36);

    private final String key = name().toLowerCase(Locale.ROOT);
    private final List<String> words;
    private final long least;
    private final long most;

    /** Text with a grammar of its own. */
    Parameter() {
        this.words = List.of();
        this.least = 0;
        this.most = 0;
    }

    /** A number. */
    Parameter(long least, long most) {
        this.words = List.of();
        this.least = least;
        this.most = most;
    }

    /** One of some constants. */
    Parameter(Enum<?>... constants) {
        this.words = Arrays.stream(constants).map(Enum::name).toList();
        this.least = 0;
        this.most = 0;
    }

    /** Its name in JMH, on the command line and in results. */
    public String key() {
        return key;
    }

    /** The values that a user may choose; empty for a number and for an axis. */
    public List<String> words() {
        return words;
    }

    /** The smallest number that a user may choose. */
    public long least() {
        return least;
    }

    /** The largest number that a user may choose. */
    public long most() {
        return most;
    }
}
