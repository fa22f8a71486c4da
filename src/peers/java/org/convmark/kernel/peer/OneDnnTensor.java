package org.convmark.kernel.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.memory;
import org.convmark.model.Shape;

/**
 * A value between two layers, in the layout that its writer chose, and copies in layouts that its readers asked for. Later
 * values of the same shape may take its place; a layer therefore binds the buffers that it is given here, not the edge.
 */
final class OneDnnTensor {
    private final Dnnl dnnl;
    private final Shape shape;

    /** Every buffer that was ever made for this edge. */
    private final List<Dnnl.Buffer> all = new ArrayList<>();

    /** Those that hold the present value, the one that was written first. */
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

    /** Where the present value was written. */
    Dnnl.Buffer buffer() {
        return present.get(0);
    }

    /** Where a new value is to be written, in place of the present one. */
    Dnnl.Buffer write(memory.desc layout) {
        present.clear();
        return take(layout);
    }

    /**
     * The present value in a layout, which may cost a reorder.
     *
     * @param steps takes the reorder, if there is one
     */
    Dnnl.Buffer read(memory.desc layout, Consumer<Dnnl.Step> steps) {
        for (Dnnl.Buffer buffer : present) {
            if (buffer.layout().equals(layout)) {
                return buffer;
            }
        }
        Dnnl.Buffer copy = take(layout);
        steps.accept(dnnl.reorder(buffer().layout(), buffer().memory(), copy));
        return copy;
    }

    /**
     * The present value as a layer without a choice of its own wants it: as it is, but not in plain order, where the library
     * has only reference loops for some layers.
     */
    Dnnl.Buffer read(Consumer<Dnnl.Step> steps) {
        boolean plain = buffer().layout().equals(Dnnl.layout(memory.format_tag.nchw, shape));
        return plain ? read(Dnnl.layout(memory.format_tag.nhwc, shape), steps) : buffer();
    }

    private Dnnl.Buffer take(memory.desc layout) {
        Dnnl.Buffer taken = all.stream()
                .filter(buffer -> !present.contains(buffer) && buffer.layout().equals(layout))
                .findFirst()
                .orElseGet(() -> {
                    Dnnl.Buffer buffer = dnnl.allocate(layout);
                    all.add(buffer);
                    return buffer;
                });
        present.add(taken);
        return taken;
    }
}
