package org.convmark.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.convmark.model.FusionPlan.Kernel;
import org.convmark.model.FusionPlan.Schedule;
import org.convmark.model.FusionPlan.Traffic;
import org.convmark.model.Graph.Node;
import org.convmark.model.Layer.Conv;

/**
 * Cuts fused bodies into kernels by modelled traffic: which neighbours share one, how many rows at a time. Knows the
 * machine's caches and the number of workers, nothing of kernels, so that a plan can be derived anywhere.
 */
public final class FusionPlanner {
    /** What a call of a stage for some rows costs besides its arithmetic, in operations. */
    private static final double FLOPS_OF_CALL = 20_000;

    /** The part of L2 that windows and weights of a kernel may fill. */
    private static final double FILL = 0.75;

    private final Caches caches;
    private final int workers;
    private final double flopsOfKernel;
    private final Predicate<Graph> fits;

    /**
     * For kernels that cost little to start and know better algorithms for whole maps.
     *
     * @param workers threads that share a kernel
     */
    public FusionPlanner(Caches caches, int workers) {
        this(caches, workers, 0, body -> body.nodes().stream()
                .noneMatch(node -> isFasterAlone(node.layer(), body.shapes(node))));
    }

    /**
     * @param workers threads that share a kernel
     * @param flopsOfKernel what starting a kernel costs, in operations
     * @param fits whether layers, convolutions with their epilogues, can be one kernel
     */
    public FusionPlanner(Caches caches, int workers, double flopsOfKernel, Predicate<Graph> fits) {
        this.caches = caches;
        this.workers = workers;
        this.flopsOfKernel = flopsOfKernel;
        this.fits = fits;
    }

    /** A graph whose blocks are cut as planned: what a backend compiles. */
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

    /** The plan of the body of a fused kernel: the cheapest way to cut its layers into kernels. */
    public FusionPlan plan(Graph body) {
        Graph layers = Fuser.epilogues(body);
        int n = layers.nodes().size();
        double[] best = new double[n + 1];
        Kernel[] last = new Kernel[n + 1];
        int[] start = new int[n + 1];
        for (int end = 1; end <= n; end++) {
            best[end] = Double.MAX_VALUE;
            for (int from = end - 1; from >= 0; from--) {
                Kernel kernel = kernel(layers, from, end);
                if (kernel != null && best[from] + cost(kernel) < best[end]) {
                    best[end] = best[from] + cost(kernel);
                    last[end] = kernel;
                    start[end] = from;
                }
            }
        }
        List<Kernel> kernels = new ArrayList<>();
        for (int end = n; end > 0; end = start[end]) {
            kernels.add(0, last[end]);
        }
        return new FusionPlan(kernels);
    }

    /** What a kernel of several layers does; its body has been cut from another before. */
    public Kernel kernel(Graph body) {
        return rows(body);
    }

    private Kernel kernel(Graph layers, int from, int end) {
        List<Integer> members = IntStream.range(from, end).boxed().toList();
        if (members.size() > 1 && !isChain(layers, from, end)) {
            return null;
        }
        Graph body = ((Layer.Fused) Fuser.fuse(layers, members).layer()).body();
        if (members.size() == 1) {
            return layer(body);
        }
        return fits.test(body) ? rows(body) : null;
    }

    /** Whether nobody else reads what layers make but the last, and all can be made row by row. */
    private static boolean isChain(Graph layers, int from, int end) {
        int first = layers.inputs().size();
        for (int i = 0; i < layers.nodes().size(); i++) {
            Node node = layers.nodes().get(i);
            boolean inside = i >= from && i < end;
            if (inside && !isStreamable(node, layers.shapes(node))
                    || !inside && node.inputs().stream().anyMatch(v -> v >= first + from && v < first + end - 1)) {
                return false;
            }
        }
        return layers.head() < first + from || layers.head() >= first + end - 1;
    }

    private static boolean isStreamable(Node node, List<Shape> inputs) {
        return IntStream.range(0, inputs.size())
                .noneMatch(i -> node.layer().reach(i).equals(Reach.MAP));
    }

    /** Dense 3x3 convolutions have algorithms for whole maps that save more than fusion can. */
    private static boolean isFasterAlone(Layer layer, List<Shape> inputs) {
        if (layer instanceof Layer.Fused fused) {
            return isFasterAlone(fused.body().nodes().get(0).layer(), inputs);
        }
        return layer instanceof Conv conv
                && conv.kernel() == 3
                && conv.stride() == 1
                && conv.dilation() == 1
                && conv.groupWidth(inputs.get(0).channels()) == inputs.get(0).channels()
                && Math.min(inputs.get(0).channels(), conv.outChannels()) >= 8;
    }

    private double cost(Kernel kernel) {
        double calls = 0;
        if (kernel.schedule() != Schedule.LAYER) {
            calls = (double) kernel.body().nodes().size()
                    * kernel.body().output().height()
                    / kernel.step()
                    * FLOPS_OF_CALL;
        }
        return flopsOfKernel
                + kernel.traffic().flops()
                + calls
                + (kernel.recompute() - 1) * kernel.body().cost().flops();
    }

    // ---------------------------------------------------------------- schedules

    private Kernel layer(Graph body) {
        Cost cost = body.cost();
        return new Kernel(body, Schedule.LAYER, body.output().height(), 0, workers, 0, 1, outside(body, cost));
    }

    /** Bytes of inputs, weights and result; what is written is fetched first. */
    private Traffic outside(Graph body, Cost cost) {
        long inputs = body.inputs().stream().mapToLong(Shape::bytes).sum();
        long result = body.output().bytes();
        long all = inputs + result + cost.weightBytes();
        return Traffic.of(inputs + 2 * result + cost.weightBytes(), all, caches);
    }

    private Kernel rows(Graph body) {
        int height = body.output().height();
        return IntStream.rangeClosed(1, height)
                .filter(step -> step <= 8 || height % step == 0)
                .mapToObj(step -> rows(body, step))
                .min(Comparator.comparingDouble(this::cost))
                .orElseThrow();
    }

    private Kernel rows(Graph body, int step) {
        Cost cost = body.cost();
        int height = body.output().height();
        int bands = Math.max(1, Math.min(height, workers / body.output().batch()));
        RowFlow band = new RowFlow(body, 0, (height + bands - 1) / bands, step);
        long window = 0;
        long inside = 0;
        for (int v : RowFlow.windows(body)) {
            Shape shape = body.shape(v);
            long row = shape.bytes() / shape.batch() / shape.height();
            window += row * band.window(v);
            inside += 3 * shape.bytes();
        }
        long weights = cost.weightBytes();
        boolean weightsStay = weights + window <= FILL * caches.l2();
        long steps = weightsStay ? 1 : (height + step - 1) / step;
        Traffic traffic = outside(body, cost)
                .plus(Traffic.of(inside, Math.round((window + (weightsStay ? weights : 0)) / FILL), caches))
                .plus(Traffic.of((steps - 1) * weights, Math.round(weights / FILL), caches));
        return new Kernel(
                body, Schedule.ROWS, step, 0, workers, window * workers, recompute(body, band, bands), traffic);
    }

    private static double recompute(Graph body, RowFlow band, int bands) {
        double once = 0;
        double done = 0;
        for (int i = 0; i < body.nodes().size(); i++) {
            Node node = body.nodes().get(i);
            double flops = node.layer().cost(body.shapes(node)).flops();
            int value = body.inputs().size() + i;
            once += flops;
            done += flops
                    * Math.max(
                            1,
                            (double) bands
                                    * band.made(value)
                                    / body.shape(value).height());
        }
        return done / once;
    }
}
