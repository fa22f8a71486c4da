#!/usr/bin/env bash
# ONNX Runtime 1.29 in Java: a session option makes Java's own arithmetic wrong, permanently, on the thread that created the session.
#
# session.set_denormal_as_zero is an option of one session, for kernels that become slow on denormals. One expects it to apply only inside that session.
# Found: creating the session leaves the processor's flags (flush to zero, denormals are zero) set on the calling thread, and HotSpot does not check
# them when native code returns. From then on this thread divides, adds, compares, parses and prints denormals as zero, which Java never allows: 1e-310
# is printed as 1.000000e+00. Closing the session, or a later session without the option, changes nothing. Only the first session of a process matters:
# after a session without the option, the same option leaves the thread unchanged. A benchmark that compares such a session with Java code then measures
# Java without denormals too. With -XX:+RestoreMXCSROnJNICalls, which is off by default, nothing leaks.
#
# Versions: onnxruntime 1.29.0 from Maven Central, x86-64, any JDK from 17 on (seen with 17.0.15 and 25.0.3).
# Output seen:
#   before: MIN_NORMAL / 2 > 0 true, 1e-310 printed 1.000000e-310, parsed from "1e-310" 1.0E-310
#   session with the option, closed: MIN_NORMAL / 2 > 0 false, 1e-310 printed 1.000000e+00, parsed from "1e-310" 0.0
#   another thread: MIN_NORMAL / 2 > 0 true, 1e-310 printed 1.000000e-310, parsed from "1e-310" 1.0E-310
#   session without it: MIN_NORMAL / 2 > 0 false, 1e-310 printed 1.000000e+00, parsed from "1e-310" 0.0
# and with the sessions the other way round, or with the JVM's option, "true" in all lines. Ends with 1 if that changes.
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
cat >Denormals.java <<'JAVA'
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.util.HexFormat;
import java.util.Locale;

public class Denormals {
    /** An ONNX model of one Relu on one float. */
    private static final byte[] RELU = HexFormat.of()
            .parseHex("08083a330a0c0a0178120179220452656c751201675a0f0a0178120a0a080801"
                    + "12040a020801620f0a0179120a0a08080112040a0208014202100d");

    private static float smallest = Float.MIN_NORMAL;

    public static void main(String[] arguments) throws Exception {
        say("before");
        if (arguments[0].equals("with first")) {
            create(true);
            say("session with the option, closed");
            Thread other = new Thread(() -> say("another thread"));
            other.start();
            other.join();
            create(false);
            say("session without it");
        } else {
            create(false);
            create(true);
            say("session with the option behind one without");
        }
    }

    private static void create(boolean flush) throws Exception {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            if (flush) {
                options.addConfigEntry("session.set_denormal_as_zero", "1");
            }
            OrtEnvironment.getEnvironment().createSession(RELU, options).close();
        }
    }

    private static void say(String when) {
        System.out.println(when + ": MIN_NORMAL / 2 > 0 " + (smallest / 2 > 0) + ", 1e-310 printed "
                + String.format(Locale.ROOT, "%e", 1e-310) + ", parsed from \"1e-310\" " + Double.parseDouble("1e-310"));
    }
}
JAVA
javac -cp 'libs/*' -d . Denormals.java
create() {
    ORT_DISABLE_TELEMETRY=1 java "$1" -cp '.:libs/*' Denormals "$2" 2>/dev/null
}
create -XX:-RestoreMXCSROnJNICalls 'with first' | tee output
diff output - <<'SEEN'
before: MIN_NORMAL / 2 > 0 true, 1e-310 printed 1.000000e-310, parsed from "1e-310" 1.0E-310
session with the option, closed: MIN_NORMAL / 2 > 0 false, 1e-310 printed 1.000000e+00, parsed from "1e-310" 0.0
another thread: MIN_NORMAL / 2 > 0 true, 1e-310 printed 1.000000e-310, parsed from "1e-310" 1.0E-310
session without it: MIN_NORMAL / 2 > 0 false, 1e-310 printed 1.000000e+00, parsed from "1e-310" 0.0
SEEN
create -XX:-RestoreMXCSROnJNICalls 'without first' | tee output
[[ $(grep -c 'true' output) == 2 && $(wc -l <output) == 2 ]]
printf 'with -XX:+RestoreMXCSROnJNICalls:\n'
create -XX:+RestoreMXCSROnJNICalls 'with first' | tee output
[[ $(grep -c 'true' output) == 4 && $(wc -l <output) == 4 ]]
