#!/usr/bin/env bash
# HotSpot without the module jdk.jfr: the bean of diagnostic commands offers one command, and that one is JFR's.
#
# Programs give the JVM orders through the bean com.sun.management:type=DiagnosticCommand of module jdk.management: compiler directives, histograms of the
# heap, the list of compiled methods. A small image, made by jlink for a host without a JDK, has no reason to hold jdk.jfr: nothing that uses the bean
# refers to it, and jdeps does not name it. Found: with jdk.management but without jdk.jfr the bean is there and offers jfrConfigure alone; all others,
# which have nothing to do with JFR, fail as unknown operations. With jdk.jfr every one of them is there. A program that asks for an order by the bean and
# goes on without it is slower in such an image, and nothing says why.
#
# Versions: Debian 12's openjdk-17-jre-headless 17.0.19+10-1~deb12u2, unpacked into a temporary folder (Temurin 25.0.3 does the same); x86-64. Needs javac
# of any JDK from 17 on.
# Output seen:
#   java.base,jdk.management: 1 operations, compilerDirectivesAdd is missing
#   java.base,jdk.management,jdk.jfr: 44 operations, compilerDirectivesAdd is there
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
cat >Commands.java <<'JAVA'
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.ObjectName;

public class Commands {
    public static void main(String[] arguments) throws Exception {
        var operations = ManagementFactory.getPlatformMBeanServer()
                .getMBeanInfo(new ObjectName("com.sun.management:type=DiagnosticCommand"))
                .getOperations();
        boolean there = Arrays.stream(operations).anyMatch(one -> one.getName().equals("compilerDirectivesAdd"));
        System.out.println(operations.length + " operations, compilerDirectivesAdd is " + (there ? "there" : "missing"));
    }
}
JAVA
javac --release 17 Commands.java
failed=0
check() {
    local modules=$1 expected=$2 seen
    seen=$("$java/bin/java" --limit-modules "$modules" -cp . Commands)
    printf '%s: %s\n' "$modules" "$seen"
    [[ $seen =~ $expected ]] || failed=1
}
check java.base,jdk.management '^1 operations, compilerDirectivesAdd is missing$'
check java.base,jdk.management,jdk.jfr '^[4-9][0-9] operations, compilerDirectivesAdd is there$'
exit "$failed"
