#!/usr/bin/env bash
# PoCL 3.1 under HotSpot: once a Java program has listed OpenCL devices, dividing an int by zero returns the dividend.
#
# PoCL lets a division by zero in a kernel pass: its SIGFPE handler steps over the instruction, for the whole process. One expects that to be limited to
# kernels. But HotSpot creates its ArithmeticException from the same signal, in the interpreter and in code compiled by C1, and its own handler is no
# longer called. So 7 / 0 is 7 and 7 % 0 is 0, in every thread, with nothing thrown, until C2 compiles the method: C2's code tests for zero before it
# divides. Longs, whose divisor is always tested, throw as before. No kernel needs to be built or run. There are two remedies: POCL_SIGFPE_HANDLER=0, or
# preloading the JDK's libjsig.so, through which the JVM sees its signals first.
#
# Versions: Debian 12's libpocl2 3.1-3+deb12u1 and its dependencies, unpacked into a temporary folder; jocl 2.0.6 from Maven Central; x86-64;
# any JDK from 17 on (seen with 17.0.15 and 25.0.3).
# Output seen:
#   before: 7 / 0 exception, 7 % 0 exception, 7L / 0 exception
#   devices listed: 7 / 0 7, 7 % 0 0, 7L / 0 exception
#   compiled by C2: exception
# and "exception" everywhere with either remedy. Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-cache show libpocl2=3.1-3+deb12u1 >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
mkdir packages root vendors
(
    cd packages
    apt-get -qq -o APT::Sandbox::User=root download pocl-opencl-icd=3.1-3+deb12u1 libpocl2=3.1-3+deb12u1 libpocl2-common=3.1-3+deb12u1 \
        ocl-icd-libopencl1 libhwloc15 libllvm15 libclang-cpp15 libedit2 libz3-4 libxml2 libicu72 libbsd0 libmd0 libffi8
    for package in *.deb; do
        dpkg-deb -x "$package" ../root
    done
)
libraries=$folder/root/usr/lib/x86_64-linux-gnu
printf '%s\n' "$libraries"/libpocl.so.2.* >vendors/pocl.icd
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.jocl</groupId><artifactId>jocl</artifactId><version>2.0.6</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=libs >/dev/null
cat >Divides.java <<'JAVA'
import java.util.function.Supplier;
import org.jocl.CL;
import org.jocl.cl_platform_id;

public class Divides {
    private static int dividend = 7;
    private static int zero = 0;

    public static void main(String[] arguments) {
        System.out.println("before: " + divisions());
        CL.setExceptionsEnabled(true);
        cl_platform_id[] platform = new cl_platform_id[1];
        CL.clGetPlatformIDs(1, platform, null);
        CL.clGetDeviceIDs(platform[0], CL.CL_DEVICE_TYPE_CPU, 0, null, new int[1]);
        System.out.println("devices listed: " + divisions());
        String last = "";
        long end = System.nanoTime() + 60_000_000_000L;
        while (!last.equals("exception") && System.nanoTime() < end) {
            for (int i = 1; i < 100_000; i++) {
                quotient(i, 3);
            }
            last = said(() -> quotient(dividend, zero));
        }
        System.out.println("compiled by C2: " + last);
    }

    private static int quotient(int x, int y) {
        return x / y;
    }

    private static String divisions() {
        return "7 / 0 " + said(() -> dividend / zero) + ", 7 % 0 " + said(() -> dividend % zero) + ", 7L / 0 "
                + said(() -> (long) dividend / zero);
    }

    private static String said(Supplier<Number> division) {
        try {
            return division.get().toString();
        } catch (ArithmeticException e) {
            return "exception";
        }
    }
}
JAVA
javac -nowarn -cp 'libs/*' -d . Divides.java
divide() {
    env OCL_ICD_VENDORS="$folder/vendors/" POCL_CACHE_DIR="$folder/cache" LD_LIBRARY_PATH="$libraries" "$@" \
        java -XX:-BackgroundCompilation -cp '.:libs/*' Divides 2>/dev/null
}
home=$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v java)")")")
divide | tee output
diff output - <<'SEEN'
before: 7 / 0 exception, 7 % 0 exception, 7L / 0 exception
devices listed: 7 / 0 7, 7 % 0 0, 7L / 0 exception
compiled by C2: exception
SEEN
for cure in POCL_SIGFPE_HANDLER=0 "LD_PRELOAD=$home/lib/libjsig.so"; do
    divide "$cure" >output
    printf '%s: %s\n' "${cure%%=*}" "$(sed -n 2p output)"
    grep -qx 'devices listed: 7 / 0 exception, 7 % 0 exception, 7L / 0 exception' output
done
