#!/usr/bin/env bash
# rusticl of Mesa 22.3 on llvmpipe: a kernel compiled for groups of 256 items "may have groups of 32", and runs rightly with 256.
#
# A program asks CL_KERNEL_WORK_GROUP_SIZE for the most items that a kernel can have in a group on a device, and is told to obey it: with more items
# clEnqueueNDRangeKernel should fail. With reqd_work_group_size(256,1,1) the answer can only be 256. Found: rusticl answers 32 for every kernel, also for
# that one, accepts groups of 256, and computes the right result with barriers and local memory. CL_KERNEL_COMPILE_WORK_GROUP_SIZE, asked beside it, does
# say 256, and CL_KERNEL_LOCAL_MEM_SIZE is twice what the kernel declares. A program that obeys the first answer gives up on kernels that run, or picks
# tiles that are eight times too small.
# Before any of this its devices must be found: JOCL's CL_DEVICE_TYPE_ALL is -1L, 64 ones, where OpenCL's constant has 32, and rusticl answers
# CL_INVALID_DEVICE_TYPE. Other implementations take it.
#
# Versions: Debian 12's mesa-opencl-icd 22.3.6-1+deb12u2 and its dependencies, unpacked into a temporary folder; jocl 2.0.6 from Maven Central; x86-64;
# any JDK from 17 on (seen with 17.0.15).
# Output seen:
#   all devices, as JOCL says: CL_INVALID_DEVICE_TYPE
#   all devices, 32 ones: 1
#   device: groups of 1024
#   any size: groups of 32, local memory 2048; 256 items a group: right
#   required 16: groups of 32, local memory 2048, compiled for 16; 16 items a group: right
#   required 256: groups of 32, local memory 2048, compiled for 256; 256 items a group: right
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-cache show mesa-opencl-icd=22.3.6-1+deb12u2 >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
mkdir packages root vendors
(
    cd packages
    apt-get -qq -o APT::Sandbox::User=root download mesa-opencl-icd=22.3.6-1+deb12u2 ocl-icd-libopencl1 libllvm15 libclang-cpp15 libclang1-15 \
        libllvmspirvlib15 libclc-15 libclc-15-dev libclang-common-15-dev libedit2 libz3-4 libxml2 libicu72 libbsd0 libmd0 libffi8 libdrm2 \
        libdrm-amdgpu1 libdrm-nouveau2 libdrm-radeon1 libdrm-intel1 libpciaccess0 libelf1 libsensors5 libexpat1 libzstd1
    for package in *.deb; do
        dpkg-deb -x "$package" ../root
    done
)
libraries=$folder/root/usr/lib/x86_64-linux-gnu
printf '%s\n' "$libraries"/libRusticlOpenCL.so.1 >vendors/rusticl.icd
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
cat >Limits.java <<'JAVA'
import static org.jocl.CL.*;

import org.jocl.*;

public class Limits {
    private static final int ITEMS = 1024;
    private static final String BODY = "kernel void reverse(global float *result) {"
            + " local float shared[256];"
            + " shared[get_local_id(0)] = get_local_id(0);"
            + " barrier(CLK_LOCAL_MEM_FENCE);"
            + " result[get_global_id(0)] = shared[get_local_size(0) - 1 - get_local_id(0)]; }";

    public static void main(String[] arguments) {
        cl_platform_id[] platform = new cl_platform_id[1];
        clGetPlatformIDs(1, platform, null);
        int[] count = new int[1];
        int answer = clGetDeviceIDs(platform[0], CL_DEVICE_TYPE_ALL, 0, null, count);
        System.out.println("all devices, as JOCL says: " + stringFor_errorCode(answer));
        CL.setExceptionsEnabled(true);
        cl_device_id[] device = new cl_device_id[1];
        clGetDeviceIDs(platform[0], 0xFFFFFFFFL, 1, device, count);
        System.out.println("all devices, 32 ones: " + count[0]);
        long[] most = new long[1];
        clGetDeviceInfo(device[0], CL_DEVICE_MAX_WORK_GROUP_SIZE, 8, Pointer.to(most), null);
        System.out.println("device: groups of " + most[0]);
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL_CONTEXT_PLATFORM, platform[0]);
        cl_context context = clCreateContext(properties, 1, device, null, null, null);
        cl_command_queue queue = clCreateCommandQueue(context, device[0], 0, null);
        for (int required : new int[] {0, 16, 256}) {
            System.out.println(answers(context, queue, device, required));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static String answers(cl_context context, cl_command_queue queue, cl_device_id[] device, int required) {
        String size = required == 0 ? "" : "__attribute__((reqd_work_group_size(" + required + ", 1, 1))) ";
        cl_program program = clCreateProgramWithSource(context, 1, new String[] {size + BODY}, null, null);
        clBuildProgram(program, 1, device, "", null, null);
        cl_kernel kernel = clCreateKernel(program, "reverse", null);
        long[] group = new long[1];
        long[] local = new long[1];
        long[] compiled = new long[3];
        clGetKernelWorkGroupInfo(kernel, device[0], CL_KERNEL_WORK_GROUP_SIZE, 8, Pointer.to(group), null);
        clGetKernelWorkGroupInfo(kernel, device[0], CL_KERNEL_LOCAL_MEM_SIZE, 8, Pointer.to(local), null);
        clGetKernelWorkGroupInfo(kernel, device[0], CL_KERNEL_COMPILE_WORK_GROUP_SIZE, 24, Pointer.to(compiled), null);
        int items = required == 0 ? 256 : required;
        return (required == 0 ? "any size" : "required " + required) + ": groups of " + group[0] + ", local memory "
                + local[0] + (required == 0 ? "" : ", compiled for " + compiled[0]) + "; " + items + " items a group: "
                + (isRight(context, queue, kernel, items) ? "right" : "wrong");
    }

    private static boolean isRight(cl_context context, cl_command_queue queue, cl_kernel kernel, int items) {
        float[] result = new float[ITEMS];
        cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE, 4 * ITEMS, null, null);
        clSetKernelArg(kernel, 0, Sizeof.cl_mem, Pointer.to(memory));
        clEnqueueNDRangeKernel(queue, kernel, 1, null, new long[] {ITEMS}, new long[] {items}, 0, null, null);
        clEnqueueReadBuffer(queue, memory, true, 0, 4 * ITEMS, Pointer.to(result), 0, null, null);
        for (int i = 0; i < ITEMS; i++) {
            if (result[i] != items - 1 - i % items) {
                return false;
            }
        }
        return true;
    }
}
JAVA
javac -nowarn -cp 'libs/*' -d . Limits.java
env OCL_ICD_VENDORS="$folder/vendors/" RUSTICL_ENABLE=llvmpipe LD_LIBRARY_PATH="$libraries" java -cp '.:libs/*' Limits 2>/dev/null | tee output
diff output - <<'SEEN'
all devices, as JOCL says: CL_INVALID_DEVICE_TYPE
all devices, 32 ones: 1
device: groups of 1024
any size: groups of 32, local memory 2048; 256 items a group: right
required 16: groups of 32, local memory 2048, compiled for 16; 16 items a group: right
required 256: groups of 32, local memory 2048, compiled for 256; 256 items a group: right
SEEN
