package org.convmark.kernel.onnx;

/** Tensors with their values: weights of a model, and expected results. */
public final class Tensor {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final int INT64 = 7;

    private Tensor() {}

    /** Floats in row-major order; no extents for a single number. */
    public static Message of(String name, float[] values, long... extents) {
        return tensor(name, FLOAT, Message.bytes(values), extents);
    }

    static Message of(String name, long... values) {
        return tensor(name, INT64, Message.bytes(values), values.length);
    }

    /** A single byte without a sign. */
    static Message ofByte(String name, int value) {
        return tensor(name, UINT8, new byte[] {(byte) value});
    }

    /** Bytes with signs. */
    static Message of(String name, byte[] values, long... extents) {
        return tensor(name, INT8, values, extents);
    }

    static Message of(String name, int[] values) {
        return tensor(name, INT32, Message.bytes(values), values.length);
    }

    private static Message tensor(String name, int type, byte[] raw, long... extents) {
        Message tensor = new Message();
        for (long extent : extents) {
            tensor.put(1, extent);
        }
        return tensor.put(2, type).put(8, name).put(9, raw);
    }

    /** Name, type and extents of a tensor without its values. */
    static Message description(String name, long... extents) {
        Message shape = new Message();
        for (long extent : extents) {
            shape.put(1, new Message().put(1, extent));
        }
        Message type = new Message().put(1, new Message().put(1, FLOAT).put(2, shape));
        return new Message().put(1, name).put(2, type);
    }
}
