package org.convmark.kernel.vector.lane;

import org.convmark.kernel.Kernel;
import org.convmark.kernel.vector.FusedKernel;

/** A kernel that can make some rows of its result at a time: alone, or as a part of a {@link FusedKernel}. */
public interface RowRangeKernel extends Kernel {
    /** Makes rows {@code from} to {@code to - 1} of all maps of image n, whatever its units are. */
    void rows(int n, int from, int to);
}
