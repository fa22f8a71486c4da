package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.FusedKernel;

/** A kernel that can compute a range of rows of its result, alone or as part of a {@link FusedKernel}. */
public interface RowRangeKernel extends Kernel {
    /** Computes rows {@code from} to {@code to - 1} of all maps of image n, whatever its units are. */
    void rows(int n, int from, int to);
}
