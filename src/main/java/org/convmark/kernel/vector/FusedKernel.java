package org.convmark.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.convmark.fusion.ExpandProjectChain;
import org.convmark.fusion.FusionPlan;
import org.convmark.fusion.LineBufferSchedule;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.lane.Band;
import org.convmark.kernel.vector.lane.BlockedTensor;
import org.convmark.kernel.vector.lane.RowRangeKernel;
import org.convmark.model.Graph;
import org.convmark.model.Shape;

/**
 * Several layers as one kernel. Each worker computes a band of rows of the result, some rows per step. In each step every layer
 * computes the rows that later layers need, into a window that slides over its map and stays in L2. Only the inputs and the
 * result are whole tensors. The layers are the same kernels that run alone, bound to windows.
 */
public final class FusedKernel implements Kernel {
    /** Creates the kernels of a body. */
    interface Binding {
        RowRangeKernel bind(Graph.Node node, List<BlockedTensor> in, BlockedTensor out);

        RowRangeKernel bind(FoldedConv part, BlockedTensor in, BlockedTensor addend, BlockedTensor out);

        FoldedConv fold(Graph.Node node);
    }

    /** Rows of an image, and the top row of each window in each step. */
    private record Band(int image, LineBufferSchedule flow, int[][] tops) {}

    private final Graph body;
    private final int first;
    private final List<BlockedTensor> in;
    private final BlockedTensor out;

    /** What the kernels read and write, indexed by value of the body. */
    private final BlockedTensor[] values;

    /** Holds every second partial sum over chunks; null if hidden channels are not chunked. */
    private final BlockedTensor sums;

    private final int sumsOf;

    /** In order: a node for all its channels, or the nodes of the expand-project chain for one chunk. */
    private final Turn[] turns;

    /** By worker. */
    private final Band[][] bands;

    /**
     * One kernel call of a step.
     *
     * @param value the value whose rows it computes
     */
    private record Turn(RowRangeKernel stage, int value) {}

    /** @param plan step, chunk and bands */
    FusedKernel(FusionPlan.Kernel plan, Binding binding, List<BlockedTensor> in, BlockedTensor out) {
        this.body = plan.body();
        this.first = body.inputs().size();
        this.in = in;
        this.out = out;
        List<List<LineBufferSchedule>> flows = LineBufferSchedule.bands(body, plan.step(), plan.workers());
        List<LineBufferSchedule> every = flows.stream().flatMap(List::stream).toList();
        ExpandProjectChain hidden =
                plan.chunk() == 0 ? null : ExpandProjectChain.of(body).orElseThrow();
        this.values = values(plan, every, flows.size());
        this.sumsOf = hidden == null ? -1 : first + hidden.last();
        this.sums = hidden == null ? null : window(sumsOf, body.shape(sumsOf), every, flows.size(), 0);
        this.bands = bands(flows);
        List<Turn> all = new ArrayList<>();
        for (int i = 0; i < body.nodes().size(); i++) {
            if (hidden == null || i < hidden.first() || i > hidden.last()) {
                if (isMade(first + i)) {
                    Graph.Node node = body.nodes().get(i);
                    all.add(new Turn(binding.bind(node, operands(node), values[first + i]), first + i));
                }
            } else if (i == hidden.first()) {
                chunks(plan.chunk(), hidden, binding, all);
            }
        }
        this.turns = all.toArray(Turn[]::new);
    }

    /** Whether any row of a value is computed: filters that only see padding read none. */
    private boolean isMade(int value) {
        return values[value].rows > 0;
    }

    private List<BlockedTensor> operands(Graph.Node node) {
        return node.inputs().stream().map(v -> values[v]).toList();
    }

    /** Runs the expand-project chain chunk by chunk. */
    private void chunks(int chunk, ExpandProjectChain hidden, Binding binding, List<Turn> to) {
        List<FoldedConv> folded = IntStream.rangeClosed(hidden.first(), hidden.last())
                .mapToObj(i -> binding.fold(body.nodes().get(i)))
                .toList();
        int channels = hidden.channels();
        for (int from = 0; from < channels; from += chunk) {
            int end = Math.min(from + chunk, channels);
            BlockedTensor source =
                    operands(body.nodes().get(hidden.first())).get(folded.get(0).source());
            for (int i = hidden.first(); i < hidden.last(); i++) {
                FoldedConv part = folded.get(i - hidden.first()).outputs(from, end);
                BlockedTensor made = part(first + i, from, end);
                if (isMade(first + i)) {
                    to.add(new Turn(binding.bind(part, source, null, made), first + i));
                }
                source = made;
            }
            FoldedConv sum = folded.get(folded.size() - 1);
            if (isMade(sumsOf)) {
                RowRangeKernel added =
                        add(sum, from, end, (channels - end + chunk - 1) / chunk, hidden, binding, source);
                to.add(new Turn(added, sumsOf));
            }
        }
    }

