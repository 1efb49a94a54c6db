# SPDX-License-Identifier: MIT
# Hooks of tasks and settings, and alerts of workers: programs that get a record.
load ../helper
load register

teardown() {
	settle
	spotless
}

# script NAME COMMAND: a program in this folder
script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

@test "hooks: before and after a try get its record, and the work folder is there before" {
	script stage 'cat >>before; echo "$DOCKLINE_HOOK $DOCKLINE_EXECUTION $DOCKLINE_ATTEMPT $DOCKLINE_JOB" >>vars; echo staged >"$DOCKLINE_WORK/in"'
	script done.sh 'cat >>after; echo "$DOCKLINE_HOOK $DOCKLINE_EXECUTION" >>vars'
	register work 'cat >params; jq -R . <"$DOCKLINE_WORK/in"' 'workdir: true' \
		"hooks: {before: [$PWD/stage], after: [$PWD/done.sh]}"
	run_split taskrun --job j work < <(lines 1)
	assert_status 0
	assert_err ''
	assert_json '.status == "completed" and .result == "staged" and .attempts == 1'
	holds '.type == "execution" and .id == 1 and .task == "work" and .job == "j" and .status == "preparing" and .params == {n: 1} and .attempts == 1' before
	[[ $(jq -cS . after) == "$(jq -cS . "$out")" ]]
	[[ $(<vars) == $'before 1 1 j\nafter 1' ]]
	[[ $(jq -c . params) == '{"n":1}' ]]
}

@test "hooks: a failing before is told by class, its last words, and the work is not begun" {
	script refuse 'echo working >&2; echo "no scratch space" >&2; exit $(jq .params.n)'
	register work 'touch begun' "hooks: {before: [$PWD/refuse]}" 'breaker: false' \
		'retry: {delay: 0, max_retries: 2}'
	run_split taskrun work < <(printf '{"n": %d}\n' 3 65 75)
	assert_status 1
	[[ ! -e begun ]]
	jq -es 'sort_by(.params.n) | map(.error.class) == ["rejected", "input", "rejected"]' "$out"
	jq -es 'sort_by(.params.n) | map(.attempts) == [1, 1, 3]' "$out"
	jq -es --arg p "$PWD/refuse" 'sort_by(.params.n) | .[0].error.reason == "hook \u0027before\u0027 (\($p)): exit 3: no scratch space"' "$out"
	run_split tasklog 1
	assert_out -r 'working'
	# one that is not there stops the task, as a program that is not there does
	register other true 'hooks: {before: [./none]}' 'breaker: {pause: 1ms}'
	run_split taskrun other < <(lines 10)
	assert_status 1
	assert_err -r "'other' failed 5 times in a row"
	assert_json '.error == null or .error.reason == "hook \u0027before\u0027: cannot run \u0027./none\u0027: no such program"'
}

@test "hooks: the time of a hook is limited, other slots go on meanwhile" {
	script hang 'test "$(jq .params.n)" != 1 || exec tail -f /dev/null'
	register work true "hooks: {before: [$PWD/hang]}"
	DOCKLINE_HOOKS_TIMEOUT=2 taskrun -q --job j -j 2 work < <(lines 6) >records 2>messages &
	run=$!
	wait_until 10 eval '(($(wc -l <records) >= 5))'
	[[ $(jq -s '.[:5] | all(.status == "completed")' records) == true ]]
	wait $run || status=$?
	[[ $status == 1 ]]
	jq -es '.[-1] | .params.n == 1 and .error.class == "rejected" and (.error.reason | test("ran longer than 2 s"))' records
}

@test "hooks: on_failure runs once, when it is for good, with the record that stands there" {
	script told 'cat >>failures; taskstat -q --json "$DOCKLINE_EXECUTION" >>seen'
	register bad 'test $(jq .n) != 3 || exit 0; exit 75' 'breaker: false' 'retry: {delay: 0, max_retries: 2}' \
		"hooks: {on_failure: [$PWD/told], after: [sh, -c, 'echo \$DOCKLINE_ATTEMPT >>tries']}"
	run_split taskrun bad < <(lines 3)
	assert_status 1
	[[ $(jq -s 'length' failures) == 2 ]]
	jq -es 'all(.status == "failed" and .attempts == 3 and .error.class == "engine" and .ended)' failures
	[[ $(jq -cS . failures | sort) == "$(jq -cS "del(.tries)" seen | sort)" ]]
	[[ $(sort tries | uniq -c | xargs) == '3 1 2 2 2 3' ]]
}

