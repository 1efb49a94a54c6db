#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [ROUNDS=5] tests/bench/validate.sh
# How many docking requests of 20 fields a second one core holds against the schema of dock-vina
# (parsed before), gives its defaults, and parses. In turn, the median of the rounds. Prints a
# table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} ROUNDS=${ROUNDS:-5}
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT

echo "validate: one core, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	"$BUILD/bench/validate" share/tasks/dock-vina.yaml 0.3 >>"$work/rates" || exit 1
done
for deed in check defaults parse; do
	awk -v deed="$deed" '$1 == deed { print $2 }' "$work/rates" | sort -n |
		awk -v deed="$deed" '{ rate[NR] = $1 } END { printf "%-10s %10d a second\n", deed, rate[int((NR + 1) / 2)] }'
done
echo 'aim: 150000 checks a second'
