#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=200000] [ROUNDS=3] tests/bench/coprocess.sh
# What an execution at a coprocess costs: N of them by taskrun, submitted, durable and printed, to
# two coprocesses that answer at once, against a process for each by xargs -P2 -n1. In turn, the
# median of the rounds. Prints a table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-200000} ROUNDS=${ROUNDS:-3}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
processes=2000
export NULL_STREAM_CPU=$work/cpu # theirs is not ours

[[ $(/usr/bin/time -f %e true 2>&1) == *.* ]] || { echo 'coprocess: GNU time is not installed: left out' && exit 0; }
printf '{"task_id":"null-stream","version":"1","service_config":{"command":["%s"],"stream":{"window":256}}}' \
	"$BUILD/bench/null_stream" >"$work/task.json"
seq "$N" | sed 's/.*/{"n":&}/' >"$work/lines"

# each appends "PER_SECOND CPU_MICROSECONDS MIB"
by_taskrun() {
	rm -rf "$work/state" "$work/cpu"
	taskreg add -q --state "$work/state" "$work/task.json" >/dev/null || return
	/usr/bin/time -o "$work/time" -f '%e %U %S %M' \
		taskrun -q --state "$work/state" --job bench -j 2 null-stream "$work/lines" >"$work/out" || return
	[[ $(grep -c '"status":"completed"' "$work/out") == "$N" ]] || return
	awk -v n="$N" 'FILENAME ~ /cpu$/ { theirs += $1; next }
		{ print n / $1, (1000000 * ($2 + $3) - theirs) / n, $4 / 1024, theirs / n }' "$work/cpu" "$work/time" >>"$work/taskrun"
}
by_xargs() {
	local begin=$EPOCHREALTIME

	seq "$processes" | xargs -P2 -n1 true || return
	awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$processes" 'BEGIN { print n / (b - a), "-", "-" }' >>"$work/xargs"
}

echo "coprocess: $N executions, two coprocesses, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	if ! by_xargs || ! by_taskrun; then
		echo 'coprocess: a run failed'
		exit 1
	fi
done

median() { sort -n "$work/$1" | awk '{ t[NR] = $0 } END { print t[int((NR + 1) / 2)] }'; }

read -r xargs _ <<<"$(median xargs)"
read -r rate cpu rss theirs <<<"$(median taskrun)"
printf '%-28s %10s %14s %10s %10s\n' '' 'per s' 'CPU, us' 'RSS MiB' 'x xargs'
printf '%-28s %10.0f\n' 'xargs -P2 -n1 true' "$xargs"
awk -v r="$rate" -v c="$cpu" -v m="$rss" -v x="$xargs" 'BEGIN {
	printf "%-28s %10.0f %14.1f %10.1f %10.1f\n", "taskrun, coprocesses", r, c, m, r / x }'
echo "aims: 10 x xargs, 40 us of user and system time of taskrun for each; the coprocesses used $(printf %.1f "$theirs") us more"
