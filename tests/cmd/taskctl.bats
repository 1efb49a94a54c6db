# SPDX-License-Identifier: MIT
load ../helper

# A line waits until it is told to end, with a child of its own; one that begins with "go" ends at
# once. Equal lines would leave gaps in the ids.
work=(--lines -- sh -c 'case $1 in go*) exit; esac; echo $$ >"pid-$DOCKLINE_EXECUTION"; sleep 600 & echo $! >>"pid-$DOCKLINE_EXECUTION"; wait' sh '{line}')

# works_on LINE ...: job j, in the background; what it prints in printed
works_on() {
	printf '%s\n' "$@" | taskrun -q -j 2 --job j "${work[@]}" >printed &
	worker=$!
}

status_is() { [[ $(taskstat "$1" | jq -r .status) == "$2" ]]; }

# both processes of execution $1 are there
runs() { [[ -e pid-$1 ]] && (($(wc -l <"pid-$1") == 2)); }

# the processes of execution $1 are in one of these states (proc(5))
processes_are() {
	local pid

	while read -r pid; do
		[[ $(sed 's/.*) //' "/proc/$pid/stat") == [$2]* ]] || return
	done <"pid-$1"
}

are_gone() {
	local pid

	while read -r pid; do
		! kill -0 "$pid" 2>/dev/null || return
	done <"pid-$1"
}

# the account of job j adds up, with these numbers of it
account_is() {
	taskstat -q --json >accounts
	run_split jq -c 'select(.job == "j")' accounts
	assert_json '.submitted == .completed + .failed + .cancelled + .skipped + .waiting + .running'
	assert_json "$1"
}

finish() { taskctl -q cancel --all >/dev/null || true; settle; }

teardown() {
	[[ -z ${worker-} ]] || kill -CONT "$worker" 2>/dev/null || true
	[[ ! -e $DOCKLINE_STATE ]] || finish 2>/dev/null
	cat pid-* 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
	spotless
}

@test "taskctl: what every program promises" {
	assert_front taskctl
}

@test "taskctl: cancel ends what runs, with all its processes" {
	works_on a b
	wait_until 10 runs 1
	wait_until 10 runs 2
	run_split taskctl cancel --reason 'wrong box' 1
	assert_status 0
	assert_err ''
	assert_json '.id == 1 and .status == "cancelled" and .error == {reason: "wrong box"} and .ended'
	wait_until 20 are_gone 1
	processes_are 2 SR
	taskctl -q cancel --job j >second
	status=0
	wait $worker || status=$?
	((status == 1))
	jq -es 'map(.status) == ["cancelled", "cancelled"]' printed
	jq -es 'map([.id, .status]) == [[2, "cancelled"]]' second
	account_is '.cancelled == 2'
	run_split taskstat 1
	assert_json '.tries[0] | .signal == 15 and .reason == "signal 15 (Terminated)" and .class == null'
}

@test "taskctl: a program that ends well when it is told to is cancelled all the same" {
	echo x | taskrun -q --lines -- sh -c 'trap "exit 0" TERM; touch begun; while :; do env sleep 0.02; done' >printed &
	wait_until 10 test -e begun
	run_split taskctl cancel 1
	assert_status 0
	assert_json '.status == "cancelled" and .result == null'
	settle
}

@test "taskctl: pause stops processes, resume lets them go on" {
	works_on a go
	wait_until 10 runs 1
	wait_until 10 status_is 1 running
	run_split taskctl pause 1
	assert_status 0
	assert_json '.status == "paused"'
	wait_until 20 processes_are 1 T
	account_is '.waiting == 1 and .statuses.paused == 1'
	run_split taskctl pause 1
	assert_status 1
	assert_out ''
	assert_err 'taskctl: execution 1 is paused: it cannot be paused'
	run_split taskctl resume 1
	assert_status 0
	assert_json '.status == "running"'
	wait_until 20 processes_are 1 SR
	run_split taskctl pause 1
	run_split taskctl cancel 1
	assert_json '.status == "cancelled"'
	wait_until 20 are_gone 1
	finish
}

