package org.convmark.fusion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.convmark.fusion.FusionPlan.Kernel;
import org.convmark.fusion.FusionPlan.Schedule;
import org.convmark.fusion.FusionPlan.Traffic;
import org.convmark.model.Caches;
import org.convmark.model.Cost;
import org.convmark.model.Fused;
import org.convmark.model.Fuser;
import org.convmark.model.Graph;
import org.convmark.model.Graph.Node;
import org.convmark.model.ReceptiveField;
import org.convmark.model.Shape;

/**
 * Cuts fused bodies into kernels by modelled traffic: which neighbouring layers share a kernel, and how many rows it computes at
 * a time. It knows the machine's caches, the number of workers and the capabilities of the target's kernels, but not the kernels
 * themselves, so a plan can be derived anywhere.
 */
public final class FusionPlanner {
    /**
     * Cost of computing some rows of a channel besides their arithmetic, in operations: calls, and prefetchers that must detect a
     * new stream.
     */
    private static final double FLOPS_OF_CALL = 600;

    /** Cost per element of a partial sum that is stored and loaded again for the next chunk. */
    private static final double FLOPS_OF_SUM = 28;

    /** Pixels of a register tile; row lengths that are not a multiple waste part of one. */
    private static final double TILE = 5;

    /** Fraction of L2 that a kernel's windows and weights may fill. */
    private static final double FILL = 0.75;

    /** Factor on the cost of a schedule that the user asks for, so that it always wins. */
    private static final double WISHED = 1e-9;

    /**
     * Largest step that is tried, besides those that divide the map evenly and whose windows stay in L2. The model knows only the level of
     * cache that holds windows, and larger windows save nothing there.
     */
    private static final int MOST_STEP = 8;

    private final FusionConstraints constraints;
    private final Caches caches;
    private final FusionCapabilities kernels;
    private final int workers;
    /** Plans already made: networks repeat their blocks. */
    private final Map<Graph, FusionPlan> known = new ConcurrentHashMap<>();

    /** What all schedules of a body share. */
    private record Body(
            Graph graph, List<Cost> costs, Cost cost, Optional<ExpandProjectChain> hidden, List<Integer> windows) {
        static Body of(Graph graph) {
            List<Cost> costs = graph.costs();
            return new Body(
                    graph,
                    costs,
                    costs.stream().reduce(Cost.ZERO, Cost::plus),
                    ExpandProjectChain.of(graph),
                    LineBufferSchedule.windows(graph));
        }

        /** Passes over chunks that cover all hidden channels. */
        int turns(int chunk) {
            return chunk == 0 ? 1 : (hidden.orElseThrow().channels() + chunk - 1) / chunk;
        }

        long channels() {
            return graph.nodes().stream()
                    .mapToLong(node -> node.output().channels())
                    .sum();
        }
    }

    /**
     * A kernel with its modelled cost.
     *
     * @param cost everything that the schedule adds to the arithmetic of the layers, in operations of a core
     */
    private record Priced(Kernel kernel, double cost) {}

    /**
     * @param kernels capabilities of the target's kernels
     * @param workers threads that share a kernel
     */
    public FusionPlanner(FusionConstraints constraints, FusionCapabilities kernels, int workers) {
        this.constraints = constraints;
        this.caches = constraints.caches();
        this.kernels = kernels;
        this.workers = workers;
    }

    /** A graph whose blocks are cut as planned, ready for a backend to compile. */
    public Graph schedule(Graph graph) {
        return Fuser.inline(graph, this::cut);
    }

    /** A body with each kernel of its plan as one node. */
    private Graph cut(Graph body) {
        Graph layers = Fuser.epilogues(body);
        List<List<Integer>> groups = new ArrayList<>();
        int next = 0;
        for (Kernel kernel : plan(body).kernels()) {
            int size = kernel.schedule() == Schedule.LAYER
                    ? 1
                    : kernel.body().nodes().size();
            int from = next;
            groups.add(IntStream.range(from, from + size).boxed().toList());
            next += size;
        }
        return Fuser.group(
                layers, groups.stream().filter(group -> group.size() > 1).toList());
    }

    /**
     * The plan of the body of a fused kernel: the cheapest way to cut its layers into kernels.
     *
     * @throws IllegalArgumentException naming the limit if the schedule asked for does not fit
     */
    public FusionPlan plan(Graph body) {
        return known.computeIfAbsent(body, this::cheapest);
    }

    private FusionPlan cheapest(Graph body) {
        Graph layers = Fuser.epilogues(body);
        require(body);
        int n = layers.nodes().size();
        int begin = 0;
        double[] best = new double[n + 1];
        Kernel[] last = new Kernel[n + 1];
        int[] start = new int[n + 1];
        for (int end = 1; end <= n; end++) {
            best[end] = Double.MAX_VALUE;
            Node layer = layers.nodes().get(end - 1);
            boolean isAlone = !obstacle(layer, layers.shapes(layer)).isEmpty();
            if (isAlone) {
                begin = end - 1;
            }
            for (int from = end - 1; from >= begin; from--) {
                Priced priced = kernel(layers, from, end);
                if (priced != null && best[from] + priced.cost() < best[end]) {
                    best[end] = best[from] + priced.cost();
                    last[end] = priced.kernel();
                    start[end] = from;
                }
            }
            if (isAlone) {
                begin = end; // no fused kernel can span this layer
            }
        }
        List<Kernel> kernels = new ArrayList<>();
        for (int end = n; end > 0; end = start[end]) {
            kernels.add(0, last[end]);
        }
        return new FusionPlan(kernels);
    }

