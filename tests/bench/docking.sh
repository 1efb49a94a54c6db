#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [ROUNDS=3] [EXHAUSTIVENESS=1] [SETS='small large'] [LIGANDS=20] [OTHERS='xargs batch'] [AT_ONCE=] \
#        tests/bench/docking.sh
# What a docking costs besides Vina: 20 small and 10 large ligands, two at a time, by taskrun and
# dock-vina (checked, judged, repaired, durable), by xargs with bare Vina, and by bare vina --batch
# with two threads. In turn, the medians of wall time and of CPU time; the poses must have the same
# bytes. Prints each measurement, then ratios; a slow machine fails nothing, other bytes do.
# With AT_ONCE=1 taskrun and xargs run at the same time with a slot each, and change cores with each other four times a minute:
# on a host whose speed changes by a tenth from minute to minute, as virtual ones do, that is the only way to see a hundredth.
# The ligands come in the order of their size, the largest first: whoever takes them as they come has both cores busy until the
# end, too, and CPU times can be compared where cores share what they work with: there a process alone takes less of it.
#
# What there is to win: a process of Vina 1.2.3 takes G = 0.6 s of CPU time before it docks a ligand in a box of 20 Å, one of
# --batch 1.2 s, as it computes grids for all types of atoms; a small ligand takes D = 0.7 s at exhaustiveness 1 and 5 s at 8.
# So two groups of 20 ligands take 1.2 + 10 D, xargs 10 (0.6 + D), and --batch 1.2 + 20 D at exhaustiveness 1, where it has one
# thread whatever --cpu says: 0.53 of it is the least there can be. At 8 the threads of --batch share all but the grids, and
# so do two processes: what is left is how evenly the last ligands end.
# Measured on two cores of an AMD EPYC, small, exhaustiveness 1: xargs 14.0 s, taskrun 8.2 s, batch 14.4 s (0.59 and 0.57).
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} ROUNDS=${ROUNDS:-3} EXHAUSTIVENESS=${EXHAUSTIVENESS:-1} SETS=${SETS:-small large} LIGANDS=${LIGANDS:-20} AT_ONCE=${AT_ONCE-}
if [[ $AT_ONCE ]]; then OTHERS=xargs slots=1; else OTHERS=${OTHERS:-xargs batch} slots=2; fi
RUNS="taskrun $OTHERS"
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
for prog in vina jq ${AT_ONCE:+pgrep taskset}; do
	type -P "$prog" >/dev/null || { echo "docking: '$prog' is not installed: left out" && exit; }
done
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
receptor=$PWD/tests/data/vina/protein.pdbqt
cat >"$work/box" <<-'EOF'
	center_x = 11
	center_y = 90.5
	center_z = 57.5
	size_x = 20
	size_y = 20
	size_z = 20
EOF
dock-box --from "$work/box" >"$work/box.json" || exit

cat >"$work/small.smi" <<-'EOF'
	CC(=O)Oc1ccccc1C(=O)O aspirin
	CC(=O)Nc1ccc(O)cc1 paracetamol
	Cn1cnc2c1c(=O)n(C)c(=O)n2C caffeine
	CC(C)Cc1ccc(C(C)C(=O)O)cc1 ibuprofen
	NC(=O)c1cccnc1 nicotinamide
	Oc1ccccc1C(=O)O salicylic
	c1ccc2[nH]ccc2c1 indole
	NCCc1c[nH]c2ccc(O)cc12 serotonin
	NCCc1ccc(O)c(O)c1 dopamine
	CNCC(O)c1ccc(O)c(O)c1 adrenaline
	NC(Cc1ccccc1)C(=O)O phenylalanine
	NC(Cc1ccc(O)cc1)C(=O)O tyrosine
	CN1CCCC1c1cccnc1 nicotine
	Nc1ccc(S(N)(=O)=O)cc1 sulfanilamide
	CCOC(=O)c1ccc(N)cc1 benzocaine
	COc1cc(C=O)ccc1O vanillin
	c1ccc(-c2ccccc2)cc1 biphenyl
	O=c1ccc2ccccc2o1 coumarin
	Cc1ccc(O)c(C(C)C)c1 thymol
	OCc1ccc(O)cc1 gastrodigenin
EOF
cat >"$work/large.smi" <<-'EOF'
	Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1 imatinib
	COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1 gefitinib
	C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1 erlotinib
	CNC(=O)c1cc(Oc2ccc(NC(=O)Nc3ccc(Cl)c(C(F)(F)F)c3)cc2)ccn1 sorafenib
	Cc1nc(Nc2ncc(C(=O)Nc3c(C)cccc3Cl)s2)cc(N2CCN(CCO)CC2)n1 dasatinib
	CS(=O)(=O)CCNCc1ccc(-c2ccc3ncnc(Nc4ccc(OCc5cccc(F)c5)c(Cl)c4)c3c2)o1 lapatinib
	CC(C)c1nc(CN(C)C(=O)NC(C(=O)O)C(C)C)cs1 fragment
	CCCCc1nc(Cl)c(CO)n1Cc1ccc(-c2ccccc2-c2nn[nH]n2)cc1 losartan
	CC(C)c1c(C(=O)Nc2ccccc2)c(-c2ccccc2)c(-c2ccc(F)cc2)n1CCC(O)CC(O)CC(=O)O atorvastatin
	CCOc1ccc(S(=O)(=O)N2CCN(C)CC2)cc1-c1nc2c(C)nn(C)c2c(=O)[nH]1 sildenafil
