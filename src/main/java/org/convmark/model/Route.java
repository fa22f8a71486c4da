package org.convmark.model;

import java.util.List;
import java.util.stream.IntStream;

/** A layer that moves channels and computes nothing: output channel c is channel {@code source(c)} of all inputs. */
public sealed interface Route extends Layer {
    /** For each output channel its index in the concatenation of all inputs. */
    int[] sources(List<Shape> inputs);

    /** What a visitor has for this kind of route. */
    <R> R accept(RouteVisitor<R> visitor);

    @Override
    default boolean isMove() {
        return true;
    }

    @Override
    default ReceptiveField reach(int input) {
        return ReceptiveField.ROW;
    }

    @Override
    default <R> R accept(LayerVisitor<R> visitor) {
        return visitor.route(this);
    }

    /**
     * Where a channel comes from.
     *
     * @param input which input
     * @param channel which channel of it
     */
    record Source(int input, int channel) {
        /** The source with an index in the concatenation of inputs with so many channels each. */
        public static Source of(int index, int[] channels) {
            int input = 0;
            int channel = index;
            while (channel >= channels[input]) {
                channel -= channels[input++];
            }
            return new Source(input, channel);
        }
    }

    @Override
    default Cost cost(List<Shape> inputs) {
        long bytes = output(inputs).bytes();
        return new Cost(0, 0, bytes, bytes, 0, 0, 0);
    }

    /** All inputs behind one another along the channels. */
    record Concat() implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.concat(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape first = inputs.get(0);
            int channels = 0;
            for (Shape s : inputs) {
                if (!s.withChannels(1).equals(first.withChannels(1))) {
                    throw new IllegalArgumentException(
                            "only tensors of the same size can be concatenated, not " + inputs);
                }
                channels += s.channels();
            }
            return first.withChannels(channels);
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            return IntStream.range(0, output(inputs).channels()).toArray();
        }
    }

    /** A range of channels. */
    record Slice(int from, int channels) implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.slice(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = ShapeInference.single(this, inputs);
            if (from < 0 || from + channels > in.channels()) {
                throw new IllegalArgumentException(
                        "channels " + from + " to " + (from + channels) + " are not in a tensor of " + in.channels());
            }
            return in.withChannels(channels);
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            return IntStream.range(from, from + channels).toArray();
        }
    }

    /** Channels of all groups interleaved: output c is channel c / groups of group c % groups (Zhang et al. 2018). */
    record Shuffle(int groups) implements Route {
        @Override
        public <R> R accept(RouteVisitor<R> visitor) {
            return visitor.shuffle(this);
        }

        @Override
        public Shape output(List<Shape> inputs) {
            Shape in = ShapeInference.single(this, inputs);
            if (groups < 1 || in.channels() % groups != 0) {
                throw new IllegalArgumentException(groups + " groups do not divide " + in.channels() + " channels");
            }
            return in;
        }

        @Override
        public int[] sources(List<Shape> inputs) {
            int size = inputs.get(0).channels() / groups;
            return IntStream.range(0, size * groups)
                    .map(c -> c % groups * size + c / groups)
                    .toArray();
        }
    }
}
