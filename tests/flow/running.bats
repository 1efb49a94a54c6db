# SPDX-License-Identifier: MIT
# How executions run: limits, signals, what they leave behind, and what is kept of them.
load ../helper

setup() {
	fresh
	unset CUDA_VISIBLE_DEVICES
	need jq sqlite3
}

teardown() {
	touch go # what still waits for it ends
	settle
	spotless
}

# task NAME COMMAND [LINE ...]: registers sh -c COMMAND with further lines of service_config
task() {
	local name=$1 command=$2

	shift 2
	{
		printf 'task_id: %s\nversion: "1"\nservice_config:\n' "$name"
		printf '  command: [sh, -c, %s]\n' "$(jq -n --arg c "$command" '$c')"
		(($# == 0)) || printf '  %s\n' "$@"
	} >"$name.yaml"
	taskreg -q add "$name.yaml" >/dev/null
}

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "running: a thread that cannot be started is told" {
	[[ $BUILD != *asan* && $BUILD != *tsan* ]] || skip "sanitizers need more address space"
	for command in "taskrun -q --lines -- true" "taskrun -q --detach --lines -- true" "taskwork -q"; do
		# a stack larger than all memory there may be
		run_split bash -c "ulimit -s 4194304; ulimit -v 2000000; exec $command" < <(seq 3)
		assert_status 5
		assert_out ''
		assert_err -r "^${command%% *}: cannot start a thread: "
	done
	[[ $(sql "SELECT count(*) FROM worker WHERE ended IS NULL") == 0 && -z $(ls "$TMPDIR") ]]
}

# none of ours, that is: others run the same test on this machine
tails_gone() {
	local pid

	for pid in $(pgrep -f '^tail /dev/zero$'); do
		if grep -qaF "$BATS_TEST_TMPDIR/" "/proc/$pid/environ"; then return 1; fi
	done
}

@test "running: more memory than it may have is class memory, and is tried again with more" {
	# without its limit it would end by itself, and be class engine
	task greedy 'ulimit -v 2000000; [ "$DOCKLINE_ATTEMPT" = 2 ] || exec tail /dev/zero' 'resources: {memory: 60M}' \
		'retry: {strategy: immediate, max_retries: 1, on: [memory]}'
	run_split timeout 30 taskrun -n greedy
	assert_status 0
	run_split taskstat 1
	assert_json '[.tries[].class] == ["memory", null]'
	assert_json '.tries[0] | .signal == 9 and (.reason | test("^used [0-9]+ MiB of memory, 60 MiB are its limit$"))'
	# nor may its children have it together, wherever they are
	task many 'ulimit -v 2000000; setsid tail /dev/zero & wait' 'resources: {memory: 60M}' 'retry: none'
	run_split timeout 30 taskrun -n many
	assert_status 1
	assert_json '.status == "failed" and .error.class == "memory" and .attempts == 1'
	wait_until 20 tails_gone
}

# in a session of its own, without a parent, and without an environment
escape='setsid sh -c "echo \$\$ >>escaped; exec sleep 100" & (setsid sh -c "echo \$\$ >>escaped; exec sleep 100" &)
	(setsid env -i PATH="$PATH" sh -c "echo \$\$ >>escaped; exec sleep 100" &)
	until [ "$(wc -l <escaped)" = 3 ]; do sleep 0.01; done'

# all that escaped are gone
escaped_gone() { for pid in $(cat escaped); do gone "$pid" || return; done; }

@test "running: what left its group, its session or its parent goes with it, and keeps nothing open" {
	: >escaped
	run_split timeout 20 taskrun -n -- sh -c "$escape; echo 1"
	assert_status 0
	assert_json '.result == 1'
	[[ $(wc -l <escaped) == 3 ]]
	wait_until 20 escaped_gone
	: >escaped
	run_split timeout 20 taskrun -n -- sh -c "$escape; exit 3"
	assert_json '.error.class == "engine"'
	wait_until 20 escaped_gone
	: >escaped
	task slow "$escape; exec sleep 100" 'timeout: 0.4' 'retry: none'
	run_split timeout 20 taskrun -n slow
	assert_json '.status == "timeout"'
	wait_until 20 escaped_gone
}

@test "running: who goes on writing after the end spoils nobody else's output" {
	printf '%s\n' a b c d e f >in
	run_split timeout 30 taskrun -j 1 --lines in -- sh -c 'cat >/dev/null
		case $1 in
		[ace]) setsid sh -c "echo >>written; while :; do echo junk; echo junk >&2; done" &
			until [ -s written ]; do :; done; rm written ;;
		esac
		echo 5' sh '{line}'
	assert_status 0
	assert_json -s 'map(select(.params.line | test("[bdf]")) | .result) == [5, 5, 5]'
	[[ -z $(ls "$TMPDIR") ]]
}

@test "running: what escaped from one that still runs is left alone" {
	printf '%s\n' short long >in
	timeout 20 taskrun -q -j 2 --lines in -- sh -c 'setsid sh -c "echo \$\$ >$1.pid; exec sleep 100" &
		until [ -s "$1.pid" ]; do sleep 0.01; done
		[ "$1" = short ] || until [ -e go ]; do sleep 0.02; done' sh '{line}' >ended &
	wait_until 10 test -s ended
	wait_until 20 eval 'gone $(cat short.pid)'
	refute gone "$(cat long.pid)"
	touch go
	settle
	[[ $(jq -r .status ended | sort | uniq -c | xargs) == "2 completed" ]]
	gone "$(cat long.pid)"
}

@test "running: who cannot be executed is told apart from who ends with 126 or 127" {
	printf '#!/no/such/interpreter\n' >bad
	printf '#!/bin/sh\nexit ${1-0}\n' >good
	chmod +x bad good
	printf '%s\n' '{"p":"./bad"}' '{"p":"./good","a":"126"}' '{"p":"./good","a":"127"}' '{"p":"./none"}' |
		jq -c '.a //= "0"' >in
	run_split taskrun -j 1 in -- '{p}' '{a}'
	assert_status 1
	assert_json -s 'sort_by(.id) | map(.error.class) == ["rejected", "engine", "engine", "rejected"]'
	assert_json -s 'sort_by(.id) | map(.error.reason) | .[1:3] == ["exit 126", "exit 127"] and
		(.[0] | test("^cannot run .*bad")) and (.[3] | test("^cannot run .*none"))'
}

@test "running: TERM at the soft limit, KILL at the hard one" {
	task soft 'trap "echo told >&2; exit 9" TERM; sleep 100 & wait' 'timeout: {soft: 0.2, hard: 50}' 'retry: none'
	task hard 'trap "echo told >&2" TERM; while :; do sleep 0.05; done' 'timeout: {soft: 0.2, hard: 0.6}' 'retry: none'
	run_split timeout 20 taskrun -n soft
	assert_json '.status == "timeout" and .error.stderr == "told\n" and .error.reason == "ran longer than 0.2 s"'
	run_split timeout 20 taskrun -n hard
	assert_json '.status == "timeout" and (.error.stderr | endswith("told\n"))'
	run_split taskstat 1 2
	assert_json -s 'map(.tries[0]) | .[0].exit_code == 9 and .[1].signal == 9'
	run_split sqlite3 .dockline/state.db 'SELECT ended - started >= 200000, ended - started >= 600000, ended - started < 5000000
		FROM attempt ORDER BY execution'
	assert_out $'1|0|1\n1|1|1'
}

# so many run at the same time, each with a name of its own: who comes last lets all go
together='touch "here.$DOCKLINE_EXECUTION"; i=0
	until [ "$(ls here.* | wc -l)" -ge WANTED ] || [ $((i = i + 1)) = 500 ]; do sleep 0.01; done
	echo "\"$CUDA_VISIBLE_DEVICES $(ls here.* | wc -l)\""'

@test "running: GPUs are shared out, whole ones and parts, by the names that were allotted" {
	task whole "${together/WANTED/2}" 'resources: {gpus: 1, cpus: 0.1}'
	task part "${together/WANTED/4}" 'resources: {gpus: 0.5, cpus: 0.1}'
	task pair "${together/WANTED/1}" 'resources: {gpus: 2, cpus: 0.1}'
	for n in 1 2; do echo "{\"n\":$n}"; done | taskrun -q -d --job whole whole >/dev/null
	timeout 20 taskwork -q -j 8 --gpus 2
	run_split taskstat --json --job whole
	assert_json -s 'map(.result) | sort == ["0 2", "1 2"]'
	rm here.*
	for n in 1 2 3 4; do echo "{\"n\":$n}"; done | taskrun -q -d --job part part >/dev/null
	CUDA_VISIBLE_DEVICES=GPU-a,GPU-b,GPU-c timeout 20 taskwork -q -j 8 --gpus 2
	run_split taskstat --json --job part
	assert_json -s 'map(.result) | sort == ["GPU-a 4", "GPU-a 4", "GPU-b 4", "GPU-b 4"]'
	rm here.*
	taskrun -q -d -n --job pair pair >/dev/null
	CUDA_VISIBLE_DEVICES=7,5 timeout 20 taskwork -q -j 8
	run_split taskstat --json --job pair
	assert_json '.result == "7,5 1"'
}

@test "running: a part of a GPU to give, and more than there are" {
	task part 'echo "\"$CUDA_VISIBLE_DEVICES\""' 'resources: {gpus: 0.5}'
	task whole 'echo "\"$CUDA_VISIBLE_DEVICES\""' 'resources: {gpus: 1}'
	for n in 1 2 3; do echo "{\"n\":$n}"; done | taskrun -q -d --job part part >/dev/null
	taskrun -q -d -n --job whole whole >/dev/null
	run_split timeout 20 taskwork --gpus 0.5
	assert_status 0
	assert_err 'taskwork: 3 attempts, 0 not well'
	run_split taskstat --json --job part
	assert_json '.status == "completed" and .result == "0"'
	CUDA_VISIBLE_DEVICES=3 run_split timeout 20 taskwork --gpus 2
	assert_status 2
	assert_err "taskwork: --gpus 2: CUDA_VISIBLE_DEVICES names 1"
	timeout 20 taskwork -q --gpus 1.5
	run_split taskstat --json --job whole
	assert_json '.result == "0"'
}

@test "running: pause stops all of it, resume lets all of it go on" {
	echo x | timeout 30 taskrun -q --lines -- sh -c 'count() { while [ ! -e go ]; do echo >>"$1"; sleep 0.01; done; }
		count inner & setsid sh -c "while [ ! -e go ]; do echo >>outer; sleep 0.01; done" & wait; echo 5' >ended &
	wait_until 10 test -s inner -a -s outer
	run_split taskctl pause 1
	assert_json '.status == "paused"'
	wait_until 20 rests
	run_split taskctl resume 1
	assert_json '.status == "running"'
	seen=$(cat inner | wc -l)
	wait_until 20 eval '(($(wc -l <inner) > seen))'
	seen=$(cat outer | wc -l)
	wait_until 20 eval '(($(wc -l <outer) > seen))'
	touch go
	settle
	[[ $(jq -c '[.status, .result, .attempts]' ended) == '["completed",5,1]' ]]
}

@test "running: what was paused hears that it is to end, in whatever session" {
	echo x | timeout 30 taskrun -q --lines -- sh -c 'trap : TERM
		setsid sh -c "trap \"echo >told; exit\" TERM; echo >there; while :; do sleep 0.02; done" &
		wait; wait' >ended &
	wait_until 10 test -s there
	run_split taskctl pause 1
	assert_json '.status == "paused"'
	run_split taskctl cancel 1
	assert_json '.status == "cancelled"'
	settle
	[[ -s told ]]
}

# nothing was counted for a tenth of a second
rests() {
	local before

	before=$(cat inner outer | wc -l)
	read -rt 0.1 <> <(:) || true
	[[ $(cat inner outer | wc -l) == "$before" ]]
}

@test "running: the work folder goes, however it ended; --keep keeps it" {
	task ends 'echo "$DOCKLINE_WORK" >>folders; mkdir -p "$DOCKLINE_WORK/a/b"; echo 1 >"$DOCKLINE_WORK/a/b/c"
		chmod 500 "$DOCKLINE_WORK/a/b"; eval "$(jq -r .how)"' 'workdir: true' 'timeout: 1' 'retry: none'
	printf '{"how":"%s"}\n' true 'exit 3' 'kill -9 $$' 'sleep 100' >in
	run_split taskrun -j 2 ends in
	assert_json -s 'sort_by(.id) | map(.error.class) == [null, "engine", "signal", "timeout"]'
	[[ $(wc -l <folders) == 4 ]]
	while read -r folder; do [[ ! -e $folder ]]; done <folders
	[[ -z $(ls "$TMPDIR") ]]
	run_split taskrun -j 2 --keep kept --job again ends in
	[[ $(cat kept/*/a/b/c | wc -l) == 4 && -z $(ls "$TMPDIR") ]]
	chmod -R u+w kept
}

@test "running: how far it says it is can be seen while it runs" {
	echo x | timeout 30 taskrun -q --lines -- sh -c 'echo "{\"progress\": 12.5, \"message\": \"reading\"}" >&$DOCKLINE_PROGRESS_FD
		echo "{\"progress\": 80}" >&3; echo nonsense >&3; echo "{\"progress\": 300}" >&3; until [ -e go ]; do sleep 0.01; done' >ended &
	wait_until 10 eval 'taskstat --json 1 | holds ".progress.percent == 80 and .progress.message == \"reading\""'
	touch go
	settle
	run_split taskstat --json 1
	assert_json '.status == "completed" and (has("progress") | not)'
}

@test "running: some classes are tried again less often than others, whatever went wrong between" {
	task slow 'case $DOCKLINE_ATTEMPT in 2) c=memory ;; *) c=timeout ;; esac
		echo "{\"error\": {\"class\": \"$c\", \"reason\": \"no\", \"retry\": true}}"' \
		'retry: {strategy: immediate, max_retries: 9, most: {timeout: 1}}'
	run_split timeout 30 taskrun -n slow
	assert_status 1
	run_split taskstat 1
	assert_json '[.tries[].class] == ["timeout", "memory", "timeout"] and .status == "timeout"'
	# who wants it tried again all the same has that, and once more
	run_split taskctl retry 1
	assert_status 0
	run_split timeout 30 taskwork --once
	run_split taskstat 1
	assert_json '[.tries[3:][].class] == ["timeout", "timeout"]'
	run_split taskreg check - <<<'{task_id: a, service_config: {command: [x], retry: {most: {disk: 1}}}}'
	assert_status 3
	assert_err -r "'most' knows the classes input, engine, .*, found 'disk'"
}

@test "running: what each try took is its own" {
	task uses '[ "$DOCKLINE_ATTEMPT" = 2 ] || {
		dd if=/dev/zero of=/dev/null bs=40M count=1 2>/dev/null
		i=0; while [ $((i = i + 1)) -lt 100000 ]; do :; done; exit 75; }' 'retry: {strategy: immediate, max_retries: 1}'
	run_split taskrun -n uses
	assert_status 0
	run_split taskstat 1
	assert_json '.tries | length == 2 and .[0].exit_code == 75 and .[0].user_time > 0.01
		and .[0].max_rss > 40e6 and .[1].max_rss < .[0].max_rss and .[1].user_time < .[0].user_time
		and all(.[]; .system_time >= 0)'
}
