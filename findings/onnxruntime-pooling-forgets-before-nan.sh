#!/usr/bin/env bash
# ONNX Runtime 1.29: the maximum of a window with one NaN is neither NaN nor the largest number, and depends on the optimisation level.
#
# One expects a NaN in the input of max pooling to come out as NaN, as from this library's Relu, or else the largest of the other numbers. Found: where
# the layout optimisation runs (16 channels are enough), a NaN makes the kernel forget everything before it in the window, so the result is the maximum
# of what comes after it, and NaN only if the NaN is last. Without optimisations the numbers are split differently, with other results. So a network
# that has begun to diverge looks healthy after its first pooling, and a comparison of two optimisation levels on such values finds differences that
# rounding cannot explain. Both levels are run on the window 5 4 3 2 1 1 1 1 1 1 1 1 1 1 1 1 (4 x 4) with a NaN at each position.
#
# Versions: onnxruntime 1.29.0 from Maven Central, x86-64, any JDK from 17 on (seen with 17.0.15 and 25.0.3).
# Output seen (for the 16 positions of the NaN):
#   ALL_OPT: 1 NaN, 14 below the largest of the other numbers
#   NO_OPT: 1 NaN, 4 below the largest of the other numbers
# Ends with 1 if the first line changes, or if the second has no numbers below the largest.
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
cat >Pools.java <<'JAVA'
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HexFormat;
import java.util.Map;

public class Pools {
    /** An ONNX model: MaxPool with a window of 4 x 4 on 16 channels of 4 x 4. */
    private static final byte[] POOL = HexFormat.of()
            .parseHex("08083a650a260a017812017922074d6178506f6f6c2a150a0c6b65726e656c5f7368617065400440"
                    + "04a001071201675a1b0a017812160a14080112100a0208010a0208100a0208040a020804621b0a01"
                    + "7912160a14080112100a0208010a0208100a0208010a0208014202100d");

    private static final int PIXELS = 16;
    private static final int CHANNELS = 16;

    public static void main(String[] arguments) throws Exception {
        for (OrtSession.SessionOptions.OptLevel level : new OrtSession.SessionOptions.OptLevel[] {
            OrtSession.SessionOptions.OptLevel.ALL_OPT, OrtSession.SessionOptions.OptLevel.NO_OPT
        }) {
            int nan = 0;
            int below = 0;
            for (int place = 0; place < PIXELS; place++) {
                float maximum = maximum(level, place);
                nan += Float.isNaN(maximum) ? 1 : 0;
                below += maximum < (place == 0 ? 4 : 5) ? 1 : 0;
            }
            System.out.println(level + ": " + nan + " NaN, " + below + " below the largest of the other numbers");
        }
    }

    private static float maximum(OrtSession.SessionOptions.OptLevel level, int place) throws Exception {
        float[] x = new float[CHANNELS * PIXELS];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % PIXELS == place ? Float.NaN : Math.max(1, 5 - i % PIXELS);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            try (OrtSession session = environment.createSession(POOL, options);
                    OnnxTensor input =
                            OnnxTensor.createTensor(environment, FloatBuffer.wrap(x), new long[] {1, CHANNELS, 4, 4});
                    OrtSession.Result result = session.run(Map.of("x", input))) {
                return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
            }
        }
    }
}
JAVA
javac -cp 'libs/*' -d . Pools.java
ORT_DISABLE_TELEMETRY=1 java -cp '.:libs/*' Pools 2>/dev/null | tee output
grep -qx 'ALL_OPT: 1 NaN, 14 below the largest of the other numbers' output
grep -qE '^NO_OPT: [0-9]+ NaN, [1-9][0-9]* below' output
