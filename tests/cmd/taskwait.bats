# SPDX-License-Identifier: MIT
load ../helper

teardown() {
	rm -f hold*
	settle
	spotless
}

# Submit lines of stdin to a job; each runs until hold-LINE is gone and ends with status 1 for
# lines with an f.
hold=(--lines -- sh -c 'while [ -e "hold-$1" ]; do env sleep 0.02; done; case $1 in f*) exit 1; esac' sh '{line}')

# so many of job j run now
running() { taskstat | jq -es "any(.[]; .job == \"j\" and .running == $1)"; }

@test "taskwait: what every program promises" {
	assert_front taskwait
}

@test "taskwait: prints each record as it ends, in the order of ends" {
	touch hold-a hold-b hold-c
	printf '%s\n' a b c | taskrun -q --job j -j 3 "${hold[@]}" >/dev/null &
	wait_until 10 running 3
	taskwait --job j >waited 2>said &
	waiting=$!
	rm hold-c
	wait_until 10 grep -q '"line":"c"' waited
	rm hold-a
	wait_until 10 grep -q '"line":"a"' waited
	rm hold-b
	wait $waiting
	[[ $(jq -r .params.line waited | paste -sd' ') == "c a b" ]]
	[[ ! -s said ]]
	settle
	run_split taskwait --job j
	assert_status 0
	[[ $(jq -r .params.line "$out" | paste -sd' ') == "c a b" ]]
}

@test "taskwait: on a terminal a line for each, --json: the record" {
	on_terminal() { COLUMNS=58 TERM=dumb run_split script -qec "$1" /dev/null; }
	DOCKLINE_SHARE=$data run_split taskrun -q sum <<<'{"key":"k\u001b","a":1,"b":-2.5}'
	assert_status 0
	printf '%s\n' f | taskrun -q "${hold[@]}" >/dev/null || (($? == 1))
	on_terminal 'taskwait 1'
	assert_status 0
	assert_out $'     1  completed  k\\x1b  total -1.5\r'
	on_terminal 'taskwait 2'
	assert_status 1
	assert_out -r $'^     2  failed     [0-9a-f]{22}\\.\\.  engine: exi\\.\\.\r$'
	DOCKLINE_SHARE=$data taskrun -q sum <<<'{"key":"xééééééééééééééé","a":1,"b":1}' >/dev/null
	on_terminal 'taskwait 3'
	assert_out $'     3  completed  xéééééééééé..  total 2\r'
	on_terminal 'taskwait --json 1'
	assert_json '.id == 1 and .type == "execution"'
}

