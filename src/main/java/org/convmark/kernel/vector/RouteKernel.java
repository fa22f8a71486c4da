package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.lane.Lanes.FLOATS;
import static org.convmark.kernel.vector.lane.Lanes.L;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.ElementwiseKernels;
import org.convmark.kernel.vector.lane.RowKernel;
import org.convmark.model.Route;

/**
 * Moves channels. A block of the result whose lanes come from one block in order is copied row by row. Any other block is joined
 * from its sources: two loads, two permutations, a blend and a store per pixel for the first two, and the same again, with the
 * result so far as one of the two, for each further source. Share of the bandwidth of a copy in L2, Zen 3, AVX2, one thread, JDK
 * 17 / 25: shuffle in two groups 64@56 38 / 54 %, 128@28 31 / 42 %; copied rows 47 / 62 %.
 */
final class RouteKernel implements RowKernel.Row {
    private static final VectorShuffle<Float> IN_PLACE = VectorShuffle.fromOp(FLOATS, lane -> lane);

    private final BlockedTensor out;

    /** For each block of the result, what it takes from which source. */
    private final List<List<Part>> parts = new ArrayList<>();

    RouteKernel(int[] sources, List<BlockedTensor> in, BlockedTensor out) {
        this.out = out;
        int[] channels = in.stream().mapToInt(x -> x.shape.channels()).toArray();
        for (int first = 0; first < sources.length; first += L) {
            Map<Source, int[]> orders = new LinkedHashMap<>();
            for (int i = 0; i < L && first + i < sources.length; i++) {
                Route.Source from = Route.Source.of(sources[first + i], channels);
                Source source = new Source(in.get(from.input()), from.channel() / L);
                orders.computeIfAbsent(source, s -> nothing())[i] = from.channel() % L;
            }
            int lanes = Math.min(L, sources.length - first);
            parts.add(orders.entrySet().stream()
                    .map(e -> Part.of(e.getKey(), e.getValue(), lanes))
                    .toList());
        }
    }

    private static int[] nothing() {
        int[] order = new int[L];
        Arrays.fill(order, -1);
        return order;
    }

    /** One block of channels of one input. */
    private record Source(BlockedTensor tensor, int block) {}

    /**
     * What a block of the result takes from one source.
     *
     * @param order the lane of the source for each lane of the result
     * @param lanes the lanes of the result that come from this source
     * @param whole whether these are all lanes, in order
     */
    private record Part(Source source, VectorShuffle<Float> order, VectorMask<Float> lanes, boolean whole) {
        /** @param order -1 where a lane of the result comes from elsewhere */
        static Part of(Source source, int[] order, int lanes) {
            boolean[] taken = new boolean[L];
            int inPlace = 0;
            for (int i = 0; i < L; i++) {
                taken[i] = order[i] >= 0;
                inPlace += i < lanes && order[i] == i ? 1 : 0;
            }
            return new Part(
                    source,
                    VectorShuffle.fromOp(FLOATS, i -> Math.max(0, order[i])),
                    VectorMask.fromArray(FLOATS, taken, 0),
                    inPlace == lanes);
        }

        int at(int n, int y) {
            return source.tensor.at(n, source.block, y, 0);
        }
    }

    @Override
    public void run(int index) {
        int height = out.shape.height();
        int n = index / height / out.blocks;
        int y = index % height;
        List<Part> from = parts.get(index / height % out.blocks);
        Part a = from.get(0);
        int q = out.rowAt(index);
        if (a.whole) {
            ElementwiseKernels.copy(a.source.tensor.data, a.at(n, y), out.data, q, out.rowLength());
            return;
        }
        Part b = from.get(from.size() > 1 ? 1 : 0);
        join(
                a.source.tensor.data,
                a.at(n, y),
                a.order,
                b.source.tensor.data,
                b.at(n, y),
                b,
                out.data,
                q,
                out.rowLength());
        for (int i = 2; i < from.size(); i++) {
            Part c = from.get(i);
            join(out.data, q, IN_PLACE, c.source.tensor.data, c.at(n, y), c, out.data, q, out.rowLength());
        }
    }

    /** The selected lanes from b, all others from a. */
    private static void join(
            float[] a, int i, VectorShuffle<Float> order, float[] in, int j, Part b, float[] out, int o, int length) {
        VectorShuffle<Float> orderOfB = b.order;
        VectorMask<Float> lanesOfB = b.lanes;
        for (int k = 0; k < length; k += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, a, i + k).rearrange(order);
            FloatVector y = FloatVector.fromArray(FLOATS, in, j + k).rearrange(orderOfB);
            x.blend(y, lanesOfB).intoArray(out, o + k);
        }
    }
}
