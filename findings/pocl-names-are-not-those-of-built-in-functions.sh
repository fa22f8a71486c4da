#!/usr/bin/env bash
# PoCL 3.1: a program that makes names of a built-in function's name, by the preprocessor's ##, does not compile, because PoCL's built-in functions are macros.
#
# Kernels that are specialised by build options are told a function as -DFUNCTION=tanh, and call it, or make a name of it, as a table of variants would:
# `#define VARIANT_(f) fast_##f`, `#define VARIANT(f) VARIANT_(f)`, `VARIANT(FUNCTION)(x)`. One expects fast_tanh, as with the name of a function of one's own.
# Found: PoCL's headers define `tanh` as `_cl_tanh`, and so with the other built-in functions tried, so that the name becomes fast__cl_tanh, which nothing
# declares. The call FUNCTION(x) itself works. Not the same everywhere: clang 15 with its own header, and with it Oclgrind 21.10, take the program as expected.
#
# Versions: Debian 12's libpocl2 3.1-3+deb12u1 and libclang-cpp15, with their dependencies, unpacked into a temporary folder; jocl 2.0.6 from Maven Central;
# x86-64; any JDK from 17 on (seen with 17.0.15).
# Output seen:
#   -DFUNCTION=square   compiles
#   -DFUNCTION=tanh     use of undeclared identifier 'fast__cl_tanh'
#   -DFUNCTION=exp      use of undeclared identifier 'fast__cl_exp'
#   -DFUNCTION=floor    use of undeclared identifier 'fast__cl_floor'
# Ends with 1 if that changes.
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
cat >Names.java <<'JAVA'
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jocl.cl_program;

public class Names {
    private static final String SOURCE = """
            #define VARIANT_(f) fast_##f
            #define VARIANT(f) VARIANT_(f)
            float fast_square(float x) { return x * x; }
            float fast_tanh(float x) { return x; }
            float fast_exp(float x) { return 1.0f + x; }
            float fast_floor(float x) { return (float)(int)x; }
            kernel void run(global float *a) { a[0] = VARIANT(FUNCTION)(a[0]); }
            """;

    public static void main(String[] arguments) {
        CL.setExceptionsEnabled(true);
        cl_platform_id[] platform = new cl_platform_id[1];
        CL.clGetPlatformIDs(1, platform, null);
        cl_device_id[] device = new cl_device_id[1];
        CL.clGetDeviceIDs(platform[0], CL.CL_DEVICE_TYPE_CPU, 1, device, null);
        cl_context context = CL.clCreateContext(null, 1, device, null, null, null);
        for (String function : arguments) {
            cl_program program = CL.clCreateProgramWithSource(context, 1, new String[] {SOURCE}, null, null);
            System.out.printf("%-18s  %s%n", "-DFUNCTION=" + function, answer(program, device, function));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static String answer(cl_program program, cl_device_id[] device, String function) {
        try {
            CL.clBuildProgram(program, 1, device, "-DFUNCTION=" + function, null, null);
            return "compiles";
        } catch (CLException refused) {
            long[] size = new long[1];
            CL.clGetProgramBuildInfo(program, device[0], CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
            byte[] log = new byte[(int) size[0]];
            CL.clGetProgramBuildInfo(program, device[0], CL.CL_PROGRAM_BUILD_LOG, size[0], Pointer.to(log), null);
            Matcher why = Pattern.compile("use of undeclared identifier '\\w+'").matcher(new String(log));
            return why.find() ? why.group() : new String(log);
        }
    }
}
JAVA
javac -cp 'libs/*' Names.java
mkdir cache
env OCL_ICD_VENDORS="$folder/vendors" POCL_CACHE_DIR="$folder/cache" LD_LIBRARY_PATH="$libraries:$folder/root/lib/x86_64-linux-gnu" \
    java -cp 'libs/*:.' Names square tanh exp floor 2>/dev/null | tee said
cat >expected <<'TEXT'
-DFUNCTION=square   compiles
-DFUNCTION=tanh     use of undeclared identifier 'fast__cl_tanh'
-DFUNCTION=exp      use of undeclared identifier 'fast__cl_exp'
-DFUNCTION=floor    use of undeclared identifier 'fast__cl_floor'
TEXT
diff said expected
