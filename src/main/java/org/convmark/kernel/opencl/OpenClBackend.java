package org.convmark.kernel.opencl;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.fusion.FusionConstraints;
import org.convmark.fusion.FusionPlanner;
import org.convmark.kernel.Backend;
import org.convmark.kernel.DeviceTimes;
import org.convmark.kernel.Engine;
import org.convmark.kernel.EngineOptions;
import org.convmark.kernel.Epilogue;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.GatedFilter;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.KernelChoices;
import org.convmark.kernel.Program;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.model.Activation;
import org.convmark.model.Conv;
import org.convmark.model.Fuser;
import org.convmark.model.Gated;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.Pool;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/**
 * OpenCL 1.2 or later, on a GPU or a CPU. A kernel is one enqueue into an in-order queue; a program ends by waiting for the
 * queue. Two families of kernels, see {@link Tuning.Family}, share the layout of tensors.
 */
public final class OpenClBackend extends Backend<DeviceTensor, Kernel> {
    /** Inputs that one launch of the route kernel reads. */
    private static final int ROUTE_INPUTS = 4;

    /** Floats of a cache line, which satisfies the alignment of every vector; as many halves do, too. */
    private static final int LINE = 16;

    private final Cl cl;
    private final Autotuner tuner;
    private final FusionConstraints constraints;

    /** For the graph that is compiled, whose maps may hold halves. */
    private Tuning tuning;

    private FusedTile tiles;
    private FusionPlanner planner;

    /** @param choices null to choose kernels by the model of launches */
    OpenClBackend(Cl cl, Tuning tuning, FusionConstraints constraints, KernelChoices choices) {
        super(new Workers(1));
        this.cl = cl;
        this.tuner = new Autotuner(cl, choices);
        this.constraints = constraints;
        use(tuning);
    }

    private void use(Tuning now) {
        tuning = now;
        tiles = new FusedTile(cl.info(), now.halves(), this::areFasterAlone);
        planner = new FusionPlanner(constraints, new FusedLaunch(tiles, now), cl.units());
    }

    /**
     * Opens the best device of those that the options mean.
     *
     * @throws UnsupportedOperationException with the reason if there is none
     */
    public static Engine open(EngineOptions options) {
        ClDevice device = OpenClDevices.pick(options);
        // A CPU device knows all processors of the machine, this process may be allowed fewer.
        Cl cl = new Cl(device.part(Workers.threads(options.workers())), options.dump());
        return new OpenClBackend(cl, Tuning.of(device.info()), options.constraints(), options.choices());
    }

    @Override
    public String describe() {
        DeviceInfo device = cl.info();
        boolean whole =
                device.type() == DeviceInfo.Type.CPU && !device.partitions().contains(DeviceInfo.BY_COUNTS);
        String part = whole ? ", not to be split: always all " + device.computeUnits() + " compute units" : "";
        String kernels = tuning.family() == Tuning.Family.GPU ? GPU_KERNELS : "CPU kernels";
        String halves =
                switch (halves()) {
                    case HALVES -> ", " + HALVES + " on tensor cores";
                    case PAIRS -> ", " + HALVES + " in pairs";
                    default -> "";
                };
        return device.name() + " (" + device.platform() + ", driver " + device.driver() + ", " + kernels + halves + part
                + ")";
    }

    // ---------------------------------------------------------------- tensors

    @Override
    protected DeviceTensor allocate(Shape shape, int border) {
        long elements = DeviceTensor.elements(shape, border, tuning.vector());
        return new DeviceTensor(shape, border, tuning.vector(), cl.allocate(tuning.bytes(elements)), 0);
    }

    /**
     * Tensors without a border may lie anywhere in one buffer. Tensors with a border reuse only memory of the same layout,
     * because clearing a border would cost a launch each time.
     */
    @Override
    protected MemoryRequirement need(Layout layout) {
        long elements = DeviceTensor.elements(layout.shape(), layout.border(), tuning.vector());
        return layout.border() > 0
                ? new MemoryRequirement(layout, 1, tuning.bytes(elements))
                : new MemoryRequirement(
                        DeviceTensor.class,
                        (elements + LINE - 1) / LINE * LINE,
                        tuning.maps().bits() / Byte.SIZE);
    }

