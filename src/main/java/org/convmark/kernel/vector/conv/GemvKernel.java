package org.convmark.kernel.vector.conv;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.vector.lane.AlignedFloats;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.PostOps;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.kernel.vector.lane.ThreadMemory;
import org.convmark.model.Conv;
import org.convmark.model.Precision;

/**
 * Dense convolution of a map of one pixel, as in classifiers and squeeze-excite gates: a matrix-vector product. Every weight is
 * used once, so the time is limited by reading weights from L3 or memory, and a core must have many reads in flight. So a unit is
 * up to eight vectors of outputs: each tap is one broadcast and eight multiply-adds that read that many neighbouring vectors.
 */
public final class GemvKernel implements RowRangeKernel {
    /** Vectors of outputs that a unit computes. */
    private static final int[] SIZES = {2, 4, 8};

    private static final int LARGEST = SIZES[SIZES.length - 1];

    private final PostOps postOps;
    private final BlockedTensor in;
    private final BlockedTensor out;
    private final int channels;
    private final Part[] parts;

    /**
     * Some blocks of outputs.
     *
     * @param block the first
     * @param vectors one of {@link #SIZES}; vectors after the last block are zeros
     * @param weights channel x vectors x L; null if they are codes
     * @param codes the weights in fewer bits, or null
     */
    private record Part(int block, int vectors, float[] weights, CodedGemv codes, float[] bias) {}

    /** A convolution with all its post-ops. */
    public GemvKernel(FoldedConv folded, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        this.postOps = postOps;
        this.in = in;
        this.out = out;
        this.channels = in.shape.channels();
        List<Part> all = new ArrayList<>();
        int block = 0;
        while (block < out.blocks) {
            int vectors = folded.conv().precision().isNone() ? size(out.blocks - block) : LARGEST;
            Part part = part(block, vectors, folded);
            all.add(part);
            block += part.vectors;
        }
        this.parts = all.toArray(Part[]::new);
        ThreadMemory.reserve(LARGEST * L);
    }

    /** Whether this kernel can run it: channels must be contiguous, as in whole tensors of one-pixel maps. */
    public static boolean fits(Conv conv, PostOps postOps, BlockedTensor in, BlockedTensor out) {
        return in.isPoint()
                && out.isPoint()
                && (postOps.residual() == null || postOps.residual().isPoint())
                && conv.kernel() == 1
                && conv.groupWidth(in.shape.channels()) == in.shape.channels();
    }

    /**
     * The smallest size that holds all remaining blocks. The fewer sizes a layer uses, the sooner C2 has counted enough calls of
     * each.
     */
    private static int size(int blocks) {
        return Arrays.stream(SIZES).filter(size -> size >= blocks).findFirst().orElse(LARGEST);
    }

    private Part part(int block, int vectors, FoldedConv folded) {
        float[] weights = new float[Math.multiplyExact(channels, vectors * L)];
        float[] biases = new float[vectors * L];
        float[] scales = new float[vectors * L];
        for (int i = 0; i < vectors * L && block * L + i < folded.bias().length; i++) {
            int o = block * L + i;
            biases[i] = folded.bias()[o];
            scales[i] = folded.scales()[o];
            for (int c = 0; c < channels; c++) {
                weights[c * vectors * L + i] = folded.filter()[o * channels + c];
            }
        }
        Precision precision = folded.conv().precision();
        if (precision.isNone()) {
            return new Part(block, vectors, weights, null, biases);
        }
        return new Part(block, vectors, null, new CodedGemv(precision, weights, scales), biases);
    }

    @Override
    public int units() {
        return out.shape.batch() * parts.length;
    }

    @Override
    public void run(int from, int to) {
        for (int unit = from; unit < to; unit++) {
            make(unit / parts.length, parts[unit % parts.length]);
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        for (Part part : parts) {
            make(n, part);
        }
    }

    private void make(int n, Part part) {
        AlignedFloats sums = ThreadMemory.lines();
        int p = in.at(n, 0, 0, 0);
        if (part.codes != null) {
            part.codes.run(in.data, p, channels, part.bias, sums.data(), sums.first());
        } else {
            switch (part.vectors) {
                case 8 -> eight(in.data, p, channels, part.weights, part.bias, sums.data(), sums.first());
                case 4 -> four(in.data, p, channels, part.weights, part.bias, sums.data(), sums.first());
                default -> two(in.data, p, channels, part.weights, part.bias, sums.data(), sums.first());
            }
        }
        int length = Math.min(part.vectors, out.blocks - part.block) * L;
        ElementwiseKernels.copy(sums.data(), sums.first(), out.data, out.at(n, part.block, 0, 0), length);
        postOps.run(out, n, part.block, 0, length);
    }

    private static void eight(float[] in, int p, int channels, float[] w, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, 0), b = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector c = FloatVector.fromArray(FLOATS, bias, 2 * L), d = FloatVector.fromArray(FLOATS, bias, 3 * L);
        FloatVector e = FloatVector.fromArray(FLOATS, bias, 4 * L), f = FloatVector.fromArray(FLOATS, bias, 5 * L);
        FloatVector g = FloatVector.fromArray(FLOATS, bias, 6 * L), h = FloatVector.fromArray(FLOATS, bias, 7 * L);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k]);
            a = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L)), a);
            b = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + L), b);
            c = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 2 * L), c);
            d = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 3 * L), d);
            e = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 4 * L), e);
            f = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 5 * L), f);
            g = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 6 * L), g);
            h = x.fma(FloatVector.fromArray(FLOATS, w, k * (8 * L) + 7 * L), h);
        }
        a.intoArray(out, q);
        b.intoArray(out, q + L);
        c.intoArray(out, q + 2 * L);
        d.intoArray(out, q + 3 * L);
        e.intoArray(out, q + 4 * L);
        f.intoArray(out, q + 5 * L);
        g.intoArray(out, q + 6 * L);
        h.intoArray(out, q + 7 * L);
    }

    private static void four(float[] in, int p, int channels, float[] w, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, 0), b = FloatVector.fromArray(FLOATS, bias, L);
        FloatVector c = FloatVector.fromArray(FLOATS, bias, 2 * L), d = FloatVector.fromArray(FLOATS, bias, 3 * L);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k]);
            a = x.fma(FloatVector.fromArray(FLOATS, w, k * (4 * L)), a);
            b = x.fma(FloatVector.fromArray(FLOATS, w, k * (4 * L) + L), b);
            c = x.fma(FloatVector.fromArray(FLOATS, w, k * (4 * L) + 2 * L), c);
            d = x.fma(FloatVector.fromArray(FLOATS, w, k * (4 * L) + 3 * L), d);
        }
        a.intoArray(out, q);
        b.intoArray(out, q + L);
        c.intoArray(out, q + 2 * L);
        d.intoArray(out, q + 3 * L);
    }

    private static void two(float[] in, int p, int channels, float[] w, float[] bias, float[] out, int q) {
        FloatVector a = FloatVector.fromArray(FLOATS, bias, 0), b = FloatVector.fromArray(FLOATS, bias, L);
        for (int k = 0; k < channels; k++) {
            FloatVector x = FloatVector.broadcast(FLOATS, in[p + k]);
            a = x.fma(FloatVector.fromArray(FLOATS, w, k * (2 * L)), a);
            b = x.fma(FloatVector.fromArray(FLOATS, w, k * (2 * L) + L), b);
        }
        a.intoArray(out, q);
        b.intoArray(out, q + L);
    }
}
