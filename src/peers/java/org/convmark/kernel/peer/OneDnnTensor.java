package org.convmark.kernel.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.dnnl.memory;
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

    /** Where a new value is to be written, replacing the current one. */
    Dnnl.Buffer write(memory.desc layout) {
        present.clear();
        return take(layout);
    }

    /**
     * The current value in a layout, which may need a reorder.
     *
     * @param steps receives the reorder, if one is needed
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
     * The current value for a layer that does not choose a layout: as it is, but not in plain order, for which the library has
     * only reference loops in some layers.
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
