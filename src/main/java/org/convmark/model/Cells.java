package org.convmark.model;

import java.util.function.UnaryOperator;
import org.convmark.model.Route.Concat;

/**
 * Cells of networks found by architecture search: sums of separable convolutions, pools and identities over the results of the
 * two previous cells, concatenated. The graph's head is the result of the previous cell; {@code before} is that of the one before
 * it.
 */
final class Cells {
    private Cells() {}

    // ---------------------------------------------------------------- DARTS-V2 (Liu et al. 2019)

    /** The cell that keeps the size: a, b, c and d of 4 x channels. */
    static Graph dartsNormal(Graph g, int before, int channels) {
        Graph left = adapt(g, before, channels);
        Graph right = project(left.at(g.head()), channels);
        int p = left.head();
        int q = right.head();
        Graph a = sum(right, x -> separable(x.at(p), 3, 1, channels), x -> separable(x.at(q), 3, 1, channels));
        Graph b = sum(a, x -> separable(x.at(p), 3, 1, channels), x -> separable(x.at(q), 3, 1, channels));
        Graph c = sum(b, x -> separable(x.at(q), 3, 1, channels), x -> x.at(p));
        Graph d = sum(
                c,
                x -> x.at(p),
                x -> x.at(a.head()).relu().depthwise(3, 1, 2).conv(1, channels).norm());
        return d.at(a.head()).then(new Concat(), b.head(), c.head(), d.head());
    }

    /** The cell that halves the size, with maximum pooling only; b and d are the same expression. */
    static Graph dartsReduction(Graph g, int before, int channels) {
        Graph left = adapt(g, before, channels);
        Graph right = project(left.at(g.head()), channels);
        int p = left.head();
        int q = right.head();
        Graph a = sum(right, x -> maximum(x.at(p)), x -> maximum(x.at(q)));
        Graph b = sum(a, x -> x, x -> maximum(x.at(q)));
        Graph c = sum(b, x -> maximum(x.at(p)), x -> x.at(a.head()));
        Graph d = sum(c, x -> x.at(a.head()), x -> maximum(x.at(q)));
        return d.at(a.head()).then(new Concat(), b.head(), c.head(), d.head());
    }

    // ---------------------------------------------------------------- NASNet-A (Zoph et al. 2018)

    /** The cell that keeps the size; its result of 6 x channels includes the adapted result {@code before}. */
    static Graph nasnetNormal(Graph g, int before, int channels) {
        Graph near = project(g, channels);
        Graph far = adapt(near.at(g.head()), before, channels);
        int h = near.head();
        int p = far.head();
        Graph u = sum(far, x -> separable(x.at(h), 5, 1, channels), x -> separable(x.at(p), 3, 1, channels));
        Graph v = sum(u, x -> separable(x.at(p), 5, 1, channels), x -> separable(x.at(p), 3, 1, channels));
        Graph w = sum(v, x -> average(x.at(h), 1), x -> x.at(p));
        Graph y = sum(w, x -> average(x.at(p), 1), x -> average(x.at(p), 1));
        Graph z = sum(y, x -> separable(x.at(h), 3, 1, channels), x -> x.at(h));
        return z.at(p).then(new Concat(), u.head(), v.head(), w.head(), y.head(), z.head());
    }

    /** The cell that halves the size, 4 x channels. */
    static Graph nasnetReduction(Graph g, int before, int channels) {
        Graph near = project(g, channels);
        Graph far = before == g.head() ? near.at(before) : adapt(near.at(g.head()), before, channels);
        int h = near.head();
        int p = far.head();
        Graph u = sum(far, x -> separable(x.at(h), 5, 2, channels), x -> separable(x.at(p), 7, 2, channels));
        Graph v = sum(u, x -> maximum(x.at(h)), x -> separable(x.at(p), 7, 2, channels));
        Graph w = sum(v, x -> average(x.at(h), 2), x -> separable(x.at(p), 5, 2, channels));
        Graph y = sum(w, x -> x.at(v.head()), x -> average(x.at(u.head()), 1));
        Graph z = sum(y, x -> separable(x.at(u.head()), 3, 1, channels), x -> maximum(x.at(h)));
        return z.at(v.head()).then(new Concat(), w.head(), y.head(), z.head());
    }

    // ---------------------------------------------------------------- parts

    private static Graph sum(Graph g, UnaryOperator<Graph> left, UnaryOperator<Graph> right) {
        Graph first = left.apply(g);
        return right.apply(first).add(first.head());
    }

    /** Two rounds of ReLU, depthwise, pointwise, norm; the first round has the stride. */
    private static Graph separable(Graph g, int kernel, int stride, int channels) {
        return g.relu()
                .depthwise(kernel, stride)
                .conv(1, channels)
                .norm()
                .relu()
                .depthwise(kernel, 1)
                .conv(1, channels)
                .norm();
    }

    private static Graph maximum(Graph g) {
        return g.pool(Pool.Kind.MAX, 3, 2);
    }

    private static Graph average(Graph g, int stride) {
        return g.pool(Pool.Kind.AVERAGE, 3, stride);
    }

    private static Graph project(Graph g, int channels) {
        return g.relu().conv(1, channels).norm();
    }

    /** Adapts {@code before} to this cell's channels, and halves its rows and columns if those of the head are halved. */
    private static Graph adapt(Graph g, int before, int channels) {
        boolean sameSize = g.shape(before).width() == g.output().width();
        return sameSize ? project(g.at(before), channels) : reduce(g.at(before), channels);
    }

    /** Factorized reduction: one half of the channels from even rows and columns, the other from odd ones. */
    private static Graph reduce(Graph g, int channels) {
        return g.relu()
                .concat(x -> x.conv(1, channels / 2, 2), x -> x.shift().conv(1, channels / 2, 2))
                .norm();
    }
}