@test "taskctl: the clock of a time limit rests with the execution" {
	mkdir -p share/tasks
	cat >share/tasks/nap.yaml <<-'END'
		task_id: nap
		service_config: { command: [sleep, "1.5"], timeout: 2.5, retry: none }
	END
	DOCKLINE_SHARE=$PWD/share taskrun -q -n nap >printed &
	wait_until 10 status_is 1 running
	taskctl -q pause 1 >/dev/null
	end=$(($(date +%s%N) + 2600000000)) # longer than it may run
	wait_until 10 eval '(($(date +%s%N) >= end))'
	status_is 1 paused
	taskctl -q resume 1 >/dev/null
	settle
	[[ $(jq -r .status printed) == completed ]]
}

@test "taskctl: what waits is paused, resumed, moved and cancelled at once" {
	printf '%s\n' a b c | taskrun -q --detach --job j "${work[@]}" >submitted
	run_split taskctl pause 2 3
	assert_status 0
	assert_json -s 'map([.id, .status]) == [[2, "paused"], [3, "paused"]]'
	run_split taskctl resume --job j --status paused
	assert_status 0
	assert_err 'taskctl: 2 executions resumed'
	assert_json -s 'map(.status) == ["queued", "queued"]'
	head -n 1 submitted >one
	run_split taskctl priority critical <one
	assert_status 0
	assert_json '.id == 1 and .priority == 20'
	run_split taskctl priority -5 2
	assert_status 2
	run_split taskctl priority -- -5 2
	assert_json '.priority == -5'
	run_split taskctl cancel - 2 2 <one
	assert_status 0
	assert_json -s 'map(.id) == [1, 2]'
	account_is '.cancelled == 2 and .waiting == 1 and .statuses.queued == 1'
}

@test "taskctl: a higher priority goes first, also when it comes later" {
	printf '%s\n' a b c | taskrun -q --detach --lines --job j -- tee -a order >/dev/null
	taskctl -q priority high 3 >/dev/null
	taskctl -q priority low 1 >/dev/null
	printf '%s\n' a b c | taskrun -q -j 1 --lines --job j -- tee -a order >/dev/null
	[[ $(tr -d '\n' <order) == cba ]]
}

@test "taskctl: which cannot be, and why; unknown ones; nothing at all" {
	works_on go b
	wait_until 10 runs 2
	wait_until 10 status_is 1 completed
	wait_until 10 status_is 2 running
	run_split taskctl cancel 1 99
	assert_status 2
	assert_out ''
	assert_err 'taskctl: execution 1 is completed: it cannot be cancelled
taskctl: no execution 99'
	run_split taskctl retry 1 2
	assert_status 1
	assert_err 'taskctl: execution 1 is completed: it cannot be retried
taskctl: execution 2 is running: it cannot be retried'
	run_split taskctl priority high 2
	assert_status 1
	assert_err 'taskctl: execution 2 is running: it cannot have another priority'
	run_split taskctl approve --job j
	assert_status 2
	assert_err 'taskctl: there is nothing to be approved'
	run_split taskctl cancel --job none
	assert_status 2
	assert_err "taskctl: no job 'none'"
	run_split taskctl cancel --org other 2
	assert_status 2
	finish
}

@test "taskctl: wrong usage" {
	run_split taskctl cancel 1
	assert_status 4
	assert_err -r 'nothing was submitted yet'
	for wrong in '' 'stop 1' 'cancel 1 --job j' 'cancel --all 1' 'cancel --dead' 'retry --dead 1' \
		'retry --force cpus=3 1' 'retry --force timeout=0 1' 'retry --cause xyz' 'pause --reason x 1' \
		'cancel --running 1' 'pause --running 1' 'pause --job j --all' 'priority' 'priority urgent 1' \
		'pause --force timeout=1 1'; do
		# shellcheck disable=SC2086 # words
		run_split taskctl $wrong
		assert_status 2
		assert_out ''
	done
	assert_err -r "are for retry.try 'taskctl -h'"
	printf '%s\n' a | taskrun -q --detach --job j "${work[@]}" >/dev/null
	run_split taskctl cancel --status lost
	assert_status 2
	assert_err -r "^taskctl: no status 'lost'; there are: "
	run_split taskctl retry --class slow
	assert_status 2
	assert_err -r "^taskctl: no class 'slow'; there are: "
	run_split taskctl pause --task nothing
	assert_status 2
	assert_err -r "no task 'nothing'"
	run_split taskctl pause 1 x
	assert_status 2
	run_split taskctl cancel - <<<'{"key":"none"}'
	assert_status 3
	account_is '.waiting == 1'
}

