#!/usr/bin/env bash
# HotSpot of JDK 17: a loop of a[2i] * w[0] + a[2i+1] * w[1] on shorts, once compiled, drops the second product.
#
# This is the mix-down of two channels, a tap of quantised convolutions, and any dot product of pairs with fixed weights. Both factors w[0] and w[1] lie in
# an array of shorts and do not change in the loop. C2 makes a multiply-add of pairs of shorts (vpmaddwd, or the form of VNNI) from it, for which a pair of
# factors must lie in each 32 bits of a vector. Found: in place of the pair, w[0] is copied to 32 bits, so that the second factor is 0. There is no
# exception, no warning and no flag to set; the same method is right as long as it is interpreted, and with -XX:-UseSuperWord, and on JDK 25.
# A result that changes between two calls with the same arguments is the only sign.
#
# Versions: Debian 12's openjdk-17-jre-headless 17.0.19+10-1~deb12u2, unpacked into a temporary folder (17.0.15 does the same); x86-64, with AVX-512 and with
# -XX:UseAVX=0 to 2. Needs javac of any
# JDK from 17 on.
# Output seen:
#   17.0.19: 1008 of 1024 sums change when the loop is compiled; number 12 is 12 in place of 37
#   17.0.19 -XX:-UseSuperWord: 0 of 1024 sums change when the loop is compiled
# Ends with 1 if that changes.
set -euo pipefail
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
cat >Pairs.java <<'JAVA'
public class Pairs {
    static void sums(int[] out, short[] a, short[] w) {
        for (int i = 0; i < out.length; i++) {
            out[i] = a[2 * i] * w[0] + a[2 * i + 1] * w[1];
        }
    }

    public static void main(String[] arguments) {
        short[] a = new short[2048];
        for (int i = 0; i < a.length; i++) {
            a[i] = (short) (i % 7 + 1);
        }
        short[] w = {3, 5};
        int[] interpreted = new int[a.length / 2];
        int[] compiled = new int[a.length / 2];
        sums(interpreted, a, w);
        for (int call = 0; call < 20_000; call++) {
            sums(compiled, a, w);
        }
        int changed = 0;
        int first = -1;
        for (int i = 0; i < compiled.length; i++) {
            if (compiled[i] != interpreted[i]) {
                changed++;
                first = first < 0 ? i : first;
            }
        }
        System.out.println(changed + " of " + compiled.length + " sums change when the loop is compiled"
                + (first < 0 ? "" : "; number " + first + " is " + compiled[first] + " in place of " + interpreted[first]));
    }
}
JAVA
javac --release 17 Pairs.java
run() {
    "$java/bin/java" "$@" -cp . Pairs
}
seen=$(run)
without=$(run -XX:-UseSuperWord)
printf '17.0.19: %s\n17.0.19 -XX:-UseSuperWord: %s\n' "$seen" "$without"
[[ $seen =~ ^1[0-9]{3}\ of\ 1024 && $without == 0\ of\ 1024* ]]
