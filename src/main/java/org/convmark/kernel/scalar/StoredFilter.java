package org.convmark.kernel.scalar;

import org.convmark.kernel.FoldedConv;
import org.convmark.model.Precision;

/** A filter in the format of its convolution; every weight becomes a float when it is read. */
final class StoredFilter {
    private final Precision precision;

    /** Of a filter of floats; otherwise null. */
    private final float[] floats;

    /** Codes, the first in the lowest bits. */
    private final int[] codes;

    private final float[] scales;
    private final int taps;
    private final int perInt;

    StoredFilter(FoldedConv folded) {
        float[] filter = folded.filter();
        this.precision = folded.conv().precision();
        this.scales = folded.scales();
        this.taps = filter.length / scales.length;
        this.perInt = Integer.SIZE / precision.bits();
        this.floats = precision.isNone() ? filter : null;
        this.codes = new int[precision.isNone() ? 0 : (filter.length + perInt - 1) / perInt];
        for (int i = 0; i < filter.length && floats == null; i++) {
            int code = precision.encode(filter[i], scales[i / taps]);
            codes[i / perInt] |= code << i % perInt * precision.bits();
        }
    }

    /** A weight. */
    float at(int channel, int tap) {
        int i = channel * taps + tap;
        if (floats != null) {
            return floats[i];
        }
        int code = codes[i / perInt] >>> i % perInt * precision.bits() & (1 << precision.bits()) - 1;
        return precision.decode(code) * scales[channel];
    }
}
