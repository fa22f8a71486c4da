package org.convmark.model;

import java.util.List;
import java.util.Optional;

/**
 * A convolution or an affine layer of which masks choose channels anew in each pass, as in the dynamic channel skipping of LAUDNet (Han
 * et al. 2023, arXiv 2308.15949). Its parameters are those of the whole layer; it computes with those of the chosen channels, which are
 * gathered first. Channels are chosen in groups of {@link #GROUP}. A mask is that of {@link TileLayer}, with a pixel per group.
 *
 * <p>Reads the tensor of chosen channels, then the mask of the whole layer's input if that is chosen from, then the mask of its result.
 *
 * @param layer on the chosen channels
 * @param inputs channels of the whole layer's input; 0 if all are read, and where each channel is made of itself alone
 * @param outputs channels of the whole layer's result; 0 if all are computed
 */
public record Gated(Layer layer, int inputs, int outputs) implements Layer {
    /** Channels that stay or go together: they fill the longest vectors, and whole numbers of the others. */
    public static final int GROUP = 16;

    /** The gated layer that a node is or starts with. */
    public static Optional<Gated> first(Graph.Node node) {
        Layer layer = node.layer() instanceof Fused fused
                ? fused.body().nodes().get(0).layer()
                : node.layer();
        return layer instanceof Gated gated ? Optional.of(gated) : Optional.empty();
    }

    /**
     * Notes a group of a mask.
     *
     * @param place of the group among those chosen, or {@link TileLayer#SKIPPED}
     * @param channels of the whole layer, by their place among those chosen
     */
    public static void choose(int group, int place, int[] channels) {
        for (int c = 0; c < GROUP && place >= 0; c++) {
            channels[place * GROUP + c] = group * GROUP + c;
        }
    }

    /** Which of a node's inputs is the mask of the whole layer's input; -1 if there is none. */
    public int inputMask() {
        return inputs > 0 ? 1 : -1;
    }

    /** Which of a node's inputs is the mask of its result; -1 if there is none. */
    public int outputMask() {
        return outputs > 0 ? 1 + (inputs > 0 ? 1 : 0) : -1;
    }

    @Override
    public Optional<Conv> convolution() {
        return layer.convolution();
    }

    @Override
    public boolean isConvolution() {
        return layer.isConvolution();
    }

    @Override
    public ReceptiveField reach(int input) {
        return input == 0 ? layer.reach(0) : ReceptiveField.GATE;
    }

    @Override
    public <R> R accept(LayerVisitor<R> visitor) {
        return visitor.gated(this);
    }

    @Override
    public Shape output(List<Shape> read) {
        Shape out = layer.output(read.subList(0, 1));
        require(read, inputMask(), inputs, read.get(0));
        require(read, outputMask(), outputs, out);
        return out;
    }

    private static void require(List<Shape> read, int mask, int channels, Shape chosen) {
        if (mask < 0) {
            return;
        }
        Shape shape = read.get(mask);
        if (shape.elements() * GROUP != channels || chosen.channels() % GROUP != 0 || chosen.batch() != 1) {
            throw new IllegalArgumentException(shape + " is no mask of groups of " + GROUP + " among " + channels
                    + " channels for one image, of which " + chosen + " has some");
        }
    }

    /** The parameters that are gathered are read and written once more. */
    @Override
    public Cost cost(List<Shape> read) {
        Cost chosen = layer.cost(read.subList(0, 1));
        long masks =
                read.subList(1, read.size()).stream().mapToLong(Shape::bytes).sum();
        return new Cost(
                chosen.macs(),
                chosen.flops(),
                chosen.bytesRead() + masks + chosen.weightBytes(),
                chosen.bytesWritten() + chosen.weightBytes(),
                chosen.weightBytes(),
                0,
                chosen.accumulationDepth());
    }

    @Override
    public double leastFlops(List<Shape> read) {
        return layer.leastFlops(read.subList(0, 1));
    }
}
