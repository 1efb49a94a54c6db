#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=1000] [COMMANDS=N] tests/bench/sweep.sh
# What asking and telling costs: N trials of five axes, each asked for when the one before it was
# told, through one open `tasksweep ask` and one `tasksweep tell`, and as commands of their own
# (two for each of COMMANDS trials). Prints a table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-1000}
COMMANDS=${COMMANDS:-$N}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
export DOCKLINE_STATE=$work/state
axis='{type: float, min: 0, max: 1}'
printf '%s\n' "max_trials: $N" metric:\ y axes: "  a: $axis" "  b: $axis" "  c: $axis" "  d: $axis" \
	"  e: {type: int, min: 0, max: 100}" >"$work/bench.yaml"

# the trial of a line of params, and a result for it
result() {
	local key=${1#*\"key\":\"}

	printf '{"key":"%s","y":%d}\n' "${key%%\"*}" $((RANDOM))
}

streams() {
	local line told i

	coproc asks { exec tasksweep ask --stream "$work/bench.yaml"; }
	exec 8>&"${asks[1]}" 9<&"${asks[0]}"
	{ coproc tells { exec tasksweep tell "$work/bench.yaml"; }; } 2>/dev/null
	for ((i = 0; i < N; i++)); do
		echo >&8 && read -rt 60 line <&9 && result "$line" >&"${tells[1]}" &&
			read -rt 60 told <&"${tells[0]}" && [[ $told == *'"completed"'* ]] || return
	done
}

commands() {
	local i

	for ((i = 0; i < COMMANDS; i++)); do
		result "$(tasksweep ask "$work/bench.yaml" --study commands)" |
			tasksweep tell -q commands >"$work/told" || return
	done
}

# timed WHAT TRIALS FUNCTION
timed() {
	local start=$EPOCHREALTIME

	"$3" || { echo 'sweep: a run failed' && exit 1; }
	awk -v what="$1" -v n="$2" -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN {
		printf "%-28s %8d %10.2f %14.2f\n", what, n, end - start, (end - start) * 1000 / n }'
}

echo "sweep: load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
printf '%-28s %8s %10s %14s\n' '' trials seconds 'ms for a trial'
timed 'open streams' "$N" streams
timed 'two commands each' "$COMMANDS" commands
echo 'aims for 1000 trials: 1 s through streams, 15 s as commands'
