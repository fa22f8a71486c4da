package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.Lanes;
import org.convmark.kernel.vector.lane.Tiling;
import org.convmark.model.Algorithm;
import org.convmark.model.Conv;
import org.convmark.model.Shape;

/**
 * Winograd's minimal filtering F(m x m, r x r): a tile of m x m results takes n x n products, n = m + r - 1 (Lavin and Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2016): A'[(G g G') * (B' d B)]A. Both transforms are done in one dimension,
 * stored, and then done in the other: both dimensions at once would need more than 16 registers.
 *
 * <p>Largest error relative to the largest result, 16 to 512 channels, random data: direct 0.4e-6 to 2.7e-6, F2 0.2e-6 to 1.2e-6
 * (shorter sums), F4 0.3e-5 to 2.1e-5.
 */
public enum Winograd {
    /** 16 products for 4 results; interpolation points 0, 1, -1; exact on small integers. */
    F2_3(2, new double[][] {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}}) {
        @Override
        void input(float[] in, int[] from, int at, int step, float[] out, int q, int stride, int count) {
            int p0 = at + from[0], p1 = at + from[1], p2 = at + from[2], p3 = at + from[3];
            for (int i = 0; i < count; i++) {
                FloatVector d0 = FloatVector.fromArray(FLOATS, in, p0 + i * step);
                FloatVector d1 = FloatVector.fromArray(FLOATS, in, p1 + i * step);
                FloatVector d2 = FloatVector.fromArray(FLOATS, in, p2 + i * step);
                FloatVector d3 = FloatVector.fromArray(FLOATS, in, p3 + i * step);
                d0.sub(d2).intoArray(out, q + i * L);
                d1.add(d2).intoArray(out, q + stride + i * L);
                d2.sub(d1).intoArray(out, q + 2 * stride + i * L);
                d1.sub(d3).intoArray(out, q + 3 * stride + i * L);
            }
        }

        @Override
        void output(
                float[] in, int p, int stride, float[] bias, int o, float[] out, int q, int step, int gap, int count) {
            FloatVector b = FloatVector.fromArray(FLOATS, bias, o);
            for (int i = 0; i < count; i++) {
                FloatVector m0 = FloatVector.fromArray(FLOATS, in, p + i * L);
                FloatVector m1 = FloatVector.fromArray(FLOATS, in, p + stride + i * L);
                FloatVector m2 = FloatVector.fromArray(FLOATS, in, p + 2 * stride + i * L);
                FloatVector m3 = FloatVector.fromArray(FLOATS, in, p + 3 * stride + i * L);
                m0.add(m1).add(m2).add(b).intoArray(out, q + i * step);
                m1.sub(m2).sub(m3).add(b).intoArray(out, q + gap + i * step);
            }
        }
    },

    /** 36 products for 16 results; interpolation points 0, 1, -1, 2, -2, which cost accuracy. */
    F4_3(4, new double[][] {
        {1 / 4., 0, 0},
        {-1 / 6., -1 / 6., -1 / 6.},
        {-1 / 6., 1 / 6., -1 / 6.},
        {1 / 24., 1 / 12., 1 / 6.},
        {1 / 24., -1 / 12., 1 / 6.},
        {0, 0, 1}
    }) {
        @Override
        void input(float[] in, int[] from, int at, int step, float[] out, int q, int stride, int count) {
            sixPoints(in, from, at, step, out, q, stride, count);
        }

        @Override
        void output(
                float[] in, int p, int stride, float[] bias, int o, float[] out, int q, int step, int gap, int count) {
            FloatVector b = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector two = FloatVector.broadcast(FLOATS, 2f);
            FloatVector four = FloatVector.broadcast(FLOATS, 4f);
            FloatVector eight = FloatVector.broadcast(FLOATS, 8f);
            for (int i = 0; i < count; i++) {
                FloatVector m1 = FloatVector.fromArray(FLOATS, in, p + stride + i * L);
                FloatVector m2 = FloatVector.fromArray(FLOATS, in, p + 2 * stride + i * L);
                FloatVector m3 = FloatVector.fromArray(FLOATS, in, p + 3 * stride + i * L);
                FloatVector m4 = FloatVector.fromArray(FLOATS, in, p + 4 * stride + i * L);
                FloatVector even = m1.add(m2).add(b);
                FloatVector far = m3.add(m4);
                FloatVector.fromArray(FLOATS, in, p + i * L).add(far).add(even).intoArray(out, q + i * step);
                far.fma(four, even).intoArray(out, q + 2 * gap + i * step);
                FloatVector odd = m1.sub(m2).add(b);
                far = m3.sub(m4);
                far.fma(two, odd).intoArray(out, q + gap + i * step);
                FloatVector.fromArray(FLOATS, in, p + 5 * stride + i * L)
                        .add(far.fma(eight, odd))
                        .intoArray(out, q + 3 * gap + i * step);
            }
        }
    },

    /** 36 products for 4 results of a 5 x 5 filter, in place of 100; interpolation points as those of F4_3. */
    F2_5(2, new double[][] {
        {1 / 4., 0, 0, 0, 0},
        {-1 / 6., -1 / 6., -1 / 6., -1 / 6., -1 / 6.},
        {-1 / 6., 1 / 6., -1 / 6., 1 / 6., -1 / 6.},
        {1 / 24., 1 / 12., 1 / 6., 1 / 3., 2 / 3.},
        {1 / 24., -1 / 12., 1 / 6., -1 / 3., 2 / 3.},
        {0, 0, 0, 0, 1}
    }) {
        @Override
        void input(float[] in, int[] from, int at, int step, float[] out, int q, int stride, int count) {
            sixPoints(in, from, at, step, out, q, stride, count);
        }

        @Override
        void output(
                float[] in, int p, int stride, float[] bias, int o, float[] out, int q, int step, int gap, int count) {
            FloatVector b = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector two = FloatVector.broadcast(FLOATS, 2f);
            for (int i = 0; i < count; i++) {
                FloatVector m1 = FloatVector.fromArray(FLOATS, in, p + stride + i * L);
                FloatVector m2 = FloatVector.fromArray(FLOATS, in, p + 2 * stride + i * L);
                FloatVector m3 = FloatVector.fromArray(FLOATS, in, p + 3 * stride + i * L);
                FloatVector m4 = FloatVector.fromArray(FLOATS, in, p + 4 * stride + i * L);
                FloatVector.fromArray(FLOATS, in, p + i * L)
                        .add(m1.add(m2))
                        .add(m3.add(m4))
                        .add(b)
                        .intoArray(out, q + i * step);
                FloatVector.fromArray(FLOATS, in, p + 5 * stride + i * L)
                        .add(m3.sub(m4).fma(two, m1.sub(m2)))
                        .add(b)
                        .intoArray(out, q + gap + i * step);
            }
        }
    };

    /** Multiply-adds of vectors that take as long as the transform of one product of one vector of channels, for each lane of a vector. */
    private static final double TRANSFORM = 1.15;

    /** Tiles of 4 x 4 results that make up for reading the larger filter of F4. */
    private static final int SHARED_TILES = 16;

    /** Results on a side of a tile. */
    final int m;

    /** Rows and columns of the filter. */
    final int r;

    /** Products on a side of a tile. */
    final int n;

    private final double[][] g;

    Winograd(int m, double[][] g) {
        this.m = m;
        this.n = g.length;
        this.r = n - m + 1;
        this.g = g;
    }

    /** The variant to compute a convolution with, or null for the direct kernel. */
    public static Winograd choose(Algorithm algorithm, Conv conv, Shape in, Shape out) {
        return switch (Algorithm.hasWinograd(conv, in.channels()) ? algorithm : Algorithm.DIRECT) {
            case AUTO -> {
                Winograd fastest = conv.kernel() == F2_5.r ? F2_5 : fastest(in, out);
                yield fastest.pays(in, out) ? fastest : null;
            }
            case DIRECT -> null;
            case WINOGRAD_2 -> conv.kernel() == F2_3.r ? F2_3 : null;
            case WINOGRAD_4 -> conv.kernel() == F4_3.r ? F4_3 : F2_5;
        };
    }

    /**
     * The form of {@link Algorithm#AUTO} for 3x3, as measured (docs/log/winograd.md has the table).
     * <ul>
     *   <li>Tiles of 4 x 4 waste too much on maps narrower than 6 pixels.
     *   <li>Where they cover a quarter more pixels than the map has, as on maps of 7, 13 and 14 pixels, they gain nothing.
     *   <li>Where few tiles share a large filter, reading the filter is the limit, and the F2 filter is less than half as large;
     *     with more tiles F4 saves enough.
     *   <li>The images of a batch share the filter and the register tiles: where they have sixteen tiles of 4 x 4 together, F4 wins
     *     on maps from 4 pixels on, whatever it wastes.
     * </ul>
     */
    private static Winograd fastest(Shape in, Shape out) {
        int tiles = F4_3.tiles(out);
        boolean wasteful = 4 * 16 * tiles > 5 * out.pixels();
        boolean isLarge = in.channels() * out.channels() > 32_768;
        boolean few = tiles * out.batch() < SHARED_TILES;
        if (out.batch() > 1 && !few) {
            return F4_3;
        }
        return Math.min(out.height(), out.width()) < 6 || (isLarge ? few : wasteful) ? F2_3 : F4_3;
    }

    /** Tiles of a map. */
    private int tiles(Shape out) {
        return (out.height() + m - 1) / m * ((out.width() + m - 1) / m);
    }

    /**
     * Whether the multiply-adds that are saved cost more than the transforms, as measured (docs/log/register-tiles.md, "When Winograd
     * pays"). The former grow with vectors of output channels times input channels, the latter with vectors of both: where channels do
     * not fill vectors, transforms cost as much as if they did. Few tiles do not fill a register tile.
     */
    private boolean pays(Shape in, Shape out) {
        int[] ends = Tiling.along(tiles(out) * out.batch(), 2);
        double products = (double) n * n * ends[ends.length - 1] / (out.pixels() * out.batch());
        double saved = (r * r - products) * in.channels() * Lanes.blocks(out.channels());
        return saved >= products * TRANSFORM * L * (Lanes.blocks(in.channels()) + Lanes.blocks(out.channels()));
    }

    /**
     * B' along one dimension: n vectors to n vectors, {@code count} times. Source j lies at {@code at + from[j]}, the next {@code
     * step} floats after it; result j at {@code q + j * stride}, the next one vector after it.
     */
    abstract void input(float[] in, int[] from, int at, int step, float[] out, int q, int stride, int count);

    /**
     * A' along one dimension, plus the bias: n vectors to m vectors, {@code count} times. Source j lies at {@code p + j *
     * stride}, the next one vector after it; result j at {@code q + j * gap}, the next {@code step} floats after it.
     */
    abstract void output(
            float[] in, int p, int stride, float[] bias, int o, float[] out, int q, int step, int gap, int count);

    /** A filter of output channel x input channel x row and column with G g G' in place of rows and columns. */
    public float[] transformed(float[] filter) {
        float[] transformed = new float[filter.length / (r * r) * n * n];
        for (int i = 0; i < filter.length / (r * r); i++) {
            double[] u = filter(filter, i * r * r);
            for (int t = 0; t < u.length; t++) {
                transformed[i * n * n + t] = (float) u[t];
            }
        }
        return transformed;
    }

    /** Products of a tile. */
    public int products() {
        return n * n;
    }

    /** G g G' of the r x r filter that starts at {@code at}, row by row. */
    private double[] filter(float[] filter, int at) {
        double[] u = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < r; c++) {
                double sum = 0;
                for (int row = 0; row < r; row++) {
                    sum += g[i][row] * filter[at + row * r + c];
                }
                for (int j = 0; j < n; j++) {
                    u[i * n + j] += sum * g[j][c];
                }
            }
        }
        return u;
    }

    /** B' for the interpolation points 0, 1, -1, 2, -2. */
    private static void sixPoints(float[] in, int[] from, int at, int step, float[] out, int q, int stride, int count) {
        int p0 = at + from[0], p1 = at + from[1], p2 = at + from[2];
        int p3 = at + from[3], p4 = at + from[4], p5 = at + from[5];
        FloatVector two = FloatVector.broadcast(FLOATS, 2f);
        FloatVector four = FloatVector.broadcast(FLOATS, 4f);
        FloatVector minusFour = FloatVector.broadcast(FLOATS, -4f);
        FloatVector minusFive = FloatVector.broadcast(FLOATS, -5f);
        for (int i = 0; i < count; i++) {
            FloatVector d0 = FloatVector.fromArray(FLOATS, in, p0 + i * step);
            FloatVector d2 = FloatVector.fromArray(FLOATS, in, p2 + i * step);
            FloatVector d4 = FloatVector.fromArray(FLOATS, in, p4 + i * step);
            d0.fma(four, d2.fma(minusFive, d4)).intoArray(out, q + i * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, in, p1 + i * step);
            FloatVector d3 = FloatVector.fromArray(FLOATS, in, p3 + i * step);
            FloatVector d5 = FloatVector.fromArray(FLOATS, in, p5 + i * step);
            d1.fma(four, d3.fma(minusFive, d5)).intoArray(out, q + 5 * stride + i * L);
            FloatVector even = d2.fma(minusFour, d4);
            FloatVector odd = d1.fma(minusFour, d3);
            even.add(odd).intoArray(out, q + stride + i * L);
            even.sub(odd).intoArray(out, q + 2 * stride + i * L);
            even = d4.sub(d2);
            odd = d3.sub(d1).mul(two);
            even.add(odd).intoArray(out, q + 3 * stride + i * L);
            even.sub(odd).intoArray(out, q + 4 * stride + i * L);
        }
    }
}
