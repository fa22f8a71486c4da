#!/usr/bin/env bash
# clang 15 for NVIDIA GPUs: a uint4 in local memory is loaded as four words if plain inline assembly reads its elements, and at once if that is volatile.
#
# Instructions that OpenCL C has no name for, such as dp4a or mma, are written as inline assembly, and their operands come from local memory, four words in
# a load (ld.shared.v4), since the unit that loads is what limits such kernels. One expects that assembly without side effects leaves the compiler more
# freedom, and that volatile can only cost. Found: without volatile every vector load becomes four scalar ones, four times the instructions of the
# bottleneck; with volatile they stay whole, as they do around a multiplication in C.
#
# Versions: Debian 12's clang-15 15.0.6-4+b1 and its dependencies, unpacked into a temporary folder; x86-64. No GPU is needed.
# Output seen, for 4 x 4 sums of two uint4 in local memory:
#   assembly: 0 loads of four words, 8 of one
#   volatile assembly: 2 loads of four words, 0 of one
#   multiplication: 2 loads of four words, 0 of one
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-cache show clang-15=1:15.0.6-4+b1 >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
mkdir packages root
(
    cd packages
    apt-get -qq -o APT::Sandbox::User=root download clang-15=1:15.0.6-4+b1 libclang-common-15-dev libclang-cpp15 libllvm15 libedit2 libz3-4 libxml2 \
        libicu72 libbsd0 libmd0 libffi8
    for package in *.deb; do
        dpkg-deb -x "$package" ../root
    done
)
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/usr/lib/llvm-15/lib
cat >tile.cl <<'C'
static int product(uint a, uint b, int c) {
#ifdef IN_C
    return c + (int)(a * b);
#else
    int sum;
    __asm__ QUALIFIER("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(sum) : "r"(a), "r"(b), "r"(c));
    return sum;
#endif
}
#define EACH(i) _Pragma("unroll") for (int i = 0; i < 4; i++)
kernel void tile(global const uint4 *a, global const uint4 *b, global int4 *c, int n) {
    local uint4 x[64], y[64];
    int item = __nvvm_read_ptx_sreg_tid_x();
    int sum[4][4];
    EACH(i) EACH(j) sum[i][j] = 0;
    for (int k = 0; k < n; k++) {
        x[item] = a[k * 64 + item];
        y[item] = b[k * 64 + item];
        __nvvm_bar_sync(0);
        uint4 p = x[item / 8], q = y[item % 8];
        EACH(i) EACH(j) sum[i][j] = product(p[i], q[j], sum[i][j]);
        __nvvm_bar_sync(0);
    }
    EACH(i) c[i * 64 + item] = (int4)(sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
}
C
counts() {
    "$folder/root/usr/lib/llvm-15/bin/clang" -x cl -cl-std=CL1.2 -O3 -S -target nvptx64--nvidiacl -march=sm_80 "${@:2}" -o tile.s tile.cl
    printf '%s: %s loads of four words, %s of one\n' "$1" "$(grep -c 'ld.shared.v4' tile.s)" "$(grep -c 'ld.shared.u32' tile.s)"
}
seen=$(
    counts 'assembly' -DQUALIFIER=
    counts 'volatile assembly' -DQUALIFIER=volatile
    counts 'multiplication' -DIN_C
)
printf '%s\n' "$seen"
[[ $seen == "assembly: 0 loads of four words, 8 of one
volatile assembly: 2 loads of four words, 0 of one
multiplication: 2 loads of four words, 0 of one" ]]
