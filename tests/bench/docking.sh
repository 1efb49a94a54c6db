#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [ROUNDS=3] tests/bench/docking.sh
# What a docking costs besides Vina: ten ligands, two at a time, by taskrun and dock-vina (checked,
# judged, repaired, durable) and by xargs with bare Vina. In turn, the median of the rounds.
# Prints a ratio; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} ROUNDS=${ROUNDS:-3}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
for prog in vina jq; do
	type -P $prog >/dev/null || { echo "docking: '$prog' is not installed: left out" && exit; }
done
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
data=$PWD/tests/data/vina
cat >"$work/box" <<-'EOF'
	center_x = 11
	center_y = 90.5
	center_z = 57.5
	size_x = 20
	size_y = 20
	size_z = 20
EOF
dock-box --from "$work/box" >"$work/box.json" || exit

# the same ten dockings for both: two ligands with five seeds each
for seed in 1 2 3 4 5; do
	for name in caffeine aspirin; do
		jq -nc --arg name $name-$seed --arg path "$data/$name.pdbqt" --argjson seed $seed \
			'{key: $name, seed: $seed, ligand: $path}'
		echo "$data/$name.pdbqt" $seed >>"$work/list"
	done
done >"$work/requests"

by_taskrun() {
	rm -rf "$work/state"
	taskrun -q --state "$work/state" --job bench --set receptor="$data/protein.pdbqt" --set box=@"$work/box.json" \
		--set exhaustiveness=1 -j 2 dock-vina "$work/requests" >"$work/out"
}
by_xargs() {
	# shellcheck disable=SC2016 # for sh
	xargs -P2 -n2 sh -c 'exec vina --receptor "$1" --config "$2" --ligand "$4" --seed "$5" --out "$3/$5.${4##*/}" \
		--exhaustiveness 1 --cpu 1' sh "$data/protein.pdbqt" "$work/box" "$work" <"$work/list"
}

echo "docking: 10 ligands, exhaustiveness 1, two at a time, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	for run in by_xargs by_taskrun; do
		begin=$EPOCHREALTIME
		$run >/dev/null 2>"$work/err" || { echo "docking: $run failed: $(tail -n1 "$work/err")" && exit 1; }
		awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$work/$run"
	done
done

median() { sort -n "$work/$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }

awk -v bare="$(median by_xargs)" -v ours="$(median by_taskrun)" 'BEGIN {
	printf "%-36s %8.2f s\n%-36s %8.2f s\n", "xargs -P2, bare vina --cpu 1", bare, "taskrun -j2 dock-vina", ours
	printf "taskrun takes %.3f of the time of bare Vina (aim: 1.01 at most)\n", ours / bare }'
