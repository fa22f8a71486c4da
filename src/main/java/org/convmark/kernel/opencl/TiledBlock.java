package org.convmark.kernel.opencl;

import java.util.ArrayList;
import java.util.List;
import org.convmark.model.Conv;
import org.convmark.model.ElementWise;
import org.convmark.model.Fused;
import org.convmark.model.Graph;
import org.convmark.model.Layer;
import org.convmark.model.LayerNorm;
import org.convmark.model.Shape;

/**
 * Layers matched to the block that the GPU kernel for blocks runs: [lead convolution [LayerNorm]] -> expansion -> [depthwise] ->
 * pointwise projection [+ residual], see {@code fused_gpu.cl}.
 *
 * @param halves what multiplies halves
 * @param lead node before the expansion, or -1
 * @param norm node after it, or -1
 * @param expand node that computes the hidden channels
 * @param inner node that filters them, or -1
 * @param project the last node
 */
record TiledBlock(Graph body, MatrixTile.Unit halves, int lead, int norm, int expand, int inner, int project) {
    /** The block of a body, or null if its layers do not match. */
    static TiledBlock of(Graph body, MatrixTile.Unit halves) {
        List<Integer> convolutions = new ArrayList<>();
        int norm = -1;
        for (int i = 0; i < body.nodes().size(); i++) {
            Layer layer = body.nodes().get(i).layer();
            if (layer instanceof LayerNorm && i == 1 && follows(body, i)) {
                norm = i;
            } else if (conv(layer) != null && conv(layer).dilation() == 1 && follows(body, i)) {
                convolutions.add(i);
            } else {
                return null;
            }
        }
        return of(body, halves, convolutions, norm);
    }

    private static TiledBlock of(Graph body, MatrixTile.Unit halves, List<Integer> convolutions, int norm) {
        int n = convolutions.size();
        if (n < 2 || !isProjection(body, convolutions.get(n - 1))) {
            return null;
        }
        boolean filtered = n > 2 && isDepthwise(body, convolutions.get(n - 2));
        int expand = filtered ? n - 3 : n - 2;
        int lead = expand == 1 ? convolutions.get(0) : -1;
        TiledBlock form = new TiledBlock(
                body,
                halves,
                lead,
                norm,
                convolutions.get(Math.min(expand, n - 1)),
                filtered ? convolutions.get(n - 2) : -1,
                convolutions.get(n - 1));
        boolean normFits = norm < 0 || lead == 0 && form.expansion().kernel() == 1;
        return expand <= 1 && normFits ? form : null;
    }

    /** The convolution of a layer, with or without an epilogue, or null. */
    static Conv conv(Layer layer) {
        Layer first = layer instanceof Fused fused && fused.isConvolution()
                ? fused.body().nodes().get(0).layer()
                : layer;
        return first instanceof Conv conv ? conv : null;
    }

    /** Which input of a node its convolution reads. */
    private static int source(Graph body, int node) {
        return body.nodes().get(node).layer() instanceof Fused fused
                ? fused.body().nodes().get(0).inputs().get(0)
                : 0;
    }

    /** Whether each node reads the one before it, the first one an input, and only the last adds another input. */
    private static boolean follows(Graph body, int node) {
        int first = body.inputs().size();
        List<Integer> inputs = body.nodes().get(node).inputs();
        int read = inputs.get(source(body, node));
        boolean chained = node == 0 ? read < first : read == first + node - 1;
        Integer added = added(body.nodes().get(node));
        return chained
                && (added == null || added < first && node == body.nodes().size() - 1);
    }

    /** The value that a convolution's epilogue adds, or null. */
    private static Integer added(Graph.Node node) {
        if (node.layer() instanceof Fused fused) {
            int inputs = fused.body().inputs().size();
            return fused.body().nodes().stream()
                    .filter(n -> n.layer() instanceof ElementWise.Add)
                    .flatMap(n -> n.inputs().stream())
                    .filter(v -> v < inputs)
                    .map(node.inputs()::get)
                    .findFirst()
                    .orElse(null);
        }
        return null;
    }

    private static boolean isProjection(Graph body, int node) {
        Conv conv = conv(body.nodes().get(node).layer());
        return conv.kernel() == 1
                && conv.stride() == 1
                && conv.padding() == 0
                && width(body, node) == channels(body, node);
    }

    private static boolean isDepthwise(Graph body, int node) {
        return width(body, node) == 1 && conv(body.nodes().get(node).layer()).outChannels() == channels(body, node);
    }

    private static int width(Graph body, int node) {
        return conv(body.nodes().get(node).layer()).groupWidth(channels(body, node));
    }

    private static int channels(Graph body, int node) {
        return in(body, node).channels();
    }

    /** What the convolution or norm of a node reads. */
    static Shape in(Graph body, int node) {
        return body.shape(body.nodes().get(node).inputs().get(source(body, node)));
    }

    /** Whether the expansion is dense, nothing is between it and the projection, and after a lead it is pointwise. */
    boolean isDense() {
        boolean pointwise = expansion().kernel() == 1
                && expansion().stride() == 1
                && expansion().padding() == 0;
        return inner < 0 && expandsAll() && (lead < 0 || pointwise);
    }

    /** Whether every hidden channel is made from all channels. */
    boolean expandsAll() {
        return width(body, expand) == narrow().channels();
    }

    /** The lead, or an identity. */
    Conv leading() {
        return window(lead);
    }

    /** What filters the hidden channels, or an identity. */
    Conv filter() {
        return window(inner);
    }