    /** The plans of all nodes of a graph, fused or not, one after the other. */
    public FusionPlan whole(Graph graph) {
        return new FusionPlan(IntStream.range(0, graph.nodes().size())
                .mapToObj(i -> graph.nodes().get(i).layer() instanceof Fused fused
                        ? fused.body()
                        : ((Fused) Fuser.fuse(graph, List.of(i)).layer()).body())
                .flatMap(body -> plan(body).kernels().stream())
                .toList());
    }

    /** The schedule of one kernel of several layers, whose body was cut out before. */
    public Kernel kernel(Graph body) {
        return streamed(Body.of(body)).kernel();
    }

    /** These layers as one kernel, or null if they cannot be one. */
    private Priced kernel(Graph layers, int from, int end) {
        List<Integer> members = IntStream.range(from, end).boxed().toList();
        if (members.size() > 1 && !isChain(layers, from, end)) {
            return null;
        }
        Graph body = ((Fused) Fuser.fuse(layers, members).layer()).body();
        if (members.size() == 1) {
            return layer(body);
        }
        return kernels.obstacle(body).isEmpty() ? streamed(Body.of(body)) : null;
    }

    /** Whether only the last layer's result is read from outside. */
    private static boolean isChain(Graph layers, int from, int end) {
        int first = layers.inputs().size();
        for (int i = end; i < layers.nodes().size(); i++) {
            for (int v : layers.nodes().get(i).inputs()) {
                if (v >= first + from && v < first + end - 1) {
                    return false;
                }
            }
        }
        return layers.head() < first + from || layers.head() >= first + end - 1;
    }

    /** Why a layer cannot share a kernel with others, empty if it can. */
    private static String obstacle(Node node, List<Shape> inputs) {
        boolean needsMap = IntStream.range(0, inputs.size())
                .anyMatch(i -> node.layer().reach(i).equals(ReceptiveField.MAP));
        return needsMap ? "needs the whole map before its first result" : "";
    }

    /** Modelled cost of a plan besides the arithmetic of its layers, in operations of a core. */
    public double cost(FusionPlan plan) {
        return plan.kernels().stream()
                .mapToDouble(kernel -> kernel.schedule() == Schedule.LAYER
                        ? alone(kernel.traffic())
                        : together(kernel, Body.of(kernel.body())))
                .sum();
    }

    /** A schedule that the user asks for always wins. */
    private Priced priced(Kernel kernel, Body body) {
        double all = together(kernel, body);
        return new Priced(kernel, constraints.wish().isNone() ? all : all * WISHED);
    }

    /** What a layer of its own costs besides its arithmetic. */
    private double alone(Traffic traffic) {
        return kernels.flopsOfStart() + traffic.flops();
    }

    /** What a schedule costs besides the arithmetic of the layers. */
    private double together(Kernel kernel, Body body) {
        Shape out = body.graph().output();
        double calls = (double) out.batch() * kernel.steps() * FLOPS_OF_CALL * body.channels();
        double pixels = (double) kernel.step() * out.width();
        double waste = Math.ceil(pixels / TILE) * TILE / pixels - 1;
        double repeated = kernel.recompute() - 1 + waste;
        double sums = (body.turns(kernel.chunk()) - 1) * FLOPS_OF_SUM * out.elements();
        return alone(kernel.traffic()) + calls + sums + repeated * body.cost().flops();
    }

    // ---------------------------------------------------------------- schedules

    private Priced layer(Graph body) {
        Cost cost = body.cost();
        Node node = body.nodes().get(0);
        String obstacle = Optional.of(obstacle(node, body.shapes(node)))
                .filter(words -> !words.isEmpty())
                .orElseGet(() -> kernels.obstacle(body));
        String reason = obstacle.isEmpty() ? "sharing a kernel would not save traffic" : obstacle;
        Traffic traffic = outside(body, cost);
        return new Priced(
                new Kernel(body, Schedule.LAYER, body.output().height(), 0, workers, 0, 1, traffic, reason),
                alone(traffic));
    }

    /** Bytes of inputs, weights and result; written lines are fetched first. */
    private Traffic outside(Graph body, Cost cost) {
        long inputs = body.inputs().stream().mapToLong(Shape::bytes).sum();
        long result = body.output().bytes();
        long all = inputs + result + cost.weightBytes();
        return Traffic.of(inputs + 2 * result + cost.weightBytes(), all, caches);
    }

