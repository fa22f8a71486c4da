package org.convmark.kernel.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc_base;
import org.convmark.kernel.Quantiser;
import org.convmark.model.Shape;

/**
 * A value between two layers, in the layout that its writer chose, with copies in layouts that its readers asked for. Later
 * values of the same shape may reuse its memory, so a layer binds the buffers that it is given here, not the tensor.
 */
final class OneDnnTensor {
    private final Dnnl dnnl;
    private final Shape shape;

    /** Every buffer that was ever created for this tensor. */
    private final List<Dnnl.Buffer> all = new ArrayList<>();

    /** Buffers that hold the current value, the one that was written first. */
    private final List<Dnnl.Buffer> present = new ArrayList<>();

    OneDnnTensor(Dnnl dnnl, Shape shape) {
        this.dnnl = dnnl;
        this.shape = shape;
    }

    Shape shape() {
        return shape;
    }

    boolean isWritten() {
        return !present.isEmpty();
    }

    /** Where the current value was written. */
    Dnnl.Buffer buffer() {
        return present.get(0);
    }

    /** Where a new value is to be written as floats, replacing the current one. */
    Dnnl.Buffer write(memory.desc layout) {
        return write(layout, null);
    }

    /** Where a new value is to be written, replacing the current one. */
    Dnnl.Buffer write(memory.desc layout, Quantiser quantiser) {
        present.clear();
        return take(layout, quantiser);
    }

    /** The current value as floats in a layout, which may need a reorder. */
    Dnnl.Buffer read(memory.desc layout, Consumer<Dnnl.Step> steps) {
        return read(layout, null, steps);
    }

    /**
     * The current value in a layout, which may need a reorder.
     *
     * @param quantiser of integers; null for floats
     * @param steps receives the reorder, if one is needed
     */
    Dnnl.Buffer read(memory.desc layout, Quantiser quantiser, Consumer<Dnnl.Step> steps) {
        for (Dnnl.Buffer buffer : present) {
            if (buffer.is(layout, quantiser)) {
                return buffer;
            }
        }
        Dnnl.Buffer copy = take(layout, quantiser);
        steps.accept(dnnl.reorder(buffer(), copy));
        return copy;
    }

    /** The current value as floats for a layer that takes most layouts equally well: as it is, but not in plain order. */
    Dnnl.Buffer read(Consumer<Dnnl.Step> steps) {
        boolean plain = buffer().is(Dnnl.layout(memory.format_tag.nchw, shape), null);
        return plain || buffer().quantiser() != null ? readChannelsLast(steps) : buffer();
    }

    private Dnnl.Buffer readChannelsLast(Consumer<Dnnl.Step> steps) {
        return read(Dnnl.layout(memory.format_tag.nhwc, shape), steps);
    }

    /** A source, and the primitive that reads it in that layout. */
    record Source<P extends primitive_desc_base>(Dnnl.Buffer buffer, P primitive) {}

    /**
     * The current value for a layer that does not choose a layout: as it is, or channels-last if only then the library has more
     * than reference loops. Those took 28 ms to multiply blocks of 8 channels of 128@56 by a gate, with AVX-512.
     *
     * @param make the layer's primitive for a layout of the source
     */
    <P extends primitive_desc_base> Source<P> read(Function<memory.desc, P> make, Consumer<Dnnl.Step> steps) {
        Dnnl.Buffer asIs = read(steps);
        P primitive = make.apply(asIs.layout());
        if (!isReference(primitive)) {
            return new Source<>(asIs, primitive);
        }
        P other = make.apply(Dnnl.layout(memory.format_tag.nhwc, shape));
        return isReference(other) ? new Source<>(asIs, primitive) : new Source<>(readChannelsLast(steps), other);
    }

    private static boolean isReference(primitive_desc_base primitive) {
        return primitive.impl_info_str().getString().startsWith("ref");
    }

    private Dnnl.Buffer take(memory.desc layout, Quantiser quantiser) {
        Dnnl.Buffer taken = all.stream()
                .filter(buffer -> !present.contains(buffer) && buffer.is(layout, quantiser))
                .findFirst()
                .orElseGet(() -> {
                    Dnnl.Buffer buffer = dnnl.allocate(layout, quantiser);
                    all.add(buffer);
                    return buffer;
                });
        present.add(taken);
        return taken;
    }
}
