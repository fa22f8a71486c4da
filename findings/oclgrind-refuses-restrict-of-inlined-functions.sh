#!/usr/bin/env bash
# Oclgrind 21.10 does not run a kernel if a function with restrict pointers was inlined into it; the error says that the kernel's name is invalid.
#
# Oclgrind, a simulator of OpenCL devices that finds races and accesses out of bounds, interprets LLVM's code of a kernel. restrict is a promise about
# pointers and changes no result, so one expects that it makes no difference there, as with restrict in the kernel's own arguments. Found: where a
# function with restrict pointers is inlined, clang 14 notes the promise with a call of llvm.experimental.noalias.scope.decl, which Oclgrind takes for
# a function that nobody defined. The host gets CL_INVALID_KERNEL_NAME; only Oclgrind's own log has the reason. The same function runs without restrict,
# and with it if it is not inlined.
#
# Versions: Debian 12's oclgrind 21.10-3 and libllvm14 1:14.0.6-12 with their dependencies, unpacked into a temporary folder; x86-64. No GPU is needed.
# Output seen, for a kernel that adds two arrays of 1 and 2 in a function:
#   inlined: c[0] = 3
#   restrict, not inlined: c[0] = 3
#   restrict in the kernel alone, inlined: c[0] = 3
#   restrict, inlined: Undefined external function: llvm.experimental.noalias.scope.decl
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-cache show oclgrind=21.10-3 >/dev/null || { printf 'needs the packages of Debian 12\n' >&2; exit 2; }
mkdir packages root
(
    cd packages
    apt-get -qq -o APT::Sandbox::User=root download oclgrind=21.10-3 liboclgrind-21.10=21.10-3 libllvm14=1:14.0.6-12 libreadline8 libtinfo6 libedit2 libz3-4 \
        libxml2 libicu72 libbsd0 libmd0 libffi8
    for package in *.deb; do
        dpkg-deb -x "$package" ../root
    done
)
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
cat >add.cl <<'C'
__attribute__((INLINED)) float sum(global const float *OF_FUNCTION a, global const float *OF_FUNCTION b, int i) { return a[i] + b[i]; }
kernel void add(global const float *OF_KERNEL a, global const float *OF_KERNEL b, global float *c) {
    int i = get_global_id(0);
    c[i] = sum(a, b, i);
}
C
cat >add.sim <<'S'
add.cl
add
1 1 1
1 1 1

<size=4 float fill=1>
<size=4 float fill=2>
<size=4 float fill=0 dump>
S
says() {
    printf '%s: ' "$1"
    "$folder/root/usr/bin/oclgrind-kernel" --build-options "$2" add.sim >said 2>&1 || true
    grep -o -m 1 -E 'c\[0\] = .*|Undefined.*' said || printf 'something else\n'
}
{
    says 'inlined' '-DINLINED=always_inline -DOF_FUNCTION= -DOF_KERNEL='
    says 'restrict, not inlined' '-DINLINED=noinline -DOF_FUNCTION=restrict -DOF_KERNEL='
    says 'restrict in the kernel alone, inlined' '-DINLINED=always_inline -DOF_FUNCTION= -DOF_KERNEL=restrict'
    says 'restrict, inlined' '-DINLINED=always_inline -DOF_FUNCTION=restrict -DOF_KERNEL='
} | tee seen
diff seen - <<'O'
inlined: c[0] = 3
restrict, not inlined: c[0] = 3
restrict in the kernel alone, inlined: c[0] = 3
restrict, inlined: Undefined external function: llvm.experimental.noalias.scope.decl
O
