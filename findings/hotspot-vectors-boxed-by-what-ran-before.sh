#!/usr/bin/env bash
# HotSpot 17: code that ran earlier decides whether a Vector API method boxes its vectors, even after C2 has compiled it.
#
# One expects the cost of a warmed-up method to depend on what the method itself runs. But all Vector API methods share a few inner methods, such as
# VectorSupport.store and blend, and C2 of JDK 17 learns from their profiles which vectors they see. If they were compiled while only float vectors had
# been seen, each of them traps four times when int vectors come; then it is recompiled. Where a method inlines them, C2 adds their traps up, once per
# call site: 4 traps at 28 stores exceed -XX:PerMethodTrapLimit, 100 by default. C2 then trusts no type profile in this method and boxes what goes
# through those call sites, for good. Without int vectors before, or with a limit of 100000, the same method allocates nothing. JDK 25 allocated nothing
# in any of these cases.
#
# Versions: OpenJDK 17.0.15 and 25.0.3, x86-64, each JDK that is in JAVA_HOME or beside the one in use. -Xbatch makes the result certain: threads
# wait for compilers. With background compilation it happens too, depending on when the inner methods are compiled.
# Output seen (bytes at 512 bits):
#   17: floats only 0, ints before 2688, ints before and a limit of 100000 0 bytes a call
#   25: floats only 0, ints before 0, ints before and a limit of 100000 0 bytes a call
# Ends with 1 if that changes from some to none or from none to some.
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
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;

public class Calls {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();
    private static final float[] W = new float[8192];
    private static final float[] OUT = new float[1024];
    private static final int[] INTS = new int[64];
    private static final double[] DOUBLES = new double[64];
    private static final long[] LONGS = new long[64];

    public static void main(String[] arguments) {
        often(Calls::floats);
        if (arguments.length > 0) {
            often(Calls::ints);
            often(Calls::doubles);
            often(Calls::longs);
        }
        untilCompiled();
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        Tile.run(W, W, W, OUT, 64);
        System.out.println(THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
    }

    private static void often(Runnable code) {
        for (int i = 0; i < 20_000; i++) {
            code.run();
        }
    }

    /** Calls until no compiler has done anything for four seconds. */
    private static void untilCompiled() {
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
    }

    private static void floats() {
        FloatVector x = FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, W, 0);
        x.blend(x, x.lt(x)).intoArray(OUT, 0);
    }

    private static void ints() {
        IntVector x = IntVector.fromArray(IntVector.SPECIES_PREFERRED, INTS, 0);
        x.blend(x, x.lt(x)).intoArray(INTS, 0);
    }

    private static void doubles() {
        DoubleVector x = DoubleVector.fromArray(DoubleVector.SPECIES_PREFERRED, DOUBLES, 0);
        x.blend(x, x.lt(x)).intoArray(DOUBLES, 0);
    }

    private static void longs() {
        LongVector x = LongVector.fromArray(LongVector.SPECIES_PREFERRED, LONGS, 0);
        x.blend(x, x.lt(x)).intoArray(LONGS, 0);
    }
}
JAVA
# bytes HOME LIMIT [before]: bytes per call once the method is compiled. C1 always profiles here; that it may not is a separate finding.
bytes() {
    "$1/bin/java" --add-modules=jdk.incubator.vector -Xbatch -XX:Tier3DelayOn=1000 -XX:PerMethodTrapLimit="$2" -cp classes Calls "${@:3}" 2>/dev/null
}
for home in "${homes[@]}"; do
    "$home/bin/javac" -nowarn --add-modules=jdk.incubator.vector -d classes Tile.java Calls.java 2>/dev/null
    "$home/bin/java" -version 2>&1 | sed -n 1p
    floats=$(bytes "$home" 100)
    ints=$(bytes "$home" 100 before)
    trusting=$(bytes "$home" 100000 before)
    printf 'floats only %s, ints before %s, ints before and a limit of 100000 %s bytes a call\n' "$floats" "$ints" "$trusting"
    [[ $floats == 0 && $trusting == 0 ]]
    if "$home/bin/java" -version 2>&1 | grep -q '"17'; then
        ((ints > 0))
    else
        ((ints == 0))
    fi
done
