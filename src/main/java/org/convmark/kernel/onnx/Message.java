package org.convmark.kernel.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protobuf message: numbered fields in the order in which they are put. It keeps references to its parts, so weights are copied
 * only when the message is written.
 */
public final class Message {
    /** Largest message that readers accept, in bytes. */
    public static final long LIMIT = Integer.MAX_VALUE;

    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final List<byte[]> parts = new ArrayList<>();
    private long size;

    /** A whole number. */
    Message put(int field, long value) {
        ByteArrayOutputStream out = tag(field, VARINT);
        varint(out, value);
        return add(out.toByteArray());
    }

    Message put(int field, float value) {
        ByteArrayOutputStream out = tag(field, FIXED32);
        out.writeBytes(bytes(value));
        return add(out.toByteArray());
    }

    Message put(int field, String text) {
        return put(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Message put(int field, byte[] bytes) {
        ByteArrayOutputStream out = tag(field, BYTES);
        varint(out, bytes.length);
        return add(out.toByteArray()).add(bytes);
    }

    /** A message inside this one; must not be changed afterwards. */
    Message put(int field, Message inner) {
        ByteArrayOutputStream out = tag(field, BYTES);
        varint(out, inner.size);
        add(out.toByteArray());
        inner.parts.forEach(this::add);
        return this;
    }

    private Message add(byte[] part) {
        parts.add(part);
        size += part.length;
        return this;
    }

    private static ByteArrayOutputStream tag(int field, int wireType) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, (long) field << 3 | wireType);
        return out;
    }

    /** Seven bits per byte, lowest first; the top bit marks that more follow. */
    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** Little-endian, as protobuf and raw tensors require. */
    static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return bytes.array();
    }

    static byte[] bytes(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes.array();
    }

    /** Bytes of the written message. */
    public long size() {
        return size;
    }

    /** Writes the whole message. */
    public void writeTo(OutputStream out) throws IOException {
        for (byte[] part : parts) {
            out.write(part);
        }
    }

    /** @throws UnsupportedOperationException if it is larger than {@link #LIMIT} */
    public byte[] toByteArray() {
        if (size > LIMIT) {
            throw new UnsupportedOperationException(
                    "an ONNX model is at most 2 GB large, and this one has " + size + " bytes");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) size);
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
