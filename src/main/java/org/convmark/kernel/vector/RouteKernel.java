package org.convmark.kernel.vector;

import static org.convmark.kernel.vector.Lanes.L;

import java.util.List;

/**
 * Channels moved to other places. A row of a block whose lanes come from one block in order is copied whole; any other
 * is put together lane by lane.
 */
final class RouteKernel implements RowKernel.Row {
    private final Blocked[] from;
    private final int[] channel;
    private final Blocked out;

    RouteKernel(int[] sources, List<Blocked> in, Blocked out) {
        this.out = out;
        this.from = new Blocked[sources.length];
        this.channel = new int[sources.length];
        for (int c = 0; c < sources.length; c++) {
            int source = sources[c];
            int input = 0;
            while (source >= in.get(input).shape.channels()) {
                source -= in.get(input++).shape.channels();
            }
            from[c] = in.get(input);
            channel[c] = source;
        }
    }

    @Override
    public void run(int index) {
        int height = out.shape.height();
        int n = index / height / out.blocks;
        int b = index / height % out.blocks;
        int y = index % height;
        int first = b * L;
        int lanes = Math.min(L, channel.length - first);
        int q = out.at(n, b, y, 0);
        if (isBlock(first, lanes)) {
            Blocked source = from[first];
            Rows.copy(source.data, source.at(n, channel[first] / L, y, 0), out.data, q, out.rowLength());
        } else {
            for (int i = 0; i < lanes; i++) {
                Blocked source = from[first + i];
                int p = source.at(n, channel[first + i] / L, y, 0) + channel[first + i] % L;
                lane(source.data, p, out.data, q + i, out.shape.width());
            }
        }
    }

    private boolean isBlock(int first, int lanes) {
        for (int i = 0; i < lanes; i++) {
            if (from[first + i] != from[first] || channel[first + i] != channel[first] + i || channel[first] % L != 0) {
                return false;
            }
        }
        return true;
    }

    private static void lane(float[] in, int p, float[] out, int q, int width) {
        for (int x = 0; x < width; x++) {
            out[q + x * L] = in[p + x * L];
        }
    }
}
