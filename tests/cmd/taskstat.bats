# SPDX-License-Identifier: MIT
load ../helper

started=()

teardown() {
	local pid

	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || true
	done
	spotless
}

# a worker, or anything else that must not survive the test; its pid is in $!
begin() {
	"$@" 3>&- &
	started+=($!)
}

# Job a: lines 1 to 5, the third fails.
job_a() {
	seq 5 | taskrun -q --job a --lines -- sh -c 'echo "n $1"; echo "e $1" >&2; test "$1" != 3' sh '{line}' \
		>/dev/null || (($? == 1))
}

# on_terminal COMMAND [COLUMNS]: with standard output on a terminal of 100 columns
on_terminal() {
	run_split env COLUMNS="${2:-100}" script -qec "$1" /dev/null
	output=$(tr -d '\r' <"$out")
	printf '%s\n' "$output" >"$out"
}

# Does the account in file $1 add up?
adds_up() {
	awk '$1 == "submitted" { n = $2 } $1 ~ /^(completed|failed|cancelled|skipped|waiting|running)$/ { n -= $2; seen++ }
		END { exit !(n == 0 && seen == 6) }' "$1"
}

@test "taskstat: what every program promises" {
	assert_front taskstat
}

@test "taskstat: the account of a job is a number a line" {
	job_a
	run_split taskstat --job a
	assert_status 0
	assert_err ''
	assert_out -l 'submitted  5'
	assert_out -l 'completed  4'
	assert_out -l 'failed     1  (engine 1)'
	((${#lines[@]} == 9))
	adds_up "$out"
	run_split taskstat --json
	assert_status 0
	assert_json '.type == "account" and .job == "a" and .generation == 1 and .failed_by == {engine: 1}
		and .submitted == 5 and .statuses == {completed: 4, failed: 1}'
	assert_json '.submitted == .completed + .failed + .cancelled + .skipped + .waiting + .running'
}

@test "taskstat: without operands the accounts of all jobs, newest first" {
	job_a
	echo '{}' | taskrun -q --job b -- true >/dev/null
	taskrun -q -n -- true >/dev/null
	run_split taskstat
	assert_status 0
	assert_err ''
	assert_json -s 'map(.job) == ["b", "a", null] and map(.submitted) == [1, 5, 1]'
	run_split taskstat --limit 1
	assert_json -s 'map(.job) == ["b"]'
	assert_err 'taskstat: 2 more: --limit shows them'
	on_terminal taskstat
	assert_out -r '^job  *task  *submitted  *completed  *failed'
	assert_out -r $'\na  *adhoc:[0-9a-f.]+  *5  *4  *1  *0  *0  *0  *0  '
	assert_out -r $'\n\(none\)  *1  *1 '
}

@test "taskstat: lists executions, all of them or where they stand" {
	job_a
	taskrun -q -n -- true >/dev/null
	run_split taskstat --list
	assert_status 0
	assert_json -s 'map(.id) == [1, 2, 3, 4, 5, 6]'
	run_split taskstat --job a --status failed --json
	assert_status 0
	assert_json -s 'map(.params.line) == ["3"] and .[0].error.class == "engine"'
	run_split taskstat --job a --json
	assert_status 0
	assert_json -s 'map(.id) == [1, 2, 3, 4, 5] and all(.type == "execution" and .job == "a")'
	run_split taskstat --job a --json --limit 2
	assert_json -s 'map(.id) == [1, 2]'
	assert_err 'taskstat: 3 more: --limit shows them'
	run_split taskstat --status SUCCESS --job a
	assert_json -s 'map(.id) == [1, 2, 4, 5]'
	run_split taskstat --status waiting
	assert_status 0
	assert_out ''
	assert_err 'taskstat: there are none'
	run_split taskstat --list --limit 2 --job a
	assert_json -s 'map(.id) == [1, 2]'
	assert_err 'taskstat: 3 more: --limit shows them'
	task=$(taskstat 6 | jq -r .task)
	run_split taskstat --task "$task"
	assert_json -s 'map(.id) == [6]'
	run_split taskstat --task nothing
	assert_status 2
	assert_err -r "^taskstat: no task 'nothing'; there are: "
}

@test "taskstat: lists a queue, a tag, and pages" {
	mkdir -p share/tasks
	printf 'task_id: fast\nservice_config: { command: ["true"], queue: quick }\n' >share/tasks/fast.yaml
	export DOCKLINE_SHARE=$PWD/share
	seq 6 | taskrun -q --job a --lines -- true >/dev/null
	seq 4 | jq -c '{n: .}' | taskrun -q --job b fast >/dev/null
	run_split taskstat --queue quick
	assert_status 0
	assert_json -s 'map(.id) == [7, 8, 9, 10]'
	run_split taskstat --queue quick --limit 2 --offset 1
	assert_json -s 'map(.id) == [8, 9]'
	assert_err 'taskstat: 1 more: --limit shows them'
	run_split taskstat --queue none
	assert_status 0
	assert_out ''
	assert_err 'taskstat: there are none'
	run_split taskstat --tag none
	assert_out ''
	run_split taskstat --list --offset 4 --limit 3
	assert_json -s 'map(.id) == [5, 6, 7]'
	assert_err 'taskstat: 3 more: --limit shows them'
	run_split taskstat --list --offset 10
	assert_out ''
	assert_err 'taskstat: there are no more'
	on_terminal 'taskstat --job a --list --offset 5'
	assert_out -r $'\n 6  completed '
	((${#lines[@]} == 2))
	run_split taskstat --offset 1
	assert_json -s 'map(.job) == ["a"]'
	run_split taskstat --offset 2
	assert_status 0
	assert_out ''
	assert_err ''
}

@test "taskstat: failed takes timeouts in, running what is prepared" {
	mkdir -p share/tasks
	cat >share/tasks/slow.yaml <<-'END'
		task_id: slow
		service_config: { command: [sleep, "60"], timeout: 0.2, retry: none }
	END
	DOCKLINE_SHARE=$PWD/share run_split taskrun -q -n --job s slow
	assert_status 1
	for word in failed timeout FAILURE; do
		run_split taskstat --job s --status $word
		assert_json '.status == "timeout"'
	done
	run_split taskstat --job s
	assert_out -l 'failed     1  (timeout 1)'
	adds_up "$out"
}

@test "taskstat: a table of 100 rows on a terminal, records without a limit elsewhere" {
	seq 250 | taskrun -q --detach --job many --lines -- true >/dev/null
	on_terminal 'taskstat --list'
	(($(wc -l <"$out") == 102))
	assert_out -r $'\n100  queued '
	assert_out -r '150 more: --limit shows them'
	on_terminal 'taskstat --list --limit 0'
	(($(wc -l <"$out") == 251))
	on_terminal 'taskstat --list --json'
	(($(wc -l <"$out") == 250))
	run_split taskstat --list
	((${#lines[@]} == 250))
	run_split taskstat --job many
	assert_out -l 'waiting    250'
	assert_err 'taskstat: 250 executions wait, and no worker is running: taskwork, or the same taskrun command again'
	run_split taskstat -q --job many
	assert_err ''
	taskctl -q pause --job many --status queued >/dev/null
	taskctl -q resume 7 >/dev/null
	run_split taskstat --job many
	assert_err 'taskstat: 1 execution waits, and no worker is running: taskwork, or the same taskrun command again'
	taskctl -q pause 7 >/dev/null
	run_split taskstat --job many
	assert_err ''
}

@test "taskstat: what does not fit on a terminal ends in two dots" {
	seq 2 | taskrun -q --job "a job whose name is long" --lines -- sh -c 'echo "why it fails, at length" >&2; exit 1' \
		>/dev/null || (($? == 1))
	on_terminal taskstat 80
	assert_out -r '^job  .*  waiting *\.\.'
	[[ $(grep -c '\.\.$' "$out") == 2 ]]
	run ! grep -E '.{81}' "$out"
	on_terminal 'taskstat --list' 80
	assert_out -r $'\n 1  failed      1  a job .*\.\.  .*  engine: exit.*\.\.\n'
	run ! grep -E '.{81}' "$out"
	on_terminal 'taskstat 1' 80
	assert_out -r $'\nerror       \{"class":"engine",.{48}\.\.\n'
	on_terminal 'taskstat 1' 300
	assert_out -r $'\nerror       \{"class":"engine","reason":"exit 1: why it fails, at length",'
	run ! grep -F .. "$out"
}

@test "taskstat: one execution in full" {
	job_a
	run_split taskstat 3
	assert_status 0
	assert_json '.id == 3 and .attempts == 1 and (.tries | length) == 1'
	assert_json '.tries[0] | .number == 1 and .exit_code == 1 and .class == "engine" and .stderr == "e 3\n"
		and .max_rss > 0 and .user_time >= 0 and (.host | length > 0)'
	run_split taskstat 3 77 1
	assert_status 1
	assert_err 'taskstat: no execution 77'
	assert_json -s 'map(.id) == [3, 1]'
	on_terminal 'taskstat 3'
	assert_out -r $'\nstatus  *failed\n'
	assert_out -r $'\n    e 3'
	printf '%s\n' '{"type":"x","id":2}' '' 4 >ids
	run_split taskstat - <ids
	assert_status 0
	assert_json -s 'map(.id) == [2, 4]'
	run_split taskstat - <<<'{"key":"none"}'
	assert_status 3
	assert_err -r "standard input:1: the record has no 'id'"
}

@test "taskstat: stderr that is no text is still told" {
	run_split taskrun -q -n -- sh -c 'printf "a\344\000b\n" >&2; exit 1'
	run_split taskstat 1
	assert_status 0
	assert_json '.tries[0].stderr == "a\\xe4\\x00b\n"'
}

@test "taskstat: wrong usage, no state, no job" {
	run_split taskstat
	assert_status 4
	assert_err -r "^taskstat: no state directory '.*': nothing was submitted yet\$"
	job_a
	run_split taskstat --job nothing
	assert_status 2
	assert_err "taskstat: no job 'nothing'"
	run_split taskstat --job a --generation 2
	assert_status 2
	assert_err "taskstat: no generation 2 of job 'a': the newest is 1"
	run_split taskstat --status lost
	assert_status 2
	assert_err "taskstat: no status 'lost'; there are: submitted, scheduled, blocked, held, queued, preparing, running, retrying, paused, completed, failed, timeout, cancelled, skipped, waiting"
	for wrong in 'a' '0' '--list 1' '--job a 1' '--script' '--script 1 2' '--generation 1' \
		'--job a --limit 3' '--job a --offset 1' '--offset -1' '--limit -1' '--script --json 1' '--queue q 1' '--tag t 1' \
		'--workers --job a' '--workers --list' '--workers 1' '--workers --script 1' '--job a --list --script 1'; do
		# shellcheck disable=SC2086 # words
		run_split taskstat $wrong
		assert_status 2
		assert_out ''
	done
	run_split taskstat --org other
	assert_status 0
	assert_out ''
	assert_err "taskstat: org 'other' has submitted nothing yet"
	run_split taskstat --org other 1
	assert_status 1
}

@test "taskstat: --cluster where nothing ever went to one" {
	taskrun -q -n --job a -- true >/dev/null
	run_split taskstat --cluster
	assert_status 0
	assert_out ''
	assert_err 'taskstat: nothing was ever sent to a cluster'
	run_split taskstat --cluster --job a
	assert_status 2
	assert_err -r '^taskstat: --cluster does not take --job'
}

@test "taskstat: --workers tells who works on what, and who died" {
	seq 3 | taskrun -q --detach --job w --lines -- sh -c 'echo $1 >>ran; while [ -e hold ]; do env sleep 0.01; done' sh '{line}' >/dev/null
	touch hold
	run_split taskstat --workers
	assert_status 0
	assert_out ''
	assert_err 'taskstat: no worker is running'
	begin taskwork -q -j 2 --memory 3G --limit licence=2 --for 1h --job w
	first=$!
	wait_until 20 grep -q . ran
	begin taskwork -q -j 1 --queue none --forever
	second=$!
	begun() { taskstat --workers | jq -es 'length == 2 and .[0].running == 2'; }
	wait_until 20 begun
	run_split taskstat --workers
	assert_status 0
	assert_err ''
	assert_json '.type == "worker" and .status == "alive" and (.host | length) > 0 and .done == 0'
	assert_json -s '.[0] | .job == "w" and .room.cpus == 2 and .room.memory == 3221225472
		and .room.limits == {licence: 2} and .claimed == 0 and (.ends > .started)'
	assert_json -s '.[1] | .job == null and .ends == null and .running == 0 and .room.queues == ["none"]'
	[[ $(jq -s 'map(.pid) == ['$first,$second']' "$out") == true ]]
	run_split taskstat --workers --limit 1
	assert_json -s 'map(.job) == ["w"]'
	assert_err 'taskstat: 1 more: --limit shows them'
	kill -9 $first
	wait $first || true
	on_terminal 'taskstat --workers' 200
	assert_out -r 'worker +host +pid +works on +running +claimed +done +since +heartbeat +ends +cpus +memory +gpus +limits'
	assert_out -r "$first  w +2 +0 +0 +[0-9.]+m?s ago +dead +(1h00m|59m[0-9]+s) +2 +3G +0 +licence 2"
	assert_out -r "$second  \\(all\\) +0 +0 +0 "
	rm hold
	kill $second
	wait $second || true
}

# submit executions as taskrun would with these arguments and a line each; nobody works
put() { taskrun -q --detach --lines "$@" -- sh -c 'while [ -e hold ]; do env sleep 0.01; done; test "$1" != bad' sh '{line}' >/dev/null; }

# the answer about execution $1 is $2, and its reason $3
why() {
	run_split taskstat why "$1"
	assert_status 0
	assert_err ''
	assert_out -r "^$1: $2\$"
	run_split taskstat why --json "$1"
	assert_json ".type == \"why\" and .id == $1 and .reason == \"$3\" and (.text | length) > 0"
}

@test "taskstat why: what waits for others, its time or a person" {
	time='20[0-9-]+T[0-9:]+Z'
	seq 5 | put --job a
	seq 2 | put --job b --after 1 --after 2:any --after 3:fail --after 4
	seq 1 | put --job c --not-before +2h
	seq 1 | put --job d --hold
	why 6 'waits for 4 executions: 1 \(queued\), 2 \(queued, to end\), 3 \(queued, to fail\) and 1 more' blocked
	assert_json '.awaits == 4 and .upon[2] == {id: 3, status: "queued", when: "fail"} and .job == "b"'
	why 8 "is scheduled for $time \\(in [12]h[0-9]+m\\)" scheduled
	assert_json '.until > "2026"'
	why 9 'is held for approval: taskctl approve 9' held
	why 1 "no worker is running: taskwork --job 'a' starts one" no_worker
	run_split taskstat why 8 77 9
	assert_status 1
	assert_err 'taskstat: no execution 77'
	((${#lines[@]} == 2))
	run_split taskstat why - <<<'{"type":"execution","id":9}'
	assert_out '9: is held for approval: taskctl approve 9'
	run_split taskstat why
	assert_status 2
	run_split taskstat why 1 --job a
	assert_status 2
	run_split taskstat why x
	assert_status 2
}

@test "taskstat why: what is queued, and what nobody can or may take" {
	seq 3 | put --job a
	seq 2 | put --job b --priority high
	seq 1 | put --job c --queue gpu
	mkdir -p share/tasks
	cat >share/tasks/big.yaml <<-'END'
		task_id: big
		service_config: { command: ["true"], resources: { cpus: 64, memory: 900G }, limits: { licence: 2 } }
	END
	DOCKLINE_SHARE=$PWD/share taskrun -q --detach -n --job d big >/dev/null
	why 7 "no worker is running: taskwork --job 'd' --limit licence=2 starts one" no_worker
	touch hold
	begin taskwork -q -j 1 --queue default --forever
	worker=$!
	begun() { taskstat --workers | jq -es '.[0].running == 1'; }
	wait_until 20 begun
	why 5 'is next in the queue \(its own is high\); 1 worker serves it' queue
	why 1 'waits behind 1 of higher priority; 1 worker serves it' queue
	why 3 'waits behind 3, 1 of them of higher priority; 1 worker serves it' queue
	assert_json '.higher == 1 and .before == 2 and .workers == 1'
	why 6 "no worker serves queue 'gpu' and job 'c': taskwork --job 'c' starts one" no_worker
	why 7 "needs 64 cores, 900G of memory, 2 of limit 'licence': more than the worker has \\(taskstat --workers\\)" no_room
	assert_json '.needs.limits.licence == 2'
	why 4 "runs on [^ ]+ \\(worker 1, pid $worker\\) since 20[0-9-]+T[0-9:]+Z \\([0-9.]+m?s ago\\)" running
	sqlite3 "$DOCKLINE_STATE/state.db" "INSERT INTO pause VALUES ('$(id -un)', 'job', 'a', 'ada', 0),
		('$(id -un)', 'all', '', 'bob', 1)"
	why 1 'everything is paused by bob since 1970-01-01T00:00:00Z \([0-9]+d[0-9]+h ago\), and 1 more pause' resting
	sqlite3 "$DOCKLINE_STATE/state.db" "DELETE FROM pause WHERE kind = 'all'"
	why 1 "job 'a' is paused by ada since 1970-01-01T00:00:00Z \\([0-9]+d[0-9]+h ago\\)" resting
	sqlite3 "$DOCKLINE_STATE/state.db" "DELETE FROM pause; INSERT INTO task_state (task, breaker, failures, opened, cause)
		SELECT id, 'open', 5, 0, 'engine: exit 1: oh' FROM task WHERE name LIKE 'adhoc:%'"
	why 1 "task 'adhoc:[0-9a-f]+' rests after 5 failures in a row \\(exit 1: oh\\): one is tried 1970-01-01T00:01:00Z .*" breaker
	kill -9 $worker
	wait $worker || true
	why 4 "runs on [^ ]+ \\(worker 1, pid [0-9]+\\), which died: the next worker takes it over since .*" running
}

@test "taskstat why: how it ended, and when it is tried again" {
	seq 2 | put --job a
	echo bad | put --job a
	taskwork -q
	why 1 'completed 20[0-9-]+T[0-9:]+Z \([0-9.]+m?s ago\), ran for [0-9.]+m?s' ended
	why 3 'failed 20[0-9-]+T[0-9:]+Z \([0-9.]+m?s ago\), ran for [0-9.]+m?s: engine: exit 1' ended
	assert_json '.status == "failed" and .class == "engine" and .attempts == 1'
	run_split taskstat why 1 2 3
	((${#lines[@]} == 3))
	mkdir -p share/tasks
	cat >share/tasks/again.yaml <<-'END'
		task_id: again
		service_config: { command: [sh, -c, 'exit 75'], retry: { delay: 1h } }
	END
	DOCKLINE_SHARE=$PWD/share taskrun -q --detach -n again >/dev/null
	taskwork -q --once
	why 4 'failed 1 time, is tried again 20[0-9-]+T[0-9:]+Z \(in [0-9]+[hm].*\): engine: exit 75' retrying
}

@test "taskstat: --dead groups what failed by its cause" {
	printf '%s\n' 'atom 12 of lig_1 is odd' 'atom 7 of lig_22 is odd' 'no box' 'atom 3 of lig_3 is odd' ok |
		taskrun -q --job d --lines -- sh -c 'test "$1" = ok || { echo "$1" >&2; exit 1; }' sh '{line}' >/dev/null || (($? == 1))
	printf '%s\n' 'no box' | taskrun -q --job e --lines -- sh -c 'echo "$1" >&2; exit 1' sh '{line}' >/dev/null || (($? == 1))
	run_split taskstat --dead
	assert_status 0
	assert_err ''
	assert_json -s 'map(.count) == [3, 2] and map(.example) == [4, 6] and map(.class) == ["engine", "engine"]'
	assert_json '.type == "cause" and (.id | test("^[0-9a-f]{8}$")) and .first <= .last'
	assert_json -s '.[0].cause == "exit 1: atom # of NAME is odd" and .[0].reason == "exit 1: atom 3 of lig_3 is odd"'
	run_split taskstat --dead --job d --limit 1
	assert_json -s 'map(.count) == [3]'
	assert_err 'taskstat: 1 more: --limit shows them'
	run_split taskstat --dead --job d --offset 1
	assert_json -s 'map(.count) == [1]'
	on_terminal 'taskstat --dead' 120
	assert_out -r $'^count  cause     class   example  first +last +reason\n    3  [0-9a-f]{8}  engine        4  20'
	assert_out -r 'exit 1: no box'
	run_split taskstat --dead --task dock-vina
	assert_status 0
	assert_out ''
	assert_err 'taskstat: nothing failed'
	run_split taskstat --dead --task nothing
	assert_status 2
	run_split taskstat --dead --status failed
	assert_status 2
}

@test "taskstat: --stats tells how long, how fast and with what" {
	mkdir -p share/tasks
	cat >share/tasks/spin.yaml <<-'END'
		task_id: spin
		service_config: { command: [sh, -c, 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; test $0 != 3', '{n}'],
		  resources: { cpus: 2, memory: 3G }, timeout: 30m }
	END
	export DOCKLINE_SHARE=$PWD/share
	seq 5 | jq -c '{n: .}' | taskrun -q -j 2 --job s spin >/dev/null || (($? == 1))
	seq 2 | taskrun -q --job t --lines -- true >/dev/null
	run_split taskstat --stats --job s
	assert_status 0
	assert_err ''
	assert_json '.type == "statistics" and .task == "spin" and .executions == 5 and .completed == 4 and .failed == 1
		and .looked == null and .wait.p50 >= 0 and .run.p50 > 0 and .run.p50 <= .run.p95 and .run.p99 <= .run.max
		and .per_minute.lately > 0 and .per_minute.overall > 0 and .efficiency > 0 and .efficiency <= 1
		and .requested == {cpus: 2, memory: 3221225472, timeout: 1800} and .suggested.timeout == 60
		and .suggested.memory < 100000000 and .memory.max > 100000'
	run_split taskstat --stats
	assert_json -s 'map(.executions) == [5, 2] and map(.task == "spin") == [true, false]'
	run_split taskstat --stats --limit 1
	assert_json -s 'length == 1'
	assert_err 'taskstat: 1 more: --limit shows them'
	run_split taskstat --stats --task spin
	assert_json -s 'map(.executions) == [5]'
	on_terminal 'taskstat --stats --job s'
	assert_out -l 'task        spin 1'
	assert_out -l 'executions  5: 4 completed, 1 failed'
	assert_out -r $'\nended       [0-9.]+ a minute lately, [0-9.]+ overall\n +p50 +p95 +p99 +max +mean\nwaited +[0-9.]+m?s '
	assert_out -r 'used        2 cores asked for, [0-9]+% of that busy; 3G of memory, at most [0-9]+% of that used'
	assert_out -r 'next time   resources: \{cpus: (0\.[0-9]|1), memory: [0-9]+M\}, timeout: 1m'
	sed 's/spin/idle/' share/tasks/spin.yaml >share/tasks/idle.yaml
	run_split taskstat --stats --task idle
	assert_status 0
	assert_err 'taskstat: there are none'
	run_split taskstat --stats --status failed
	assert_status 2
}

@test "taskstat: --prometheus writes metrics that promtool takes" {
	seq 3 | put --job "$(printf 'a "quoted"\\ \nname')" --queue gpu
	job_a
	task=$(taskstat 4 | jq -r .task)
	sqlite3 "$DOCKLINE_STATE/state.db" "INSERT OR REPLACE INTO task_state (task, breaker, history) SELECT id, 'open',
		cast('{\"elapsed\":[3,2,44,1,1],\"cpu\":[2.5,2,40,1,1],\"memory\":[]}' AS BLOB) FROM task WHERE name = '$task'"
	run_split taskstat --prometheus dockline.prom
	assert_status 0
	assert_out ''
	assert_err ''
	run_split cat dockline.prom
	org=$(id -un)
	assert_out -l "dockline_executions{org=\"$org\",job=\"a\",task=\"adhoc\",status=\"failed\",class=\"engine\"} 1"
	assert_out -l "dockline_executions{org=\"$org\",job=\"a \\\"quoted\\\"\\\\ \\nname\",task=\"adhoc\",status=\"queued\",class=\"\"} 3"
	assert_out -l "dockline_queued_executions{org=\"$org\",queue=\"gpu\"} 3"
	assert_out -l "dockline_queued_executions{org=\"$org\",queue=\"default\"} 0"
	assert_out -r "dockline_queue_oldest_seconds\\{org=\"$org\",queue=\"gpu\"\\} [0-9]+\\.[0-9]+"
	assert_out -l "dockline_breaker_open{org=\"$org\",task=\"$task\",version=\"1\"} 1"
	assert_out -l "dockline_run_seconds_count{org=\"$org\",task=\"$task\",version=\"1\"} 2"
	assert_out -l "dockline_cpu_seconds_total{org=\"$org\",task=\"$task\",version=\"1\"} 2.5"
	assert_out -l "dockline_workers{org=\"$org\",status=\"alive\"} 0"
	assert_out -l "dockline_attempts_total{org=\"$org\"} 5"
	assert_out -r "dockline_file_bytes\\{org=\"$org\",file=\"state.db\"\\} [1-9][0-9]+"
	[[ $(grep -c '^# TYPE' "$out") == $(grep -c '^# HELP' "$out") ]]
	run_split taskstat --prometheus -
	assert_status 0
	assert_out -l '# TYPE dockline_executions gauge'
	run_split taskstat --prometheus nowhere/x
	assert_status 5
	run_split taskstat --prometheus x --job a
	assert_status 2
	type -P promtool >/dev/null || skip "promtool, of Debian's prometheus, is not there to judge the file"
	run_split promtool check metrics <dockline.prom
	assert_status 0
	assert_err ''
}

@test "taskstat why: a rate limit" {
	mkdir -p share/tasks
	printf 'task_id: seldom\nservice_config: { command: ["true"], rate: 1/h }\n' >share/tasks/seldom.yaml
	export DOCKLINE_SHARE=$PWD/share
	seq 2 | jq -c '{n: .}' | taskrun -q --detach --job r seldom >/dev/null
	begin taskwork -q --forever
	first_is_done() { [[ $(taskstat 1 | jq -r .status) == completed ]]; }
	wait_until 20 first_is_done
	why 2 "task 'seldom' is begun at most 1 times in 3600s: the next 20[0-9-]+T[0-9:]+Z \\(in [0-9hm]+s?\\)" rate
}

@test "taskstat: --alerts finds what is wrong and tells the hook" {
	seq 2 | put --job q
	run_split taskstat --alerts
	assert_status 2
	assert_err 'taskstat: no threshold is set: alerts in config.yaml'
	export DOCKLINE_ALERTS_HOOK='[sh, -c, "cat >>heard"]'
	cat >"$DOCKLINE_STATE/config.yaml" <<-'END'
		alerts: { queue_stuck: 1h, failure_rate: 20%, memory: 1, disk: 1 }
	END
	run_split taskstat --alerts
	assert_status 0
	assert_out ''
	assert_err ''
	[[ ! -e heard ]]
	DOCKLINE_ALERTS_MEMORY=100% DOCKLINE_ALERTS_DISK=100% run_split taskstat --alerts
	assert_status 1
	assert_json -s 'map(.alert) == ["memory", "disk"]'
	assert_json '.type == "alert" and .value < .limit and .limit == .total and (.text | test("^[0-9.]+[KMGT] of "))
		and (.host | length) > 0 and (.state | startswith("/"))'
	diff heard "$out"
	sqlite3 "$DOCKLINE_STATE/state.db" "UPDATE execution SET created = created - 7200000000;
		UPDATE event SET time = time - 7200000000"
	on_terminal 'taskstat --alerts'
	assert_status 1
	assert_out 'queue_stuck: 2 executions are queued and none was begun for 1h00m'
	sqlite3 "$DOCKLINE_STATE/state.db" "INSERT INTO pause VALUES ('$(id -un)', 'job', 'q', 'ada', 0)"
	run_split taskstat --alerts
	assert_status 0
	DOCKLINE_ALERTS_HOOK='[sh, -c, "echo oh >&2; exit 3"]' DOCKLINE_ALERTS_DISK=100% run_split taskstat --alerts
	assert_status 1
	assert_err "taskstat: alerts.hook 'sh': exit 3: oh"
}

@test "taskstat: --alerts when too much fails of what ended" {
	export DOCKLINE_ALERTS_FAILURE_RATE=20%
	seq 9 | taskrun -q --lines -- sh -c 'test "$1" -gt 3' sh '{line}' >/dev/null || (($? == 1))
	run_split taskstat --alerts
	assert_status 0
	seq 1 | taskrun -q --lines -- true >/dev/null
	run_split taskstat --alerts
	assert_status 1
	assert_json '.alert == "failure_rate" and .value == 0.3 and .limit == 0.2 and .ended == 10 and .failed == 3'
	seq 100 | taskrun -q --lines -- true >/dev/null
	run_split taskstat --alerts
	assert_status 0
}

@test "taskstat: --trace writes a timeline of slots that do not overlap" {
	seq 12 | taskrun -q -j 2 --job t --lines -- sh -c 'test "$1" != 5' sh '{line}' >/dev/null || (($? == 1))
	touch hold
	seq 1 | put --job t2
	begin taskwork -q --job t2
	wait_until 20 eval 'taskstat --workers | grep -q "\"running\":1"'
	run_split taskstat --job t --trace t.json
	assert_status 0
	assert_out ''
	assert_err ''
	run_split jq -c . t.json
	assert_json 'map(select(.ph == "X")) | length == 12'
	assert_json 'map(select(.ph == "M")) | (map(.name) | unique) == ["process_name", "thread_name"]'
	assert_json '.[0].args.name | test("^[^ ]+, worker 1 \\(pid [0-9]+\\)$")'
	assert_json 'map(select(.ph == "X")) | (map(.ts) | min) == 0 and all(.[]; .dur > 0 and .pid == 1)
		and (map(.args.id) | sort) == [range(1; 13)] and all(.[]; .args.waited >= 0 and .args.attempt == 1)'
	assert_json 'map(select(.cat == "engine")) | map(.args | [.id, .class, .status]) == [[5, "engine", "failed"]]'
	assert_json '[map(select(.ph == "X")) | group_by(.tid)[] | sort_by(.ts) | [range(1; length) as $i
		| .[$i].ts >= .[$i - 1].ts + .[$i - 1].dur]] | flatten | all'
	assert_json '(map(.tid) | max) <= 3'
	run_split taskstat --trace - --job t2
	assert_status 0
	assert_json 'map(select(.ph == "X")) | map(.cat) == ["running"]'
	run_split taskstat --trace x --status queued
	assert_status 0
	assert_err 'taskstat: nothing has run yet'
	[[ $(cat x) == '[]' ]]
	run_split taskstat --trace nowhere/x
	assert_status 5
	run_split taskstat --trace x --limit 3
	assert_status 2
	rm hold
}

# watch COMMAND: on a terminal of 24 lines and 100 columns, whose keys come from descriptor 5; what it
# shows goes into `shown`, its name into `terminal`. drawn PATTERN: was there such a line?
watch() {
	mkfifo keys
	exec 5<>keys
	script -qefc "tty >terminal; stty rows 24 cols 100; $1; echo \"ended \$?\"; stty -a" shown \
		<keys >/dev/null 3>&- 5>&- &
	started+=($!)
}
drawn() { sed '/^Script /d; s/\x1b\[H/\n/g; s/\x1b\[?[0-9]*[hl]//g; s/\x1b\[[KJ]//g' shown | tr -d '\r' | grep -qE "$1"; }

# the program is over with this status, and the terminal is as it was
gave_back() {
	wait_until 20 drawn "ended $1\$"
	wait_until 20 drawn '^isig icanon '
	wait_until 20 drawn ' ixon '
	[[ $(tail -c 3000 shown) == *$'\e[?7h\e[?25h\e[?1049l'*"ended $1"* ]]
}

@test "taskstat: --watch draws jobs, workers and failures until q" {
	touch hold
	seq 3 | put --job w
	taskrun -q --job f --lines -- sh -c 'echo no box >&2; exit 1' <<<x >/dev/null || (($? == 1))
	watch 'taskstat --watch 0.1'
	wait_until 20 drawn '^20[0-9T:-]+Z  .*/\.dockline  .*  \(q ends\)$'
	wait_until 20 drawn '^job +submitted +ended +failed +waiting +running +rate +left$'
	wait_until 20 drawn '^w +3 +0 +0% +0 +3 +0 +- +-$'
	wait_until 20 drawn '^no worker is running$'
	wait_until 20 drawn '^[0-9:]{8}  4  f  [0-9a-f]+  engine: .*no box'
	begin taskwork -q -j 1
	wait_until 20 drawn '^w +3 +0 +0% +0 +2 +1 +- +-$'
	wait_until 20 drawn '^ +[0-9]+  [^ ]+ +[0-9]+  \(all\) +1 '
	rm hold
	wait_until 20 drawn '^w +3 +3 +100% +0 +0 +0 +[0-9.]+/(s|min) +done$'
	refute drawn '.{101}'
	printf q >&5
	gave_back 0
}

@test "taskstat: --watch of a job shows nothing else, and fits when the terminal changes" {
	seq 3 | put --job w
	seq 3 | put --job other
	taskrun -q --job f --lines -- sh -c 'echo no box >&2; exit 1' <<<x >/dev/null || (($? == 1))
	watch 'taskstat --watch --job w'
	wait_until 20 drawn '^w +3 '
	wait_until 20 drawn '^no worker is running$'
	refute drawn '^other |no box'
	stty -F "$(cat terminal)" rows 4 cols 30
	wait_until 20 drawn '^w +3 .*\.\.$'
	printf '\003' >&5
	gave_back 0
	frame=$(tr '\n' '\1' <shown | sed 's/.*\x1b\[H//; s/\x1b\[J.*//' | tr '\1' '\n')
	(($(wc -l <<<"$frame") == 4))
	[[ $frame != *worker* ]]
}

@test "taskstat: --watch gives the terminal back when a signal ends it" {
	seq 3 | put --job w
	watch "sh -c 'echo \$\$ >pid; exec taskstat --watch'"
	wait_until 20 drawn '^w +3 '
	kill "$(cat pid)"
	gave_back 143
}

@test "taskstat: --watch writes lines where there is no terminal" {
	seq 3 | put --job w
	taskstat --watch 0.1 >seen 3>&- &
	started+=($!)
	lines_are() { (($(wc -l <seen) >= $1)); }
	wait_until 20 lines_are 2
	taskwork -q
	wait_until 20 grep -qE '^20[0-9-]+T[0-9:]+Z  3/3 ended, 0 failed, 0 waiting, 0 running, [0-9.]+/s, [01] workers?$' seen
	[[ $(head -n 1 seen) =~ ^20[0-9T:-]+Z\ \ 0/3\ ended,\ 0\ failed,\ 3\ waiting,\ 0\ running,\ 0\.00/s,\ 0\ workers$ ]]
	for wrong in '--watch x' '--watch 0' '--watch 1 2' '--watch --json' '--watch --workers'; do
		# shellcheck disable=SC2086 # words
		run_split taskstat $wrong
		assert_status 2
	done
	run_split taskstat --watch --job nothing
	assert_status 2
	taskstat --watch 0.1 2>said | head -n 1 >one || true
	(($(wc -l <one) == 1))
	[[ ! -s said ]]
}

@test "taskstat: a table is as long as list.limit says" {
	seq 8 | put --job l
	DOCKLINE_LIST_LIMIT=5 on_terminal 'taskstat --list'
	(($(wc -l <"$out") == 7))
	assert_out -r '3 more: --limit shows them'
	DOCKLINE_LIST_LIMIT=5 run_split taskstat --list
	((${#lines[@]} == 8))
}

@test "taskstat: older generations of a job" {
	echo 1 >in.json
	mkdir -p share/tasks
	cat >share/tasks/give.yaml <<-'END'
		task_id: give
		interface_spec:
		  openapi: 3.0.3
		  info: { title: give, version: "1" }
		  paths: { /: { post: { responses: {default: {description: any}}, requestBody: { content: { application/json: { schema:
		    { type: object, properties: { in: { type: string, format: path } } } } } } } } }
		service_config: { command: [cat] }
	END
	export DOCKLINE_SHARE=$PWD/share
	taskrun -q -n --job g --set in=in.json give >/dev/null
	echo 2 >in.json
	taskrun -q -n --job g --set in=in.json --new-inputs give >/dev/null
	run_split taskstat --job g
	assert_out -l 'generation  2'
	assert_out -l 'submitted  1'
	run_split taskstat --job g --generation 1 --list
	assert_json -s 'map(.id) == [1]'
	run_split taskstat --job g --list
	assert_json -s 'map(.id) == [2] and .[0].generation == 2'
}

# the script of execution $1 writes what the execution wrote
repeats() {
	run_split taskstat --script "$1"
	assert_status 0
	assert_err ''
	cp "$out" again
	taskstat "$1" | jq -rj '.result.stdout // (.result | tojson)' >want
	(cd / && env -u DOCKLINE_STATE sh "$OLDPWD/again") >got
	diff want got
}

@test "taskstat: --script repeats an attempt, whatever its parameters hold" {
	jq -cn '{t: "it'\''s $HOME `x` \\ \"q\"\nEND_OF_PARAMETERS\n* {a} é", a: ["x y", ""], n: 1.5, b: null}' >in
	show='cat; for a; do printf "<%s>" "$a"; done; pwd; echo "$DOCKLINE_EXECUTION/$DOCKLINE_ATTEMPT/$DOCKLINE_JOB/$DOCKLINE_ORG"'
	taskrun -q --job "it's" in -- sh -c "$show" 'my sh' '{t}' '{a}' '-{n}-' '' '{b}' '{zzz}' >/dev/null
	repeats 1
	taskrun -q in -- sh -c "$show" sh '{t}' >/dev/null
	DOCKLINE_JOB=other repeats 2
	printf '%s\n' "a 'line' \$x" | taskrun -q --lines -- sh -c "$show" sh '{line}' >/dev/null
	repeats 3
	shellcheck -s sh again 2>/dev/null || ! type -P shellcheck
	run_split taskstat --script 9
	assert_status 1
	assert_err 'taskstat: no execution 9'
}

@test "taskstat: --script makes a work folder and keeps the time limit" {
	mkdir -p share/tasks
	cat >share/tasks/work.yaml <<-'END'
		task_id: work
		service_config:
		  command: [sh, -c, 'cd "$DOCKLINE_WORK" && pwd >&2 && cat >x && cat x']
		  workdir: true
		  timeout: { soft: 1h, hard: 61m }
	END
	echo '{"a":"b c"}' | DOCKLINE_SHARE=$PWD/share taskrun -q work >/dev/null
	taskstat --script 1 >again
	grep -qx "limit='timeout -k 60 3600'" again
	sh again >got 2>where
	[[ $(cat got) == '{"a":"b c"}' ]]
	[[ ! -e $(cat where) ]]
}

@test "taskstat: the account adds up after kill -9 in the middle, and after the resume" {
	seq 200 >in
	work=(--job k -j 2 --lines in -- sh -c 'echo "$1" >>ran; while [ -e hold ] && [ "$1" -gt 20 ]; do env sleep 0.01; done' sh '{line}')
	touch hold
	setsid taskrun -q "${work[@]}" >first &
	pid=$!
	wait_until 20 grep -qx 22 ran
	run_split taskstat --job k
	assert_status 0
	assert_err ''
	adds_up "$out"
	kill -9 $pid
	wait $pid || true
	rm hold
	run_split taskstat --job k
	assert_status 0
	adds_up "$out"
	assert_err -r '1[0-9]+ executions wait, and no worker is running: taskwork'
	run_split taskrun -q "${work[@]}"
	assert_status 0
	((${#lines[@]} == 200))
	run_split taskstat --job k
	assert_err ''
	adds_up "$out"
	assert_out -l 'completed  200'
	assert_out -l 'submitted  200'
	taskstat --job k --list | jq 'select(.attempts > 1) | .id' >again
	lost=$(head -n 1 again)
	run_split taskstat "$lost"
	assert_json '[.tries[] | .class] == ["lost", null] and .tries[0].reason == "the worker died"'
}

@test "taskstat artifact: the files of an execution" {
	mkdir -p share/tasks
	cat >share/tasks/cut.yaml <<-'END'
		task_id: cut
		interface_spec:
		  openapi: 3.0.3
		  info: {title: t, version: "1"}
		  paths: {/run: {post: {responses: {default: {description: any}}, requestBody: {content: {application/json: {schema: {
		    type: object, properties: {from: {type: string, format: path}, name: {type: string}}}}}}}}}
		service_config:
		  command:
		    - sh
		    - -c
		    - |
		      cd "$DOCKLINE_WORK" && head -c 3 "$1" >one && tail -c 3 "$1" >two
		      echo "{\"files\":{\"head\":{\"path\":\"$PWD/one\"},\"from\":{\"path\":\"$PWD/two\"},\"far\":{\"path\":\"/etc/passwd\"}}}"
		    - sh
		    - "{from}"
		  workdir: true
	END
	printf 'abcdef' >text
	echo '{}' | DOCKLINE_SHARE=$PWD/share taskrun -q --set from=text cut >record
	run_split taskstat artifact 1
	assert_status 0
	assert_err ''
	assert_json '.type == "artifact" and .execution == 1 and (.sha256 | length) == 64'
	assert_json -s 'map([.kind, .name, .size, .stored]) == [["output", "from", 3, true],
		["output", "head", 3, true], ["input", "from", 6, true]]'
	[[ $(jq -r 'select(.name == "head") | .sha256' "$out") == $(jq -r .result.files.head.object record) ]]
	run_split taskstat artifact 1 head
	assert_status 0
	assert_out abc
	run_split taskstat artifact - from <record
	assert_out def
	run_split taskstat artifact 1 input/from
	assert_status 0
	assert_out abcdef
	run_split taskstat artifact 1 nosuch
	assert_status 1
	assert_out ''
	assert_err "taskstat: execution 1 has no artifact 'nosuch': taskstat artifact lists them"
	run_split taskstat artifact 2 head
	assert_status 1
	assert_err 'taskstat: no execution 2'
	run_split taskstat --org other artifact 1
	assert_status 1
	run_split taskstat artifact
	assert_status 2
	run_split taskstat artifact one
	assert_status 2
}

@test "taskstat artifact: what an attempt wrote, when it was long" {
	write='printf "%s" "$1"; seq 1000 1 "$2" >&2; exit "$3"'
	printf '%s\n' '{"n":1500,"x":0}' '{"n":9000,"x":3}' '{"n":1200,"x":0}' >in
	DOCKLINE_LOG_CAP=16K taskrun -q -j 1 in -- sh -c "$write" sh 7 '{n}' '{x}' >/dev/null || (($? == 1))
	run_split taskstat artifact 1
	assert_status 0
	assert_out ''
	run_split taskstat artifact 2
	assert_json '.kind == "log" and .name == "stderr.1" and .stored'
	run_split taskstat artifact 2 stderr.1
	assert_status 0
	((${#output} < 16500))
	assert_out -l 1000
	assert_out -l 9000
	assert_out -l '[... 23621 bytes left out ...]'
	run_split taskstat 2
	assert_json '.tries[0].stderr | length == 4096 and endswith("\n9000\n")'
	seq 1000 1 9000 >all
	taskrun -q -n -- sh -c 'cat all; cat all >&2; exit 1' >/dev/null || (($? == 1))
	run_split taskstat artifact 4
	assert_json -s 'map(.name) == ["stderr.1", "stdout.1"]'
	taskstat artifact 4 stdout.1 | cmp - all
	taskstat artifact 4 log/stderr.1 | cmp - all
}
