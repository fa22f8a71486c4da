package org.convmark.kernel.vector;

import org.convmark.kernel.Epilogue;

/**
 * What happens to a row of sums just stored, still in L1: activation, residual, activation.
 *
 * @param epilogue which
 * @param residual what is added, or null
 */
record Finish(Epilogue epilogue, Blocked residual) {
    /** Sums stay as they are. */
    static final Finish NOTHING = new Finish(Epilogue.NONE, null);

    /** Finishes row y of block b of image n. */
    void row(Blocked out, int n, int b, int y) {
        int o = out.at(n, b, y, 0);
        int length = out.rowLength();
        if (epilogue.before() != null) {
            Rows.activate(epilogue.before(), out.data, o, out.data, o, length);
        }
        if (residual != null) {
            Rows.add(out.data, o, residual.data, residual.at(n, b, y, 0), out.data, o, length);
        }
        if (epilogue.after() != null) {
            Rows.activate(epilogue.after(), out.data, o, out.data, o, length);
        }
    }
}