    /** Channels that a channel of the lead reads. */
    int leadWidth() {
        return width(body, lead);
    }

    /** Shape of the input. */
    Shape in() {
        return in(body, 0);
    }

    /** The value that the first convolution reads. */
    int input() {
        return body.nodes().get(0).inputs().get(source(body, 0));
    }

    /** Shape of the value that is expanded. */
    Shape narrow() {
        return in(body, expand);
    }

    /** Shape of the expanded value, before it is filtered. */
    Shape hidden() {
        return body.nodes().get(expand).output();
    }

    Conv expansion() {
        return conv(body.nodes().get(expand).layer());
    }

    /** The convolution of a node, or an identity. */
    private Conv window(int node) {
        return node < 0
                ? new Conv(1, 1, 1, 1, 0, 1, Conv.Bias.NO)
                : conv(body.nodes().get(node).layer());
    }

    /**
     * Pixels of the result that one work-group computes.
     *
     * @param chunk hidden channels at a time
     */
    record Tile(int height, int width, int chunk) {
        String options() {
            return " -DHEIGHT=" + height + " -DWIDTH=" + width + " -DCHUNK=" + chunk;
        }
    }

    /** Bytes of local memory that a work-group needs. */
    long localBytes(Tile tile) {
        Conv filter = window(inner);
        Conv first = window(lead);
        long hiddenHeight = span(tile.height, filter);
        long hiddenWidth = span(tile.width, filter);
        long narrowHeight = span(hiddenHeight, expansion());
        long narrowWidth = span(hiddenWidth, expansion());
        long floats = in().channels() * span(narrowHeight, first) * span(narrowWidth, first)
                + tile.chunk * hiddenHeight * hiddenWidth
                + (inner < 0 ? 0 : (long) tile.chunk * tile.height * tile.width)
                + (lead < 0 ? 0 : narrow().channels() * narrowHeight * narrowWidth);
        return floats * Shape.ELEMENT_BYTES;
    }

    /** The launch of {@code fused_gpu.cl}: instructions per multiply-add as counted in it as compiled for an NVIDIA GPU. */
    LaunchModel model(Tile tile, int rows) {
        Conv filter = window(inner);
        int items = 32 * rows;
        long hiddenHeight = span(tile.height, filter);
        long hiddenWidth = span(tile.width, filter);
        long leadPixels = span(hiddenHeight, expansion()) * span(hiddenWidth, expansion());
        int pixels = tile.height * tile.width;
        double lanes = Math.ceil(hiddenHeight * hiddenWidth / 32.0);
        int own = Math.max(1, tile.chunk / rows);
        double products = Math.ceil(body.output().channels() / (double) rows) * Math.ceil(pixels / 32.0);
        LaunchModel.Work expanding = new LaunchModel.Work(own, 1 + own, 3.9 * own, 0)
                .times(lanes * terms(expand))
                .plus(new LaunchModel.Work(0, 0, 10.0 * own * lanes, 0));
        LaunchModel.Work filtering =
                new LaunchModel.Work(1, 2.1, 5, 0).times(inner < 0 ? 0 : Math.ceil(pixels / 32.0) * own * terms(inner));
        LaunchModel.Work projecting =
                new LaunchModel.Work(products, products / 2 + 2, 2.9 * products, 0).times(tile.chunk);
        LaunchModel.Work first = new LaunchModel.Work(1, 2, 3.6, 0)
                .times(lead < 0 ? 0 : Math.ceil(narrow().channels() * leadPixels / (double) items) * terms(lead));
        LaunchModel.Work fill =
                new LaunchModel.Work(0, 3, 20, 4).times(Math.ceil(in().channels() * leadPixels / (double) items));
        Shape out = body.output();
        double chunks = Math.ceil(hidden().channels() / (double) tile.chunk);
        return new LaunchModel(
                (long) DeviceTensor.blocks(out.height(), tile.height)
                        * DeviceTensor.blocks(out.width(), tile.width)
                        * out.batch(),
                items,
                localBytes(tile),
                72,
                expanding
                        .plus(filtering)
                        .plus(projecting)
                        .plus(new LaunchModel.Work(0, 0, 40, 3))
                        .times(chunks)
                        .plus(first)
                        .plus(fill)
                        .inGroup(items),
                (double) halves.bytes(in()) + halves.bytes(out) + body.cost().weightBytes());
    }

    /** Products of a sum. */
    private int terms(int node) {
        return width(body, node) * window(node).kernel() * window(node).kernel();
    }

    private static long span(long pixels, Conv conv) {
        return (pixels - 1) * conv.stride() + conv.kernel();
    }

    /** Build options with the sizes of all stages. */
    String options() {
        return " -DIN=" + in().channels() + stage("LEAD", lead) + " -DLEAD_OUT=" + narrow().channels()
                + " -DLEAD_GROUP="
                + (lead < 0 ? 1 : leadWidth()) + stage("EXPAND", expand) + " -DHIDDEN=" + hidden().channels()
                + " -DEXPAND_GROUP=" + width(body, expand) + stage("INNER", inner) + " -DPROJECT_OUT="
                + body.output().channels() + (lead < 0 ? "" : " -DLEAD") + (norm < 0 ? "" : " -DNORM")
                + (inner < 0 ? "" : " -DINNER");
    }

    private String stage(String name, int node) {
        Conv conv = window(node);
        return " -D" + name + "_KERNEL=" + conv.kernel() + " -D" + name + "_STRIDE=" + conv.stride() + " -D" + name
                + "_PADDING=" + conv.padding();
    }
}
