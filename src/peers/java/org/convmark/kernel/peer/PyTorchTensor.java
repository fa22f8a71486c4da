package org.convmark.kernel.peer;

import org.bytedeco.pytorch.Tensor;
import org.convmark.model.Shape;

/** A variable of an eager program: it refers to the tensor that was last assigned to it. */
final class PyTorchTensor implements AutoCloseable {
    private final Shape shape;
    private Tensor tensor;

    PyTorchTensor(Shape shape) {
        this.shape = shape;
    }

    Shape shape() {
        return shape;
    }

    Tensor tensor() {
        return tensor;
    }

    /** Releases the tensor at once; the garbage collector would let its memory pile up. */
    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
        }
    }

    void assign(Tensor newTensor) {
        tensor = newTensor;
    }
}
