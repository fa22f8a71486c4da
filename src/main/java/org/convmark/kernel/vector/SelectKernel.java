package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.incubator.vector.FloatVector;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.model.TileLayer;
import org.convmark.model.TileLayer.Grid;

/**
 * A mask of tiles. A unit is the score of one tile; the thread that finishes the last one makes the mask, which takes time
 * proportional to the number of tiles. Scores are compared as integers of the same order, and the lowest that is computed is found bit
 * by bit.
 */
final class SelectKernel implements RowRangeKernel {
    private final Grid grid;
    private final int kept;
    private final BlockedTensor in;
    private final BlockedTensor mask;

    /** A vector for each tile, with the maxima of its lanes. */
    private final float[] maxima;

    private final int[] scores;
    private final AtomicInteger unscored;

    SelectKernel(TileLayer.Select select, BlockedTensor in, BlockedTensor mask) {
        this.grid = select.grid();
        this.kept = select.kept();
        this.in = in;
        this.mask = mask;
        this.scores = new int[in.shape.batch() * grid.tiles()];
        this.maxima = new float[scores.length * L];
        this.unscored = new AtomicInteger(scores.length);
    }

    @Override
    public int units() {
        return scores.length;
    }

    @Override
    public void run(int from, int to) {
        for (int tile = from; tile < to; tile++) {
            // A sum of zeros has one form, and -0 must not be less than 0.
            int bits = Float.floatToRawIntBits(score(tile / grid.tiles(), tile % grid.tiles(), tile * L) + 0f);
            scores[tile] = bits ^ bits >> 31 & Integer.MAX_VALUE;
        }
        if (unscored.addAndGet(from - to) == 0) {
            unscored.set(scores.length);
            choose(lowest());
        }
    }

    @Override
    public void rows(int n, int from, int to) {
        throw new IllegalStateException("a mask needs the whole map");
    }

    private float score(int n, int tile, int lanes) {
        int row = tile / grid.columns();
        int column = tile % grid.columns();
        int left = TileLayer.Select.from(column, in.shape.width(), grid.columns());
        int length = (TileLayer.Select.from(column + 1, in.shape.width(), grid.columns()) - left) * L;
        int top = TileLayer.Select.from(row, in.shape.height(), grid.rows());
        int bottom = TileLayer.Select.from(row + 1, in.shape.height(), grid.rows());
        int whole = in.shape.channels() / L;
        Arrays.fill(maxima, lanes, lanes + L, Float.NEGATIVE_INFINITY);
        for (int b = 0; b < whole; b++) {
            maximum(in.at(n, b, top, left), bottom - top, length, lanes);
        }
        float score = largest(lanes, L);
        if (whole < in.blocks) {
            Arrays.fill(maxima, lanes, lanes + L, Float.NEGATIVE_INFINITY);
            maximum(in.at(n, whole, top, left), bottom - top, length, lanes);
            score = Math.max(score, largest(lanes, in.shape.channels() % L));
        }
        return score;
    }

    /** Of some rows of one channel block, lane by lane. */
    private void maximum(int i, int rows, int length, int lanes) {
        int fours = rows / 4 * 4;
        for (int y = 0; y < fours; y += 4) {
            ofFour(in.data, i + y * in.row, in.row, length, maxima, lanes);
        }
        for (int y = fours; y < rows; y++) {
            maximum(in.data, i + y * in.row, length, maxima, lanes);
        }
    }

    /** Of four rows at once, which hides the latency of comparisons. */
    private static void ofFour(float[] in, int i, int row, int length, float[] out, int o) {
        FloatVector a = FloatVector.fromArray(FLOATS, out, o);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int k = i; k < i + length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, k);
            FloatVector y = FloatVector.fromArray(FLOATS, in, k + row);
            FloatVector z = FloatVector.fromArray(FLOATS, in, k + 2 * row);
            FloatVector w = FloatVector.fromArray(FLOATS, in, k + 3 * row);
            a = a.blend(x, a.lt(x));
            b = b.blend(y, b.lt(y));
            c = c.blend(z, c.lt(z));
            d = d.blend(w, d.lt(w));
        }
        a = a.blend(b, a.lt(b));
        c = c.blend(d, c.lt(d));
        a.blend(c, a.lt(c)).intoArray(out, o);
    }

    /** Of a row, lane by lane; by comparison, as {@link org.convmark.kernel.vector.lane.ElementwiseKernels#maximum}. */
    private static void maximum(float[] in, int i, int length, float[] out, int o) {
        FloatVector most = FloatVector.fromArray(FLOATS, out, o);
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, in, i + k);
            most = most.blend(x, most.lt(x));
        }
        most.intoArray(out, o);
    }

    private float largest(int from, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, maxima[i]);
        }
        return largest;
    }

    /** The largest number that so many scores as are kept reach. */
    private int lowest() {
        long low = Integer.MIN_VALUE;
        long high = Integer.MAX_VALUE;
        while (low < high) {
            long middle = (low + high + 1) >> 1;
            if (reach((int) middle) >= kept) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return (int) low;
    }

    private int reach(int least) {
        int count = 0;
        for (int score : scores) {
            count += score >= least ? 1 : 0;
        }
        return count;
    }

    /** Places in the order of the tiles; of those with the lowest score that is computed, the first. */
    private void choose(int lowest) {
        int ties = kept - (lowest == Integer.MAX_VALUE ? 0 : reach(lowest + 1));
        int place = 0;
        for (int tile = 0; tile < scores.length; tile++) {
            boolean first = scores[tile] == lowest && ties-- > 0;
            boolean computed = first || scores[tile] > lowest;
            int at = mask.at(tile / grid.tiles(), 0, tile % grid.tiles() / grid.columns(), tile % grid.columns());
            mask.data[at] = computed ? place++ : TileLayer.SKIPPED;
        }
    }
}