    /**
     * Adds a chunk to the partial sum. Partial sums alternate between two tensors, so that the last one is the result.
     *
     * @param left chunks after this one
     */
    private RowRangeKernel add(
            FoldedConv sum,
            int from,
            int end,
            int left,
            ExpandProjectChain hidden,
            Binding binding,
            BlockedTensor source) {
        BlockedTensor result = left % 2 == 0 ? values[sumsOf] : sums;
        BlockedTensor addend = left % 2 == 0 ? sums : values[sumsOf];
        if (from == 0) {
            addend = sum.residual(operands(body.nodes().get(hidden.last())));
        }
        return binding.bind(sum.inputs(from, end, hidden.channels()), source, addend, result);
    }

    /** Some channels of a hidden value; all channels if its tensor holds only these. */
    private BlockedTensor part(int value, int from, int to) {
        boolean all = values[value].shape.channels() == body.shape(value).channels();
        return values[value].part(all ? from : 0, to - from);
    }

    private BlockedTensor[] values(FusionPlan.Kernel plan, List<LineBufferSchedule> flows, int workers) {
        BlockedTensor[] made = new BlockedTensor[first + body.nodes().size()];
        int[] paddings = body.paddings();
        for (int v = 0; v < made.length; v++) {
            if (v < first) {
                made[v] = in.get(v).seenBy(workers, most(v, flows), fewest(v, flows));
            } else if (v == body.head()) {
                made[v] = out.seenBy(workers, most(v, flows), fewest(v, flows));
            } else {
                Shape map = body.shape(v).withChannels(plan.windowChannels(v, flows));
                made[v] = window(v, map, flows, workers, paddings[v]);
            }
        }
        return made;
    }

    private static BlockedTensor window(int value, Shape map, List<LineBufferSchedule> flows, int workers, int border) {
        int held = flows.stream().mapToInt(f -> f.window(value)).max().orElseThrow();
        Shape each = new Shape(workers, map.channels(), map.height(), map.width());
        return BlockedTensor.windows(each, border, most(value, flows), fewest(value, flows), held);
    }

    private static int most(int value, List<LineBufferSchedule> flows) {
        return flows.stream().mapToInt(f -> f.mostMade(value)).max().orElseThrow();
    }

    private static int fewest(int value, List<LineBufferSchedule> flows) {
        return flows.stream().mapToInt(f -> f.fewestMade(value)).min().orElseThrow();
    }

    private Band[][] bands(List<List<LineBufferSchedule>> flows) {
        Band[][] bands = new Band[flows.size()][];
        int image = 0;
        for (int w = 0; w < bands.length; w++) {
            bands[w] = new Band[flows.get(w).size()];
            for (int i = 0; i < bands[w].length; i++) {
                LineBufferSchedule flow = flows.get(w).get(i);
                int[][] tops = new int[values.length][];
                LineBufferSchedule.windows(body).forEach(v -> tops[v] = flow.tops(v, values[v].held));
                bands[w][i] = new Band(image, flow, tops);
                image += flow.isLast() ? 1 : 0;
            }
        }
        return bands;
    }

    @Override
    public int units() {
        return bands.length;
    }

    @Override
    public void run(int from, int to) {
        for (int worker = from; worker < to; worker++) {
            for (Band band : bands[worker]) {
                band(worker, band);
            }
        }
    }

    private void band(int worker, Band band) {
        for (int v = 0; v < first; v++) {
            values[v].show(worker, in.get(v), band.image);
        }
        values[body.head()].show(worker, out, band.image);
        for (int step = 0; step < band.flow.steps; step++) {
            for (int v = first; v < values.length; v++) {
                if (v != body.head()) {
                    slide(worker, band, step, v);
                }
            }
            if (sums != null) {
                sums.place(worker, band.flow.from(step, sumsOf));
            }
            for (Turn turn : turns) {
                int from = band.flow.from(step, turn.value);
                int to = band.flow.to(step, turn.value);
                if (from < to) {
                    turn.stage.rows(worker, from, to);
                }
            }
        }
    }

    /** Makes room for the rows of a step; rows outside the map are zeros. */
    private void slide(int worker, Band band, int step, int v) {
        BlockedTensor window = values[v];
        int top = band.tops[v][step];
        if (step == 0) {
            window.place(worker, top);
            window.clear(worker, top, 0);
        } else if (top > band.tops[v][step - 1]) {
            window.slide(worker, band.tops[v][step - 1], top, band.flow.from(step, v));
        }
        window.clear(worker, window.shape.height(), band.flow.readTo(step, v));
    }
}
