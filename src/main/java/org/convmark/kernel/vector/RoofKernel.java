package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.convmark.kernel.Kernel;
import org.convmark.model.RoofLoop;

/**
 * Loops that are limited by arithmetic or by memory. Every worker runs its whole unit; units share the flops or the working set
 * evenly.
 */
final class RoofKernel implements Kernel {
    private static final int CHAINS = 12;

    /** Steps of COMPUTE_L1 over its operands, which take half of a typical L1 cache. */
    private static final int FED_STEPS = 341;

    private final RoofLoop loop;
    private final long size;
    private final int units;
    private final int floats;
    private final int passes;
    private final float[][] data;
    private final float[] sinks;

    /**
     * @param size flops, or bytes of the working set, of all units together
     * @param units workers
     * @throws UnsupportedOperationException if the loop does not multiply floats
     */
    RoofKernel(RoofLoop loop, long size, int units) {
        this.loop = loop;
        this.size = size;
        this.units = units;
        int streams =
                switch (loop) {
                    case COMPUTE, COMPUTE_L1, READ -> 1;
                    case COPY -> 2;
                    case TRIAD -> 3;
                    case HALVES, INTEGERS ->
                        throw new UnsupportedOperationException("the Vector API does not multiply " + loop.format());
                };
        this.floats = switch (loop) {
            case COMPUTE, HALVES, INTEGERS -> 0;
            case COMPUTE_L1 -> FED_STEPS * CHAINS;
            case READ, COPY, TRIAD -> Math.toIntExact(size / Float.BYTES / units / streams / (4 * L) * (4 * L));
        };
        this.passes = RoofLoop.passes(size);
        this.data = new float[units * streams][floats];
        this.sinks = new float[units];
    }

    @Override
    public int units() {
        return units;
    }

    @Override
    public void run(int from, int to) {
        for (int unit = from; unit < to; unit++) {
            switch (loop) {
                case COMPUTE -> sinks[unit] = compute(steps());
                case COMPUTE_L1 -> {
                    for (int left = steps(); left > 0; left -= FED_STEPS) {
                        sinks[unit] = fed(data[unit], Math.min(left, FED_STEPS));
                    }
                }
                case READ -> {
                    for (int pass = 0; pass < passes; pass++) {
                        sinks[unit] = read(data[unit]);
                    }
                }
                case COPY -> {
                    for (int pass = 0; pass < passes; pass++) {
                        copy(data[unit * 2], data[unit * 2 + 1]);
                    }
                }
                case TRIAD -> {
                    for (int pass = 0; pass < passes; pass++) {
                        triad(data[unit * 3], data[unit * 3 + 1], data[unit * 3 + 2]);
                    }
                }
            }
        }
    }

    /** Steps of a unit; a step adds one vector to every chain. */
    private int steps() {
        return (int) (size / units / (2 * CHAINS * L));
    }

    /**
     * The sums are added without a helper method: C2 does not inline a method that it has seen too few calls of, and then boxes
     * the vectors that are passed to it.
     */
    private static float compute(int steps) {
        FloatVector x = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector y = FloatVector.broadcast(FLOATS, 0.25f);
        FloatVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, m = y;
        for (int step = 0; step < steps; step++) {
            a = x.fma(y, a);
            b = x.fma(y, b);
            c = x.fma(y, c);
            d = x.fma(y, d);
            e = x.fma(y, e);
            f = x.fma(y, f);
            g = x.fma(y, g);
            h = x.fma(y, h);
            i = x.fma(y, i);
            j = x.fma(y, j);
            k = x.fma(y, k);
            m = x.fma(y, m);
        }
        a = a.add(b).add(c.add(d)).add(e.add(f)).add(g.add(h)).add(i.add(j)).add(k.add(m));
        return a.reduceLanes(VectorOperators.ADD);
    }

    /** In a single loop: C2 of JDK 17 boxes sums that live across two. */
    private static float fed(float[] x, int steps) {
        FloatVector y = FloatVector.broadcast(FLOATS, 0.25f);
        FloatVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, m = y;
        for (int at = 0; at < CHAINS * steps; at += CHAINS) {
            a = FloatVector.broadcast(FLOATS, x[at + 0]).fma(y, a);
            b = FloatVector.broadcast(FLOATS, x[at + 1]).fma(y, b);
            c = FloatVector.broadcast(FLOATS, x[at + 2]).fma(y, c);
            d = FloatVector.broadcast(FLOATS, x[at + 3]).fma(y, d);
            e = FloatVector.broadcast(FLOATS, x[at + 4]).fma(y, e);
            f = FloatVector.broadcast(FLOATS, x[at + 5]).fma(y, f);
            g = FloatVector.broadcast(FLOATS, x[at + 6]).fma(y, g);
            h = FloatVector.broadcast(FLOATS, x[at + 7]).fma(y, h);
            i = FloatVector.broadcast(FLOATS, x[at + 8]).fma(y, i);
            j = FloatVector.broadcast(FLOATS, x[at + 9]).fma(y, j);
            k = FloatVector.broadcast(FLOATS, x[at + 10]).fma(y, k);
            m = FloatVector.broadcast(FLOATS, x[at + 11]).fma(y, m);
        }
        a = a.add(b).add(c.add(d)).add(e.add(f)).add(g.add(h)).add(i.add(j)).add(k.add(m));
        return a.reduceLanes(VectorOperators.ADD);
    }

    private static float read(float[] x) {
        FloatVector a = FloatVector.zero(FLOATS), b = a, c = a, d = a;
        for (int i = 0; i < x.length; i += 4 * L) {
            a = a.add(FloatVector.fromArray(FLOATS, x, i));
            b = b.add(FloatVector.fromArray(FLOATS, x, i + L));
            c = c.add(FloatVector.fromArray(FLOATS, x, i + 2 * L));
            d = d.add(FloatVector.fromArray(FLOATS, x, i + 3 * L));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }

    private static void copy(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += L) {
            FloatVector.fromArray(FLOATS, x, i).intoArray(y, i);
        }
    }

    private static void triad(float[] x, float[] y, float[] z) {
        FloatVector s = FloatVector.broadcast(FLOATS, 0.5f);
        for (int i = 0; i < x.length; i += L) {
            FloatVector.fromArray(FLOATS, z, i)
                    .fma(s, FloatVector.fromArray(FLOATS, y, i))
                    .intoArray(x, i);
        }
    }
}
