#!/usr/bin/env bash
# HotSpot 17 and 25: a large Vector API method may stay at C1 for good, where every vector is boxed.
#
# One expects a frequently called method to end up at C2, so that C1's intermediate code does not matter. Here C1 fails at tier 3, the tier that
# profiles, on a method of 28 vector sums and three kilobytes of bytecode: -XX:+PrintCompilation says "COMPILE SKIPPED: out of virtual registers in LIR
# generator (retry at different tier)". Usually that costs nothing, because the interpreter profiles the method and C2 compiles it. But while C2's queue
# is long, the JVM compiles methods at tier 2 first, which C1 can do here. The next step from there is tier 3, which fails, so no profile is ever made
# and C2 is never asked: the method allocates half a megabyte per call for the life of the JVM, while the same class in another JVM allocates nothing.
# More warm-up does not change it. A compiler directive that keeps C1 off the method does.
#
# Versions: OpenJDK 17.0.15 and 25.0.3, x86-64, each JDK that is in JAVA_HOME or beside the one in use. -XX:Tier3DelayOn sets the length from which
# a queue counts as long, by default 5 per C2 thread. To make the result certain, it is 0 here (any queue is long) and 1000 (none is).
# With the default it happened too, in one of six JVMs on a busy machine.
# Output seen, for both JDKs (with vectors of 512 bits, the first number varies):
#   a queue is long: tier 2, tier 3 skipped, 558784 bytes a call
#   no queue is long: tier 3 skipped, tier 4, 0 bytes a call
#   a queue is long, without C1: tier 4, 0 bytes a call
# Ends with 1 if that changes: if five JVMs in a row with a long queue allocate nothing, or one of the others allocates.
set -euo pipefail
# jdks VERSION...: an installed JDK of each version
jdks() {
    local version home
    for version in "$@"; do
        for home in "${JAVA_HOME:-/none}" "$(dirname -- "$(readlink -f -- "$(command -v java)")")"/../../*; do
            if [[ -x $home/bin/javac ]] && "$home/bin/java" -version 2>&1 | grep -q "\"$version"; then
                printf '%s\n' "$home"
                continue 2
            fi
        done
        printf 'no JDK %s in JAVA_HOME or beside the one in use, left out\n' "$version" >&2
    done
}
mapfile -t homes < <(jdks 17 25)
((${#homes[@]} > 0)) || exit 2
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
# The method: two vectors by fourteen sums of products, optionally a second array added, then a clamp.
{
    printf 'import jdk.incubator.vector.FloatVector;\nimport jdk.incubator.vector.VectorSpecies;\n\n'
    printf 'final class Tile {\n    static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;\n    static final int L = S.length();\n\n'
    printf '    static void run(float[] w, float[] in, float[] more, float[] out, int taps) {\n'
    for i in {0..13}; do
        printf '        FloatVector a%d = FloatVector.zero(S), b%d = FloatVector.zero(S);\n' "$i" "$i"
    done
    printf '        for (int k = 0; k < taps; k++) {\n            FloatVector u, v, x;\n'
    for tap in 0 1; do
        printf '            u = FloatVector.fromArray(S, w, (2 * k + %d) * L);\n            v = FloatVector.fromArray(S, w, (2 * k + %d) * L);\n' "$tap" $((tap + 1))
        for i in {0..13}; do
            printf '            x = FloatVector.broadcast(S, in[k + %d]);\n            a%d = u.fma(x, a%d);\n            b%d = v.fma(x, b%d);\n' $((i + tap)) "$i" "$i" "$i" "$i"
        done
    done
    printf '        }\n        if (more != null) {\n'
    for i in {0..13}; do
        printf '            a%d = a%d.add(FloatVector.fromArray(S, more, %d * L));\n' "$i" "$i" $((2 * i))
        printf '            b%d = b%d.add(FloatVector.fromArray(S, more, %d * L));\n' "$i" "$i" $((2 * i + 1))
    done
    printf '        }\n        FloatVector low = FloatVector.zero(S), high = FloatVector.broadcast(S, 6f);\n'
    for i in {0..13}; do
        for sum in "a$i 2*$i" "b$i 2*$i+1"; do
            read -r name place <<<"$sum"
            printf '        %s = %s.blend(low, %s.lt(low));\n' "$name" "$name" "$name"
            printf '        %s.blend(high, high.lt(%s)).intoArray(out, (%s) * L);\n' "$name" "$name" "$place"
        done
    done
    printf '    }\n}\n'
} >Tile.java
cat >Calls.java <<'JAVA'
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

public class Calls {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();
    private static final float[] W = new float[8192];
    private static final float[] OUT = new float[1024];

    /** Calls until no compiler has done anything for four seconds. */
    public static void main(String[] arguments) {
        long spent = 0;
        long since = System.nanoTime();
        while (System.nanoTime() - since < 4_000_000_000L) {
            for (int i = 0; i < 10; i++) {
                Tile.run(W, W, i % 2 == 0 ? W : null, OUT, 64);
            }
            if (COMPILERS.getTotalCompilationTime() != spent) {
                spent = COMPILERS.getTotalCompilationTime();
                since = System.nanoTime();
            }
        }
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        Tile.run(W, W, W, OUT, 64);
        System.out.println(
                THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before + " bytes a call");
    }
}
JAVA
printf '[{ match: "Tile.*", c1: { Exclude: true } }]' >without-c1
# call HOME DELAY [OPTION...]: prints what happened to the method
call() {
    "$1/bin/java" --add-modules=jdk.incubator.vector -XX:Tier3DelayOn="$2" "${@:3}" -XX:+PrintCompilation -cp classes Calls >log 2>&1
    grep -E 'Tile::run|bytes a call' log |
        sed -nE 's/.* ([234]) +Tile::run.* SKIPPED: out of virtual registers.*/tier \1 skipped/p; s/.* [^%] +([24]) +Tile::run .[0-9]* bytes.$/tier \1/p; s/^([0-9]+ bytes a call)$/\1/p' |
        paste -sd, | sed 's/,/, /g'
}
for home in "${homes[@]}"; do
    "$home/bin/javac" -nowarn --add-modules=jdk.incubator.vector -d classes Tile.java Calls.java 2>/dev/null
    "$home/bin/java" -version 2>&1 | sed -n 1p
    stuck=
    for try in 1 2 3 4 5; do
        said=$(call "$home" 0)
        printf 'a queue is long: %s\n' "$said"
        if [[ $said =~ ^'tier 2, tier 3 skipped, '[1-9] ]]; then
            stuck=yes
            break
        fi
    done
    [[ $stuck == yes ]]
    said=$(call "$home" 1000)
    printf 'no queue is long: %s\n' "$said"
    [[ $said == 'tier 3 skipped, tier 4, 0 bytes a call' ]]
    said=$(call "$home" 0 -XX:+UnlockDiagnosticVMOptions -XX:CompilerDirectivesFile=without-c1)
    printf 'a queue is long, without C1: %s\n' "$said"
    [[ $said == 'tier 4, 0 bytes a call' ]]
done