    @Override
    protected Arena<DeviceTensor> arena(MemoryRequirement total) {
        if (total.kind() instanceof Layout) {
            return super.arena(total);
        }
        if (total.units() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("intermediates have " + total.units()
                    + " elements, more than kernels can address: choose a smaller image or batch");
        }
        Cl.Memory memory = cl.allocate(tuning.bytes(total.units()));
        return (layout, first) -> new DeviceTensor(layout.shape(), layout.border(), tuning.vector(), memory, first);
    }

    @Override
    protected void write(DeviceTensor tensor, float[] values) {
        int[] words = new int[(int) (tensor.memory().bytes() / Integer.BYTES)];
        each(tensor.shape(), (n, c, y, i) -> {
            for (int x = 0; x < tensor.shape().width(); x++) {
                StoredConv.put(tuning.maps(), words, tensor.index(n, c, y, x), values[i + x]);
            }
        });
        cl.write(tensor.memory(), words);
    }

    @Override
    protected float[] read(DeviceTensor tensor) {
        int[] words = cl.words(tensor.memory());
        float[] values = new float[(int) tensor.shape().elements()];
        each(tensor.shape(), (n, c, y, i) -> {
            for (int x = 0; x < tensor.shape().width(); x++) {
                values[i + x] = StoredConv.get(tuning.maps(), words, tensor.index(n, c, y, x));
            }
        });
        return values;
    }

    /** Takes image, channel, row, and the index of the row's first element in batch x channel x row x column order. */
    private interface Row {
        void at(int n, int c, int y, int i);
    }

