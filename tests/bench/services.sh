#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: tests/bench/services.sh [REQUESTS]    a load on three services, of which one dies and one gets slow
# All must complete, and the dead one get no request when two health intervals are over: from then on
# somebody listens in its place who writes down what comes. Ends 1 where that does not hold.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$here/$BUILD
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$here/share
n=${1:-10000}

work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"
export DOCKLINE_STATE=$work/.dockline
policy='max_in_flight: 40
health_check_url: /health
health: {interval: 1s}
breaker: {failures: 5, pause: 100ms}'
for name in a b c; do
	mkfifo $name.port
	"$BUILD/bench/http_server" 50 >$name.port &
	servers+=($!)
	# shellcheck disable=SC2094 # a pipe
	read -r port <$name.port
	printf 'service: %s\ntask: t\nurl: http://127.0.0.1:%s\n%s\n' $name "$port" "$policy" >$name.yaml
done
cat >t.yaml <<'END'
task_id: t
interface_spec:
  openapi: 3.0.3
  info: {title: bench, version: "1"}
  paths: {/run: {post: {responses: {"200": {description: ok}}}}}
service_config: {service_url: "http://127.0.0.1:1", retry: {delay: 100ms}}
END
taskreg -q add t.yaml >registered
taskreg -q service rm task-t
taskreg -q service add a.yaml b.yaml c.yaml >added

pause() { read -rt "$1" <> <(:) || true; }
answered() { taskreg service list | jq -s "map(select(.service == \"$1\"))[0].answered"; }
seq "$n" | sed 's/.*/{"i":&}/' >lines
begun=$EPOCHREALTIME
taskrun -q --job load t lines >records &
worker=$!
until (($(answered c) > n / 50)); do pause 0.05; done
kill -KILL "${servers[2]}"
wait "${servers[2]}" 2>/dev/null || true
kill -USR1 "${servers[1]}"
pause 2
mkdir c
touch c/sick
HTTP_ODD_PORT=$port "$here/tests/fakes/http-odd" c &
servers+=($!)
wait "$worker"
took=$(jq -n "$EPOCHREALTIME - $begun | . * 100 | round / 100")
completed=$(jq -c 'select(.status == "completed")' records | wc -l)
late=$(grep -c '^POST' c/log || true)
asked=$(grep -c '^GET /health' c/log || true)
echo "services: $completed of $n completed in $took s; a answered $(answered a), b (ten times as slow) $(answered b)," \
	"c (killed) $(answered c); two health intervals later c got $late requests and $asked health checks"
taskstat --job load --json >standing
((completed == n && late == 0 && $(wc -l <standing) == n))
