#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=100000] [ROUNDS=1] [WIDTH=N] tests/bench/graph.sh
# What a graph costs: N executions, each behind three of the WIDTH before it, are submitted at once
# (`taskrun --graph --detach`), the same graph is submitted again, which finds all of them, and then
# they are run by a worker (`taskwork --once`) with two coprocesses that answer at once. WIDTH=1000 makes it deep: there is little to
# be run at a time. Prints a table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-100000} ROUNDS=${ROUNDS:-1}
WIDTH=${WIDTH:-$N}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
export DOCKLINE_STATE=$work/state

[[ $(/usr/bin/time -f %e true 2>&1) == *.* ]] || { echo 'graph: GNU time is not installed: left out' && exit 0; }
printf '{"task_id":"null-stream","version":"1","service_config":{"command":["%s"],"stream":{"window":256}}}' \
	"$BUILD/bench/null_stream" >"$work/task.json"
awk -v n="$N" -v width="$WIDTH" 'BEGIN {
	srand(1)
	for (i = 0; i < n; i++) {
		after = ""
		split("", seen)
		for (k = 0; k < 3 && k < i;) {
			on = i - 1 - int(rand() * (i < width ? i : width))
			if (!(on in seen)) {
				seen[on] = 1
				after = after (k++ ? "," : "") "\"n" on "\""
			}
		}
		printf "{\"key\":\"n%d\",\"params\":{\"x\":%d,\"name\":\"ligand %d\"},\"after\":[%s]}\n", i, i, i, after
	}
}' >"$work/graph"
edges=$(($(grep -o '"n[0-9]*"' "$work/graph" | wc -l) - N))

# timed STEP COMMAND ...: append "SECONDS CPU MIB" to $work/STEP
timed() {
	/usr/bin/time -o "$work/time" -f '%e %U %S %M' "${@:2}" >"$work/out" || return
	awk '{ print $1, $2 + $3, $4 / 1024 }' "$work/time" >>"$work/$1"
}

submit=(taskrun -q --job bench --graph -d null-stream "$work/graph")
echo "graph: $N executions, $edges dependencies, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	rm -rf "$DOCKLINE_STATE"
	if ! taskreg add -q "$work/task.json" >/dev/null || ! timed submit "${submit[@]}" ||
		! timed again "${submit[@]}" || ! timed run taskwork -q -j 2 --once ||
		! taskstat --job bench | grep -qx "completed  *$N"; then
		echo 'graph: a run failed'
		exit 1
	fi
done

printf '%-28s %10s %10s %10s %10s\n' '' seconds CPU 'RSS MiB' 'per s'
for step in submit again run; do
	sort -n "$work/$step" | awk -v step="$step" -v n="$N" '{ t[NR] = $0 } END {
		split(t[int((NR + 1) / 2)], f, " ")
		printf "%-28s %10.2f %10.2f %10.1f %10.0f\n", step, f[1], f[2], f[3], n / f[1] }'
done
echo 'aims for 100000 and 300000: submit in 3 s, run 20000 a second'