@test "taskctl: a job that rests is not worked on; what runs goes on, or is stopped" {
	works_on a b
	wait_until 10 runs 2
	wait_until 10 status_is 2 running
	run_split taskctl pause --job j
	assert_status 0
	assert_out ''
	assert_err "taskctl: job 'j' rests: nothing more of it is started"
	processes_are 1 SR
	run_split taskctl pause --job j --running
	assert_status 0
	assert_err "taskctl: job 'j' rested already: nothing more of it is started"
	assert_json -s 'map([.id, .status]) == [[1, "paused"], [2, "paused"]]'
	wait_until 20 processes_are 1 T
	echo go | taskrun -q --detach --job j "${work[@]}" >/dev/null
	taskctl -q cancel 1 >/dev/null
	printf '%s\n' more | taskrun -q -j 4 --job other --lines -- true >other
	[[ $(jq -r .status other) == completed ]]
	status_is 3 queued
	run_split taskctl resume --job j
	assert_status 0
	assert_err "taskctl: job 'j' goes on"
	assert_json '.id == 2 and .status == "running"'
	run_split taskctl resume --job j
	assert_err "taskctl: job 'j' did not rest"
	finish
	account_is '.cancelled >= 2'
}

@test "taskctl: a queue, a task and everything can rest too" {
	printf '%s\n' a | taskrun -q --detach --lines --job j -- true >/dev/null
	task=$(taskstat 1 | jq -r .task)
	for flow in --all "--queue default" "--task $task"; do
		# shellcheck disable=SC2086 # words
		run_split taskctl pause $flow
		assert_status 0
		assert_out ''
		printf '%s\n' a | taskrun -q --lines --job j -- true >printed &
		end=$((SECONDS + 1))
		wait_until 3 eval '((SECONDS >= end))'
		status_is 1 queued
		# shellcheck disable=SC2086 # words
		run_split taskctl resume $flow
		assert_status 0
		settle
		[[ $(jq -r .status printed) == completed ]]
		sqlite3 "$DOCKLINE_STATE/state.db" 'SELECT count(*) FROM pause' >left
		[[ $(cat left) == 0 ]]
		rm -rf "$DOCKLINE_STATE"
		printf '%s\n' a | taskrun -q --detach --lines --job j -- true >/dev/null
	done
}

@test "taskctl: retry of what failed, by class and by cause, with more time" {
	mkdir -p share/tasks
	cat >share/tasks/slow.yaml <<-'END'
		task_id: slow
		service_config: { command: [sh, -c, 'test -e quick || sleep 60'], timeout: 0.2, retry: none }
	END
	export DOCKLINE_SHARE=$PWD/share
	printf '{"n":%d}\n' 1 2 | taskrun -q --job s slow >/dev/null || true
	printf '%s\n' 3 4 | taskrun -q --job f --lines -- sh -c 'echo "no file /tmp/$1.x" >&2; test -e quick' sh '{line}' >/dev/null || true
	run_split taskctl retry --job f --class timeout
	assert_status 2
	assert_err 'taskctl: there is nothing to be retried'
	run_split taskctl retry --class timeout --force timeout=50 --force memory=1G
	assert_status 0
	assert_json -s 'map([.job, .status]) == [["s", "queued"], ["s", "queued"]] and all(.error == null)'
	touch quick
	printf '{"n":%d}\n' 1 2 | taskrun -q --job s slow >ended
	jq -es 'map(.status) == ["completed", "completed"]' ended
	run_split taskctl retry --cause 00000001
	assert_status 2
	run_split taskctl retry --dead -v
	assert_status 0
	assert_err -r 'correlation [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
	assert_json -s 'map(.params.line) == ["3", "4"]'
	run_split taskctl retry --job f --status failed
	assert_status 2
}