@test "taskwait: ids, records, and what there is not" {
	seq 4 | taskrun -q --lines -- true >records
	run_split taskwait 4 2 2
	assert_status 0
	assert_json -s 'map(.id) | sort == [2, 4]'
	run_split taskwait <records
	assert_status 0
	((${#lines[@]} == 4))
	printf '3\n\n{"id":1}\n' >ids
	run_split taskwait - 4 <ids
	assert_json -s 'map(.id) | sort == [1, 3, 4]'
	run_split taskwait 1 99
	assert_status 1
	assert_err 'taskwait: no execution 99'
	assert_json '.id == 1'
	printf 'x\n{"a":1}\n"s"\n2\n' >bad
	run_split taskwait <bad
	assert_status 3
	assert_json '.id == 2'
	assert_err -r ":2: the record has no 'id'"
	assert_err -r ":3: expected a record or the id of an execution, found string"
	run_split taskwait --strict <bad
	assert_status 3
	assert_out ''
	run_split taskwait </dev/null
	assert_status 0
	assert_err 'taskwait: there is nothing to wait for'
}

@test "taskwait: the worst outcome decides" {
	printf '%s\n' a f b | taskrun -q --job j "${hold[@]}" >/dev/null || true
	run_split taskwait --job j
	assert_status 1
	((${#lines[@]} == 3))
	run_split taskwait 1 3
	assert_status 0
	run_split taskwait --allow-failed 34% --job j
	assert_status 0
	run_split taskwait --allow-failed 1 --job j
	assert_status 0
}

@test "taskwait: --any ends with the first, and prints only that" {
	touch hold-a hold-b
	printf '%s\n' a b | taskrun -q --job j -j 2 "${hold[@]}" >/dev/null &
	wait_until 10 taskstat 2
	taskwait --any 1 2 >first &
	waiting=$!
	rm hold-b
	wait $waiting
	[[ $(jq .id first) == 2 ]]
	rm hold-a
	settle
	run_split taskwait --any 1 2
	assert_status 0
	[[ $(jq .id "$out") == 2 ]]
}

@test "taskwait: --timeout says how many remain" {
	printf '%s\n' a b c | taskrun -q --detach --job j "${hold[@]}" >records
	run_split taskwait --timeout 0 <records
	assert_status 1
	assert_out ''
	assert_err 'taskwait: 3 executions have not ended'
	run_split taskwait -q --timeout 0.2s --job j
	assert_status 1
	assert_err 'taskwait: 3 executions have not ended'
	run_split taskwait --timeout soon 1
	assert_status 2
}

@test "taskwait: says once that nobody works, and goes on when somebody does" {
	printf '%s\n' a b | taskrun -q --detach --job j "${hold[@]}" >/dev/null
	taskwait --job j >waited 2>said &
	waiting=$!
	wait_until 10 grep -qx 'taskwait: 2 executions wait, and no worker is running: taskwork, or the same taskrun command again' said
	printf '%s\n' a b | taskrun -q --job j "${hold[@]}" >/dev/null
	wait $waiting
	(($(wc -l <waited) == 2))
	(($(wc -l <said) == 1))
}

@test "taskwait: what is submitted to the job meanwhile is waited for" {
	touch hold-a
	mkfifo lines
	taskrun -q --job j "${hold[@]}" <lines >/dev/null &
	exec 7>lines
	echo a >&7
	wait_until 10 taskstat 1
	taskwait --job j >waited &
	waiting=$!
	echo b >&7
	wait_until 10 taskstat 2
	exec 7>&-
	wait_until 10 grep -q '"line":"b"' waited
	rm hold-a
	wait $waiting
	(($(wc -l <waited) == 2))
}

@test "taskwait: what a dead worker held goes back to the queue" {
	touch hold-a
	hold[4]="echo >>begun; ${hold[4]}"
	echo a | setsid taskrun -q --job j "${hold[@]}" >/dev/null &
	pid=$!
	wait_until 10 test -s begun
	kill -9 "$(sqlite3 "$DOCKLINE_STATE/state.db" 'SELECT pid FROM worker')"
	wait $pid || true
	taskwait --job j >waited 2>said &
	waiting=$!
	wait_until 10 grep -q 'a worker died' said
	wait_until 10 grep -q '1 execution waits, and no worker is running' said
	[[ $(taskstat -q | jq .waiting) == 1 ]]
	rm hold-a
	echo a | taskrun -q --job j "${hold[@]}" >/dev/null
	wait $waiting
	[[ $(jq .attempts waited) == 2 ]]
}

@test "taskwait: dies of the signal, a closed pipe ends it" {
	echo a | taskrun -q --detach --job j "${hold[@]}" >/dev/null
	(
		trap - INT
		exec taskwait -q --job j
	) &
	pid=$!
	wait_until 10 grep -q taskwait "/proc/$pid/cmdline"
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	((status == 128 + 15))
	seq 300 | taskrun -q --lines -- true >records
	status=0
	(set +o pipefail; taskwait <records 2>"$err" | head -n 1 >/dev/null) || status=$?
	((status == 0))
	[[ ! -s $err ]]
}

@test "taskwait: no state, no job, a job without executions" {
	run_split taskwait 1
	assert_status 4
	assert_err -r 'nothing was submitted yet'
	run_split taskrun --job empty -- true
	run_split taskwait --job empty
	assert_status 0
	assert_out ''
	run_split taskwait --job nothing
	assert_status 2
	assert_err "taskwait: no job 'nothing'"
	run_split taskwait --job empty 1
	assert_status 2
}
