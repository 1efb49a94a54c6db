# SPDX-License-Identifier: MIT
# Several services of one task: who gets the load, and what becomes of those that do not work.
load ../helper
load ../services

setup() {
	fresh
	need python3
}

teardown() {
	end_services
	spotless
}

lines() { for i in $(seq "$1"); do echo "{\"i\":$i${2:+,$2}}"; done; }

# add NAME [YAML-MEMBER ...]: a service of task t at $url
add() {
	{
		printf '%s\n' "service: $1" 'task: t' "url: $url"
		printf '%s\n' "${@:2}"
	} | taskreg service add >/dev/null
}

requests() { grep -c "^POST /run" "$1/log" 2>/dev/null || true; }

@test "services: a task brings its own, others are added, checked and taken away" {
	serve a
	task t
	run_split taskreg service list
	assert_status 0
	assert_json '.type == "service" and .service == "task-t" and .origin == "task" and .health == "unknown"'
	serve b
	add b 'health_check_url: /health' 'models_url: /models' 'weight: 2'
	run_split taskreg service check
	assert_status 0
	assert_json -s 'map([.service, .health, .models]) == [["task-t","unknown",null],["b","healthy",["small","large"]]]'
	touch b/sick
	run_split taskreg service check b
	assert_status 1
	assert_json '.fault == "health_check_url answers 503" and .health == "healthy"'
	run_split taskreg service check b
	assert_json '.health == "unhealthy"'
	assert_err -r "'b' is unhealthy"
	run_split taskreg service check nobody
	assert_status 2
	run_split taskreg service rm b nobody
	assert_status 2
	run_split taskreg service rm task-t b
	assert_status 0
	run_split taskreg service list
	assert_out ''
	taskreg add t.yaml >/dev/null
	run_split taskreg service list
	assert_out ''
	echo '{"i":1}' >one
	run_split timeout 20 taskrun t one
	assert_status 1
	assert_json '.error.class == "rejected" and (.error.reason | test("no service of .t.: taskreg service add"))'
	taskreg rm t >/dev/null
	taskreg add t.yaml >/dev/null
	run_split taskreg service list
	assert_json '.service == "task-t"'
}

@test "services: the one that came with a task is that of its newest version" {
	version() { # NUMBER URL
		jq -n --arg v "$1" --arg u "$2" '{task_id: "s", version: $v, service_config: {service_url: $u},
			interface_spec: {openapi: "3.0.3", info: {title: "s", version: "1"}, paths: {"/run": {post: {
			responses: {default: {description: "any"}}}}}}}' |
			taskreg add -q "${@:3}" >/dev/null
	}
	url() { taskreg service list | jq -r .url; }
	version 1 http://127.0.0.1:9/one
	version 2 http://127.0.0.1:9/two
	[[ $(url) == */two ]]
	version 1 http://127.0.0.1:9/other --replace
	[[ $(url) == */two ]]
	taskreg rm s@2 >/dev/null
	[[ $(url) == */other ]]
	taskreg service rm task-s >/dev/null
	version 3 http://127.0.0.1:9/three
	[[ $(url) == */three ]]
}

@test "services: every error of a definition is told with its place" {
	serve a
	task t
	cat >wrong.yaml <<-'END'
		service: b
		task: t
		url: ftp://here
		weight: 0
		headers: {Host: x, A: {secret: B}}
		colour: red
	END
	run_split taskreg service add wrong.yaml
	assert_status 3
	assert_out ''
	for place in 3:6 4:9 5:; do
		grep -q "wrong.yaml:$place" "$err" || complain "nothing about $place"
	done
	assert_err -r "'/colour' is not a member here"
	printf '%s\n' 'service: b' 'task: t' 'url: https://me:pw@here' >wrong.yaml
	run_split taskreg service add wrong.yaml
	assert_status 3
	assert_err -r 'must not hold a user or password'
	printf '%s\n' 'service: b' 'task: dock-vina' 'url: https://here' >wrong.yaml
	run_split taskreg service add wrong.yaml
	assert_status 2
	assert_err -r "task 'dock-vina' has no service_url"
}

@test "services: the load goes by weight, to who has the fewest out" {
	serve a
	task t 'max_in_flight: 5'
	serve b
	add b 'weight: 3' 'max_in_flight: 15'
	lines 200 '"do":"slow","seconds":0.01' >lines
	run_split timeout 30 taskrun t lines
	assert_status 0
	assert_json -s 'length == 200 and all(.[]; .attempts == 1)'
	((3 * $(requests a) < 2 * $(requests b) && $(requests a) >= 25)) ||
		complain "a got $(requests a), b got $(requests b)"
}