@test "taskctl: retry takes of a cause what taskstat --dead counts of it, and with more time it ends well" {
	mkdir -p share/tasks
	cat >share/tasks/mixed.yaml <<-'END'
		task_id: mixed
		service_config:
		  command: [sh, -c, 'case $(($0 % 4)) in 0) exit 0;; 1) echo "no $0 in /tmp/$0" >&2; exit 3;; 2) kill -9 $$;; *) exit 65;; esac', '{n}']
		  retry: none
		  breaker: false
	END
	cat >share/tasks/slow.yaml <<-'END'
		task_id: slow
		service_config: { command: [sleep, '{n}'], timeout: 0.2, retry: none }
	END
	export DOCKLINE_SHARE=$PWD/share
	for job in a b; do
		seq 16 | jq -c '{n: .}' | taskrun -q --job $job mixed >/dev/null || (($? == 1))
	done
	taskstat --dead --json >causes
	jq -es 'map(.class) | sort == ["engine", "input", "signal"]' causes
	jq -es 'map(.count) == [8, 8, 8]' causes
	while read -r id class; do
		run_split taskctl retry --dead --cause "$id" --job a
		assert_status 0
		assert_json -s 'length == 4 and all(.job == "a" and .status == "queued")'
		run_split taskstat --status failed --job b --json
		assert_json -s "map(select(.error.class == \"$class\")) | length == 4"
	done < <(jq -r '"\(.id) \(.class)"' causes)
	run_split taskstat --dead --job a --json
	assert_out ''
	run_split taskctl retry --dead
	assert_json -s 'length == 12 and all(.job == "b")'
	taskctl -q cancel --job a >/dev/null
	taskctl -q cancel --job b >/dev/null
	printf '{"n": %s}\n' 0.6 0 0.7 | taskrun -q --job s slow >/dev/null || (($? == 1))
	run_split taskctl retry --class timeout --force timeout=4h
	assert_json -s 'map(.params.n) == [0.6, 0.7]'
	run_split taskwork -q
	run_split taskstat --job s --json
	assert_json -s 'map(.status) == ["completed", "completed", "completed"]'
}

@test "taskctl: what never began because its input was bad is not retried" {
	echo '{"type":"ligand","ligand":{"name":"x"},"error":{"class":"input","reason":"no atoms"}}' |
		taskrun -q --job j -- true >/dev/null || true
	run_split taskctl retry 1
	assert_status 1
	assert_err 'taskctl: execution 1 was refused when it was submitted: it cannot be retried'
	run_split taskctl retry --job j
	assert_status 2
	assert_out ''
}

@test "taskctl: what a worker claimed ahead is cancelled and paused too" {
	{ seq -f go%g 40; echo run; seq -f go%g 41 60; } >in
	taskrun -q -j 1 --job j "${work[@]}" <in >printed &
	wait_until 10 runs 41
	wait_until 20 status_is 42 preparing
	run_split taskctl cancel 42
	assert_status 0
	assert_json '.status == "cancelled"'
	run_split taskctl pause 43
	assert_status 0
	assert_json '.status == "paused"'
	taskctl -q cancel 41 >/dev/null
	wait_until 10 status_is 61 completed
	status_is 43 paused
	taskctl -q resume 43 >/dev/null
	settle
	account_is '.completed == 59 and .cancelled == 2'
}

@test "taskctl: kill -9 of the worker with orders pending" {
	works_on a b
	wait_until 10 runs 1
	wait_until 10 runs 2
	wait_until 10 status_is 2 running
	kill -STOP $worker
	run_split taskctl cancel --no-wait --reason 'too late' 1
	assert_status 0
	assert_json '.status == "running"'
	run_split taskctl pause 2
	assert_status 0
	assert_err 'taskctl: 1 execution: its worker was told and is not done yet'
	run_split taskctl pause 1
	assert_status 1
	assert_err 'taskctl: execution 1 is being cancelled: it cannot be paused'
	kill -KILL $worker
	wait $worker || true
	run_split taskctl resume 2
	assert_status 0
	assert_err 'taskctl: a worker died: 2 executions it held are taken over'
	assert_json '.status == "queued"'
	run_split taskstat 1
	assert_json '.status == "cancelled" and .error == {reason: "too late"}'
	for id in 1 2; do # the direct children; the others are for who cleans up after workers
		wait_until 20 eval "! kill -0 $(head -n 1 pid-$id)"
	done
	account_is '.cancelled == 1 and .waiting == 1'
}

