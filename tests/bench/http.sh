#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: tests/bench/http.sh [REQUESTS]    requests to a service that answers each after 100 ms, 200 at a time
# Held against the ideal, REQUESTS / 2000 seconds; the memory of the worker beside it.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$here/$BUILD
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$here/share
n=${1:-2000}

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
export DOCKLINE_STATE=$work/.dockline
mkfifo port
"$BUILD/bench/http_server" 100 >port &
server=$!
# shellcheck disable=SC2094 # a pipe
read -r port <port
cat >task.yaml <<END
task_id: bench-http
interface_spec:
  openapi: 3.0.3
  info: {title: bench, version: "1"}
  paths: {/run: {post: {responses: {"200": {description: ok}}}}}
service_config:
  service_url: http://127.0.0.1:$port
  max_in_flight: 200
END
taskreg -q add task.yaml >registered
seq "$n" | sed 's/.*/{"i":&,"receptor":"rec.pdbqt","ligand":"CCO","exhaustiveness":8}/' >lines
taskrun -q --detach --job bench bench-http lines >submitted
taskwork -q --once &
worker=$!
peak=0
while [[ -r /proc/$worker/status ]]; do # as it was seen last
	now=$(awk '/^VmHWM/ { print $2 }' "/proc/$worker/status" 2>/dev/null || true)
	peak=${now:-$peak}
	read -rt 0.05 <> <(:) || true
done
wait "$worker"
taskstat --job bench --status completed --json >records
(($(wc -l <records) == n)) || { echo "http: only $(wc -l <records) of $n completed" >&2; exit 1; }
jq -rn --argjson n "$n" --argjson memory "$peak" '
	def seconds: (.[0:19] + "Z" | fromdate) + ("0" + .[19:-1] | tonumber);
	[inputs | {s: (.started | seconds), e: (.ended | seconds)}]
	| ((map(.e) | max) - (map(.s) | min)) as $t | ($n / 2000) as $ideal
	| "http: \($n) requests, 200 in flight, 100 ms each: \($t * 1000 | round / 1000) s, "
		+ "\($t / $ideal * 100 | round / 100) of the ideal; \($memory / 1024 | round) MB"' records
