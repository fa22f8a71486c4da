package org.convmark.kernel.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.fusion.LineBufferSchedule;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Weights;
import org.convmark.model.Graph;
import org.convmark.model.Shape;

/**
 * Binds several layers as one CPU kernel: a work-item computes a band of rows of the result, see {@code fused.cl}. A table that
 * all items read says which rows are computed in which step.
 */
final class FusedRows {
    /** Tensors that one kernel reads. */
    static final int INPUTS = 4;

    private static final int RESULT = INPUTS;
    private static final int WINDOWS = INPUTS + 1;

    /** Floats of a cache line, at which windows and parameters begin. */
    private static final int LINE = 16;

    private final Cl cl;
    private final Tuning tuning;
    private final Graph body;
    private final int first;
    private final List<DeviceTensor> in;
    private final DeviceTensor out;
    private final int[] paddings;

    /** By item, a schedule for each image that it makes rows of. */
    private final List<List<LineBufferSchedule>> items;

    FusedRows(Cl cl, Tuning tuning, Graph body, int step, List<DeviceTensor> in, DeviceTensor out) {
        this.cl = cl;
        this.tuning = tuning;
        this.body = body;
        this.first = body.inputs().size();
        this.in = in;
        this.out = out;
        this.paddings = body.paddings();
        this.items = LineBufferSchedule.bands(body, step, cl.units());
    }

    Kernel bind(Weights weights) {
        List<PartLowering.Part> stages = new PartLowering(tuning, body).all(weights);
        Shapes shapes = new Shapes();
        List<SourceFile> parts = new ArrayList<>(List.of(new SourceFile("window.cl", "")));
        stages.forEach(stage -> parts.add(stage.source()));
        String runs = IntStream.range(0, stages.size())
                .mapToObj(i -> "RUN(" + i + "," + (first + i) + ")")
                .collect(Collectors.joining());
        parts.add(new SourceFile(
                "fused.cl",
                " -DMAPS=" + (first + stages.size()) + " -DSTAGES=" + stages.size() + " -DEACH_STAGE=" + runs));
        int[] offsets = offsets(stages);
        Stream<Object> inputs = IntStream.range(0, INPUTS)
                .mapToObj(i -> in.get(Math.min(i, in.size() - 1)).memory());
        Stream<Object> others = Stream.of(
                out.memory(),
                cl.allocate((long) Math.max(1, items.size() * shapes.windowFloats) * Shape.ELEMENT_BYTES),
                cl.upload(shapes.table),
                cl.upload(constants(stages, offsets)),
                cl.upload(steps()),
                cl.upload(parameters(stages, offsets)));
        return cl.kernel(
                parts,
                "fused",
                tuning.options(),
                new Cl.Range(new long[] {items.size()}, new long[] {1}),
                Stream.concat(inputs, others).toArray());
    }

    // ---------------------------------------------------------------- tables

    /** Where the rows of each value lie, as the kernel reads it. */
    private final class Shapes {
        private static final int ENTRIES = 9;

        final int[] table = new int[(first + body.nodes().size()) * ENTRIES];

        /** Floats of all windows of an item. */
        int windowFloats;

        Shapes() {
            for (int v = 0; v < first + body.nodes().size(); v++) {
                int[] entries = v < first ? whole(v, in.get(v)) : v == body.head() ? whole(RESULT, out) : window(v);
                System.arraycopy(entries, 0, table, v * ENTRIES, ENTRIES);
            }
            windowFloats = ceil(windowFloats, LINE) * LINE;
            LineBufferSchedule.windows(body).forEach(v -> table[v * ENTRIES + 2] = windowFloats);
        }

        private int[] whole(int buffer, DeviceTensor tensor) {
            int border = tensor.border();
            Shape shape = tensor.shape();
            int left = tensor.first() + border * tensor.block();
            int rows = shape.height() + 2 * border;
            return new int[] {
                buffer, left, tensor.image(), tensor.row(), tensor.plane(), rows, border, tensor.blocks(), shape.width()
            };
        }

        private int[] window(int v) {
            Shape shape = body.shape(v);
            int block = tuning.vector();
            int border = paddings[v];
            int held = items.stream()
                    .flatMap(List::stream)
                    .mapToInt(band -> band.held(v))
                    .max()
                    .orElseThrow();
            int row = (shape.width() + 2 * border) * block;
            int blocks = DeviceTensor.blocks(shape.channels(), block);
            int start = windowFloats;
            windowFloats = start + ceil(blocks * held * row, LINE) * LINE;
            return new int[] {WINDOWS, start + border * block, 0, row, held * row, held, border, blocks, shape.width()};
        }
    }

    /** Where the parameters of each stage start, and after the last where they end. */
    private static int[] offsets(List<PartLowering.Part> stages) {
        int[] offsets = new int[stages.size() + 1];
        for (int i = 0; i < stages.size(); i++) {
            offsets[i + 1] = offsets[i] + ceil(Math.max(1, stages.get(i).parameters().length), LINE) * LINE;
        }
        return offsets;
    }

    private static int[] parameters(List<PartLowering.Part> stages, int[] offsets) {
        int[] all = new int[offsets[stages.size()]];
        for (int i = 0; i < stages.size(); i++) {
            int[] own = stages.get(i).parameters();
            System.arraycopy(own, 0, all, offsets[i], own.length);
        }
        return all;
    }

    private static int[] constants(List<PartLowering.Part> stages, int[] offsets) {
        int at = 2 * stages.size();
        int[] table =
                new int[at + stages.stream().mapToInt(s -> s.constants().length).sum()];
        for (int i = 0; i < stages.size(); i++) {
            int[] constants = stages.get(i).constants();
            table[2 * i] = at;
            table[2 * i + 1] = offsets[i];
            System.arraycopy(constants, 0, table, at, constants.length);
            at += constants.length;
        }
        return table;
    }

    private int[] steps() {
        IntStream.Builder steps = IntStream.builder();
        int[] starts = new int[items.size() + 1];
        int image = 0;
        for (int i = 0; i < items.size(); i++) {
            starts[i + 1] = starts[i];
            for (LineBufferSchedule band : items.get(i)) {
                starts[i + 1] += band.steps;
                for (int step = 0; step < band.steps; step++) {
                    steps.add(image);
                    for (int v = first; v < first + body.nodes().size(); v++) {
                        rows(band, step, v).forEach(steps::add);
                    }
                }
                image += band.isLast() ? 1 : 0;
            }
        }
        return IntStream.concat(Arrays.stream(starts), steps.build()).toArray();
    }

    /** The rows of a value that a step computes, and the rows of its window to clear: all at first, later those below the map. */
    private IntStream rows(LineBufferSchedule band, int step, int v) {
        int height = body.shape(v).height();
        int end = v == body.head() ? height : Math.max(height, band.readTo(step, v));
        int begin = height;
        if (v != body.head() && step == 0) {
            begin = band.tops(v, band.held(v))[0];
            end = band.readTo(0, v);
        }
        return IntStream.of(band.from(step, v), band.to(step, v), begin, end);
    }

    private static int ceil(int a, int b) {
        return DeviceTensor.blocks(a, b);
    }
}
