#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [N=600] [FAULTS=12] [SEED=1] tests/chaos/cluster.sh    a campaign on a Slurm where all goes wrong
# Three nodes, a wall-time of a minute that elements outlive, and while N executions run, one fault after
# the other: a node is killed, or cut off so that its element runs twice, the controller is killed, or so
# is who submits. In the end the account closes: each execution completed once, with its own result.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build} N=${N:-600} FAULTS=${FAULTS:-12} SEED=${SEED:-1}
[[ $BUILD == /* ]] || BUILD=$here/$BUILD
export PATH=$BUILD/bin:$PATH:/usr/sbin DOCKLINE_SHARE=$here/share DOCKLINE_CLUSTER_PAUSE=1
for program in slurmctld slurmd sbatch munged; do
	type -P "$program" >/dev/null || { echo "cluster: $program is not installed: left out" && exit 0; }
done
work=$(mktemp -d)
chmod 755 "$work"
slurm() { timeout 60 "$here/tests/cluster/slurm" "$@"; }
trap 'slurm stop "$work/slurm" || true; rm -rf "$work"' EXIT
cd "$work"
export DOCKLINE_STATE=$work/.dockline HOME=$work/home
mkdir "$HOME"
slurm start "$work/slurm" 3 2
# shellcheck disable=SC1091 # written just now
. "$work/slurm/env"
RANDOM=$SEED
rest() { read -rt "$1" <> <(:) || true; }

seq "$N" | sed 's/.*/{"n":&}/' >params
# shellcheck disable=SC2016 # for sh
taskrun -qd --job j params -- sh -c 'echo "$1" >>ran; sleep 0.4; echo "$1"' nap '{n}' >/dev/null

worker=
again() { # who submits and takes home, in place of the one that was killed
	timeout 900 taskwork --on slurm --chunk-size 100 --resource cpus=2 --resource walltime=1m --resource warning=40s 2>>said &
	worker=$!
	disown
}
heal() { # what was cut off or killed is there again
	slurm heal "$1" "$work/slurm"
	scontrol update "nodename=$1" state=resume 2>>said || true
}
down=
fault() {
	local node=n$((RANDOM % 3 + 1)) kind=$((RANDOM % 4))
	[[ -z $down ]] || heal "$down"
	down=
	case $kind in
	0 | 1)
		down=$node
		if ((kind == 0)); then slurm kill "$node" "$work/slurm"; else slurm cut "$node" "$work/slurm"; fi
		scontrol update "nodename=$node" state=down reason=chaos || true
		;;
	2) slurm crash "$work/slurm" && slurm restart "$work/slurm" ;;
	3)
		pkill -KILL -P "$worker" || true # timeout(1) follows
		again
		;;
	esac
	faults[kind]=$((${faults[kind]-0} + 1))
}

begun=$EPOCHREALTIME faults=()
again
for ((i = 0; i < FAULTS; i++)); do
	rest $((RANDOM % 4 + 2))
	fault
done
[[ -z $down ]] || heal "$down"
timeout 900 taskwait -q --job j >records || { echo "cluster: it does not end: $(tail -n 5 said)" >&2 && exit 1; }
until ! kill -0 "$worker" 2>/dev/null; do rest 0.2; done
jq -es --argjson n "$N" 'length == $n and (map(.params.n) | unique | length) == $n
	and all(.[]; .status == "completed" and .result == .params.n)' records >/dev/null || { echo "cluster: the account does not close" >&2 && exit 1; }
taskstat | jq -es --argjson n "$N" '.[0] | .submitted == $n and .completed == $n and .running + .waiting == 0' >/dev/null
(($(tasklog --events --status completed | wc -l) == N))
[[ -z $(ls .dockline/spool) ]]
echo "cluster: $N executions in $(jq -n "($EPOCHREALTIME - $begun) | round") s through ${faults[0]-0} dead nodes, ${faults[1]-0} cut off, ${faults[2]-0} dead controllers, ${faults[3]-0} dead submitters: all completed once, run $(wc -l <ran) times"
