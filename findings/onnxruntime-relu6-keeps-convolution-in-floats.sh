#!/usr/bin/env bash
# ONNX Runtime 1.29: a convolution of 8 bits with a ReLU6 stays in floats unless the step of its result is at most 6/255.
#
# In a model with QuantizeLinear and DequantizeLinear around a convolution, one expects a kernel of integers (QLinearConv) whatever activation
# follows, for a ReLU6 is a clamp of integers as well. Found: Clip(0, 6) is dropped where the range of the result's bytes ends at 6 or below; then the
# convolution is one of integers. Where the range goes beyond 6, the Clip stays, and with it the convolution in floats, weights and input converted
# first. Steps that are powers of two never end at 6: 1/32 reaches 7.97, and 1/64 loses the values from 3.98 up. In MobileNetV2 every convolution that
# is not the last of a block is of this form. If the result is rounded before the Clip as well as behind it, to the same bytes, the convolution is one
# of integers again; where 6 is a multiple of the step, that changes no result. A ReLU in place of the ReLU6 is dropped at every step.
#
# Versions: onnxruntime 1.29.0 from Maven Central, x86-64, any JDK from 17 on (seen with 17.0.15 and 25.0.3).
# Output seen, the convolution in the optimised model:
#   Clip(0, 6), bytes to 3.984375: QLinearConv
#   Clip(0, 6), bytes to 6.0: QLinearConv
#   Clip(0, 6), bytes to 7.96875: FusedConv
#   Relu, bytes to 3.984375: QLinearConv
#   Relu, bytes to 6.0: QLinearConv
#   Relu, bytes to 7.96875: QLinearConv
#   rounded, Clip(0, 6), bytes to 3.984375: QLinearConv
#   rounded, Clip(0, 6), bytes to 6.0: QLinearConv
#   rounded, Clip(0, 6), bytes to 7.96875: QLinearConv
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.microsoft.onnxruntime</groupId><artifactId>onnxruntime</artifactId><version>1.29.0</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=libs >/dev/null
cat >Relu6.java <<'JAVA'
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A convolution of 1x1 on 16 channels, rounded to bytes before and behind, with an activation between. */
public class Relu6 {
    private static final int CHANNELS = 16;
    private static final int SIDE = 8;
    private static final int FLOAT = 1;
    private static final int UNSIGNED = 2;
    private static final int SIGNED = 3;

    public static void main(String[] arguments) throws Exception {
        float[] steps = {1 / 64f, 6 / 255f, 1 / 32f};
        for (String form : List.of("Clip(0, 6)", "Relu", "rounded, Clip(0, 6)")) {
            for (float step : steps) {
                System.out.println(form + ", bytes to " + step * 255 + ": " + convolutions(model(form, step)));
            }
        }
    }

    private static String convolutions(byte[] model) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Path optimised = Files.createTempFile(Path.of("."), "optimised", ".onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
            options.setOptimizedModelFilePath(optimised.toString());
            try (OrtSession session = environment.createSession(model, options);
                    OnnxTensor x = OnnxTensor.createTensor(
                            environment,
                            FloatBuffer.wrap(new float[CHANNELS * SIDE * SIDE]),
                            new long[] {1, CHANNELS, SIDE, SIDE})) {
                session.run(Map.of("x", x)).close();
            }
        }
        // A node's type is field 4 of its message: byte 0x22, length, name.
        String bytes = Files.readString(optimised, StandardCharsets.ISO_8859_1);
        for (String type : List.of("QLinearConv", "FusedConv", "Conv")) {
            if (Pattern.compile("\"" + (char) type.length() + type, Pattern.LITERAL).matcher(bytes).find()) {
                return type;
            }
        }
        return "none";
    }

    private static byte[] model(String form, float step) {
        Message graph = new Message();
        graph.node("QuantizeLinear", List.of("x", "s", "z"), "xq")
                .node("DequantizeLinear", List.of("xq", "s", "z"), "xf")
                .node("DequantizeLinear", List.of("w", "s", "zw"), "wf")
                .node("Conv", List.of("xf", "wf"), "c");
        String sums = "c";
        if (form.startsWith("rounded")) {
            graph.node("QuantizeLinear", List.of("c", "t", "z"), "cq")
                    .node("DequantizeLinear", List.of("cq", "t", "z"), "cf");
            sums = "cf";
        }
        graph.node(form.equals("Relu") ? "Relu" : "Clip", form.equals("Relu") ? List.of(sums) : List.of(sums, "low", "high"), "a")
                .node("QuantizeLinear", List.of("a", "t", "z"), "aq")
                .node("DequantizeLinear", List.of("aq", "t", "z"), "y");
        byte[] weights = new byte[CHANNELS * CHANNELS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (i % 11 - 5);
        }
        graph.text(2, "g")
                .tensor("s", FLOAT, floats(1 / 32f))
                .tensor("t", FLOAT, floats(step))
                .tensor("low", FLOAT, floats(0))
                .tensor("high", FLOAT, floats(6))
                .tensor("z", UNSIGNED, new byte[1])
                .tensor("zw", SIGNED, new byte[1])
                .tensor("w", SIGNED, weights, CHANNELS, CHANNELS, 1, 1)
                .value(11, "x")
                .value(12, "y");
        return new Message().number(1, 8).bytes(7, graph.made()).bytes(8, new Message().number(2, 17).made()).made();
    }

    private static byte[] floats(float value) {
        return ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    }

    /** A message of protocol buffers. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            return varint((long) field << 3).varint(value);
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | 2).varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message node(String type, List<String> inputs, String output) {
            Message node = new Message();
            inputs.forEach(input -> node.text(1, input));
            return bytes(1, node.text(2, output).text(4, type).made());
        }

        Message tensor(String name, int type, byte[] data, int... dimensions) {
            Message tensor = new Message();
            for (int dimension : dimensions) {
                tensor.number(1, dimension);
            }
            return bytes(5, tensor.number(2, type).text(8, name).bytes(9, data).made());
        }

        Message value(int field, String name) {
            Message shape = new Message();
            for (int dimension : new int[] {1, CHANNELS, SIDE, SIDE}) {
                shape.bytes(1, new Message().number(1, dimension).made());
            }
            Message type = new Message().bytes(1, new Message().number(1, FLOAT).bytes(2, shape.made()).made());
            return bytes(field, new Message().text(1, name).bytes(2, type.made()).made());
        }

        private Message varint(long value) {
            long rest = value;
            for (; rest > 127; rest >>>= 7) {
                out.write((int) (rest & 127 | 128));
            }
            out.write((int) rest);
            return this;
        }

        byte[] made() {
            return out.toByteArray();
        }
    }
}
JAVA
javac -cp 'libs/*' -d . Relu6.java
ORT_DISABLE_TELEMETRY=1 java -cp '.:libs/*' Relu6 2>/dev/null | tee output
diff - output <<'SEEN'
Clip(0, 6), bytes to 3.984375: QLinearConv
Clip(0, 6), bytes to 6.0: QLinearConv
Clip(0, 6), bytes to 7.96875: FusedConv
Relu, bytes to 3.984375: QLinearConv
Relu, bytes to 6.0: QLinearConv
Relu, bytes to 7.96875: QLinearConv
rounded, Clip(0, 6), bytes to 3.984375: QLinearConv
rounded, Clip(0, 6), bytes to 6.0: QLinearConv
rounded, Clip(0, 6), bytes to 7.96875: QLinearConv
SEEN