@test "services: one is killed and one slow under load, and all is done" {
	# the breaker alone would let a request through every 100 ms
	policy=('max_in_flight: 8' 'health_check_url: /health' 'health: {interval: 1s}' 'breaker: {failures: 3, pause: 100ms}')
	for name in a b c; do
		serve "$name"
		[[ $name == a ]] && task t "$(printf '%s\n' 'retry: {delay: 50ms}' "${policy[@]}")"
		[[ $name == a ]] || add "$name" "${policy[@]}"
	done
	lines 900 '"do":"slow","seconds":0.05' >lines
	timeout 60 taskrun -j 1 t lines >"$out" 2>"$err" 3>&- &
	worker=$!
	has() { (($(requests "$1") >= $2)); }
	wait_until 20 has c 10
	kill -KILL "${served[2]}"
	died=${EPOCHREALTIME/./}
	was=$(requests c)
	echo 0.5 >b/slow
	slow=$(requests b) fast=$(requests a)
	over() { ((${EPOCHREALTIME/./} - died >= 2300000)); } # two intervals, and a moment
	wait_until 10 over
	touch c/sick # whatever comes to it now is written down
	HTTP_ODD_PORT=${url##*:} serve c
	checked() { (($(grep -c '^GET /health' c/log) >= now + 1)); }
	now=$(grep -c '^GET /health' c/log)
	wait_until 10 checked
	kill -0 "$worker" || complain "the load was over before"
	(($(requests c) == was)) || complain "the dead service got $(($(requests c) - was)) requests"
	((4 * ($(requests b) - slow) < $(requests a) - fast)) || complain "the slow one got $(($(requests b) - slow)), the other $(($(requests a) - fast))"
	rm b/slow
	wait "$worker" || complain "not all went well"
	jq -es 'length == 900 and all(.[]; .status == "completed")' "$out" >/dev/null || complain "the account does not close"
	run_split taskreg service list
	assert_json -s 'map(select(.service == "c"))[0] | .health == "unhealthy" and .failed >= 3'
	assert_json -s '(map(.answered) | add) == 900'
}

@test "services: what one asks to come back with later goes to another at once" {
	serve a
	task t
	serve b
	add b
	lines 12 '"do":"shy","who":"a"' >lines
	run_split timeout 20 taskrun t lines
	assert_status 0
	assert_json '.result.by == "b" and .attempts == 1'
	(($(requests a) >= 1 && $(requests b) == 12)) || complain "a got $(requests a), b $(requests b)"
	run_split taskreg service list
	assert_json -s 'map(select(.service == "task-t"))[0] | has("rests_until")'
}

@test "services: a request goes only to who offers what it requires" {
	serve a
	task t $'requires: ["{model}"]\nretry: none'
	serve b
	add b 'capabilities: [tiny]'
	serve c
	add c 'models_url: /models'
	taskreg service check >/dev/null
	printf '%s\n' '{"model":"tiny"}' '{"model":"large"}' '{"model":"huge"}' '{}' >lines
	run_split timeout 20 taskrun t lines
	assert_status 1
	jq -es 'map(select(.id == 1))[0].result.by == "b"' "$out"
	jq -es 'map(select(.id == 2))[0].result.by == "c"' "$out"
	jq -es 'map(select(.id == 3))[0].error | .class == "rejected" and (.reason | test("no service of .t. offers ..huge"))' "$out"
	jq -es 'map(select(.id == 4))[0].status == "completed"' "$out"
}

@test "services: the rate of a service holds" {
	serve a
	task t
	taskreg service rm task-t
	add b 'rate: {limit: 20, per: 1s, burst: 2}'
	lines 22 >lines
	begun=$EPOCHREALTIME
	run_split timeout 30 taskrun t lines
	assert_status 0
	took=$(jq -n "$EPOCHREALTIME - $begun")
	jq -en "$took >= 0.9" >/dev/null || complain "22 at 20/s took $took s"
}

@test "services: one that is unhealthy gets nothing until it is well again" {
	serve a
	task t $'health_check_url: /health\nhealth: {interval: 200ms, unhealthy: 1}'
	touch a/sick
	taskreg service check >/dev/null || true
	taskrun --detach -n t --set i=1 >/dev/null
	taskwork -q --forever 3>&- &
	worker=$!
	asked_thrice() { (($(grep -c '^GET /health' a/log) >= 3)); }
	wait_until 10 asked_thrice
	(($(requests a) == 0)) || complain "it got a request"
	rm a/sick
	wait_until 10 grep -q '^POST /run' a/log
	kill -TERM "$worker"
	wait "$worker" || true
}