@test "taskctl: a worker that is told to stop leaves what was paused paused" {
	works_on a b
	wait_until 10 status_is 2 running
	taskctl -q pause 2 >/dev/null
	kill -INT $worker 2>/dev/null || kill -TERM $worker
	wait $worker || true
	status_is 2 paused
	account_is '.waiting == 2 and .statuses.paused == 1'
}

@test "taskctl: on a terminal a line each" {
	printf '%s\n' a b | taskrun -q --detach --job j "${work[@]}" >/dev/null
	run_split env COLUMNS=60 script -qec 'taskctl cancel --job j' /dev/null
	assert_status 0
	assert_out -r $'^     1  cancelled  [^\n]*\n     2  cancelled  '
	assert_out -r '2 executions cancelled'
}

@test "taskctl: the journal says who asked for what" {
	printf '%s\n' a b | taskrun -q --detach --job j "${work[@]}" >/dev/null
	DOCKLINE_CORRELATION=visit-7 taskctl -q pause 1 >/dev/null
	taskctl -q cancel --correlation plan --job j >/dev/null
	run_split sqlite3 "$DOCKLINE_STATE/state.db" \
		'SELECT command, correlation, count FROM event WHERE who IS NOT NULL AND command NOT LIKE "submit" ORDER BY seq'
	assert_out '-q pause 1|visit-7|1
-q cancel --correlation plan --job j|plan|2'
}

@test "taskctl: approve lets go what is held, reject ends it, retry holds it again" {
	seq 3 | taskrun -q --detach --hold --job j --lines -- echo '{line}' >/dev/null
	run_split taskctl approve 1
	assert_status 0
	assert_json '.status == "queued"'
	run_split taskctl reject --reason 'too many atoms' 2
	assert_json '.status == "cancelled" and .error.reason == "too many atoms"'
	run_split taskctl approve 1
	assert_status 1
	assert_err 'taskctl: execution 1 is queued: it cannot be approved'
	run_split taskctl retry 2
	assert_json '.status == "held"'
	run_split taskctl approve --job j
	assert_err 'taskctl: 2 executions approved'
	account_is '.waiting == 3 and .statuses.queued == 3'
}

@test "taskctl: what was skipped waits again when its cause is retried" {
	printf '%s\n' '{"key":"a","params":{"say":"test -e ready"}}' '{"key":"b","params":{"say":"true"},"after":["a"]}' \
		'{"key":"c","params":{"say":"true"},"after":["a","b"]}' >graph
	taskrun -q --job j --graph graph -- sh '{say}' >first || true
	jq -es 'map([.key, .status]) | sort == [["a", "failed"], ["b", "skipped"], ["c", "skipped"]]' first
	run_split taskctl retry 2
	assert_status 1
	assert_err 'taskctl: execution 2 is skipped: what it waits for ended otherwise than asked, it cannot be retried'
	run_split taskctl retry --job j
	assert_status 0
	assert_json -s 'map([.key, .status]) == [["a", "queued"]]'
	account_is '.waiting == 3 and .statuses == {queued: 1, blocked: 2}'
	run_split taskctl cancel 2
	status_is 3 skipped
	run_split taskctl retry 2
	assert_json '.status == "blocked"'
	account_is '.waiting == 3 and .statuses == {queued: 1, blocked: 2}'
}

# a member of the record that was printed last is so
told() { [[ $(jq -r ".$1" "$out") == "$2" ]] || complain "$1 is not $2"; }

