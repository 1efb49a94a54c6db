#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: tests/chaos/services.sh [REQUESTS]    three services under load: one is killed, one is slow
# All requests complete, the account closes, and the dead one gets nothing after two health intervals.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$here/$BUILD
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$here/share
n=${1:-10000} interval=2

work=$(mktemp -d)
servers=()
trap 'kill -KILL "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export DOCKLINE_STATE=$work/.dockline

serve() { # MILLISECONDS: sets $url
	mkfifo "port-$1"
	# shellcheck disable=SC2094 # a pipe
	"$BUILD/bench/http_server" "$1" >"port-$1" &
	servers+=($!)
	disown
	read -r port <"port-$1"
	url=http://127.0.0.1:$port
}

terms="max_in_flight: 50
  health_check_url: /run
  health: {interval: ${interval}s, timeout: 1s}
  breaker: {failures: 5, pause: 60s}
  retry: {delay: 100ms}"
serve 20
cat >task.yaml <<END
task_id: load
interface_spec:
  openapi: 3.0.3
  info: {title: load, version: "1"}
  paths: {/run: {post: {responses: {"200": {description: ok}}}}}
service_config:
  service_url: $url
  $terms
END
taskreg -q add task.yaml >/dev/null
serve 21
printf 'service: doomed\ntask: load\nurl: %s\n%s\n' "$url" "$(sed 's/^  //; /^retry/d' <<<"$terms")" | taskreg service add >/dev/null
serve 200
printf 'service: slow\ntask: load\nurl: %s\n%s\n' "$url" "$(sed 's/^  //; /^retry/d' <<<"$terms")" | taskreg service add >/dev/null
seq "$n" | sed 's/.*/{"i":&}/' | taskrun -q --detach --job load load >/dev/null
begun=$EPOCHREALTIME
taskwork -q --idle-exit 0 2>said &
worker=$!
until (($(taskstat --job load --status completed --json 2>/dev/null | wc -l) > n / 20)); do read -rt 0.1 <> <(:) || true; done
kill -KILL "${servers[1]}"
wait "$worker"
took=$(jq -n "$EPOCHREALTIME - $begun")
taskstat --job load --status completed --json >records
(($(wc -l <records) == n)) || { echo "services: $(wc -l <records) of $n completed" >&2; exit 1; }
again=$(jq -s 'map(select(.attempts > 1)) | length' records)
taskreg service list | jq -rs --arg took "$took" --arg n "$n" --arg again "$again" '
	map({(.service): .}) | add
	| if .doomed.breaker == "closed" and .doomed.health != "unhealthy" then error("the dead service is not left alone") else . end
	| "services: \($n) requests in \($took) s, all completed, \($again) tried again; answered "
		+ (map("\(.service) \(.answered) (failed \(.failed))") | join(", "))'
