package org.convmark.kernel.scalar;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.convmark.kernel.Backend;
import org.convmark.kernel.FoldedConv;
import org.convmark.kernel.GatedFilter;
import org.convmark.kernel.Kernel;
import org.convmark.kernel.Quantiser;
import org.convmark.kernel.Workers;
import org.convmark.model.Activation;
import org.convmark.model.Pool;
import org.convmark.model.Route;
import org.convmark.model.Shape;
import org.convmark.model.TileLayer;

/**
 * Plain Java loops over one array per feature map: the definition of the right answer and the baseline without acceleration.
 * Nothing is vectorised by hand; C2 vectorises what it can.
 */
public final class ScalarBackend extends Backend<PlanarTensor, Kernel> {
    /** @param workers threads that share each kernel, a unit being one feature map */
    public ScalarBackend(Workers workers) {
        super(workers);
    }

    @Override
    protected PlanarTensor allocate(Shape shape, int border) {
        return new PlanarTensor(shape);
    }

    /** Only maps of the same size reuse each other's memory. */
    @Override
    protected MemoryRequirement need(Layout layout) {
        Shape shape = layout.shape();
        long maps = (long) shape.batch() * shape.channels();
        return new MemoryRequirement(shape.pixels(), maps, shape.pixels() * Shape.ELEMENT_BYTES);
    }

    @Override
    protected Arena<PlanarTensor> arena(MemoryRequirement total) {
        long pixels = (Long) total.kind();
        float[][] maps = new float[Math.toIntExact(total.units())][(int) pixels];
        return (layout, first) -> new PlanarTensor(layout.shape(), maps, first);
    }

    @Override
    protected Kernel clearing(Kernel producer, PlanarTensor out) {
        return producer;
    }

    @Override
    protected int channelAlignment() {
        return 1;
    }

    @Override
    protected PlanarTensor view(PlanarTensor whole, int first, int channels) {
        return whole.part(first, channels);
    }

    @Override
    protected void write(PlanarTensor tensor, float[] values) {
        tensor.write(values);
    }

    @Override
    protected float[] read(PlanarTensor tensor) {
        return tensor.read();
    }

    @Override
    protected Kernel conv(FoldedConv folded, PlanarTensor in, PlanarTensor residual, PlanarTensor out) {
        PostOps postOps = new PostOps(folded.epilogue(), residual);
        return ScalarDepthwise.fits(folded.conv(), in.shape())
                ? new ScalarDepthwise(folded.conv(), postOps, folded.filter(), folded.bias(), in, out)
                : new ScalarConv(folded, postOps, in, out);
    }

    @Override
    protected GatedKernel gated(
            GatedFilter filter,
            PlanarTensor inputs,
            PlanarTensor outputs,
            PlanarTensor in,
            PlanarTensor residual,
            PlanarTensor out) {
        int[] read = inputs == null ? null : new int[in.shape().channels()];
        int[] made = outputs == null ? null : new int[out.shape().channels()];
        Kernel choosing = ScalarLoops.units(1, unit -> {
            ScalarTiles.channels(inputs, read);
            ScalarTiles.channels(outputs, made);
            filter.choose(read, made);
        });
        return new GatedKernel(choosing, conv(filter.chosen(), in, residual, out));
    }

    @Override
    protected Kernel affine(float[] scale, float[] shift, PlanarTensor in, PlanarTensor out) {
        return perMap(out, m -> {
            int c = m % out.shape().channels();
            ScalarLoops.affine(in.maps()[m], out.maps()[m], scale[c], shift[c]);
        });
    }

    @Override
    protected Kernel layerNorm(float epsilon, float[] gain, float[] bias, PlanarTensor in, PlanarTensor out) {
        int width = out.shape().width();
        ThreadLocal<float[][]> moments = ThreadLocal.withInitial(() -> new float[2][width]);
        return ScalarLoops.units(out.shape().batch() * out.shape().height(), row -> {
            float[][] own = moments.get();
            ScalarLoops.layerNorm(epsilon, gain, bias, in, out, row, own[0], own[1]);
        });
    }

    @Override
    protected Kernel activate(Activation function, PlanarTensor in, PlanarTensor out) {
        return perMap(out, m -> {
            System.arraycopy(in.maps()[m], 0, out.maps()[m], 0, out.maps()[m].length);
            ScalarLoops.activate(function, out.maps()[m], 0, out.maps()[m].length);
        });
    }

    @Override
    protected Kernel add(PlanarTensor a, PlanarTensor b, PlanarTensor out) {
        return perMap(out, m -> ScalarLoops.add(a.maps()[m], b.maps()[m], out.maps()[m], 0, out.maps()[m].length));
    }

    @Override
    protected Kernel multiply(PlanarTensor in, PlanarTensor gate, PlanarTensor out) {
        return perMap(out, m -> ScalarLoops.affine(in.maps()[m], out.maps()[m], gate.maps()[m][0], 0));
    }

    @Override
    protected Kernel quantise(Quantiser quantiser, PlanarTensor in, PlanarTensor out) {
        return perMap(out, m -> ScalarLoops.quantise(quantiser, in.maps()[m], out.maps()[m], 0, out.maps()[m].length));
    }

    @Override
    protected Kernel route(Route route, int[] sources, List<PlanarTensor> in, PlanarTensor out) {
        int channels = out.shape().channels();
        int[] inChannels = in.stream().mapToInt(x -> x.shape().channels()).toArray();
        Route.Source[] from = Arrays.stream(sources)
                .mapToObj(source -> Route.Source.of(source, inChannels))
                .toArray(Route.Source[]::new);
        return perMap(out, m -> {
            Route.Source source = from[m % channels];
            float[] map = in.get(source.input()).maps()[m / channels * inChannels[source.input()] + source.channel()];
            System.arraycopy(map, 0, out.maps()[m], 0, map.length);
        });
    }

    @Override
    protected Kernel shift(PlanarTensor in, PlanarTensor out) {
        return perMap(
                out,
                m -> ScalarLoops.shift(in.maps()[m], out.maps()[m], in.shape().width()));
    }

    @Override
    protected Kernel pool(Pool pool, PlanarTensor in, PlanarTensor out) {
        return perMap(out, m -> ScalarLoops.pool(pool, in, out, m));
    }

    @Override
    protected Kernel tiles(TileLayer layer, List<PlanarTensor> in, PlanarTensor out) {
        return layer.accept(new TileLayer.Visitor<>() {
            @Override
            public Kernel select(TileLayer.Select select) {
                float[] scores =
                        new float[in.get(0).shape().batch() * select.grid().tiles()];
                return ScalarLoops.units(1, unit -> ScalarTiles.select(select, in.get(0), scores, out));
            }

            @Override
            public Kernel gather(TileLayer.Gather gather) {
                return perChannel(c -> ScalarTiles.gather(gather, in.get(0), in.get(1), out, c));
            }

            @Override
            public Kernel exchange(TileLayer.Exchange exchange) {
                return perChannel(c -> ScalarTiles.exchange(exchange, in.get(0), in.get(1), out, c));
            }

            @Override
            public Kernel scatter(TileLayer.Scatter scatter) {
                return perMap(out, m -> ScalarTiles.scatter(scatter, in, out, m));
            }

            private Kernel perChannel(IntConsumer channel) {
                return ScalarLoops.units(out.shape().channels(), channel);
            }
        });
    }

    @Override
    public String describe() {
        return "plain Java loops";
    }

    private static Kernel perMap(PlanarTensor out, IntConsumer map) {
        return ScalarLoops.units(out.maps().length, map);
    }
}