@test "taskctl gc: what ended goes, what waits and what failed stays" {
	seq 4 | taskrun -q --job a --lines -- sh -c '[ "$1" != 3 ]' sh '{line}' >/dev/null || true
	seq 2 | taskrun -q -d --job b --lines -- true >/dev/null
	run_split taskctl gc
	assert_status 2
	assert_err -r 'older than what'
	run_split taskctl gc --older soon
	assert_status 2
	assert_err "taskctl: --older is wrong: 'soon' is not a duration (90, 55m, 2h, 1h30m)"
	run_split taskctl gc --older 1h
	assert_status 0
	told executions 0
	run_split taskctl gc --older 0s --dry-run
	assert_status 0
	assert_json '.type == "gc" and .dry_run and .executions == 3 and .kept == 0 and .bytes > 0'
	run_split taskstat -q --job a --json
	((${#lines[@]} == 4))
	run_split taskctl gc --older 0s
	assert_status 0
	assert_err ''
	assert_json '.executions == 3 and .events > 0 and (.dry_run | not)'
	run_split taskstat -q --job a --json
	assert_json '.status == "failed" and .id == 3'
	account_is_of a '.submitted == 1 and .failed == 1 and .completed == 0'
	account_is_of b '.submitted == 2 and .waiting == 2'
	run_split taskctl gc --older 0s --status failed --job b
	told executions 0
	run_split taskctl gc --older 0s --status failed --keep-failed
	told executions 0
	DOCKLINE_RETENTION_AGE=0s DOCKLINE_RETENTION_KEEP_FAILED=false run_split taskctl gc --job a
	told executions 1
	run_split taskctl gc --older 0s --status queued
	assert_status 2
	assert_err -r 'nothing that is queued has ended'
	run_split taskctl gc --older soon
	assert_status 2
	run_split taskctl gc 3
	assert_status 2
	run_split taskctl cancel --all --older 3d
	assert_status 2
	run_split taskwork -q
	assert_status 0
	account_is_of b '.submitted == 2 and .completed == 2'
}

# account_is_of JOB EXPR
account_is_of() {
	taskstat -q --json >accounts
	run_split jq -c --arg job "$1" 'select(.job == $job)' accounts
	assert_json '.submitted == .completed + .failed + .cancelled + .skipped + .waiting + .running'
	assert_json "$2"
}

@test "taskctl gc: a chain goes as a whole, or as far as nobody needs it" {
	taskrun -q -d -n -- true >/dev/null
	taskrun -q -d -n --after 1 -- true >/dev/null
	taskrun -q -d -n --after 2 --hold -- true >/dev/null
	taskwork -q
	run_split taskctl gc --older 0s --dry-run
	told executions 0
	run_split taskctl gc --older 0s
	told executions 0
	told kept 2
	run_split taskstat 2
	assert_json '.status == "completed"'
	taskctl -q approve 3 >/dev/null
	taskwork -q
	run_split taskctl gc --older 0s --dry-run
	told executions 3
	told kept 0
	run_split taskctl gc --older 0s
	told executions 3
	told kept 0
}

@test "taskctl gc: space is given back, also of a file without incremental vacuum" {
	need sqlite3
	mkdir work
	printf 'task_id: big\nservice_config:\n  command: [sh, -c, '\''head -c 300000 /dev/urandom >"$DOCKLINE_WORK/f"; echo "{\\"files\\":{\\"f\\":{\\"path\\":\\"$DOCKLINE_WORK/f\\"}}}"'\'']\n  workdir: true\n' >big.yaml
	taskreg -q add big.yaml >/dev/null
	seq 8 | jq -c '{n: .}' | taskrun -q --job a big >/dev/null
	seq 3000 | taskrun -q --job b --lines -- true >/dev/null
	for db in state objects; do
		sqlite3 "$DOCKLINE_STATE/$db.db" 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = 0; VACUUM' >/dev/null
	done
	before=$(du -s "$DOCKLINE_STATE" | cut -f 1)
	sqlite3 "$DOCKLINE_STATE/objects.db" 'UPDATE object SET stored = 1'
	run_split taskctl gc --older 0s
	assert_status 0
	told executions 3008
	told objects 8
	((before - $(du -s "$DOCKLINE_STATE" | cut -f 1) > 2500))
	for db in state objects; do
		[[ $(sqlite3 "$DOCKLINE_STATE/$db.db" 'PRAGMA auto_vacuum; PRAGMA integrity_check; PRAGMA freelist_count' | xargs) == '2 ok 0' ]]
		[[ ! -s $DOCKLINE_STATE/$db.db-wal ]]
	done
}

@test "taskctl gc: objects that parameters name stay" {
	need sqlite3
	printf 'task_id: out\nservice_config:\n  command: [sh, -c, '\''echo hi >"$DOCKLINE_WORK/f"; echo "{\\"files\\":{\\"f\\":{\\"path\\":\\"$DOCKLINE_WORK/f\\"}}}"'\'']\n  workdir: true\n' >out.yaml
	taskreg -q add out.yaml >/dev/null
	echo '{}' | taskrun -q --job a out >record
	taskrun -q -d --job b -- true <record >/dev/null
	sqlite3 "$DOCKLINE_STATE/objects.db" 'UPDATE object SET stored = 1'
	run_split taskctl gc --older 0s --job a --dry-run
	told objects 0
	run_split taskctl gc --older 0s --job a
	told executions 1
	told objects 0
	taskctl -q cancel --job b >/dev/null
	run_split taskctl gc --older 0s --dry-run
	told objects 1
	run_split taskctl gc --older 0s
	told objects 1
}

@test "taskctl gc: while others work, the account adds up" {
	seq 3000 >in
	taskrun -q -j 2 --job a --lines in -- true >/dev/null &
	first=$!
	wait_until 10 test -e "$DOCKLINE_STATE/state.db"
	for _ in 1 2 3 4 5 6; do
		taskctl gc --older 0s >/dev/null
	done
	wait $first
	taskctl gc --older 0s >/dev/null
	account_is_of a '.submitted == 0'
}

@test "taskctl backup: a state directory that is whole" {
	printf 'log: {cap: 2M}\n' >config
	seq 20 | taskrun -q --job a --lines -- sh -c 'seq 2000 >&2' >/dev/null
	mv config "$DOCKLINE_STATE/config.yaml"
	run_split taskctl backup copy/
	assert_status 0
	assert_json '.type == "backup" and .bytes > 10000'
	told path "$PWD/copy"
	[[ $(stat -c %a copy) == 700 && $(stat -c %a copy/state.db) == 600 ]]
	[[ $(ls copy | xargs) == 'config.yaml objects.db state.db' ]]
	[[ -z $(find . -name 'copy.*') ]]
	run_split taskstat -q --state copy --job a --json
	((${#lines[@]} == 20))
	taskstat --state copy artifact 7 stderr.1 | cmp - <(seq 2000)
	run_split taskctl backup copy
	assert_status 2
	assert_err "taskctl: 'copy' is there already"
	run_split taskctl backup nowhere/copy
	assert_status 5
	run_split taskctl backup
	assert_status 2
	run_split taskctl --state nosuch backup other
	assert_status 4
	[[ ! -e other ]]
}

@test "taskctl: a version of a task is chosen with @, also to rest" {
	for version in 1 2; do
		printf 'task_id: v\nversion: "%s"\nservice_config: {command: [cat]}\n' "$version" |
			taskreg add >/dev/null
		taskrun -q --detach -n --job "j$version" "v@$version" >/dev/null
	done
	taskctl -q pause --task v@2
	run_split taskstat why 2
	assert_out -r "task 'v@2' is paused"
	timeout 9 taskwork --once -q
	taskrun -q --detach -n --job k "v@2" >/dev/null
	[[ $(taskstat --task v --json | jq -r '"\(.version) \(.status)"' | paste -sd,) == '1 completed,2 queued,2 queued' ]]
	taskctl -q resume --task v@2
	timeout 9 taskwork --once -q
	run_split taskstat --task v@2 --json
	assert_json '.version == "2" and .status == "completed"'
	run_split taskctl cancel --task v@3
	assert_status 2
	assert_err -r "no task 'v@3'"
}
