#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=100000] [ROUNDS=1] [GATHER=] tests/bench/pipeline.sh
# What a pipeline costs: N items go through two chained steps of coprocesses that answer at once,
# while `pipeline status` is asked again and again; GATHER=1 adds a step that takes the file of all
# records. Prints executions a second, CPU for each, memory, and the time of the slowest status; a
# slow machine fails nothing.
# shellcheck disable=SC2016 # the file has expressions of its own
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-100000} ROUNDS=${ROUNDS:-1} GATHER=${GATHER-}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
export DOCKLINE_STATE=$work/state

[[ $(/usr/bin/time -f %e true 2>&1) == *.* ]] || { echo 'pipeline: GNU time is not installed: left out' && exit 0; }
printf '{"task_id":"null-stream","version":"1","service_config":{"command":["%s"],"stream":{"window":256}}}' \
	"$BUILD/bench/null_stream" >"$work/task.json"
seq -f '{"x":%.0f}' "$N" >"$work/items"
{
	printf '%s\n' steps: "- {id: one, task: null-stream, foreach: {lines: $work/items}}" \
		'- {id: two, task: null-stream, foreach: {step: one}, params: {}}'
	[[ ! $GATHER ]] || printf '%s\n' '- {id: all, command: [wc, -l, "{file}"], params: {file: "${{ steps.two.file }}"}}'
} >"$work/bench.yaml"

# how long `pipeline status` takes meanwhile, in milliseconds
ask() {
	local start

	while sleep 0.2 && [[ -e $work/running ]]; do
		start=$EPOCHREALTIME
		pipeline status bench >"$work/status" 2>"$work/status.err" || continue
		awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { print (end - start) * 1000 }'
	done >>"$work/asked"
}

echo "pipeline: $N items, two steps, best of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	rm -rf "$DOCKLINE_STATE"
	taskreg add -q "$work/task.json" >"$work/out" || exit 1
	: >"$work/running"
	ask &
	/usr/bin/time -o "$work/time" -f '%e %U %S %M' pipeline run -q -j 2 "$work/bench.yaml" --job bench >"$work/out" ||
		{ echo 'pipeline: a run failed' && exit 1; }
	rm "$work/running"
	wait
	cat "$work/time" >>"$work/times"
done
sort -n "$work/times" | head -n 1 | awk -v n="$((2 * N))" '{
	printf "%-34s %10.0f\n%-34s %10.1f\n%-34s %10.1f\n", "executions a second", n / $1,
		"CPU for an execution (µs)", ($2 + $3) / n * 1e6, "memory (MiB)", $4 / 1024 }'
sort -n "$work/asked" | awk '{ t[NR] = $1 } END { if (NR) printf "%-34s %10.1f\n%-34s %10.1f\n",
	"status meanwhile, median (ms)", t[int((NR + 1) / 2)], "status meanwhile, slowest (ms)", t[NR] }'
echo 'aims for 100000 items: 15000 a second, 64 MiB, 50 ms'
