#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=200000] [ROUNDS=1] tests/bench/submit.sh
# What submitting costs: N lines with parameters that a schema judges go to `taskrun --detach`, every
# record durable and printed into a file; then the same lines again, which stand already. Then what a
# line costs without writing it: all of them bad. N=1000000 is what the aim is meant for.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-200000} ROUNDS=${ROUNDS:-1}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT

[[ $(/usr/bin/time -f %e true 2>&1) == *.* ]] || { echo 'submit: GNU time is not installed: left out' && exit 0; }

cat >"$work/task.json" <<'END'
{"task_id": "small", "version": "1", "service_config": {"command": ["cat"]},
 "interface_spec": {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/run": {"post": {
  "responses": {"default": {"description": "any"}}, "requestBody": {"content":
  {"application/json": {"schema": {"type": "object", "required": ["name", "seed"], "properties": {
   "name": {"type": "string"}, "seed": {"type": "integer", "minimum": 1},
   "cutoff": {"type": "number", "minimum": 0, "maximum": 20}, "keep": {"type": "boolean"},
   "mode": {"type": "string", "enum": ["fast", "balanced", "thorough"]}},
  "additionalProperties": false}}}}}}}}}
END
# the lines, with seeds from the second argument on
lines() {
	awk -v n="$1" -v least="$2" 'BEGIN {
		split("fast balanced thorough", mode, " ")
		for (i = 1; i <= n; i++)
			printf "{\"name\":\"lig-%07d\",\"seed\":%d,\"cutoff\":%.2f,\"mode\":\"%s\",\"keep\":%s}\n", i,
			    least * i, 4 + i % 800 / 100, mode[i % 3 + 1], i % 2 ? "true" : "false"
	}'
}
lines "$N" 1 >"$work/good"
lines "$N" 0 >"$work/bad"

# taskrun of a file of lines, timed; what it printed is counted
submit() {
	/usr/bin/time -o "$work/time" -f '%e %U %S %M' \
		taskrun -q -d --state "$work/state" --job bench small "$work/$1" >"$work/out" 2>"$work/err"
	[[ $(wc -l <"$work/out") == "$2" ]] || { echo "submit: $1: $(tail -n 1 "$work/err")" && exit 1; }
	tail -n 1 "$work/time" | awk -v what="$3" -v n="$N" '{ printf "%-28s %9.1f %9.0f %9.1f %9.1f\n", what, $1, n / $1,
		1000000 * ($2 + $3) / n, $4 / 1024 }'
}

echo "submit: $N lines; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores, $(df --output=fstype "$work" | tail -n 1)"
printf '%-28s %9s %9s %9s %9s\n' '' seconds 'per s' 'us CPU' 'RSS MiB'
for ((round = 0; round < ROUNDS; round++)); do
	rm -rf "$work/state"
	taskreg add -q --state "$work/state" "$work/task.json" >/dev/null || exit 1
	submit good "$N" 'submitted and printed'
	submit good "$N" 'the same again'
	submit bad 0 'refused by the schema'
done
echo 'aim: 100000 per s and 32 MiB, at N=1000000'
