#!/usr/bin/env bash
# HotSpot of JDK 25, Vector API: a loop that loads eight neighbouring vectors a turn has sixteen comparisons before it, on JDK 17 four.
#
# This is how tiles of a matrix product or a convolution read their weights: eight loads, the first at from + 64 * turn, the others 8 floats apart. All indices
# differ by constants, so one would expect a check of the smallest and of the largest, before the loop, for the first turn and for the last. Found: C2 of
# JDK 25 compares every load's index for the first turn and every one for the last, sixteen comparisons and branches in a row. JDK 17 makes four, or
# eight if the source multiplies by a literal and not by a local variable that holds 64. Where a loop has few turns, as in layers of few channels, this is
# a good part of its time: a register tile of 12 sums lost 2 to 9 per cent with 24 to 64 taps. With an index that C2 cannot predict, say turn times a number from a field, the checks stay in the loop, one pair for all
# eight loads, and short loops are faster.
#
# Versions: Debian 12's openjdk-17-jre-headless 17.0.19+10-1~deb12u2, unpacked into a temporary folder, against a JDK 25 from the
# folder in which the default JDK lies (seen on Temurin 25.0.3). Needs AVX2, objdump and javac of any JDK from 17 on with the module jdk.incubator.vector.
# Output seen:
#   JDK 17: 4 comparisons in a row before the sums; a pitch from a field: 1
#   JDK 25: 16 comparisons in a row before the sums; a pitch from a field: 1
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
sums() {
    printf 'static void %s(float[] values, int first, int turns, float[] out) {\n' "$1"
    printf 'int step = %s;\n' "$2"
    cat <<'JAVA'
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = FloatVector.zero(SPECIES);
        for (int turn = 0; turn < turns; turn++) {
            int at = first + turn * step;
            a = a.add(FloatVector.fromArray(SPECIES, values, at));
            b = b.add(FloatVector.fromArray(SPECIES, values, at + 8));
            a = a.add(FloatVector.fromArray(SPECIES, values, at + 16));
            b = b.add(FloatVector.fromArray(SPECIES, values, at + 24));
            a = a.add(FloatVector.fromArray(SPECIES, values, at + 32));
            b = b.add(FloatVector.fromArray(SPECIES, values, at + 40));
            a = a.add(FloatVector.fromArray(SPECIES, values, at + 48));
            b = b.add(FloatVector.fromArray(SPECIES, values, at + 56));
        }
        a.intoArray(out, 0);
        b.intoArray(out, 8);
    }
JAVA
}
{
    cat <<'JAVA'
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

public class Runs {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    static int pitch = 64;

JAVA
    sums known 64
    sums field pitch
    cat <<'JAVA'

    public static void main(String[] arguments) {
        float[] values = new float[64 * 40 + 16];
        float[] out = new float[16];
        for (int call = 0; call < 50_000; call++) {
            known(values, call % 16, 1 + call % 40, out);
            field(values, call % 16, 1 + call % 40, out);
        }
    }
}
JAVA
} >Runs.java
javac -nowarn --add-modules jdk.incubator.vector Runs.java 2>/dev/null
# The most comparisons of indices between two sums. C2's code only; a JVM that finds no disassembler prints its bytes.
checks() {
    "$1/bin/java" --add-modules jdk.incubator.vector -XX:-TieredCompilation -XX:+UnlockDiagnosticVMOptions \
        -XX:CompileCommand=quiet -XX:CompileCommand="print,Runs::$2" -cp . Runs >printed 2>errors
    sed -n '/^\[MachCode\]/,/^\[\/MachCode\]/p' printed | grep -oE '^ *0x[0-9a-f]+: [0-9a-f |]+' | sed 's/^[^:]*://' |
        tr -d ' |\n' | sed 's/../\\x&/g' >hex
    printf '%b' "$(cat hex)" >code
    objdump -D -b binary -m i386:x86-64 -M intel code >listing
    awk '/vaddps/ { sums++; row = 0 } /jae / { row++; if (row > most) most = row } END { print sums ? most : "no sums" }' listing
}
seen=
for jdk in "$java" "${later%/release}"; do
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk/release")
    seen+="JDK $version: $(checks "$jdk" known) comparisons in a row before the sums; a pitch from a field: $(checks "$jdk" field)"$'\n'
done
printf '%s' "$seen"
[[ $seen == 'JDK 17: 4 comparisons in a row before the sums; a pitch from a field: 1
JDK 25: 16 comparisons in a row before the sums; a pitch from a field: 1
' ]]
