package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.FLOATS;
import static org.convmark.kernel.vector.Lanes.L;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of a lane-wise convolution: seven neighbouring pixels of one vector of channels, tile after tile until
 * {@code end}, over all runs of taps. A run is three, two or one taps beside one another: its weights stay in registers and
 * each input vector, loaded once, meets all of them. Three neighbours take 3 + 9 loads for 21 FMAs where tap by tap they take
 * 3 + 21: loads are the limit of this kernel, more so as every second one straddles two cache lines unless the JVM aligns
 * arrays. Tiles follow one another inside the method, because a call costs as much as a quarter of a 3x3 tile.
 *
 * <p>Share of the FMA roof of the same run, Zen 3, AVX2, one thread, JDK 17 / 25: 3x3 128@56 63 / 56 %, 7x7 96@56 68 / 69 %.
 *
 * <p>Weights lie from {@code w0} in the order of the runs. One method per kind of filter: a loop that another filter left
 * empty would be compiled anew when it is first entered, and on JDK 25 that meant seconds of boxed vectors.
 */
final class LaneTile {
    /** Pixels of a tile: divides maps of 56, 28, 14 and 7 pixels, and leaves room for weights in 16 registers. */
    static final int PIXELS = 7;

    private LaneTile() {}

    /** Runs of three only: filters of 3x3. */
    static void threes(
            float[] in,
            int p,
            int[] offsets,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 7 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                FloatVector w = FloatVector.fromArray(FLOATS, weights, k + 2 * L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a0 = w.fma(x, a0);
                a1 = v.fma(x, a1);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a1 = w.fma(x, a1);
                a2 = v.fma(x, a2);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a2 = w.fma(x, a2);
                a3 = v.fma(x, a3);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a3 = w.fma(x, a3);
                a4 = v.fma(x, a4);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a4 = w.fma(x, a4);
                a5 = v.fma(x, a5);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a5 = w.fma(x, a5);
                a6 = v.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a6 = w.fma(x, a6);
                k += 3 * L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** Runs of three, from {@code threes} on runs of two: filters of 5x5, 7x7 and so on. */
    static void threesAndTwos(
            float[] in,
            int p,
            int[] offsets,
            int threes,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 7 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < threes; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                FloatVector w = FloatVector.fromArray(FLOATS, weights, k + 2 * L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a0 = w.fma(x, a0);
                a1 = v.fma(x, a1);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a1 = w.fma(x, a1);
                a2 = v.fma(x, a2);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a2 = w.fma(x, a2);
                a3 = v.fma(x, a3);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a3 = w.fma(x, a3);
                a4 = v.fma(x, a4);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a4 = w.fma(x, a4);
                a5 = v.fma(x, a5);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a5 = w.fma(x, a5);
                a6 = v.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a6 = w.fma(x, a6);
                k += 3 * L;
            }
            for (int r = threes; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a1 = v.fma(x, a1);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a2 = v.fma(x, a2);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a3 = v.fma(x, a3);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a4 = v.fma(x, a4);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a5 = v.fma(x, a5);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a6 = v.fma(x, a6);
                k += 2 * L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** Single taps: dilated filters and those of even size. */
    static void ones(
            float[] in,
            int p,
            int[] offsets,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 7 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a6 = u.fma(x, a6);
                k += L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** Runs of three at stride 2. */
    static void threesStride2(
            float[] in,
            int p,
            int[] offsets,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 14 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                FloatVector w = FloatVector.fromArray(FLOATS, weights, k + 2 * L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a0 = w.fma(x, a0);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a1 = v.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a1 = w.fma(x, a1);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a2 = v.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a2 = w.fma(x, a2);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a3 = v.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a3 = w.fma(x, a3);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 9 * L);
                a4 = v.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 10 * L);
                a4 = w.fma(x, a4);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 11 * L);
                a5 = v.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 12 * L);
                a5 = w.fma(x, a5);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 13 * L);
                a6 = v.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 14 * L);
                a6 = w.fma(x, a6);
                k += 3 * L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** Runs of three, then of two, at stride 2. */
    static void threesAndTwosStride2(
            float[] in,
            int p,
            int[] offsets,
            int threes,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 14 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < threes; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                FloatVector w = FloatVector.fromArray(FLOATS, weights, k + 2 * L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a0 = w.fma(x, a0);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a1 = v.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a1 = w.fma(x, a1);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a2 = v.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a2 = w.fma(x, a2);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a3 = v.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a3 = w.fma(x, a3);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 9 * L);
                a4 = v.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 10 * L);
                a4 = w.fma(x, a4);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 11 * L);
                a5 = v.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 12 * L);
                a5 = w.fma(x, a5);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 13 * L);
                a6 = v.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 14 * L);
                a6 = w.fma(x, a6);
                k += 3 * L;
            }
            for (int r = threes; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                FloatVector v = FloatVector.fromArray(FLOATS, weights, k + L);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + L);
                a0 = v.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 3 * L);
                a1 = v.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 5 * L);
                a2 = v.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 7 * L);
                a3 = v.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 9 * L);
                a4 = v.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 10 * L);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 11 * L);
                a5 = v.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 12 * L);
                a6 = u.fma(x, a6);
                x = FloatVector.fromArray(FLOATS, in, i + 13 * L);
                a6 = v.fma(x, a6);
                k += 2 * L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** Single taps at stride 2. */
    static void onesStride2(
            float[] in,
            int p,
            int[] offsets,
            float[] weights,
            int w0,
            float[] bias,
            int o,
            float[] out,
            int q,
            int end) {
        for (; q < end; q += 7 * L, p += 14 * L) {
            int k = w0;
            FloatVector x;
            FloatVector a0 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a1 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a2 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a3 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a4 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a5 = FloatVector.fromArray(FLOATS, bias, o);
            FloatVector a6 = FloatVector.fromArray(FLOATS, bias, o);
            for (int r = 0; r < offsets.length; r++) {
                int i = p + offsets[r];
                FloatVector u = FloatVector.fromArray(FLOATS, weights, k);
                x = FloatVector.fromArray(FLOATS, in, i);
                a0 = u.fma(x, a0);
                x = FloatVector.fromArray(FLOATS, in, i + 2 * L);
                a1 = u.fma(x, a1);
                x = FloatVector.fromArray(FLOATS, in, i + 4 * L);
                a2 = u.fma(x, a2);
                x = FloatVector.fromArray(FLOATS, in, i + 6 * L);
                a3 = u.fma(x, a3);
                x = FloatVector.fromArray(FLOATS, in, i + 8 * L);
                a4 = u.fma(x, a4);
                x = FloatVector.fromArray(FLOATS, in, i + 10 * L);
                a5 = u.fma(x, a5);
                x = FloatVector.fromArray(FLOATS, in, i + 12 * L);
                a6 = u.fma(x, a6);
                k += L;
            }
            a0.intoArray(out, q);
            a1.intoArray(out, q + L);
            a2.intoArray(out, q + 2 * L);
            a3.intoArray(out, q + 3 * L);
            a4.intoArray(out, q + 4 * L);
            a5.intoArray(out, q + 5 * L);
            a6.intoArray(out, q + 6 * L);
        }
    }

    /** One pixel, tap by tap: what no tile covers. */
    static void one(float[] in, int p, int[] taps, float[] weights, int w0, float[] bias, int o, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, o);
        for (int t = 0; t < taps.length; t++) {
            a = FloatVector.fromArray(FLOATS, weights, w0 + t * L)
                    .fma(FloatVector.fromArray(FLOATS, in, p + taps[t]), a);
        }
        a.intoArray(out, q);
    }
}