EOF

by_taskrun() {
	rm -rf "$work/state"
	taskrun -q --state "$work/state" --job bench --set receptor="$receptor" --set box=@"$work/box.json" --set keep_poses=0 \
		--set exhaustiveness="$EXHAUSTIVENESS" -j $slots dock-vina "$work/$set.jsonl" >"$work/out"
}
by_xargs() {
	# shellcheck disable=SC2016 # for sh
	xargs -P$slots -n1 sh -c 'exec vina --receptor "$1" --config "$2" --ligand "$3/$5.pdbqt" --seed 42 --out "$3/xargs/$5" \
		--exhaustiveness "$4" --cpu 1' sh "$receptor" "$work/box" "$work/$set" "$EXHAUSTIVENESS" <"$work/$set.names"
}
by_batch() {
	vina --receptor "$receptor" --config "$work/box" --batch "$work/$set"/*.pdbqt --dir "$work/$set/batch" --seed 42 \
		--exhaustiveness "$EXHAUSTIVENESS" --cpu 2
}

# wall seconds and CPU seconds of a run, as another line of its file
measure() {
	local begin=$EPOCHREALTIME

	(
		"by_$1" >/dev/null 2>"$work/err.$1" || { echo "docking: $1 failed: $(tail -n1 "$work/err.$1")" && exit 1; }
		times >"$work/times.$1" # not in a pipe: of this shell's children
	) || exit 1
	awk -v a="$begin" -v b="$EPOCHREALTIME" 'NR == 2 { gsub(/[ms]/, " "); print b - a, $1 * 60 + $2 + $3 * 60 + $4 }' \
		"$work/times.$1" >>"$work/$set.$1"
	awk -v set="$set" -v run="$1" 'END { printf "%-6s %-10s %8.2f s wall %8.2f s CPU, round %d\n", set, run, $1, $2, NR }' "$work/$set.$1"
}
median() { awk -v f="$2" '{ print $f }' "$work/$set.$1" | sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }
report() {
	for run in $RUNS; do
		printf '%-6s %-10s %8.2f s wall %8.2f s CPU\n' "$set" "$run" "$(median "$run" 1)" "$(median "$run" 2)"
	done
	for run in $OTHERS; do
		awk -v set="$set" -v run="$run" -v a="$(median taskrun 1)" -v b="$(median "$run" 1)" -v c="$(median taskrun 2)" \
			-v d="$(median "$run" 2)" 'BEGIN { printf "%-6s taskrun takes %.3f of the wall time of %s, and %.3f of its CPU time\n", set, a / b, run, c / d }'
	done
}
# every pose file of ours is the engine's
compare() { # RUN
	local name hash same=0 file

	while read -r name hash; do
		file=$work/$set/$1/$name
		[[ -e $file ]] || file+=_out.pdbqt
		[[ $(sha256sum <"$file") == "$hash  -" ]] && ((same += 1))
	done < <(jq -r '.result | "\(.key) \(.files.poses.sha256)"' "$work/out")
	echo "$set: $same of $(wc -l <"$work/$set.names") have the bytes of $1"
	((same == $(wc -l <"$work/$set.names")))
}

# PID: it and all below it
family() {
	local child

	echo "$1"
	for child in $(pgrep -P "$1"); do family "$child"; done
}
# PID PID: while they run, one is on the first core and one on the second, in turn
take_turns() {
	local cores=01 pid

	while kill -0 "$1" && kill -0 "$2"; do
		for pid in $(family "$1"); do taskset -acp "${cores:0:1}" "$pid"; done
		for pid in $(family "$2"); do taskset -acp "${cores:1}" "$pid"; done
		cores=${cores:1}${cores:0:1}
		sleep 15
	done >/dev/null 2>&1
}

for set in $SETS; do
	mkdir -p "$work/$set/xargs" "$work/$set/batch"
	head -n "$LIGANDS" "$work/$set.smi" | dock-ligands -f smi 2>/dev/null | dock-prep -q | jq -cs 'map(.key = .ligand.name) | sort_by(-(.ligand.text |
		(capture("TORSDOF (?<n>[0-9]+)").n | tonumber + 1) * (split("\nATOM ") | length))) | .[]' >"$work/$set.jsonl" || exit
	jq -r '.ligand.name' "$work/$set.jsonl" >"$work/$set.names"
	while read -r name; do
		jq -rj --arg name "$name" 'select(.ligand.name == $name).ligand.text' "$work/$set.jsonl" >"$work/$set/$name.pdbqt"
	done <"$work/$set.names"
	echo "docking: $(wc -l <"$work/$set.names") $set ligands, exhaustiveness $EXHAUSTIVENESS, $slots at a time, median of $ROUNDS;" \
		"load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
	for ((round = 0; round < ROUNDS; round++)); do
		if [[ $AT_ONCE ]]; then
			measure taskrun &
			ours=$!
			measure xargs &
			take_turns $ours $!
			wait
			continue
		fi
		for run in $RUNS; do
			measure "$run"
		done
	done
	report
	for run in $OTHERS; do
		compare "$run" || exit 1
	done
done
