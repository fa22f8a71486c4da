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
        if (epilogue.before() != null) {
            ScalarLoops.activate(epilogue.before(), map, from, to);
        }
        if (residual != null) {
            ScalarLoops.add(map, residual.maps()[m], map, from, to);
        }
        if (epilogue.after() != null) {
            ScalarLoops.activate(epilogue.after(), map, from, to);
        }
    }
}
