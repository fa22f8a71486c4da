package org.convmark.model;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A sub-graph run as one kernel: the body's arithmetic, but only its external bytes.
 *
 * @param body the layers; its inputs are this layer's inputs
 */
public record Fused(Graph body) implements Layer {
    @Override
    public boolean isConvolution() {
        int first = body.inputs().size();
        Epilogue epilogue = new Epilogue();
        return body.nodes().get(0).layer().convolution().isPresent()
                && IntStream.range(1, body.nodes().size()).allMatch(i -> {
                    Graph.Node node = body.nodes().get(i);
                    List<Integer> inside =
                            node.inputs().stream().filter(v -> v >= first).toList();
                    return inside.equals(List.of(first + i - 1)) && epilogue.takes(node.layer());
                });
    }

    /** Known of bodies that read it in their first layer, or row by row: a convolution with its epilogue. */
    @Override
    public ReceptiveField reach(int input) {
        return body.nodes().stream()
                .filter(node -> node.inputs().contains(input))
                .map(node -> node.layer().reach(node.inputs().indexOf(input)))
                .reduce(ReceptiveField::and)
                .orElse(ReceptiveField.ROW);
    }

    /** Those of the layer that reads it first. */
    @Override
    public int inputBits(int input) {
        return body.nodes().stream()
                .filter(node -> node.inputs().contains(input))
                .mapToInt(node -> node.layer().inputBits(node.inputs().indexOf(input)))
                .findFirst()
                .orElse(Float.SIZE);
    }

    @Override
    public int resultBits() {
        return body.nodes().get(body.head() - body.inputs().size()).layer().resultBits();
    }

    @Override
    public <R> R accept(LayerVisitor<R> visitor) {
        return visitor.fused(this);
    }

    @Override
    public Shape output(List<Shape> inputs) {
        if (!inputs.equals(body.inputs())) {
            throw new IllegalArgumentException("a fused kernel for " + body.inputs() + " got " + inputs);
        }
        return body.output();
    }

    @Override
    public Cost cost(List<Shape> inputs) {
        Cost inside = body.cost();
        long read = IntStream.range(0, inputs.size())
                .mapToLong(i -> inputs.get(i).bytes() * inputBits(i) / Float.SIZE)
                .sum();
        return new Cost(
                inside.macs(),
                inside.flops(),
                read,
                body.output().bytes() * resultBits() / Float.SIZE,
                inside.weightBytes(),
                0,
                inside.accumulationDepth());
    }

    @Override
    public double leastFlops(List<Shape> inputs) {
        return body.nodes().stream()
                .mapToDouble(node -> node.layer().leastFlops(body.shapes(node)))
                .sum();
    }
}
