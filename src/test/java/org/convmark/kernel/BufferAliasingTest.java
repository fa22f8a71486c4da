package org.convmark.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.convmark.engine.Engines;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Pattern;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counts the kernels that move channels; the sweeps over patterns check that they move the right ones. */
class BufferAliasingTest {
    /** A graph's input has its own memory, and a shuffle moves all channels; nothing else is moved. */
    @ParameterizedTest
    @CsvSource({"FIRE, 0", "INCEPTION, 0", "NAS_CELL, 0", "DENSE, 1", "SHUFFLE, 6"})
    void fusedGraphsMoveLittle(Pattern pattern, int moves) {
        Graph graph = pattern.graph(2, 16, 14, 1);
        assertEquals(moves, moves(graph, graph.fuse(Fusion.EPILOGUE)));
    }

    @ParameterizedTest
    @CsvSource({"FIRE", "SHUFFLE"})
    void unfusedGraphsRunEveryRoute(Pattern pattern) {
        Graph graph = pattern.graph(1, 16, 14, 1);
        assertEquals(
                graph.nodes().stream()
                        .filter(node -> node.layer() instanceof Route)
                        .count(),
                moves(graph, graph));
    }

    /** A part that does not start at a whole vector is moved; its neighbours are not. */
    @ParameterizedTest
    @CsvSource({"16, 16, 0", "16, 3, 0", "3, 16, 1"})
    void partsBeginAtWholeVectors(int first, int second, int moves) {
        Graph graph = Graph.of(new Shape(1, 4, 5, 5))
                .concat(x -> x.conv(1, first).norm(), x -> x.conv(1, second).norm());
        try (Engine engine = Engines.open(Target.VECTOR, new EngineOptions(1, null))) {
            Weights weights = new Weights(graph, 1, Weights.Fill.INTEGER);
            Program program = engine.compile(graph.fuse(Fusion.EPILOGUE), weights);
            program.verify(Engines.reference(weights));
            assertEquals(2 + moves, program.kernels());
        }
    }

    private static long moves(Graph graph, Graph compiled) {
        try (Engine engine = Engines.open(Target.SCALAR, new EngineOptions(1, null))) {
            long others = compiled.nodes().stream()
                    .filter(node -> !(node.layer() instanceof Route))
                    .count();
            return engine.compile(compiled, new Weights(graph, 1, Weights.Fill.RANDOM))
                            .kernels()
                    - others;
        }
    }
}
