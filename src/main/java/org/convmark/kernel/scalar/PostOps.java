package org.convmark.kernel.scalar;

import org.convmark.kernel.Epilogue;

/**
 * What happens to finished sums: activation, residual, activation.
 *
 * @param epilogue the activations
 * @param residual what is added, or null
 */
record PostOps(Epilogue epilogue, PlanarTensor residual) {
    /** Applies them to elements {@code from} to {@code to - 1} of map m. */
    void map(PlanarTensor out, int m, int from, int to) {
        float[] map = out.maps()[m];
        stage(epilogue.before(), map, from, to);
        if (residual != null) {
            ScalarLoops.add(map, residual.maps()[m], map, from, to);
        }
        stage(epilogue.after(), map, from, to);
    }

    private static void stage(Epilogue.Stage stage, float[] map, int from, int to) {
        if (stage.first() != null) {
            ScalarLoops.quantise(stage.first(), map, map, from, to);
        }
        if (stage.function() != null) {
            ScalarLoops.activate(stage.function(), map, from, to);
        }
        if (stage.last() != null) {
            ScalarLoops.quantise(stage.last(), map, map, from, to);
        }
    }
}
