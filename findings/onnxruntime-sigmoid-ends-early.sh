#!/usr/bin/env bash
# ONNX Runtime 1.29: Sigmoid is exactly zero at -18 and below, and has few correct digits, then none, on the way there.
#
# In floats the sigmoid of -18 is 1.5e-8, and only below -103 is there no float for it. One expects errors of a few units in the last place from a
# library's Sigmoid, as from its own Exp, which has them. Found: the absolute error is about 1e-7, as for numbers near 1, so small results are mostly
# error: at -16 it returns about half of the value, at -17 about twice, so Sigmoid(-17) > Sigmoid(-16). At -18 and below it returns 0. A gate or a
# probability hardly shows that. Code that takes the logarithm of a probability, or compares results by relative error, meets minus infinity, or an
# error of 100 percent, at a score of -18.
#
# Versions: onnxruntime 1.29.0 from Maven Central, x86-64, any JDK from 17 on (seen with 17.0.15 and 25.0.3).
# Output seen, with AVX-512:
#   Sigmoid(-8) = 3.3542514E-4, right 3.3535014E-4
#   Sigmoid(-12) = 6.109476E-6, right 6.1441747E-6
#   Sigmoid(-15) = 3.5762787E-7, right 3.0590223E-7
#   Sigmoid(-16) = 5.9604645E-8, right 1.1253516E-7
#   Sigmoid(-17) = 8.940697E-8, right 4.1399375E-8
#   Sigmoid(-18) = 0.0, right 1.5229979E-8
# Ends with 1 if Sigmoid(-18) is not zero, or if Sigmoid(-17) is within a tenth of its value.
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
cat >Sigmoids.java <<'JAVA'
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HexFormat;
import java.util.Map;

public class Sigmoids {
    /** An ONNX model: Sigmoid of 64 floats. */
    private static final byte[] SIGMOID = HexFormat.of()
            .parseHex("08083a360a0f0a017812017922075369676d6f69641201675a0f0a0178120a0a08080112040a0208"
                    + "40620f0a0179120a0a08080112040a0208404202100d");

    public static void main(String[] arguments) throws Exception {
        float[] x = new float[64];
        for (int i = 0; i < x.length; i++) {
            x[i] = -i;
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(SIGMOID);
                OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(x), new long[] {x.length});
                OrtSession.Result result = session.run(Map.of("x", input))) {
            FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
            for (int i : new int[] {8, 12, 15, 16, 17, 18}) {
                System.out.println("Sigmoid(" + -i + ") = " + y.get(i) + ", right " + (float) right(i));
            }
            boolean known = y.get(18) == 0 && Math.abs(y.get(17) - right(17)) > 0.1 * right(17);
            System.exit(known ? 0 : 1);
        }
    }

    private static double right(int i) {
        return 1 / (1 + Math.exp(i));
    }
}
JAVA
javac -cp 'libs/*' -d . Sigmoids.java
ORT_DISABLE_TELEMETRY=1 java -cp '.:libs/*' Sigmoids 2>/dev/null
