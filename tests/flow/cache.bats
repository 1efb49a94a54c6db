# SPDX-License-Identifier: MIT
load ../helper

setup() {
	fresh
	define() {
		cat >"$1.yaml" <<-END
			task_id: $1
			interface_spec:
			  openapi: 3.0.3
			  info: {title: t, version: "1"}
			  paths: {/run: {post: {responses: {default: {description: any}}, requestBody: {content: {application/json: {schema: {
			    type: object, properties: {a: {type: integer}, f: {type: string, format: path}}}}}}}}}
			  x-metrics: {a: /a}
			service_config:
			  command: [sh, $PWD/prog, "{f}"]
			  cache: true
			${2-}
		END
		taskreg -q add --replace "$1.yaml" >/dev/null
	}
	# notes that it ran, waits while there is hold, fails where a is negative
	cat >prog <<-'END'
		read -r params
		echo "$params" >>ran
		echo $$ >"pid-$DOCKLINE_EXECUTION"
		while [ -e hold ]; do env sleep 0.02; done
		case $params in *:-*) exit 3 ;; esac
		[ -z "$DOCKLINE_WORK" ] || echo "$params" >"$DOCKLINE_WORK/file"
		printf '{"a":%s,"files":{"f":{"path":"%s"}}}\n' "$(printf %s "$params" | jq .a)" "$DOCKLINE_WORK/file"
	END
	define c
}

teardown() {
	rm -f hold
	settle
	spotless
}

ran() { [[ $(wc -l <ran) == "$1" ]]; }
is() { [[ $(taskstat "$1" | jq -r .status) == "$2" ]]; }

@test "cache: an equal execution gets the result, whatever its job, key or path" {
	echo one >f1
	cp f1 f2
	printf '%s\n' '{"a":1,"f":"f1"}' '{"a":2}' | taskrun -q c >/dev/null
	ran 2
	printf '%s\n' '{"f":"f2","a":1}' '{"a":2}' '{"a":3}' | taskrun -q --job again -j 1 c >out
	ran 3
	run_split jq -c '[.status, .attempts, .cached, .result.a, .metrics.a, .started == null]' out
	assert_out '["completed",0,1,1,1,true]
["completed",0,2,2,2,true]
["completed",1,null,3,3,false]'
	run_split taskstat -q --job again
	assert_out -l 'completed  3'
	echo '{"a":2}' | taskrun -q --job again c >out
	ran 3
	# what is given on is that of the first
	echo '{"a":2}' | taskrun -q c >out
	run_split jq .cached out
	assert_out 2
}

@test "cache: equal lines of one run are run once" {
	printf '%s\n' '{"a":1}' '{"a":2}' '{"a":1}' '{"a":1}' '{"a":2}' | taskrun -q -j 4 c >out
	ran 2
	run_split jq -sc 'map(select(.result.a == 1)) | [length, (map(.cached) | sort), (map(.attempts) | add)]' out
	assert_out '[3,[null,1,1],1]'
}

@test "cache: what failed is not there, and who waited for it runs" {
	printf '%s\n' '{"a":-1}' '{"a":-1}' '{"a":-1}' | taskrun -q -j 4 c >out || (($? == 1))
	ran 3
	run_split jq -sc 'map([.status, .attempts]) | unique' out
	assert_out '[["failed",1]]'
	echo '{"a":-1}' | taskrun -q c >out || (($? == 1))
	ran 4
}

@test "cache: --no-cache runs all, also with --detach; what completes is there" {
	echo '{"a":1}' | taskrun -q c >/dev/null
	echo '{"a":1}' | taskrun -q --no-cache c >out
	ran 2
	echo '{"a":1}' | taskrun -q --no-cache --detach c >out
	run_split jq -r .status out
	assert_out queued
	taskwork -q
	ran 3
	echo '{"a":1}' | taskrun -q --detach c >out
	ran 3
	run_split jq -c '[.status, .cached, .result.a]' out
	assert_out '["completed",3,1]'
}

@test "cache: --no-cache holds for what begins later, and in a graph" {
	echo '{"a":1}' | taskrun -q c >/dev/null
	echo '{"a":1}' | taskrun -q --no-cache --not-before +100ms c >out
	ran 2
	printf '%s\n' '{"key":"x","task":"c","params":{"a":1}}' \
		'{"key":"y","task":"c","params":{"a":1},"after":[{"key":"x"}]}' | taskrun -q --no-cache --graph >>out
	ran 4
	run_split jq -c '[.status, .cached]' out
	assert_out '["completed",null]
["completed",null]
["completed",null]'
}

@test "cache: a result that is there is given on while --no-cache makes it anew" {
	echo '{"a":1}' | taskrun -q c >/dev/null
	touch hold
	echo '{"a":1}' | taskrun -q --no-cache --detach c >/dev/null
	echo '{"a":1}' | taskrun -q --hold --detach c >/dev/null
	taskwork -q -j 2 --idle-exit 1s >/dev/null &
	worker=$!
	wait_until 10 test -e pid-2
	taskctl -q approve 3 >/dev/null
	wait_until 10 is 3 completed
	rm hold
	wait "$worker"
	ran 2
	taskstat 3 >shown
	run_split jq -c '[.status, .cached, .result.a]' shown
	assert_out '["completed",1,1]'
}

@test "cache: what was queued before its equal completed is not run either" {
	touch hold
	echo '{"a":1}' | taskrun -q --detach c >/dev/null
	echo '{"a":1}' | taskrun -q --detach --job other c >/dev/null
	taskwork -q --job other &
	wait_until 10 test -e pid-2
	rm hold
	settle
	run_split taskwork
	assert_status 0
	ran 1
	run_split taskstat 1
	assert_json '.status == "completed" and .cached == 2 and .attempts == 0 and .tries == []'
}

