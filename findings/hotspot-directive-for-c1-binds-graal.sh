#!/usr/bin/env bash
# HotSpot 25 with Graal: a compiler directive that excludes a method from C1 excludes it from Graal too.
#
# A directive has a block for each compiler, c1 and c2. Graal takes the place of C2, so one expects that c1: {Exclude: true} leaves a method to
# Graal, and that a block for C2 is what Graal would obey. It is the other way round: HotSpot reads the c1 block for every compiler that it calls through
# JVMCI. With that directive the method is interpreted for the life of the JVM, and only -XX:+PrintCompilation says so; the same directive on the same JDK
# with C2 leaves the method to C2. A block for C2 does nothing to Graal. To keep C1 off a method that Graal shall compile,
# -XX:CompilationMode=high-only-quick-internal serves: C1 then compiles Graal's own classes only.
#
# Versions: Temurin 25.0.3 (the JDK 25 in JAVA_HOME or beside the one in use) and org.graalvm.compiler:compiler in its version, x86-64.
# Output seen:
#   C2, c1 excluded: compiled at tier 4
#   Graal, no directive: compiled at tier 4
#   Graal, c1 excluded: made not compilable on level 4
#   Graal, c2 excluded: compiled at tier 4
#   Graal, no directive, C1 for Graal's classes only: compiled at tier 4
# Ends with 1 if that changes: if a method of these is not compiled within a minute, or if the third one is.
set -euo pipefail
home=
for folder in "${JAVA_HOME:-/none}" "$(dirname -- "$(readlink -f -- "$(command -v java)")")"/../../*; do
    if [[ -x $folder/bin/javac ]] && "$folder/bin/java" -version 2>&1 | grep -q '"25'; then
        home=$folder
        break
    fi
done
[[ -n $home ]] || { printf 'no JDK 25 in JAVA_HOME or beside the one in use\n' >&2 && exit 2; }
version=$("$home/bin/java" -version 2>&1 | sed -nE '1s/.*"([0-9]+\.[0-9]+\.[0-9]+).*/\1/p')
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
cat >pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.graalvm.compiler</groupId><artifactId>compiler</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=libs >/dev/null
cat >Hot.java <<'JAVA'
public class Hot {
    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += Math.sqrt(value);
        }
        return sum;
    }

    /** Calls one method for some seconds. */
    public static void main(String[] arguments) {
        double[] values = new double[1000];
        double all = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 1e9 * Integer.parseInt(arguments[0])) {
            all += sum(values);
        }
        System.out.println(all);
    }
}
JAVA
"$home/bin/javac" -d classes Hot.java
graal=(-XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI -XX:+UseJVMCICompiler "--upgrade-module-path=$PWD/libs")
# state SECONDS OPTION...: how the method ends; a compilation with % is of its loop, while the method itself was running
state() {
    "$home/bin/java" "${@:2}" -XX:+PrintCompilation -cp classes Hot "$1" >log 2>&1
    if grep -E '^ *[0-9]+ +[0-9]+ +[ !sbn]*4 +Hot::sum ' log >/dev/null; then
        printf 'compiled at tier 4'
    elif grep -E 'not compilable on level 4 +Hot::sum ' log >/dev/null; then
        printf 'made not compilable on level 4'
    else
        printf 'neither compiled nor refused'
    fi
}
# expect NAME STATE OPTION...: a busy machine gets more time
expect() {
    local said seconds
    for seconds in 20 60; do
        said=$(state "$seconds" "${@:3}")
        [[ $said != "$2" ]] || break
    done
    printf '%s: %s\n' "$1" "$said"
    [[ $said == "$2" ]]
}
for compiler in c1 c2; do
    printf '[{ match: "Hot.sum", %s: { Exclude: true } }]' "$compiler" >"without-$compiler"
done
without=(-XX:+UnlockDiagnosticVMOptions)
"$home/bin/java" -version 2>&1 | sed -n 1p
expect 'C2, c1 excluded' 'compiled at tier 4' "${without[@]}" -XX:CompilerDirectivesFile=without-c1
expect 'Graal, no directive' 'compiled at tier 4' "${graal[@]}"
expect 'Graal, c1 excluded' 'made not compilable on level 4' "${graal[@]}" "${without[@]}" -XX:CompilerDirectivesFile=without-c1
expect 'Graal, c2 excluded' 'compiled at tier 4' "${graal[@]}" "${without[@]}" -XX:CompilerDirectivesFile=without-c2
expect "Graal, no directive, C1 for Graal's classes only" 'compiled at tier 4' "${graal[@]}" -XX:CompilationMode=high-only-quick-internal
