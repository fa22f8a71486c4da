package org.convmark.fusion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.convmark.model.Graph;
import org.convmark.model.ReceptiveField;

/**
 * Line-buffer schedule of a fused body: which rows of every value are computed in which step. The result is computed some rows at
 * a time and every other value just in time. A row is computed once; the first step computes more rows of values that a filter
 * reads ahead. Pure arithmetic: planners use it to count, executors follow it.
 */
public final class LineBufferSchedule {
    /**
     * A window has room for a second step only if at most this many rows are computed per step. With more rows per step,
     * sliding moves few rows for each one computed.
     */
    private static final int SLACK = 2;

    private static final int NONE = Integer.MAX_VALUE;

    private final Graph body;

    /** By node and input; stored because every step needs them. */
    private final List<List<ReceptiveField>> reaches;

    /** Steps. */
    public final int steps;

    /** By step and value: rows computed before it; one more entry for the end. */
    private final int[][] made;

    /** By step and value: the first row that this step or a later one reads, padding included. */
    private final int[][] low;

    /** By step and value: one past the last row that this step reads, padding included. */
    private final int[][] high;

    /**
     * @param body a body whose layers all have a bounded {@link ReceptiveField}
     * @param from the first row of the result
     * @param to one past the last
     * @param step rows of the result per step
     */
    public LineBufferSchedule(Graph body, int from, int to, int step) {
        this.body = body;
        this.reaches = body.nodes().stream()
                .map(node -> IntStream.range(0, node.inputs().size())
                        .mapToObj(node.layer()::reach)
                        .toList())
                .toList();
        int values = body.inputs().size() + body.nodes().size();
        this.steps = (to - from + step - 1) / step;
        this.made = new int[steps + 1][values];
        this.low = new int[steps][values];
        this.high = new int[steps][values];
        for (int t = 0; t < steps; t++) {
            step(t, from, Math.min(from + (t + 1) * step, to));
        }
    }

    /**
     * All rows of all images in bands that are as equal as may be.
     *
     * @param step rows of the result per step
     * @param workers most bands
     * @return by worker a schedule for each image that it makes rows of, images in order
     */
    public static List<List<LineBufferSchedule>> bands(Graph body, int step, int workers) {
        int height = body.output().height();
        int rows = height * body.output().batch();
        int count = Math.min(workers, rows);
        List<List<LineBufferSchedule>> bands = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            List<LineBufferSchedule> own = new ArrayList<>();
            int end = (int) ((long) rows * (w + 1) / count);
            for (int row = (int) ((long) rows * w / count); row < end; row = row / height * height + height) {
                int top = row / height * height;
                own.add(new LineBufferSchedule(body, row % height, Math.min(end - top, height), step));
            }
            bands.add(own);
        }
        return bands;
    }

    /** Backwards from the result: the rows that a value's readers compute determine the rows they read of it. */
    private void step(int t, int from, int end) {
        Arrays.fill(low[t], NONE);
        Arrays.fill(high[t], -NONE);
        for (int v = made[t].length - 1; v >= 0; v--) {
            int height = body.shape(v).height();
            if (t == 0) {
                made[0][v] = v == body.head() ? from : Math.max(0, Math.min(low[0][v], height));
            }
            int before = made[t][v];
            made[t + 1][v] = v == body.head() ? end : Math.max(before, Math.min(high[t][v], height));
            if (v >= body.inputs().size()) {
                read(t, v - body.inputs().size(), before, made[t + 1][v]);
            }
        }
    }

    private void read(int t, int node, int before, int after) {
        List<Integer> inputs = body.nodes().get(node).inputs();
        for (int i = 0; i < inputs.size(); i++) {
            int v = inputs.get(i);
            ReceptiveField reach = reaches.get(node).get(i);
            low[t][v] = Math.min(low[t][v], reach.first(before));
            high[t][v] = after == before ? high[t][v] : Math.max(high[t][v], reach.last(after - 1) + 1);
        }
    }

    /** The first row of a value that a step computes. */
    public int from(int step, int value) {
        return made[step][value];
    }

    /** One past the last row of a value that a step computes. */
    public int to(int step, int value) {
        return made[step + 1][value];
    }

    /** One past the last row of a value that a step reads; rows below the map are padding. */
    public int readTo(int step, int value) {
        return Math.max(high[step][value], made[step + 1][value]);
    }

    /** The first row that a step or any later one reads or computes. */
    private int lowest(int step, int value) {
        return Math.min(low[step][value], made[step][value]);
    }

    /** Most rows of a value held at once, if none is held longer than needed. */
    public int held(int value) {
        int most = 0;
        for (int t = 0; t < steps; t++) {
            most = Math.max(most, readTo(t, value) - lowest(t, value));
        }
        return most;
    }

    /** Rows of a value's window; if it slides, it has room for some rows more, so that it slides less often. */
    public int window(int value) {
        int held = held(value);
        int made = mostMade(value);
        return slides(value) && made <= SLACK ? held + made : held;
    }

    /** Whether rows of a value are read in a later step than the one that computes them. */
    public boolean slides(int value) {
        return IntStream.range(1, steps)
                .anyMatch(t -> high[t][value] > low[t][value] && low[t][value] < made[t][value]);
    }

    /** Most rows of a value computed in one step. */
    public int mostMade(int value) {
        int most = 0;
        for (int t = 0; t < steps; t++) {
            most = Math.max(most, to(t, value) - from(t, value));
        }
        return most;
    }

    /** Fewest rows of a value computed in a step that computes any. */
    public int fewestMade(int value) {
        int fewest = NONE;
        for (int t = 0; t < steps; t++) {
            int rows = to(t, value) - from(t, value);
            fewest = rows == 0 ? fewest : Math.min(fewest, rows);
        }
        return fewest;
    }

    /** Whether this schedule computes the last row of the result. */
    public boolean isLast() {
        return made[steps][body.head()] == body.output().height();
    }

    /**
     * Rows of a value computed in all steps together. All bands together compute more than the map has if two bands compute the
     * same rows.
     */
    public int made(int value) {
        return made[steps][value] - made[0][value];
    }

    /**
     * For each step, the row of the map at the top of a window of this many rows. The window slides when what a step reads would
     * not fit.
     *
     * @param rows at least {@link #held}
     */
    public int[] tops(int value, int rows) {
        int[] tops = new int[steps];
        for (int t = 0; t < steps; t++) {
            boolean fits = t > 0 && readTo(t, value) - tops[t - 1] <= rows;
            tops[t] = fits ? tops[t - 1] : lowest(t, value);
        }
        return tops;
    }

    /** The values that are held in windows: all but the inputs and the result. */
    public static List<Integer> windows(Graph body) {
        int first = body.inputs().size();
        return IntStream.range(first, first + body.nodes().size())
                .filter(v -> v != body.head())
                .boxed()
                .toList();
    }
}
