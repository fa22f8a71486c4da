#!/usr/bin/env bash
# clang 15 for AMD GPUs: a dot product of four bytes in plain C becomes one instruction; two by two of them become sixteen multiplications.
#
# gfx90a has v_dot4_i32_i8, which adds the products of four signed bytes to a sum, and clang uses it for c + x.s0 * y.s0 + ... + x.s3 * y.s3, also in a
# loop, without being asked. One expects the same in a register tile, the form of every matrix product: N words times N words, N x N sums. Found: with
# N = 1 there is one v_dot4, from N = 2 on none, at -O1 to -O3 alike: each word's bytes are then extracted once for all of its products, and every product
# is a multiplication of its own, four for one instruction. With the compiler's function, __builtin_amdgcn_sdot4, there are N x N of them.
#
# Versions: Debian 12's clang-15 15.0.6-4+b1 and its dependencies, unpacked into a temporary folder; x86-64. No GPU is needed.
# Output seen:
#   plain C, 1 x 1: v_dot4 1, multiplications 0
#   plain C, 2 x 2: v_dot4 0, multiplications 16
#   plain C, 4 x 4: v_dot4 0, multiplications 64
#   builtin, 4 x 4: v_dot4 16, multiplications 0
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-cache show clang-15=1:15.0.6-4+b1 >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
mkdir packages root
(
    cd packages
    apt-get -qq -o APT::Sandbox::User=root download clang-15=1:15.0.6-4+b1 libclang-common-15-dev libclang-cpp15 libllvm15 libedit2 libz3-4 libxml2 libicu72 libbsd0 libmd0 libffi8
    for package in *.deb; do
        dpkg-deb -x "$package" ../root
    done
)
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/usr/lib/llvm-15/lib
cat >tile.cl <<'C'
static int dot(uint a, uint b, int c) {
#ifdef BUILTIN
    return __builtin_amdgcn_sdot4((int)a, (int)b, c, false);
#else
    char4 x = __builtin_astype(a, char4), y = __builtin_astype(b, char4);
    return c + x.s0 * y.s0 + x.s1 * y.s1 + x.s2 * y.s2 + x.s3 * y.s3;
#endif
}
#define EACH(i) _Pragma("unroll") for (int i = 0; i < N; i++)
kernel void tile(global const uint *a, global const uint *b, global int *c, int n) {
    int item = __builtin_amdgcn_workitem_id_x();
    int sum[N][N];
    EACH(i) EACH(j) sum[i][j] = c[(i * N + j) * n + item];
    for (int k = 0; k < n; k++) {
        uint x[N], y[N];
        EACH(i) {
            x[i] = a[(k * N + i) * n + item];
            y[i] = b[(k * N + i) * n + item];
        }
        EACH(i) EACH(j) sum[i][j] = dot(x[i], y[j], sum[i][j]);
    }
    EACH(i) EACH(j) c[(i * N + j) * n + item] = sum[i][j];
}
C
counts() {
    "$folder/root/usr/lib/llvm-15/bin/clang" -x cl -cl-std=CL1.2 -O3 -S -target amdgcn--amdhsa -mcpu=gfx90a -nogpulib "${@:2}" -o tile.s tile.cl
    printf '%s: v_dot4 %s, multiplications %s\n' "$1" "$(grep -c v_dot4 tile.s)" "$(grep -cE 'v_(mul|mad)_i32_i24' tile.s)"
}
seen=$(
    counts 'plain C, 1 x 1' -DN=1
    counts 'plain C, 2 x 2' -DN=2
    counts 'plain C, 4 x 4' -DN=4
    counts 'builtin, 4 x 4' -DN=4 -DBUILTIN
)
printf '%s\n' "$seen"
[[ $seen == "plain C, 1 x 1: v_dot4 1, multiplications 0
plain C, 2 x 2: v_dot4 0, multiplications 16
plain C, 4 x 4: v_dot4 0, multiplications 64
builtin, 4 x 4: v_dot4 16, multiplications 0" ]]
