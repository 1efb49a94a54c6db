#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=100000] [CHUNK=100] [CPUS=4] tests/bench/files.sh
# How many files the state directory has at most while a campaign of N prepared ligands goes through a
# real Slurm of three nodes: each change is told by the kernel (tests/bench/crowd.c). Chunks are small,
# so that there are many of them, and nobody takes home what came until nothing is out any more: then
# all files are there that there can be. The docking is a coprocess that answers at once.
set -u
cd "$(dirname "$0")/../.." || exit 5
N=${N:-100000} CHUNK=${CHUNK:-100} most=500
# shellcheck source=tests/bench/slurm.bash
. tests/bench/slurm.bash
printf '{"task_id":"null-dock","version":"1","service_config":{"command":["%s"],"stream":{"window":64}}}' \
	"$BUILD/bench/null_stream" >"$work/task.json"
jq -c --rawfile text "$root/tests/data/vina/caffeine.pdbqt" -n '{type: "ligand", key: "KEY",
	ligand: {name: "KEY", format: "pdbqt", text: $text}}' >"$work/line"
awk -v n="$N" '{ for (i = 1; i <= n; i++) { line = $0; gsub("KEY", "ligand-" i, line); print line } }' "$work/line" >"$work/ligands"

# a round, and nothing looks until all that it sent has ended; once more, until all are home
cat >"$work/campaign" <<END
set -e
cd "$work"
taskreg -q add task.json >taskreg.out
taskrun -q --detach --job screen null-dock ligands >taskrun.out 2>&1
while taskstat --job screen | grep -qE '^(waiting|running) +[1-9]'; do
	taskwork -q --on slurm --once --chunk-size $CHUNK
	while [ -n "\$(squeue -h -o %i)" ]; do read -rt 0.2 <> <(:) || :; done
done
END
echo "files: $N ligands in elements of $CHUNK, 3 nodes of $CPUS cores; $(load)"
begin=$EPOCHREALTIME
found=$("$BUILD/bench/crowd" "$DOCKLINE_STATE" "$DOCKLINE_STATE/spool" -- bash "$work/campaign") || fail "the campaign failed: $found"
taskstat | jq -se --argjson n "$N" '.[0].submitted == $n and .[0].completed == $n' >/dev/null || fail 'the account does not close'
read -r all state spool <<<"$found"
printf '%-52s %8s  (aim: %s at most)\n' 'files in the state directory at any instant' "$all" "$most"
printf '%-52s %8s\n' 'of these in spool/' "$spool" 'beside it' "$state" 'files when it was over' "$(find "$DOCKLINE_STATE" -type f | wc -l)"
printf '%-52s %8s\n' 'elements' "$(sqlite3 "$DOCKLINE_STATE/state.db" 'SELECT count(*) FROM cluster_element' 2>/dev/null)"
printf '%-52s %8s\n' 'seconds' "$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f", b - a }')"
((all <= most))
