#!/usr/bin/env bash
# HotSpot of JDK 17, Vector API with 512 bits: a comparison and a blend, x.blend(low, x.lt(low)), takes four instructions where the hardware needs two.
#
# AVX-512 compares into a mask register, and a blend reads one, so one would count two instructions for each bound of a clamp, as after a convolution with
# ReLU or ReLU6. Found: C2 of JDK 17 turns the mask into a vector of all-ones lanes (a masked move of a constant), and compares that vector with the
# constant to get the same mask again for the blend. A ReLU6 on the sums of a register tile then costs eight instructions a vector, and the two
# comparisons that are not needed share units with the multiply-adds of many processors. Nothing tells: the intrinsic succeeds, and only the machine code
# shows it. With vectors of 256 bits, on the same processor, the pair is two instructions. JDK 25 (seen on 25.0.3) keeps the mask in its register.
#
# Versions: Debian 12's openjdk-17-jre-headless 17.0.19+10-1~deb12u2, unpacked into a temporary folder (17.0.15 does the same). Needs AVX-512, objdump and
# javac of any JDK from 17 on with the module jdk.incubator.vector.
# Output seen:
#   512 bits: 2 comparisons of floats, 2 of integers, 2 masked moves, 2 blends
#   256 bits: 19 comparisons of floats, 0 of integers, 0 masked moves, 19 blends
# Ends with 1 if that changes, with 2 if something is missing.
set -euo pipefail
grep -qw avx512f /proc/cpuinfo || { printf 'needs a processor with AVX-512\n' >&2; exit 2; }
command -v objdump >/dev/null || { printf 'needs objdump (package binutils)\n' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
package=openjdk-17-jre-headless=17.0.19+10-1~deb12u2
apt-cache show "$package" >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
apt-get -qq -o APT::Sandbox::User=root download "$package"
dpkg-deb -x ./*.deb root
java=$folder/root/usr/lib/jvm/java-17-openjdk-amd64
# Its settings are links into /etc.
find "$java" -lname '/etc/*' | while read -r link; do
    ln -sfn "$folder/root$(readlink "$link")" "$link"
done
cat >Clamp.java <<'JAVA'
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

public class Clamp {
    static final VectorSpecies<Float> SPECIES =
            Integer.getInteger("bits") == 512 ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;

    static void raise(float[] values) {
        FloatVector low = FloatVector.zero(SPECIES);
        for (int i = 0; i < SPECIES.loopBound(values.length); i += SPECIES.length()) {
            FloatVector x = FloatVector.fromArray(SPECIES, values, i);
            x.blend(low, x.lt(low)).intoArray(values, i);
        }
    }

    public static void main(String[] arguments) {
        float[] values = new float[4096];
        for (int call = 0; call < 50_000; call++) {
            values[call % values.length] = -1;
            raise(values);
        }
        for (float value : values) {
            if (value < 0) {
                throw new IllegalStateException("not raised");
            }
        }
    }
}
JAVA
javac -nowarn --add-modules jdk.incubator.vector Clamp.java 2>/dev/null
# C2's code only, without the tiers before it; a JVM that finds no disassembler prints its bytes.
count() {
    "$java/bin/java" --add-modules jdk.incubator.vector "$@" -XX:-TieredCompilation -XX:+UnlockDiagnosticVMOptions \
        -XX:CompileCommand=quiet -XX:CompileCommand=print,Clamp::raise -cp . Clamp >printed 2>errors
    sed -n '/^\[MachCode\]/,/^\[\/MachCode\]/p' printed | grep -oE '^ *0x[0-9a-f]+: [0-9a-f |]+' | sed 's/^[^:]*://' |
        tr -d ' |\n' | sed 's/../\\x&/g' >hex
    printf '%b' "$(cat hex)" >code
    objdump -D -b binary -m i386:x86-64 -M intel code >listing
    printf '%d comparisons of floats, %d of integers, %d masked moves, %d blends' \
        "$(grep -c 'vcmp[a-z_]*ps' listing)" "$(grep -c 'vpcmpeqd' listing)" \
        "$(grep -c 'vmovdqu32.*{k[0-7]}{z}' listing)" "$(grep -cE 'vpblendmd|vblendmps|vblendvps|vpblendvb' listing)"
}
seen=$(count -Dbits=512 || true)
without=$(count -Dbits=256 || true)
printf '512 bits: %s\n256 bits: %s\n' "$seen" "$without"
[[ $seen =~ ^([1-9][0-9]*)\ comparisons\ of\ floats,\ ([0-9]+)\ of\ integers,\ ([0-9]+)\ masked\ moves,\ ([0-9]+)\ blends$ ]]
[[ ${BASH_REMATCH[2]} == "${BASH_REMATCH[1]}" && ${BASH_REMATCH[3]} == "${BASH_REMATCH[1]}" && ${BASH_REMATCH[4]} == "${BASH_REMATCH[1]}" ]]
[[ $without == *", 0 of integers, 0 masked moves,"* ]]
