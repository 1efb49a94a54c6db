#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [SEED=n] [ITEMS=300] tests/chaos/pipeline.sh [KILLS]
# A run of three steps is killed by -9 at a random instant, 10 times or KILLS, and taken up again
# each time, and then left to its end. Ends 1 with the seed when an item is missing or doubled in the
# final result, or a program that had completed was run again.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} ITEMS=${ITEMS:-300} KILLS=${1:-10}
RANDOM=${SEED:=$$}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 5
export DOCKLINE_STATE=$work/state

bad() {
	echo "pipeline: $* (SEED=$SEED)" >&2
	exit 1
}

seq -f '{"a":%.0f}' "$ITEMS" >items
# each program notes that it begins
cat >run.yaml <<'END'
name: run
steps:
  - id: one
    command: [sh, -c, 'echo $DOCKLINE_EXECUTION >>begun; exec cat']
    foreach: {lines: items}
  - id: two
    command: [sh, -c, 'echo $DOCKLINE_EXECUTION >>begun; exec cat']
    foreach: {step: one}
  - id: three
    command: [sh, -c, 'echo $DOCKLINE_EXECUTION >>begun; exec cat']
    foreach: {step: two}
  - {id: sum, value: "${{ [steps.three.results[].a] | [length, add, (unique | length)] }}"}
END
: >begun
killed=0
for ((i = 0; i < KILLS; i++)); do
	pipeline run -q -j 2 --job k run.yaml >record 2>err &
	conductor=$!
	read -rt "0.$(printf %03d $((RANDOM % 900 + 50)))" <> <(:) || :
	kill -KILL $conductor 2>/dev/null && killed=$((killed + 1))
	wait $conductor 2>/dev/null
	taskstat --job k --status completed --json 2>err | jq .id | sort >"completed.$i"
	sort begun | uniq -c | awk '{ print $2, $1 }' | sort | join - "completed.$i" >"begun.$i"
done
timeout 300 pipeline run -q -j 2 --job k run.yaml >record 2>err || bad "the run failed: $(cat err)"
jq -se --argjson n "$ITEMS" 'length > 0 and all(.[]; .status == "completed" and .steps[3].result == [$n, $n * ($n + 1) / 2, $n])' record >/dev/null ||
	bad "the result is $(jq -c '.steps[3].result' record)"
taskstat --job k --json | jq -es --argjson n "$ITEMS" 'length == 3 * $n and all(.[]; .status == "completed") and
	(map(.key) | unique | length) == 3 * $n' >/dev/null || bad 'the executions are not one for each item'
# what had completed when it was killed was not begun again
sort begun | uniq -c | awk '{ print $2, $1 }' | sort >counts
for ((i = 0; i < KILLS; i++)); do
	again=$(comm -23 "begun.$i" counts | head -n 1)
	[[ ! $again ]] || bad "what had completed was run again: execution and times $again"
done
echo "pipeline: $ITEMS items, killed $killed times, $(wc -l <begun) programs run for $((3 * ITEMS)) executions"
