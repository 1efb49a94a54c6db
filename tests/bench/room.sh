#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=2000] [KINDS=500] [LEAST=0] [LIBRARY=FILE.smi] tests/bench/room.sh
# The room that N dockings take in a state at keep_poses 1: KINDS molecules of a library of RDKit's
# (rdkit-data: 5,000 of the NCI), really prepared, those of LEAST heavy atoms and more (with 18 there
# are 24 on average), turned and named anew until there are N, docked by dock-vina with an engine that
# writes at once what Vina 1.2.3 would write. What stands in the state is what would stand there; only
# time is saved. Aim: 100,000 in 300 MB.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-2000} KINDS=${KINDS:-500} LEAST=${LEAST:-0}
LIBRARY=${LIBRARY:-/usr/share/RDKit/Data/NCI/first_5K.smi}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share DOCKLINE_VINA=$BUILD/bench/vina_like
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
[[ -r $LIBRARY ]] || { echo "room: no '$LIBRARY' (rdkit-data): left out" && exit 0; }

head -n "$KINDS" "$LIBRARY" | dock-ligands -q --format smi - | dock-prep -q -j 2 2>"$work/err" |
	jq -c --argjson least "$LEAST" 'select(.heavy_atoms >= $least)' >"$work/prepared"
cp tests/data/vina/protein.pdbqt "$work/rec.pdbqt"
echo '{"type":"box","center":[11,90.5,57.5],"size":[30,30,30]}' >"$work/box.json"
begin=$EPOCHREALTIME
/usr/bin/python3 tests/bench/molecules.py "$work/prepared" "$N" |
	taskrun -q --state "$work/state" --job room --set receptor="$work/rec.pdbqt" --set box=@"$work/box.json" --set keep_poses=1 \
		--set exhaustiveness=1 -j 2 dock-vina >"$work/out" 2>>"$work/err"
end=$EPOCHREALTIME
taskstat --state "$work/state" --job room | tail -n 20
du -s --block-size=1 "$work/state" >"$work/du" # before the next program looks: what a checkpoint left is its own
grep -o '"heavy_atoms":[0-9]*' "$work/prepared" | awk -F: -v n="$N" -v begin="$begin" -v end="$end" '
	FNR == NR { bytes = $1 + 0; next }
	{ atoms += $2; count++ }
	END { printf "room: %d dockings of molecules of %.1f heavy atoms: %.1f MB, %.0f bytes each (aim 3000); %.0f s\n",
		n, atoms / count, bytes / 1e6, bytes / n, end - begin }' "$work/du" -
find "$work/state" -type f -printf 'room:   %f %s\n' | sort
