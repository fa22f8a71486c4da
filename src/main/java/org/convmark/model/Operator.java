package org.convmark.model;

/**
 * Single convolutions, {@code depth} in a chain at constant width and size with nothing between them: the speed of a kernel
 * alone, without norms, activations or sums. The only list of operators.
 */
public enum Operator implements Stack {
    /** Dense 3x3. */
    CONV_3X3 {
        @Override
        Graph layer(Graph g, int width) {
            return g.conv(3, width);
        }
    },

    /** Dense 5x5. */
    CONV_5X5 {
        @Override
        Graph layer(Graph g, int width) {
            return g.conv(5, width);
        }
    },

    /** Pointwise: a matrix product. */
    CONV_1X1 {
        @Override
        Graph layer(Graph g, int width) {
            return g.conv(1, width);
        }
    },

    /** 3x3 in groups of 8 channels, or of the next smaller number that divides them. */
    GROUPED_3X3 {
        @Override
        Graph layer(Graph g, int width) {
            return g.grouped(3, width, 1, Graph.divisor(width, 8));
        }
    },

    /** Depthwise 3x3. */
    DEPTHWISE_3X3 {
        @Override
        Graph layer(Graph g, int width) {
            return g.depthwise(3, 1);
        }
    },

    /** Depthwise 5x5. */
    DEPTHWISE_5X5 {
        @Override
        Graph layer(Graph g, int width) {
            return g.depthwise(5, 1);
        }
    },

    /** Depthwise 7x7. */
    DEPTHWISE_7X7 {
        @Override
        Graph layer(Graph g, int width) {
            return g.depthwise(7, 1);
        }
    };

    /** One layer, appended to g. */
    abstract Graph layer(Graph g, int width);

    /**
     * A chain of layers.
     *
     * @param depth layers
     * @param width channels
     * @param image rows and columns
     * @param batch images
     */
    @Override
    public Graph graph(int depth, int width, int image, int batch) {
        return Graph.of(new Shape(batch, width, image, image)).repeat(depth, x -> layer(x, width));
    }
}
