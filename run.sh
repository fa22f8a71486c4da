#!/usr/bin/env bash
# Convmark: sets up what is missing, builds what has changed, then runs.
#
#   ./run.sh              the quick profile and its report
#   ./run.sh test         all tests, those of Java kernels on every JDK found beside the first
#   ./run.sh COMMAND ...  run, list, machine, report, compare, history ... (./run.sh --help)
#
# run --peers builds with the engines of others; so does every later build until target/ is deleted.
#
# With --no-install in front, or CONVMARK_NO_INSTALL=1, no package is installed.
set -euo pipefail
unset CDPATH # with it cd prints where it went

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
jar=$root/target/benchmarks.jar
reports=$root/target/surefire-reports
oldest_jdk=17

say() { printf '%s\n' "$*" >&2; }

die() {
    say "run.sh: $*"
    exit 2
}

# Runs a command, and shows the end of what it said only if it fails.
quietly() {
    local log=$root/target/$1.log status=0
    shift
    mkdir -p -- "$root/target"
    "$@" </dev/null >"$log" 2>&1 || status=$?
    if [[ $status != 0 ]]; then
        tail -n 60 -- "$log" >&2
        say "All that was said: $log"
    fi
    return "$status"
}

# ---------------------------------------------------------------- JDK and Maven

# The feature version of the JVM in a folder, or nothing.
jvm_version() {
    "$1/bin/java" -XshowSettings:properties -version 2>&1 |
        sed -n 's/^ *java\.specification\.version = \([0-9]*\).*/\1/p' || true
}

is_jdk() {
    [[ -n $1 && -x $1/bin/java && -x $1/bin/javac ]] || return 1
    local version
    version=$(jvm_version "$1")
    [[ -n $version && $version -ge $oldest_jdk ]]
}

# The folder of the JDK that a command on the path belongs to, or nothing.
home_of() {
    local command
    command=$(command -v "$1") || return 0
    "$command" -J-XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p' ||
        true
}

find_jdk() {
    local home
    for home in "${JAVA_HOME:-}" "$(home_of javac)" /usr/lib/jvm/*; do
        if is_jdk "$home"; then
            JAVA_HOME=$(cd -- "$home" && pwd -P)
            export JAVA_HOME
            return
        fi
    done
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if [[ -n $home && -x $home/bin/javac && -z $(jvm_version "$home") ]]; then
            die "the JDK in $home does not start: $("$home/bin/java" -version 2>&1 | head -n 1)"
        fi
    done
    die "needs a JDK $oldest_jdk or newer: install one (Debian, Ubuntu: apt-get install openjdk-17-jdk-headless)" \
        "or point JAVA_HOME to it (now '${JAVA_HOME:-}')"
}

has_vector_module() { "$1/bin/java" --list-modules 2>/dev/null | grep -q '^jdk\.incubator\.vector'; }

# Folders of JDKs beside the one in use, one per other feature version.
other_jdks() {
    local seen home version
    seen=" $(jvm_version "$JAVA_HOME") "
    for home in "$(dirname -- "$JAVA_HOME")"/*; do
        [[ -x $home/bin/java ]] || continue
        version=$(jvm_version "$home")
        if [[ -n $version && $version -ge $oldest_jdk && $seen != *" $version "* ]] && has_vector_module "$home"; then
            seen+="$version "
            printf '%s\n' "$home"
        fi
    done
}

# One line where a newer JDK than the one in use lies beside it.
mention_newer_jdk() {
    local version newest newer home
    version=$(jvm_version "$JAVA_HOME")
    newest=$version
    while read -r home; do
        if [[ $(jvm_version "$home") -gt $newest ]]; then
            newest=$(jvm_version "$home")
            newer=$home
        fi
    done < <(other_jdks)
    if [[ $newest -gt $version ]]; then
        say "This is JDK $version; to use JDK $newest beside it: JAVA_HOME=$(printf %q "$newer") ./run.sh"
    fi
}

maven() {
    local command
    command=$(command -v mvn) || command=$root/mvnw
    "$command" -f "$root/pom.xml" -q -B -Dstyle.color=never "$@"
}

# Whether a build is of these sources, and has the peers if they are wanted.
is_built() {
    local sources=("$root/pom.xml" "$root/src/main")
    if [[ -n $peers ]]; then
        [[ -d $root/target/peers ]] || return 1
        # A folder that is younger than the jar was filled by a build that did not finish.
        sources+=("$root/src/peers" "$root/target/peers")
        # A build without them may have followed.
        grep -qs org/convmark/kernel/peer/ "$jar" || return 1
    fi
    [[ -f $jar && -z $(find "${sources[@]}" -newer "$jar" -print -quit) ]]
}

build() {
    if is_built; then
        return
    fi
    if [[ ! -d $HOME/.m2/repository/org/openjdk/jmh ]]; then
        say "Building; Maven fetches the libraries the first time, which takes a few minutes ..."
    elif [[ -n $peers && ! -d $root/target/peers ]]; then
        say "Building with the engines of others, 170 MB when Maven has to fetch them ..."
    else
        say "Building ..."
    fi
    quietly build maven ${peers:+-Ppeers} -Dmaven.test.skip=true package || die "the build failed, see above"
}

# ---------------------------------------------------------------- OpenCL

has_opencl() {
    [[ $(uname -s) == Linux ]] || return 0
    PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep -q 'libOpenCL\.so' || return 1
    compgen -G "${OCL_ICD_VENDORS:-/etc/OpenCL/vendors}/*.icd" >/dev/null
}

# Runs a command as root, or fails without asking for a password.
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_be_root() { as_root true 2>/dev/null; }

install_pocl() {
    if command -v apt-get >/dev/null; then
        local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
        as_root "${apt[@]}" update &&
            as_root "${apt[@]}" install -y --no-install-recommends pocl-opencl-icd ocl-icd-libopencl1
    elif command -v dnf >/dev/null; then
        as_root dnf -q -y install pocl ocl-icd
    elif command -v pacman >/dev/null; then
        as_root pacman -Sy --noconfirm --needed pocl ocl-icd
    elif command -v zypper >/dev/null; then
        as_root zypper --quiet --non-interactive install pocl libOpenCL1
    else
        return 1
    fi
}

set_up_opencl() {
    if has_opencl; then
        return
    fi
    local reason
    if [[ $install == no ]]; then
        reason="installing was forbidden"
    elif ! may_be_root; then
        reason="only root may install it, and sudo asks for a password"
    else
        say "No OpenCL found: installing PoCL, which runs OpenCL on the CPU, with the system's package manager ..."
        if quietly install install_pocl && has_opencl; then
            return
        fi
        reason="installing PoCL failed"
    fi
    say "Going on without OpenCL: $reason. To have it, install your GPU's OpenCL driver or PoCL" \
        "(Debian, Ubuntu: apt-get install pocl-opencl-icd)."
}

# ---------------------------------------------------------------- tests

# Adds up what surefire reported, and says why tests were skipped.
summary() {
    local label=$1
    shift
    [[ -e $1 ]] || die "no test has run"
    grep -h '^<testsuite ' "$@" |
        sed 's/.* tests="\([0-9]*\)" errors="\([0-9]*\)" skipped="\([0-9]*\)" failures="\([0-9]*\)".*/\1 \2 \3 \4/' |
        awk -v label="$label" '{ t += $1; f += $2 + $4; s += $3 }
            END { printf "%s: %d passed, %d failed, %d skipped\n", label, t - f - s, f, s }'
    grep -h '<skipped' "$@" | sed -n 's/.*Assumption failed: \(.*\)/    skipped: \1/p' | sort | uniq -c |
        sed 's/^ *\([0-9]*\) *skipped: /    \1 skipped: /' || true
}