@test "hooks: of coprocesses, of what cannot be started, and of programs without a definition" {
	mkdir -p "$DOCKLINE_STATE"
	script told 'jq -c "[.task, .error.class]" >>told.out'
	printf 'hooks: {on_failure: %s, before: [sh, -c, "echo >>before"]}\n' "$PWD/told" >"$DOCKLINE_STATE/config.yaml"
	printf 'task_id: stream\nservice_config:\n  command: [jq, -c, --unbuffered, "{id, error: {class: \\"input\\", reason: \\"no\\"}}"]\n  stream: {window: 2}\n' >stream.yaml
	taskreg -q add stream.yaml >/dev/null
	taskrun -q stream < <(lines 3) >/dev/null || [[ $? == 1 ]]
	[[ $(sort -u told.out) == '["stream","input"]' && $(wc -l <told.out) == 3 ]]
	[[ ! -e before ]]
	rm told.out
	taskrun -q -- sh -c 'exit 4' < <(lines 2) >/dev/null || [[ $? == 1 ]]
	[[ $(jq -r '.[1]' told.out | xargs) == 'engine engine' && $(wc -l <before) == 2 ]]
	sed -i '/stream:/a\  hooks: {before: ["true"]}' stream.yaml
	run_split taskreg check stream.yaml
	assert_status 3
	assert_err -r "hooks/before.*stream"
}

@test "hooks: what a hook leaves behind is ended, and one that fails changes nothing" {
	register work true 'hooks: {after: [sh, -c, "setsid tail -f /dev/null & echo $! >left; echo oh >&2; exit 3"]}'
	run_split taskrun work < <(lines 1)
	assert_status 0
	assert_err "taskrun: execution 1: hook 'after' (sh): exit 3: oh"
	assert_json '.status == "completed"'
	wait_until 20 eval '! kill -0 "$(<left)"'
	register slow true 'hooks: {after: [tail, -f, /dev/null]}'
	DOCKLINE_HOOKS_TIMEOUT=0.2 run_split taskrun slow < <(lines 2)
	assert_status 0
	assert_err -l "taskrun: execution 3: hook 'after' (tail): ran longer than 200ms"
	register gone true 'hooks: {on_failure: [none], after: [none, at, all]}'
	run_split taskrun gone < <(lines 1)
	assert_status 0
	assert_err "taskrun: execution 4: hook 'after': cannot run 'none': no such program"
}

@test "hooks: a stopped worker ends them, and what was not begun is queued again" {
	register work 'touch begun' 'hooks: {before: [tail, -f, /dev/null]}'
	lines 1 | taskrun -q --detach --job j work >/dev/null
	taskwork -q --once &
	worker=$!
	wait_until 10 eval '[[ $(taskstat -q --json --job j | jq -r .status) == preparing ]] && pgrep -P $worker tail'
	kill -TERM $worker
	wait $worker || true
	run_split taskstat -q --json --job j
	assert_json '.status == "queued" and .attempts == 0'
	# and a person cancels it
	taskwork -q --once &
	worker=$!
	wait_until 10 pgrep -P $worker tail
	taskctl -q cancel --job j >/dev/null
	wait $worker
	run_split taskstat -q --json --job j
	assert_json '.status == "cancelled"'
	[[ ! -e begun ]]
}

@test "hooks: many of them are run a few at a time, and all of them" {
	register work true 'hooks: {after: [sh, -c, "echo >>ran"]}'
	run_split taskrun work < <(lines 300)
	assert_status 0
	[[ $(wc -l <ran) == 300 ]]
}

@test "alerts: a worker tells what is wrong, and runs the hook" {
	mkdir -p "$DOCKLINE_STATE"
	cat >"$DOCKLINE_STATE/config.yaml" <<-END
		alerts: {disk: 100%, hook: [sh, -c, "cat >heard.\$\$; echo \$DOCKLINE_HOOK >>kinds"]}
	END
	run_split taskwork --once
	assert_status 0
	assert_err -r 'taskwork: alert: disk: .* of disk are free where the state is, less than'
	holds '.type == "alert" and .alert == "disk" and .value < .limit' heard.*
	[[ $(<kinds) == alert ]]
	# it is told once, for as long as it lasts
	taskwork --forever 2>messages &
	worker=$!
	wait_until 10 eval '(($(wc -l <kinds) == 2))'
	lines 5 | taskrun -q --detach -- true >/dev/null
	wait_until 10 eval '[[ $(taskstat -q --json --status completed | wc -l) == 5 ]]'
	kill -TERM $worker
	wait $worker || true
	[[ $(grep -c alert: messages) == 1 && $(wc -l <kinds) == 2 ]]
	# a short run looks at nothing
	run_split taskrun -n -- true
	assert_err ''
}
