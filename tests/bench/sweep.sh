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

# by Python: read(1) of a shell takes its lines byte by byte, which costs more than what is measured
streams() {
	python3 - "$work/bench.yaml" "$N" <<-'END'
		import random, subprocess, sys

		def begin(*args):
		    return subprocess.Popen(["tasksweep", *args, sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

		def line(program, text):
		    program.stdin.write(text)
		    program.stdin.flush()
		    return program.stdout.readline()

		asks, tells = begin("ask", "--stream"), begin("tell")
		for _ in range(int(sys.argv[2])):
		    key = line(asks, b"\n").split(b'"key":"')[1].split(b'"')[0]
		    assert b'"completed"' in line(tells, b'{"key":"%s","y":%d}\n' % (key, random.randrange(32768)))
	END
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
