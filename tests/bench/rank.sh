#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=100000] [ROUNDS=3] tests/bench/rank.sh
# What ranking costs: dock-rank --top 100 of N results of nine poses (2.7 KB each; N=1000000 is what
# the aim is meant for), and what reading files of poses costs. Prints megabytes a second; a slow
# machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-100000} ROUNDS=${ROUNDS:-3}
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
[[ $(/usr/bin/time -f %e true 2>&1) == *.* ]] || { echo 'rank: GNU time is not installed: left out' && exit 0; }

awk -v n="$N" -f tests/bench/rank.awk >"$work/results"
bytes=$(stat -c %s "$work/results")
echo "rank: $N results, $((bytes / 1000000)) MB; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	/usr/bin/time -o "$work/time" -f '%e %M' "$BUILD/bin/dock-rank" --top 100 "$work/results" >"$work/out" || exit 1
	[[ $(wc -l <"$work/out") == $((N < 100 ? N : 100)) ]] || { echo 'rank: records are missing' && exit 1; }
	tail -n 1 "$work/time" >>"$work/rank"
	/usr/bin/time -o "$work/time" -f '%e %M' "$BUILD/bin/dock-rank" -q --top 100 --where 'affinity<-5' --where 'elapsed<60' \
		"$work/results" >"$work/filtered" || exit 1
	cmp -s "$work/out" "$work/filtered" || ((N < 1000)) || { echo 'rank: a filter changed the best' && exit 1; }
	tail -n 1 "$work/time" >>"$work/where"
	"$BUILD/bench/poses" 1 tests/data/vina/1.2.3/success*_out.pdbqt >>"$work/poses" || exit 1
done
for what in rank where; do
	sort -n "$work/$what" | awk -v n="$bytes" -v what="$what" '{ t[NR] = $1; if ($2 > most) most = $2 } END {
		printf "%-28s %8.0f MB/s %8.1f MiB\n", what == "rank" ? "dock-rank --top 100" : "and --where, twice",
			n / 1e6 / t[int((NR + 1) / 2)], most / 1024 }'
done
sort -n "$work/poses" | awk '{ t[NR] = $1 } END {
	printf "%-28s %8.0f MB/s\n", "reading poses", t[int((NR + 1) / 2)] }'
echo 'aim: 200 MB/s and 64 MiB; 300 MB/s'
