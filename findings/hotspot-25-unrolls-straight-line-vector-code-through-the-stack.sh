#!/usr/bin/env bash
# HotSpot of JDK 25, Vector API: a loop whose body is 63 multiply-adds in a row moves hundreds of vectors through the stack if its step is a literal, and few
# if the step is an argument of the method. JDK 17 does not care.
#
# The body is a depthwise convolution of 3x3 taps for seven neighbouring pixels: seven sums, nine weights, 27 inputs, each loaded just before its products.
# With 16 vector registers that fits as written. One would expect C2 to leave such a body alone, as JDK 17 does. Found: C2 of JDK 25 copies it several times if
# it can see that the step is 56 floats, and orders the copies so that sums, weights and inputs go through the stack; -XX:LoopUnrollLimit=1 does not help. Code
# that was written out to save loads thus spends its time on the stack. Times are printed: the step as a literal over the step as an argument.
# A step that C2 cannot see (an argument of a method that is not inlined, a number from an array) makes it a loop that is not counted, which stays as it is.
#
# Versions: Debian 12's openjdk-17-jre-headless 17.0.19+10-1~deb12u2, unpacked into a temporary folder, against a JDK 25 from the
# folder in which the default JDK lies (seen on Temurin 25.0.3). Needs AVX2, objdump and javac of any JDK from 17 on with the module jdk.incubator.vector.
# Output seen:
#   JDK 17: literal 63 multiply-adds, 0 moves; argument 63, 0; time 1.1
#   JDK 25: literal 339 multiply-adds, 652 moves; argument 63, 0; time 2.7
# Ends with 1 if that changes, with 2 if something is missing.
set -euo pipefail
grep -qw avx2 /proc/cpuinfo || { printf 'needs a processor with AVX2\n' >&2; exit 2; }
command -v objdump >/dev/null || { printf 'needs objdump (package binutils)\n' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
later=$(grep -l '^JAVA_VERSION="25' "$(dirname "$(readlink -f "$(command -v javac)")")"/../../*/release | head -n 1) ||
    { printf 'needs a JDK 25 beside the default JDK\n' >&2; exit 2; }
package=openjdk-17-jre-headless=17.0.19+10-1~deb12u2
apt-cache show "$package" >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
apt-get -qq -o APT::Sandbox::User=root download "$package"
dpkg-deb -x ./*.deb root
java=$folder/root/usr/lib/jvm/java-17-openjdk-amd64
# Its settings are links into /etc.
find "$java" -lname '/etc/*' | while read -r link; do
    ln -sfn "$folder/root$(readlink "$link")" "$link"
done
# A method of this name with this step.
method() {
    printf 'static void %s(float[] in, int p, int row, float[] weights, float[] out, int q, int end, int given) {\n' "$1"
    printf 'for (; q < end; q += %s, p += %s) {\n' "$2" "$2"
    for pixel in 0 1 2 3 4 5 6; do printf 'FloatVector a%d = FloatVector.zero(SPECIES);\n' $pixel; done
    printf 'FloatVector x;\n'
    for line in 0 1 2; do
        printf 'int i%d = p + %d * row;\n' $line $line
        for tap in 0 1 2; do
            printf 'FloatVector w%d = FloatVector.fromArray(SPECIES, weights, %d);\n' $((3 * line + tap)) $((8 * (3 * line + tap)))
        done
        for column in 0 1 2 3 4 5 6 7 8; do
            printf 'x = FloatVector.fromArray(SPECIES, in, i%d + %d);\n' $line $((8 * column))
            for tap in 0 1 2; do
                pixel=$((column - tap))
                [[ $pixel -lt 0 || $pixel -gt 6 ]] ||
                    printf 'a%d = w%d.fma(x, a%d);\n' $pixel $((3 * line + tap)) $pixel
            done
        done
    done
    for pixel in 0 1 2 3 4 5 6; do printf 'a%d.intoArray(out, q + %d);\n' $pixel $((8 * pixel)); done
    printf '}\n}\n'
}
{
    cat <<'JAVA'
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

public class Tile {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;

JAVA
    method literal 56
    method argument given
    cat <<'JAVA'
    static double nanoseconds(boolean literal, float[] in, float[] weights, float[] out) {
        double best = Double.MAX_VALUE;
        for (int call = 0; call < 20_000; call++) {
            long start = System.nanoTime();
            for (int y = 0; y < 28; y++) {
                if (literal) {
                    literal(in, y * 240, 240, weights, out, y * 224, y * 224 + 224, 56);
                } else {
                    argument(in, y * 240, 240, weights, out, y * 224, y * 224 + 224, 56);
                }
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }

    public static void main(String[] arguments) {
        float[] in = new float[30 * 240];
        float[] out = new float[28 * 224];
        float[] weights = new float[72];
        System.out.printf("%nRATIO %.1f%n", nanoseconds(true, in, weights, out) / nanoseconds(false, in, weights, out));
    }
}
JAVA
} >Tile.java
javac -nowarn --add-modules jdk.incubator.vector Tile.java 2>/dev/null
run() { "$1/bin/java" --add-modules jdk.incubator.vector -XX:-TieredCompilation -XX:UseAVX=2 "${@:2}" -cp . Tile 2>errors; }
# C2's code of a method: multiply-adds, and moves of vectors to and from the stack between the first and the last of them.
code() {
    run "$1" -XX:+UnlockDiagnosticVMOptions -XX:CompileCommand=quiet -XX:CompileCommand="print,Tile::$2" \
        -XX:CompileCommand="dontinline,Tile::$2" >printed
    sed -n '/^\[MachCode\]/,/^\[\/MachCode\]/p' printed | grep -oE '^ *0x[0-9a-f]+: [0-9a-f |]+' | sed 's/^[^:]*://' |
        tr -d ' |\n' | sed 's/../\\x&/g' >hex
    printf '%b' "$(cat hex)" >code
    objdump -D -b binary -m i386:x86-64 -M intel code >listing
    awk '/vfmadd/ { sums++; seen = moves } /ymm/ && /rsp/ && sums { moves++ } END { print sums + 0, seen + 0 }' listing
}
failed=0
for jdk in "$java" "${later%/release}"; do
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk/release")
    read -r sums moves <<<"$(code "$jdk" literal)"
    read -r fewSums fewMoves <<<"$(code "$jdk" argument)"
    ratio=$(run "$jdk" | sed -n 's/^RATIO //p')
    printf 'JDK %s: literal %s multiply-adds, %s moves; argument %s, %s; time %s\n' \
        "$version" "$sums" "$moves" "$fewSums" "$fewMoves" "$ratio"
    if [[ $version == 25 ]]; then
        [[ $sums -gt 200 && $moves -gt 200 && $fewSums == 63 && $fewMoves -lt 40 ]] || failed=1
    else
        [[ $sums == 63 && $moves -lt 40 ]] || failed=1
    fi
done
exit $failed
