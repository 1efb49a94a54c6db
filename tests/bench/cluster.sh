#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=10000] [SINGLE=300] [CPUS=4] tests/bench/cluster.sh
# A real Slurm of three nodes on this machine, its scheduler tuned to be quick, runs `true` N times: in
# chunks, from the submission of all lines to the last record that came home (`taskrun --on slurm`),
# and as one element of an array job each. That is done SINGLE times, and its rate taken for all N:
# an array of N would neither fit into MaxArraySize nor be any quicker. How often programs of the
# scheduler were called is counted. Then the same on one machine without a cluster, for comparison.
set -u
cd "$(dirname "$0")/../.." || exit 5
N=${N:-10000} SINGLE=${SINGLE:-300}
# shellcheck source=tests/bench/slurm.bash
. tests/bench/slurm.bash
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'; }
rate() { awk -v n="$1" -v s="$2" 'BEGIN { printf "%.1f", n / s }'; }
row() { printf '%-44s %8s s %10s /s  %s\n' "$1" "$2" "$3" "${4-}"; }

cd "$work" || exit 5
echo "cluster: 3 nodes of $CPUS cores, MaxArraySize $(scontrol show config | awk '/^MaxArraySize/ { print $3 }'); $(load)"

begin=$EPOCHREALTIME
sbatch -Q -o /dev/null --array=0-$((SINGLE - 1)) --wrap true || fail 'cannot submit an array'
while [[ -n $(squeue -h -o %i) ]]; do read -rt 0.2 <> <(:); done
seconds=$(since "$begin")
single=$(rate "$SINGLE" "$seconds")
row "one array element each, $SINGLE" "$seconds" "$single" "(${N} would take $(awk -v n="$N" -v r="$single" 'BEGIN { printf "%.0f", n / r }') s)"

true=$(type -P true) chunk=$(((N + 2) / 3)) # one for each node, of 5000 at most
((chunk <= 5000)) || chunk=5000
seq "$N" | sed 's/.*/{"n":&}/' >lines
begin=$EPOCHREALTIME
timeout 900 taskrun -q --on slurm --job many --chunk-size "$chunk" --resource "cpus=$CPUS" lines -- "$true" >records ||
	fail 'the campaign failed'
seconds=$(since "$begin")
chunks=$(rate "$N" "$seconds")
taskstat | jq -se "map(select(.type == \"account\")) | .[0].completed == $N" >/dev/null || fail 'the account does not close'
row "in chunks, $N" "$seconds" "$chunks" "$(awk -v a="$chunks" -v b="$single" 'BEGIN { printf "%.1f times (aim: 20 at least)", a / b }')"
echo "calls of the scheduler: $(jq -c '.calls | del(.[] | select(. == 0))' "$HOME"/.cache/dockline/cluster-slurm-*.json), for $(taskstat --cluster | jq -r 'select(.type == "cluster") | .calls') in all"

begin=$EPOCHREALTIME
taskrun -q --job here lines -- "$true" >records || fail 'it fails here, too'
seconds=$(since "$begin")
row "without a cluster, $N" "$seconds" "$(rate "$N" "$seconds")"
