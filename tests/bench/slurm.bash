# SPDX-License-Identifier: MIT
# slurm: what benchmarks on a real Slurm of three nodes have in common; it begins here. $CPUS cores a node are
# theirs to choose. $root, $work, $BUILD, PATH and a state of their own are set; all ends with the script.
# shellcheck shell=bash
BUILD=${BUILD:-build} CPUS=${CPUS:-4}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
root=$PWD bench=$(basename "$0" .sh)
PATH=$BUILD/bin:$PATH:/usr/sbin
export DOCKLINE_SHARE=$root/share DOCKLINE_ORG=bench
fail() { echo "$bench: $*" && exit 1; }
for program in slurmctld slurmd sbatch munged; do
	type -P "$program" >/dev/null || { echo "$bench: $program is not installed: left out" && exit 0; }
done
work=$(mktemp -d) || exit 5
trap '"$root/tests/cluster/slurm" stop "$work/slurm"; rm -rf "$work"' EXIT
chmod 755 "$work"
export DOCKLINE_STATE=$work/state HOME=$work/home DOCKLINE_CLUSTER_PAUSE=1
mkdir "$HOME"
"$root/tests/cluster/slurm" start "$work/slurm" 3 "$CPUS" || fail 'Slurm does not begin'
# shellcheck disable=SC1091 # written just now
. "$work/slurm/env"
load() { echo "load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"; }
