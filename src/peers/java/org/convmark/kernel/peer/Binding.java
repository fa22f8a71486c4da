package org.convmark.kernel.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import org.convmark.kernel.Weights;
import org.convmark.kernel.onnx.OnnxModel;
import org.convmark.model.Graph;
import org.convmark.model.Shape;

/**
 * A session of ONNX Runtime with the memory that it reads and writes, outside the Java heap, so that a run copies nothing. A run
 * allocates only what the Java API does: native copies of the names, and a result object.
 */
final class Binding implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final FloatBuffer result;

    Binding(OrtSession session, OrtEnvironment environment, Graph graph, Weights weights) throws OrtException {
        this.session = session;
        for (int v = 0; v < graph.inputs().size(); v++) {
            FloatBuffer values =
                    buffer(graph.inputs().get(v)).put(weights.input(v)).rewind();
            inputs.put(
                    OnnxModel.input(v),
                    tensor(environment, values, graph.inputs().get(v)));
        }
        result = buffer(graph.output());
        outputs.put(OnnxModel.OUTPUT, tensor(environment, result, graph.output()));
    }

    private static FloatBuffer buffer(Shape shape) {
        if (shape.bytes() > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(
                    "Java's buffers end at 2 GiB, and " + shape + " has " + shape.bytes() + " bytes");
        }
        return ByteBuffer.allocateDirect((int) shape.bytes())
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static OnnxTensor tensor(OrtEnvironment environment, FloatBuffer values, Shape shape) throws OrtException {
        long[] extents = {shape.batch(), shape.channels(), shape.height(), shape.width()};
        return OnnxTensor.createTensor(environment, values, extents);
    }

    void run() {
        try (OrtSession.Result ignored = session.run(inputs, outputs)) {
            // the result lies in the buffer
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    float[] output() {
        float[] values = new float[result.capacity()];
        result.get(0, values);
        return values;
    }

    void fill(float value) {
        for (int i = 0; i < result.capacity(); i++) {
            result.put(i, value);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
    }
}
