package org.convmark.kernel;

import org.convmark.model.Activation;
import org.convmark.model.Graph;
import org.convmark.model.Shape;

/** The largest absolute error of an activation on an engine, against double precision, over many points from -12 to 12. */
public final class ActivationError {
    private static final double RANGE = 12;

    /** 64,387 points; no extent is a multiple of a vector length. */
    private static final Shape SHAPE = new Shape(1, 67, 31, 31);

    /** Inputs lie between -sqrt 3 and sqrt 3; doubling them this often is exact and covers the range. */
    private static final int DOUBLINGS = 3;

    private ActivationError() {}

    /** Runs the activation as a kernel of its own. */
    public static double of(Engine engine, Activation function) {
        Graph inputs = Graph.of(SHAPE);
        for (int i = 0; i < DOUBLINGS; i++) {
            inputs = inputs.add(inputs.head());
        }
        Graph graph = inputs.activate(function);
        Weights weights = new Weights(graph, 1, Weights.Fill.RANDOM);
        Program program = engine.compile(graph, weights);
        program.run();
        float[] actual = program.output();
        double[] exact = new DoubleInterpreter(weights).run();
        float[] input = weights.input(0);
        double error = 0;
        for (int i = 0; i < input.length; i++) {
            if (Math.abs(Math.scalb(input[i], DOUBLINGS)) <= RANGE) {
                error = Math.max(error, Math.abs(actual[i] - exact[i]));
            }
        }
        return error;
    }
}