    /** The cheapest step and chunk that fit, or null if none fits. */
    private Priced streamed(Body body) {
        int height = body.graph().output().height();
        int bands = Math.max(1, Math.min(height, workers / body.graph().output().batch()));
        List<Priced> all = new ArrayList<>();
        for (int step : steps(height)) {
            LineBufferSchedule band = new LineBufferSchedule(body.graph(), 0, (height + bands - 1) / bands, step);
            for (int chunk : chunks(body)) {
                Kernel kernel = streamed(body, band, bands, step, chunk);
                if (step <= MOST_STEP || !constraints.wish().isNone() || staysInL2(kernel)) {
                    all.add(priced(kernel, body));
                }
            }
        }
        long smallest = all.stream()
                .mapToLong(priced -> priced.kernel().workspaceBytes())
                .min()
                .orElseThrow();
        if (smallest > constraints.memory() && !constraints.wish().isNone()) {
            throw new IllegalArgumentException("windows of " + smallest + " bytes for "
                    + constraints.wish().toText() + " do not fit: at most " + constraints.memory()
                    + " bytes are allowed");
        }
        return all.stream()
                .filter(priced -> priced.kernel().workspaceBytes() <= constraints.memory())
                .min(Comparator.comparingDouble(Priced::cost))
                .orElse(null);
    }

    private boolean staysInL2(Kernel kernel) {
        return kernel.workspaceBytes() <= FILL * caches.l2() * workers;
    }

    private void require(Graph body) {
        int wish = constraints.wish().step();
        int rows = body.inputs().stream().mapToInt(Shape::height).max().orElseThrow();
        if (wish > rows) {
            throw new IllegalArgumentException(
                    "step=" + wish + " does not fit a block on a map of " + rows + " rows: choose 1 to " + rows);
        }
    }

    /** Candidate rows per step; a requested step larger than the map means all rows. */
    private List<Integer> steps(int height) {
        int wish = Math.min(constraints.wish().step(), height);
        return wish > 0 ? List.of(wish) : usualSteps(height);
    }

    /** Rows that fused blocks may compute at a time. */
    static List<Integer> usualSteps(int height) {
        return IntStream.rangeClosed(1, height)
                .filter(step -> step <= MOST_STEP || height % step == 0)
                .boxed()
                .toList();
    }

    /** Candidate hidden channels per chunk; 0 means all. */
    private List<Integer> chunks(Body body) {
        int wish = constraints.wish().chunk();
        List<Integer> chunks = new ArrayList<>(List.of(0));
        body.hidden().ifPresent(hidden -> {
            List<Integer> fitting = chunksOf(wish).stream()
                    .filter(chunk -> chunk < hidden.channels() && chunk % hidden.channelAlignment() == 0)
                    .toList();
            if (wish > 0 && !fitting.isEmpty()) {
                chunks.clear();
            }
            chunks.addAll(fitting);
        });
        return chunks;
    }

    private List<Integer> chunksOf(int wish) {
        return wish > 0 && !kernels.chunks().isEmpty() ? List.of(wish) : kernels.chunks();
    }

    private Kernel streamed(Body body, LineBufferSchedule band, int bands, int step, int chunk) {
        long windows = 0;
        for (int v : body.windows()) {
            Shape map = body.graph().shape(v);
            int channels = Kernel.windowChannels(body.graph(), chunk, body.hidden(), v, List.of(band));
            windows += (long) channels * band.window(v) * map.width() * Shape.ELEMENT_BYTES;
        }
        Shape out = body.graph().output();
        int turns = body.turns(chunk);
        long sums = turns == 1 ? 0 : (long) out.channels() * step * out.width() * Shape.ELEMENT_BYTES;
        return new Kernel(
                body.graph(),
                chunk == 0 ? Schedule.ROWS : Schedule.CHUNKS,
                step,
                chunk,
                workers,
                (windows + sums) * workers,
                recompute(body, band, bands),
                traffic(body, band, windows + 2 * sums, turns),
                "");
    }

    /**
     * Operands from outside once; windows at the cache level that holds them; weights once if they stay beside the windows, else
     * once per step.
     */
    private Traffic traffic(Body body, LineBufferSchedule band, long windows, int turns) {
        long weights = body.cost().weightBytes();
        long held = band.steps == 1 ? weights / turns : weights;
        boolean stays = held + windows <= FILL * caches.l2();
        long inside = body.windows().stream()
                .mapToLong(v -> 3 * body.graph().shape(v).bytes())
                .sum();
        long again = (turns - 1) * 3 * body.graph().output().bytes();
        long rounds = band.steps == 1 || stays ? 0 : band.steps - 1;
        return outside(body.graph(), body.cost())
                .plus(Traffic.of(inside + again, Math.round((windows + (stays ? held : 0)) / FILL), caches))
                .plus(Traffic.of(rounds * weights, Math.round(weights / FILL), caches));
    }

    private static double recompute(Body body, LineBufferSchedule band, int bands) {
        double once = 0;
        double done = 0;
        for (int i = 0; i < body.costs().size(); i++) {
            double flops = body.costs().get(i).flops();
            int value = body.graph().inputs().size() + i;
            once += flops;
            done += flops
                    * Math.max(
                            1,
                            (double) bands
                                    * band.made(value)
                                    / body.graph().shape(value).height());
        }
        return done / once;
    }
}
