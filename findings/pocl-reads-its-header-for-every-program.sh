#!/usr/bin/env bash
# PoCL 3.1: sixteen OpenCL programs of one kernel each take about twelve times as long to build as one program with the same sixteen kernels, and about
# twenty times as long where all are in PoCL's cache.
#
# Build options are how OpenCL kernels get their constants, so a host that specialises kernels has a program for each. One expects a build to cost what its
# source costs, and a program in the cache next to nothing. Found: for a kernel of one line, nearly all of a build are the 895 KB of PoCL's opencl-c.h,
# which clang reads, declares and forgets each time. A program that is in the cache still opens the header and takes a fifth of the time: to find it there,
# PoCL preprocesses its source. Kernels that are built together share all that.
#
# Versions: Debian 12's libpocl2 3.1-3+deb12u1 and libclang-cpp15, with their dependencies, unpacked into a temporary folder; jocl 2.0.6 from Maven Central;
# x86-64; any JDK from 17 on (seen with 17.0.15).
# Output seen, on a core of a Zen 3 with another program beside it:
#   built:           16 programs 3886 ms, 1 program 334 ms
#   from the cache:  16 programs 721 ms, 1 program 31 ms
# Ends with 1 if sixteen programs do not take four times as long as one, in both cases, in one of three tries.
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
cat >Builds.java <<'JAVA'
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jocl.CL;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jocl.cl_program;

public class Builds {
    private static final int KERNELS = 16;

    private static cl_context context;
    private static cl_device_id[] device;

    public static void main(String[] arguments) {
        CL.setExceptionsEnabled(true);
        cl_platform_id[] platform = new cl_platform_id[1];
        CL.clGetPlatformIDs(1, platform, null);
        device = new cl_device_id[1];
        CL.clGetDeviceIDs(platform[0], CL.CL_DEVICE_TYPE_CPU, 1, device, null);
        context = CL.clCreateContext(null, 1, device, null, null, null);
        millis(kernel(KERNELS)); // What only the first build loads.
        long alone = IntStream.range(0, KERNELS).mapToLong(i -> millis(kernel(i))).sum();
        long together = millis(IntStream.range(0, KERNELS).mapToObj(Builds::kernel).collect(Collectors.joining()));
        System.out.println(KERNELS + " programs " + alone + " ms, 1 program " + together + " ms");
        System.exit(alone >= 4 * together ? 0 : 1);
    }

    private static String kernel(int i) {
        return "kernel void fill_" + i + "(global float *a) { a[get_global_id(0)] = " + i + "; }\n";
    }

    private static long millis(String source) {
        long start = System.nanoTime();
        cl_program program = CL.clCreateProgramWithSource(context, 1, new String[] {source}, null, null);
        CL.clBuildProgram(program, 1, device, "", null, null);
        return (System.nanoTime() - start) / 1_000_000;
    }
}
JAVA
javac -cp 'libs/*' Builds.java
builds() {
    env OCL_ICD_VENDORS="$folder/vendors" POCL_CACHE_DIR="$folder/cache" LD_LIBRARY_PATH="$libraries:$folder/root/lib/x86_64-linux-gnu" \
        LD_PRELOAD="$(dirname -- "$(readlink -f -- "$(command -v javac)")")/../lib/libjsig.so" java -cp 'libs/*:.' Builds
}
for _ in 1 2 3; do
    rm -rf cache
    mkdir cache
    if printf 'built:           ' && builds && printf 'from the cache:  ' && builds; then
        exit 0
    fi
done
printf 'sixteen programs take less than four times as long as one\n' >&2
exit 1
