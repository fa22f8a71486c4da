#!/usr/bin/env bash
# ONNX Runtime 1.29 in Java on Linux: asking for its version writes a device identifier and an event database, whatever setTelemetry is set to.
#
# Telemetry was limited to ONNX Runtime's Windows builds, and OrtEnvironment.setTelemetry(false) looks like the way to refuse it. Found: the package on
# Maven Central has it on Linux, too. The first call, OrtEnvironment.getEnvironment(), starts it, so there is nothing to call setTelemetry on before. An
# identifier of 36 characters and a database appear in the home directory, a log and a hidden file in the temporary folder. If the home directory is not
# writable, the hidden file is in the working folder and is named ":memory:.ses", after a database that was meant to leave no file: in a checkout, git
# then reports a changed tree. Environment variables that are set before the process starts prevent all of it: ORT_DISABLE_TELEMETRY=1, but also
# CI=true, so a build server does not show what users get.
#
# Versions: onnxruntime 1.29.0 from Maven Central, Linux, any JDK from 17 on (seen with 17.0.15 and 25.0.3). The programs run
# without a network (unshare -rn), so that nothing is sent.
# Output seen, files with numbers left out:
#   asked for the version: home/.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid home/.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db temporary/.ses temporary/mat-debug.log
#   setTelemetry(false) first: the same
#   no home: temporary/mat-debug.log working/:memory:.ses
#   ORT_DISABLE_TELEMETRY=1, or CI=true: none
# Ends with 1 if that changes, with 2 if unshare is not permitted.
set -euo pipefail
unshare -rn true 2>/dev/null || { printf 'needs unshare -rn, so that nothing is sent\n' >&2; exit 2; }
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
cat >Asks.java <<'JAVA'
import ai.onnxruntime.OrtEnvironment;

public class Asks {
    public static void main(String[] arguments) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        if (arguments.length > 0) {
            environment.setTelemetry(false);
        }
        environment.getVersion();
    }
}
JAVA
javac -cp 'libs/*' -d classes Asks.java
# files NAME=VALUE [ARGUMENT]: what a run leaves in three empty folders, with an environment variable set
files() {
    rm -rf home working temporary
    mkdir home working temporary
    (
        cd working
        unshare -rn env -u ORT_DISABLE_TELEMETRY -u CI -u XDG_CACHE_HOME HOME="$folder/home" TMPDIR="$folder/temporary" "$1" \
            java -cp "../classes:../libs/*" Asks "${@:2}" 2>/dev/null
    )
    find home working temporary -type f | sed 's/debug-[0-9]*/debug/' | LC_ALL=C sort >left
    [[ -s left ]] && paste -sd ' ' left || echo none
}
{
    printf 'asked for the version: %s\n' "$(files TELLS=nothing)"
    printf 'setTelemetry(false) first: %s\n' "$(files TELLS=nothing refuse)"
    printf 'no home: %s\n' "$(files HOME=/proc/none)"
    printf 'ORT_DISABLE_TELEMETRY=1: %s\n' "$(files ORT_DISABLE_TELEMETRY=1)"
    printf 'CI=true: %s\n' "$(files CI=true)"
} | tee output
diff output - <<'SEEN'
asked for the version: home/.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid home/.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db temporary/.ses temporary/mat-debug.log
setTelemetry(false) first: home/.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid home/.cache/Microsoft/DeveloperTools/.onnxruntime/onnxruntime.db temporary/.ses temporary/mat-debug.log
no home: temporary/mat-debug.log working/:memory:.ses
ORT_DISABLE_TELEMETRY=1: none
CI=true: none
SEEN
