package org.convmark.kernel.vector;

import java.util.ArrayList;
import java.util.List;
import org.convmark.kernel.Kernel;
import org.convmark.model.Graph;
import org.convmark.model.RowFlow;
import org.convmark.model.Shape;

/**
 * Several layers as one kernel. Each worker makes a band of rows of the result, some rows in a step; in each step every
 * layer makes the rows that those after it need, into a window that slides over its map and stays in L2. Only the first
 * inputs and the result are whole tensors. The layers are the kernels that run alone too, bound to windows.
 */
final class FusedKernel implements Kernel {
    /** Makes the kernel of a node of the body. */
    interface Binding {
        Stage bind(Graph.Node node, List<Blocked> in, Blocked out);
    }

    /** Rows of an image, and by step and window the row on top of it. */
    private record Band(int image, RowFlow flow, int[][] tops) {}

    private final Graph body;
    private final int first;
    private final List<Blocked> in;
    private final Blocked out;

    /** What the stages read and write, by value of the body. */
    private final Blocked[] values;

    private final Stage[] stages;

    /** By worker. */
    private final Band[][] bands;

    /**
     * @param body layers with a reach of some rows
     * @param step rows of the result in a step
     * @param workers bands, at the most
     */
    FusedKernel(Graph body, int step, int workers, Binding binding, List<Blocked> in, Blocked out) {
        this.body = body;
        this.first = body.inputs().size();
        this.in = in;
        this.out = out;
        List<List<RowFlow>> flows = flows(body, step, workers);
        this.values = values(flows.stream().flatMap(List::stream).toList(), flows.size());
        this.bands = bands(flows);
        this.stages = new Stage[body.nodes().size()];
        for (int i = 0; i < stages.length; i++) {
            Graph.Node node = body.nodes().get(i);
            stages[i] = binding.bind(
                    node, node.inputs().stream().map(v -> values[v]).toList(), values[first + i]);
        }
    }

    /** By worker, the rows that it makes of each image that it makes rows of. */
    private static List<List<RowFlow>> flows(Graph body, int step, int workers) {
        int height = body.output().height();
        int rows = height * body.output().batch();
        int count = Math.min(workers, rows);
        List<List<RowFlow>> flows = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            List<RowFlow> own = new ArrayList<>();
            int end = (int) ((long) rows * (w + 1) / count);
            for (int row = (int) ((long) rows * w / count); row < end; row = row / height * height + height) {
                int top = row / height * height;
                own.add(new RowFlow(body, row % height, Math.min(end - top, height), step));
            }
            flows.add(own);
        }
        return flows;
    }

    private Blocked[] values(List<RowFlow> flows, int workers) {
        Blocked[] made = new Blocked[first + body.nodes().size()];
        for (int v = 0; v < made.length; v++) {
            int value = v;
            int most = flows.stream().mapToInt(f -> f.mostMade(value)).max().orElseThrow();
            int fewest = flows.stream().mapToInt(f -> f.fewestMade(value)).min().orElseThrow();
            if (v < first) {
                made[v] = in.get(v).seenBy(workers, most, fewest);
            } else if (v == body.head()) {
                made[v] = out.seenBy(workers, most, fewest);
            } else {
                Shape map = body.shape(v);
                Shape shape = new Shape(workers, map.channels(), map.height(), map.width());
                int held = flows.stream().mapToInt(f -> f.window(value)).max().orElseThrow();
                made[v] = Blocked.windows(shape, border(v), most, fewest, held);
            }
        }
        return made;
    }

    /** The widest padding of what reads a value. */
    private int border(int value) {
        int border = 0;
        for (Graph.Node node : body.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                int padding = node.layer().reach(i).before();
                border = node.inputs().get(i) == value ? Math.max(border, padding) : border;
            }
        }
        return border;
    }

    private Band[][] bands(List<List<RowFlow>> flows) {
        Band[][] bands = new Band[flows.size()][];
        int image = 0;
        for (int w = 0; w < bands.length; w++) {
            bands[w] = new Band[flows.get(w).size()];
            for (int i = 0; i < bands[w].length; i++) {
                RowFlow flow = flows.get(w).get(i);
                int[][] tops = new int[values.length][];
                RowFlow.windows(body).forEach(v -> tops[v] = flow.tops(v, values[v].held));
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
            for (int i = 0; i < stages.length; i++) {
                int from = band.flow.from(step, first + i);
                int to = band.flow.to(step, first + i);
                if (from < to) {
                    stages[i].rows(worker, from, to);
                }
            }
        }
    }

    /** Makes room for the rows of a step; rows outside the map are zeros. */
    private void slide(int worker, Band band, int step, int v) {
        Blocked window = values[v];
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
