#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=1000000] [ROUNDS=3] tests/bench/stream_rate.sh
# What a request to a coprocess costs besides the coprocess: N requests by lib/exec/stream to two
# that answer at once, for several windows, against a process for each by xargs -P2 -n1. In turn,
# the median of the rounds. Prints a table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-1000000} ROUNDS=${ROUNDS:-3}
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
windows=(1 16 256 10000) processes=2000

# each appends "REQUESTS_PER_SECOND CPU_MICROSECONDS" to $work/NAME; a window of one is left fewer
by_stream() {
	"$BUILD/bench/stream_rate" $((N / ($1 == 1 ? 10 : 1))) 2 "$1" "$BUILD/bench/null_stream" >>"$work/stream-$1"
}
by_xargs() {
	local begin=$EPOCHREALTIME

	seq "$processes" | xargs -P2 -n1 true || return
	awk -v a="$begin" -v b="$EPOCHREALTIME" -v n="$processes" 'BEGIN { print n / (b - a), "-" }' >>"$work/xargs"
}

echo "stream_rate: $N requests, two coprocesses, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	by_xargs || exit 1
	for window in "${windows[@]}"; do
		by_stream "$window" || exit 1
	done
done

median() { sort -n "$work/$1" | awk '{ t[NR] = $0 } END { print t[int((NR + 1) / 2)] }'; }

xargs=$(median xargs)
printf '%-28s %12s %14s %12s\n' '' 'per s' 'our CPU, us' 'x xargs'
for run in xargs "${windows[@]/#/stream-}"; do
	read -r rate cpu <<<"$(median "$run")"
	name='xargs -P2 -n1 true'
	[[ $run == xargs ]] || name="stream, window ${run#stream-}"
	awk -v name="$name" -v rate="$rate" -v cpu="$cpu" -v xargs="${xargs% *}" \
		'BEGIN { printf "%-28s %12.0f %14s %12.1f\n", name, rate, cpu, rate / xargs }'
done
echo 'aim: 500000 a second at a window of 256'
