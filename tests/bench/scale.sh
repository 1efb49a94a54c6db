#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=200000] tests/bench/scale.sh
# What a big queue costs: N executions queued, a fifth as many scheduled and as many blocked. The
# memory of a worker, a claim of 64 against one from a queue of 64, the account of a job, and how
# soon 200 at once begin. N=1000000 is what the aims are meant for.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-200000}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share DOCKLINE_ORG=bench
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
true=$(type -P true)

fail() { echo "scale: $*" && exit 1; }
# lines of {"n":I}
lines() { seq "$1" | sed 's/.*/{"n":&}/'; }
# submit lines to state $1, job $2, with further options
submit() { taskrun -q -d --state "$work/$1" --job "$2" "${@:3}" -- "$true" >"$work/out" || fail "cannot submit to $2"; }
row() { printf '%-52s %12s  %s\n' "$1" "$2" "${3-}"; }

echo "scale: $N queued, $((N / 5)) scheduled, $((N / 5)) blocked; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
lines "$N" | submit big queued
lines $((N / 5)) | submit big scheduled --not-before +1d
first=$(head -n 1 "$work/out" | jq .id)
lines $((N / 5)) | submit big blocked --after "$first"
lines 64 | submit small queued

few=$("$BUILD/bench/claim" "$work/small") many=$("$BUILD/bench/claim" "$work/big") || fail 'cannot claim'
row 'claim 64 of 64, us' "$few"
row 'claim 64 of all, us' "$many" "$(awk -v a="$many" -v b="$few" 'BEGIN { printf "%.2f times (aim: 2 at most)", a / b }')"

begin=$EPOCHREALTIME
for _ in 1 2 3 4 5 6 7 8 9 10; do
	taskstat -q --state "$work/big" --job queued >/dev/null || fail 'no account'
done
row 'account of a job, ms' "$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", (b - a) * 100 }')" '(aim: 20 at most)'

if [[ $(/usr/bin/time -f %e true 2>&1) == *.* ]]; then
	/usr/bin/time -o "$work/time" -f %M taskwork -q --state "$work/big" -j 2 --for 3s || fail 'cannot work'
	row 'worker on it for 3 s, RSS in MiB' "$(awk '{ printf "%.1f", $1 / 1024 }' "$work/time")" '(aim: 32 at most)'
fi

# 200 runs of a program at once: how late the last but ten begins, by us and by a bare loop. Their
# files are in memory: an ext4 without a journal is slow to make new ones soon after others went.
[[ -d /dev/shm && -w /dev/shm ]] && export TMPDIR=/dev/shm
# milliseconds from ready to started that all but ten of 200 took, in one run of a program
lateness() {
	rm -rf "$work/late"
	lines 200 | taskrun -q --state "$work/late" --job late -j 200 -- "$@" >"$work/out" || fail 'cannot run 200'
	jq -r '[.created, .started] | map(sub("\\.[0-9]+Z$"; "Z") as $s
		| ($s | fromdate) + (capture("\\.(?<f>[0-9]+)Z$").f | "0." + . | tonumber)) | .[1] - .[0]' "$work/out" |
		sort -g | awk '{ t[NR] = $1 } END { printf "%.0f\n", 1000 * t[int(NR * 0.95)] }'
}
late() {
	local ours loop

	for _ in 1 2 3 4 5; do
		lateness "${@:2}" >>"$work/ours"
		"$BUILD/bench/spawn_loop" 200 200 "${@:2}" >>"$work/loop"
	done
	ours=$(sort -g "$work/ours" | tr '\n' ' ') loop=$(sort -g "$work/loop" | tr '\n' ' ')
	rm "$work/ours" "$work/loop"
	row "200 x $1 at once: p95 from ready to started, ms" "$(awk '{ print $3 }' <<<"$ours")" \
		"(of ${ours% }; bare posix_spawn loop: ${loop% }; aim: 100 at most)"
}
late doze "$BUILD/bench/doze"
late 'sleep 1' sleep 1
