#!/usr/bin/env bash
# One task of a fleet, run by Slurm in the fleet's folder. It measures into running/; what it leaves, a run's folder and
# exit-code, moves to done/ in one step, so that whatever lies there is whole.
set -uo pipefail

name=$(printf 'task-%03d' "$SLURM_ARRAY_TASK_ID")
attempt=running/$name.$SLURM_JOB_ID.${SLURM_RESTART_COUNT:-0}

# The JVM, empty for the node's own, and its arguments, one a line.
{
    IFS= read -r jvm
    mapfile -t arguments
} <"tasks/$name"

if [[ -d $jvm ]]; then
    java=$jvm/bin/java
elif [[ -n $jvm ]]; then
    java=$jvm
else
    java=$(command -v java) || java=${JAVA_HOME:-/usr}/bin/java
fi

# Slurm ends a task by SIGTERM to all its processes: Java then keeps what it has measured, and this script that.
trap : TERM

printf '%s on %s, %s\n' "$name" "$(uname -n)" "$java"
mkdir -p -- "$attempt"
"$java" "${arguments[@]}" --out "$attempt"
status=$?
printf '%d\n' "$status" >"$attempt/exit-code" && mv -T -- "$attempt" "done/$name" || exit 2
exit "$status"