@test "cache: --explain-miss tells what is different" {
	echo one >f
	echo '{"a":1,"f":"f"}' >one
	run_split taskrun --explain-miss c one
	assert_err -l "taskrun: one:1: not in the cache: no result of task 'c' is"
	run_split taskrun --explain-miss c one
	assert_err ''
	echo '{"a":2,"f":"f","b":"new"}' >two
	run_split taskrun --explain-miss c two
	assert_err -l "taskrun: two:1: not in the cache: parameter 'a' is 2, was 1; parameter 'b' is \"new\", was not given (execution 2)"
	echo two >f
	run_split taskrun --explain-miss c one
	assert_err -l "taskrun: one:1: not in the cache: the content of input 'f' is another (execution 2)"
	echo '# changed' >>prog # a script is no program that is known
	run_split taskrun --explain-miss c one
	assert_err ''
	define c '  timeout: 1h'
	run_split taskrun --explain-miss c one
	assert_err -l "taskrun: one:1: not in the cache: the definition of the task is another (execution 5)"
	echo '{"f":"nosuch"}' >none
	run_split taskrun --explain-miss c none
	assert_err -r "none:1: not in the cache: f: cannot open '.*nosuch': No such file"
	echo '{}' >three
	run_split taskrun --explain-miss three -- true
	assert_err -r "three:1: not in the cache: task 'adhoc:.*' does not have 'cache: true'"
	run_split taskrun --explain-miss --no-cache c one
	assert_status 2
}

@test "cache: another program is another result" {
	mkdir bin
	printf '#!/bin/sh\necho 1\n' >bin/prog
	chmod +x bin/prog
	printf 'task_id: p\nservice_config:\n  command: [%s/bin/prog]\n  cache: true\n' "$PWD" >p.yaml
	taskreg -q add p.yaml >/dev/null
	taskrun -q -n p >/dev/null
	run_split taskrun -q -n p
	assert_json '.cached == 1'
	printf '#!/bin/sh\necho 2\n' >bin/prog
	run_split taskrun -n --explain-miss p
	assert_json '.result == 2'
	assert_err -l 'taskrun: params: not in the cache: the program of the task is another (execution 2)'
}

@test "cache: outputs go along, and stay when the first is removed" {
	define w '  workdir: true'
	echo '{"a":1}' | taskrun -q --job one w >/dev/null
	echo '{"a":1}' | taskrun -q --job two w >/dev/null
	ran 1
	taskstat artifact 1 f >first
	taskstat artifact 2 f | cmp - first
	taskctl gc --older 0s --job one >/dev/null
	taskstat artifact 2 f | cmp - first
	echo '{"a":1}' | taskrun -q --job three w >out
	ran 1
	taskctl gc --older 0s >/dev/null
	echo '{"a":1}' | taskrun -q --job three w >out
	ran 2
}

@test "cache: one that waits for its equal is cancelled, and paused, at once" {
	touch hold
	printf '%s\n' '{"a":1}' '{"a":1}' '{"a":1}' >in
	taskrun -q --job j -j 4 c in >out &
	wait_until 10 test -e pid-1
	held() { [[ $(taskstat -q --job j --status running --json | wc -l) == 3 ]]; }
	wait_until 10 held
	read -r a b <<<"$(taskstat -q --job j --json | jq -r 'select(.id != 1) | .id' | xargs)"
	taskctl cancel "$a" >/dev/null
	wait_until 10 is "$a" cancelled
	taskctl pause "$b" >/dev/null
	wait_until 10 is "$b" paused
	is 1 running
	rm hold
	wait_until 10 is 1 completed
	taskctl resume "$b" >/dev/null
	settle
	ran 1
	run_split jq -sc 'map(.status) | sort' out
	assert_out '["cancelled","completed","completed"]'
	run_split taskstat -q --job j
	assert_out -l 'completed  2'
	assert_out -l 'cancelled  1'
}

@test "cache: who waits for an equal goes back when the worker stops, or dies" {
	touch hold
	printf '%s\n' '{"a":1}' '{"a":1}' '{"a":2}' >in
	for signal in TERM KILL; do
		rm -f pid-*
		setsid taskrun -q --job j -j 4 c in >out 2>err &
		pid=$!
		wait_until 10 test -e pid-1
		kill -$signal $pid
		wait $pid || true
		[[ $signal != TERM ]] || [[ $(taskstat -q --job j --status queued --json | wc -l) == 3 ]]
	done
	rm hold ran
	run_split taskrun -q --job j c in
	assert_status 0
	ran 2
	run_split taskstat -q --job j
	assert_out -l 'completed  3'
	assert_err ''
}

@test "cache: coprocesses" {
	printf 'task_id: s\nservice_config:\n  command: [jq, -c, --unbuffered, "{id, result: .params.a}"]\n  stream: {window: 4}\n  cache: true\n' >s.yaml
	taskreg -q add s.yaml >/dev/null
	for i in 1 2; do
		seq 300 | jq -c '{a: (. % 100)}' | taskrun -q -j 2 s >out
		run_split jq -sc '[length, (map(.result) | unique | length), (map(select(.cached == null)) | length)]' out
		assert_out "[300,100,$((i == 1 ? 100 : 0))]"
	done
}

@test "cache: a result that is no expression is told when the task is added" {
	printf 'task_id: t\nservice_config: {command: ["true"], cache: {result: ".result |"}}\n' >t.yaml
	run_split taskreg add t.yaml
	assert_status 3
	assert_out ''
	assert_err -r "task 't': /service_config/cache/result: '.result \|' is not a jq expression"
}