run_tests() {
    local status=0 home version test
    # Not what is the same on every JDK: native code, plans, threads, and Graal, which runs on a JDK of its own.
    local compiled='org/convmark/kernel/**,!org/convmark/kernel/opencl/**,!CompilationTest#graal*'
    for test in MemoryPlan Moments NativeLibraries ProgramMemory Threads Workers; do
        compiled+=",!${test}Test"
    done
    rm -rf -- "$reports"
    say "Testing on JDK $(jvm_version "$JAVA_HOME") ..."
    quietly tests maven -Ppeers "$@" test || status=$?
    summary "JDK $(jvm_version "$JAVA_HOME"), all tests" "$reports"/TEST-*.xml
    while read -r home; do
        version=$(jvm_version "$home")
        say "Testing on JDK $version what its compiler compiles ..."
        quietly "tests-jdk$version" maven -Ppeers surefire:test -Djvm="$home/bin/java" -Dconvmark.targets=SCALAR,VECTOR \
            -Dtest="$compiled" -Dsurefire.reportNameSuffix="jdk$version" || status=$?
        summary "JDK $version, kernels" "$reports"/TEST-*-"jdk$version".xml
    done < <(other_jdks)
    return "$status"
}

# ---------------------------------------------------------------- what was asked for

install=yes
if [[ ${CONVMARK_NO_INSTALL:-} == 1 ]]; then
    install=no
fi
if [[ ${1:-} == --no-install ]]; then
    install=no
    shift
fi

peers=
if [[ -d $root/target/peers || ${1:-} =~ ^(run|aa)$ && " $* " == *' --peers '* ]]; then
    peers=yes
fi

find_jdk
case ${1:-} in
    test)
        shift
        set_up_opencl
        run_tests "$@"
        exit
        ;;
    '')
        set -- run --out "$root/benchmarks-results"
        mention_newer_jdk
        set_up_opencl
        ;;
    run | aa)
        mention_newer_jdk
        set_up_opencl
        ;;
esac
build
# JMH reads offsets of fields in a way that JDK 24 and later warn of; older ones do not know the property.
flags=(-Dsun.misc.unsafe.memory.access=allow)
# A report or a comparison is seconds of work, most of it on code that runs a few times: the second compiler takes longer than
# it gives. A report keeps 100 MB of 1,600 rows, and most of the rest dies young; a collector of several threads, and a heap that
# begins with a part of the machine's memory, fill gigabytes first.
[[ ! ${1-} =~ ^(report|compare)$ ]] || flags+=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xms320m -Xmn200m)
exec "$JAVA_HOME/bin/java" "${flags[@]}" -jar "$jar" "$@"