    private static void each(Shape shape, Row row) {
        int i = 0;
        for (int n = 0; n < shape.batch(); n++) {
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < shape.height(); y++, i += shape.width()) {
                    row.at(n, c, y, i);
                }
            }
        }
    }

    /** Halves have 11 bits. */
    @Override
    protected double operandError(Graph graph) {
        return tuning.maps().isNone() ? 0 : 0x1p-11;
    }

    /** What multiplies halves; kernels of CPUs multiply floats. */
    private MatrixTile.Unit halves() {
        return tuning.family() == Tuning.Family.GPU ? cl.halves() : MatrixTile.Unit.FLOATS;
    }

    /** The same in a graph: floats if it has no weights of halves, or masks, whose places maps of halves cannot hold. */
    private MatrixTile.Unit halves(Graph graph) {
        List<Layer> layers =
                Fuser.layers(graph).nodes().stream().map(Graph.Node::layer).toList();
        boolean weights =
                layers.stream().anyMatch(layer -> layer instanceof Conv conv && conv.precision() == Precision.FP16);
        boolean masks = layers.stream().anyMatch(layer -> layer instanceof TileLayer || layer instanceof Gated);
        return weights && !masks ? halves() : MatrixTile.Unit.FLOATS;
    }

    // ---------------------------------------------------------------- layers

    @Override
    protected Graph schedule(Graph graph) {
        use(tuning.with(halves(graph)));
        return planner.schedule(graph);
    }

    /** Runs both ways on tensors of their own, where kernels are timed. */
    private boolean areFasterAlone(Graph body, double alone, double together) {
        Autotuner.Variant layers = whole("its layers alone", alone, body, own -> own);
        Autotuner.Variant fused = whole("one kernel", together, body, own -> {
            List<Integer> all = IntStream.range(0, own.nodes().size()).boxed().toList();
            return Fuser.group(own, List.of(all));
        });
        List<Autotuner.Variant> byModel = alone <= together ? List.of(layers, fused) : List.of(fused, layers);
        return tuner.choose(tuning.named("One kernel or several: " + FusedTile.label(body)), byModel) == layers;
    }

    /** A body in a form of its own, made only if it is timed. */
    private Autotuner.Variant whole(String words, double cycles, Graph body, UnaryOperator<Graph> form) {
        return new Autotuner.Variant(
                words, cycles, () -> String.format(Locale.ROOT, "%.0f cycles", cycles), () -> true, () -> {
                    Graph own = Fuser.renumbered(body);
                    Weights weights = new Weights(Fuser.layers(own), 1, Weights.Fill.RANDOM);
                    return new Pass(compileScheduled(form.apply(own), weights));
                });
    }

    /** A program as one kernel. */
    private record Pass(Program program) implements Kernel.Whole {
        @Override
        public void run() {
            program.run();
        }
    }

    @Override
    protected Kernel block(Graph body, Weights weights, List<DeviceTensor> in, DeviceTensor out) {
        return tuning.family() == Tuning.Family.GPU
                ? tiles.bind(cl, tuning, tuner, body, weights, in, out)
                : new FusedRows(cl, tuning, body, planner.kernel(body).step(), in, out).bind(weights);
    }

    @Override
    protected Kernel conv(FoldedConv folded, DeviceTensor in, DeviceTensor residual, DeviceTensor out) {
        return tuning.family() == Tuning.Family.GPU
                ? new GpuConvolution(cl, tuning, folded, in, residual, out).bind(tuner)
                : new Convolution(cl, tuning, folded, in, residual, out).bind();
    }

    @Override
    protected Kernel affine(float[] scale, float[] shift, DeviceTensor in, DeviceTensor out) {
        return elementwise("affine", "", out, in.memory(), in.at(), perChannel(scale), perChannel(shift));
    }

    @Override
    protected Kernel activate(Activation function, DeviceTensor in, DeviceTensor out) {
        return through(Epilogue.Stage.NONE.then(function), in, out);
    }

    @Override
    protected Kernel add(DeviceTensor a, DeviceTensor b, DeviceTensor out) {
        return elementwise("add", "", out, a.memory(), a.at(), b.memory(), b.at());
    }

    @Override
    protected Kernel multiply(DeviceTensor in, DeviceTensor gate, DeviceTensor out) {
        return elementwise("multiply", "", out, in.memory(), in.at(), gate.memory(), gate.at());
    }

    @Override
    protected Kernel route(Route route, int[] sources, List<DeviceTensor> in, DeviceTensor out) {
        RoutePlan bound =
                RoutePlan.of(sources, in.stream().map(DeviceTensor::shape).toList(), tuning.vector());
        if (in.size() <= ROUTE_INPUTS) {
            return route(bound, 0, in, out);
        }
        List<Kernel> parts = Stream.iterate(0, i -> i < in.size(), i -> i + ROUTE_INPUTS)
                .map(first -> route(bound, first, in, out))
                .toList();
        return new Sequence(parts.toArray(Kernel[]::new));
    }

    /** Several launches as one kernel. */
    record Sequence(Kernel[] parts) implements Kernel.Whole {
        @Override
        public void run() {
            for (Kernel part : parts) {
                part.run(0, 1);
            }
        }
    }

    /** Copies the channels that come from some inputs, starting with input {@code first}. */
    private Kernel route(RoutePlan route, int first, List<DeviceTensor> in, DeviceTensor out) {
        Object[] operands = new Object[2 * ROUTE_INPUTS + 1];
        for (int i = 0; i < ROUTE_INPUTS; i++) {
            DeviceTensor input = in.get(Math.min(first + i, in.size() - 1));
            operands[2 * i] = input.memory();
            operands[2 * i + 1] = input.at();
        }
        operands[2 * ROUTE_INPUTS] = cl.upload(route.plan(first, first + ROUTE_INPUTS));
        return elementwise("route", "", out, operands);
    }

    @Override
    protected Kernel shift(DeviceTensor in, DeviceTensor out) {
        return elementwise("shift", "", out, in.memory(), in.at());
    }

    @Override
    protected Kernel pool(Pool pool, DeviceTensor in, DeviceTensor out) {
        int height = in.shape().height();
        int width = in.shape().width();
        if (pool.kind() == Pool.Kind.GLOBAL) {
            long[] items = {tuning.group(), out.blocks(), out.shape().batch()};
            Cl.Range range = new Cl.Range(items, new long[] {tuning.group(), 1, 1});
            return cl.kernel(
                    "pool.cl",
                    "global_average",
                    tuning.options(),
                    range,
                    in.memory(),
                    in.at(),
                    height,
                    width,
                    out.memory(),
                    out.at());
        }
        Object[] operands = {in.memory(), in.at(), height, width, pool.kernel(), pool.stride(), pool.padding()};
        return overRows("pool.cl", "pool", " -DKIND=" + pool.kind(), out, out.blocks(), operands);
    }

    @Override
    protected Kernel layerNorm(float epsilon, float[] gain, float[] bias, DeviceTensor in, DeviceTensor out) {
        int v = tuning.vector();
        float[] mask = new float[v];
        Arrays.fill(mask, 0, (gain.length - 1) % v + 1, 1);
        return overRows(
                "norm.cl",
                "layer_norm",
                "",
                out,
                1,
                in.memory(),
                in.at(),
                gain.length,
                epsilon,
                perChannel(gain),
                perChannel(bias),
                cl.upload(mask));
    }

    @Override
    protected Kernel quantise(Quantiser quantiser, DeviceTensor in, DeviceTensor out) {
        return through(Epilogue.Stage.NONE.then(quantiser), in, out);
    }

    private Kernel through(Epilogue.Stage stage, DeviceTensor in, DeviceTensor out) {
        return elementwise("activate", Tuning.stage("FUNCTION", stage), out, in.memory(), in.at());
    }

    @Override
    protected Kernel tiles(TileLayer layer, List<DeviceTensor> in, DeviceTensor out) {
        DeviceTensor first = in.get(0);
        return layer.accept(new TileLayer.Visitor<>() {
            @Override
            public Kernel select(TileLayer.Select select) {
                return OpenClBackend.this.select(select, first, out);
            }

            @Override
            public Kernel gather(TileLayer.Gather gather) {
                return perTile("gather", gather.grid(), gather.halo());
            }

            @Override
            public Kernel exchange(TileLayer.Exchange exchange) {
                return perTile("exchange", exchange.grid(), exchange.halo());
            }

            /** Items for every tile of the map, whether it is computed or not. */
            private Kernel perTile(String name, TileLayer.Grid grid, int halo) {
                DeviceTensor mask = in.get(1);
                int tiles = mask.shape().batch() * grid.tiles();
                Object[] operands = {first.memory(), first.at(), mask.memory(), mask.at(), form(grid), halo};
                return overRows("tiles.cl", name, "", out, out.blocks(), tiles, operands);
            }

            @Override
            public Kernel scatter(TileLayer.Scatter scatter) {
                String define = scatter.after() == null ? "" : " -DAFTER_SKIP=" + Tuning.name(scatter.after());
                DeviceTensor mask = in.get(1);
                DeviceTensor tiles = in.get(2);
                Object[] operands = {
                    first.memory(),
                    first.at(),
                    mask.memory(),
                    mask.at(),
                    tiles.memory(),
                    tiles.at(),
                    form(scatter.grid())
                };
                return overRows("tiles.cl", "scatter", define, out, out.blocks(), operands);
            }
        });
    }

    /** The parameters of a pass are gathered where the kernel reads them; the same kernel with numbers for parameters tells where. */
    @Override
    protected GatedKernel gated(
            GatedFilter filter,
            DeviceTensor inputs,
            DeviceTensor outputs,
            DeviceTensor in,
            DeviceTensor residual,
            DeviceTensor out) {
        Kernel[] kernel = new Kernel[1];
        List<Cl.Upload> packed = cl.uploadsOf(() -> kernel[0] = conv(filter.chosen(), in, residual, out));
        List<Cl.Upload> numbered = cl.uploadsOf(() -> conv(filter.numbered(), in, residual, out));
        Cl.Memory weights = cl.upload(filter.whole().filter());
        Cl.Memory biases = cl.upload(filter.whole().bias());
        Cl.Memory read = groups(filter.channels());
        Cl.Memory made = groups(filter.chosen().bias().length);
        Stream<Kernel> masks = Stream.concat(groups(inputs, read).stream(), groups(outputs, made).stream());
        IntStream parameters = IntStream.range(0, packed.size())
                .filter(i ->
                        !Arrays.equals(packed.get(i).words(), numbered.get(i).words()));
        Stream<Kernel> copies = parameters.mapToObj(i -> {
            int[] places = packed.get(i).replaced(numbered.get(i));
            return cl.kernel(
                    "tiles.cl",
                    "choose",
                    tuning.options(),
                    items(places.length),
                    cl.upload(places),
                    places.length,
                    weights,
                    biases,
                    read,
                    made,
                    filter.taps(),
                    filter.channels(),
                    filter.all(),
                    packed.get(i).memory());
        });
        return new GatedKernel(new Sequence(Stream.concat(masks, copies).toArray(Kernel[]::new)), kernel[0]);
    }

    /** Groups of channels by place, before a mask chooses others. */
    private Cl.Memory groups(int channels) {
        return cl.upload(
                IntStream.range(0, (channels + Gated.GROUP - 1) / Gated.GROUP).toArray());
    }

    private Optional<Kernel> groups(DeviceTensor mask, Cl.Memory groups) {
        return Optional.ofNullable(mask).map(some -> {
            int count = (int) some.shape().elements();
            Cl.Range range = items(count);
            int columns = some.shape().width();
            return cl.kernel(
                    "tiles.cl", "groups", tuning.options(), range, some.memory(), some.at(), columns, count, groups);
        });
    }

    /** An item for each of some elements on a GPU, and one for each unit of a CPU. */
    private Cl.Range items(int elements) {
        int items = tuning.family() == Tuning.Family.GPU ? elements : Math.min(elements, cl.units());
        return new Cl.Range(new long[] {items, 1, 1}, new long[] {tuning.group(), 1, 1});
    }

    private static int[] form(TileLayer.Grid grid) {
        return new int[] {grid.mapHeight(), grid.mapWidth(), grid.height(), grid.width()};
    }

    /** Two launches: the scores of all tiles, then the place of each. */
    private Kernel select(TileLayer.Select select, DeviceTensor in, DeviceTensor mask) {
        TileLayer.Grid grid = select.grid();
        int batch = in.shape().batch();
        int tiles = batch * grid.tiles();
        float[] unused = new float[tuning.vector()];
        Arrays.fill(unused, (in.shape().channels() - 1) % unused.length + 1, unused.length, Float.NEGATIVE_INFINITY);
        Cl.Memory scores = cl.allocate((long) tiles * Shape.ELEMENT_BYTES);
        long[] items = {tuning.group(), grid.tiles(), batch};
        Kernel score = cl.kernel(
                "tiles.cl",
                "score",
                tuning.options(),
                new Cl.Range(items, new long[] {tuning.group(), 1, 1}),
                in.memory(),
                in.at(),
                in.shape().height(),
                in.shape().width(),
                in.blocks(),
                cl.upload(unused),
                grid.rows(),
                grid.columns(),
                scores);
        Kernel rank = overRows("tiles.cl", "rank", "", mask, 1, scores, tiles, select.kept());
        return new Sequence(new Kernel[] {score, rank});
    }

    @Override
    public Program compile(RoofLoop loop, long size) {
        return program(new Roof(cl, tuning).bind(loop, size));
    }

    @Override
    public Optional<DeviceTimes> deviceTimes(Program program) {
        return cl.times(program::run);
    }

    @Override
    protected void finish() {
        cl.finish();
    }

    @Override
    public void close() {
        super.close();
        cl.close();
    }

    private Cl.Memory perChannel(float[] values) {
        return cl.upload(Arrays.copyOf(values, DeviceTensor.blocks(values.length, tuning.vector()) * tuning.vector()));
    }

    private Kernel elementwise(String name, String define, DeviceTensor out, Object... operands) {
        return overRows("elementwise.cl", name, define, out, out.blocks(), operands);
    }

    /**
     * Binds a kernel whose items are rows or pixels of blocks. Arguments: operands, then the output with its extent.
     *
     * @param blocks blocks that get items of their own
     */
    private Kernel overRows(String file, String name, String define, DeviceTensor out, int blocks, Object... operands) {
        return overRows(file, name, define, out, blocks, out.shape().batch(), operands);
    }

    /** @param images that get items of their own */
    private Kernel overRows(
            String file, String name, String define, DeviceTensor out, int blocks, int images, Object[] operands) {
        int height = out.shape().height();
        int width = out.shape().width();
        boolean pixels = tuning.family() == Tuning.Family.GPU;
        int rows = pixels ? 1 : DeviceTensor.rowsPerItem(height, blocks * images, cl.units());
        long first = pixels ? (long) height * width : DeviceTensor.blocks(height, rows);
        Cl.Range range = new Cl.Range(new long[] {first, blocks, images}, new long[] {tuning.group(), 1, 1});
        Object[] target = {out.memory(), out.at(), rows, height, width};
        Object[] all =
                Stream.concat(Arrays.stream(operands), Arrays.stream(target)).toArray();
        return cl.kernel(file, name, tuning.options() + define, range, all);
    }
}
