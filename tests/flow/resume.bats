# SPDX-License-Identifier: MIT
# Jobs that are given again, stopped, killed, shared and detached: nothing is lost, nothing runs twice.
load ../helper

setup() {
	fresh
	export DOCKLINE_SHARE=$BATS_TEST_TMPDIR/share
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$DOCKLINE_SHARE/tasks" "$TMPDIR"
	cp "$data/tasks/sum.yaml" "$DOCKLINE_SHARE/tasks/"
}

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }

# lines {"a":1} to {"a":N}
numbers() { seq "$1" | jq -c '{a: .}'; }

# appends its parameter to `ran`, then gives it back
mark=(-- sh -c 'echo "$1" >>ran; echo "$1"' sh '{a}')


# every number from 1 to $1 ran exactly once, and the account of the state closes
once_each() {
	diff <(seq "$1") <(sort -n ran)
	[[ $(sql "SELECT count(*) FROM execution WHERE status = 'completed'") == "$1" ]]
	closed
}

# the tally is what counting gives, the file is whole, no worker is open
closed() {
	sql "SELECT job, generation, status, coalesce(class, ''), count(*) FROM execution GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4" >counted
	sql 'SELECT job, generation, status, class, count FROM tally WHERE count <> 0 ORDER BY 1, 2, 3, 4' >kept
	diff counted kept
	[[ $(sql 'PRAGMA integrity_check') == ok ]]
}

@test "resume: the same command prints the same records and runs nothing again" {
	numbers 20 >in
	run_split taskrun --job j in "${mark[@]}"
	assert_status 0
	jq -cS . "$out" | sort >first
	run_split taskrun --job j in "${mark[@]}"
	assert_status 0
	assert_err ''
	diff first <(jq -cS . "$out" | sort)
	once_each 20
	numbers 23 >in
	run_split taskrun --job j in "${mark[@]}"
	assert_status 0
	((${#lines[@]} == 23))
	once_each 23
	numbers 5 >in
	run_split taskrun --job j in "${mark[@]}"
	((${#lines[@]} == 5))
	once_each 23
}

@test "resume: failed ones stay failed until --retry-failed" {
	numbers 4 >in
	odd=(-- sh -c 'echo "$1" >>ran; [ -e fixed ] || exit $(($1 % 2)); echo ok' sh '{a}')
	run_split taskrun --job j in "${odd[@]}"
	assert_status 1
	assert_json -s 'map(select(.status == "failed") | .params.a) | sort == [1, 3]'
	run_split taskrun --job j in "${odd[@]}"
	assert_status 1
	((${#lines[@]} == 4))
	[[ $(wc -l <ran) == 4 ]]
	touch fixed
	run_split taskrun --job j --retry-failed in "${odd[@]}"
	assert_status 0
	assert_err 'taskrun: 2 failed executions are tried again'
	assert_json '.status == "completed" and .error == null'
	assert_json -s 'map(.attempts) | sort == [1, 1, 2, 2]'
	[[ $(sort ran | paste -sd' ') == "1 1 2 3 3 4" ]]
	closed
}

@test "resume: equal lines are as many executions, a key is one" {
	printf '{"a":1}\n{"a":1}\n{"a":1}\n{"a":2,"key":"k"}\n{"a":2,"key":"k"}\n' >in
	run_split taskrun --job j in "${mark[@]}"
	assert_status 0
	((${#lines[@]} == 4))
	[[ $(sort ran | paste -sd' ') == "1 1 1 2" ]]
	run_split taskrun --job j in "${mark[@]}"
	((${#lines[@]} == 4))
	echo '{"a":1}' >>in
	run_split taskrun --job j in "${mark[@]}"
	((${#lines[@]} == 5))
	[[ $(sort ran | paste -sd' ') == "1 1 1 1 2" ]]
}

@test "resume: a key with other parameters is refused, the others go on" {
	taskrun --job j "${mark[@]}" <<<'{"a":1,"key":"k"}' >/dev/null
	printf '{"a":2,"key":"k"}\n{"a":3}\n' >in
	run_split taskrun --job j in "${mark[@]}"
	assert_status 3
	assert_err "taskrun: in:1: key 'k' stands in job 'j' with other parameters: not submitted (another key, or --new-inputs)"
	assert_json '.params.a == 3'
	((${#lines[@]} == 1))
}

@test "resume: other settings are refused, naming what differs, --new-inputs begins anew" {
	echo one >rec
	old=$(sha256sum <rec | cut -d' ' -f1)
	line() { run_split taskrun --job j sum --set file=rec "$@" <<<'{"a":1}'; }
	line --set b=1
	assert_status 0
	line --set b=1
	assert_status 0
	echo two >rec
	new=$(sha256sum <rec | cut -d' ' -f1)
	line --set b=1
	assert_status 2
	assert_out ''
	assert_err -r "$old"
	assert_err -r "$new"
	assert_err -r "/rec"
	assert_err -r 'or --new-inputs'
	[[ $(wc -l <"$err") == 1 ]]
	# another file is told by its name
	cp rec other
	line --set b=1 --set file=other
	assert_status 2
	assert_err -r "another value of 'file': it was .*/rec, now it is .*/other "
	line --set b=1 --new-inputs
	assert_status 0
	assert_json '.id > 1 and .attempts == 1 and .generation == 2'
	cp "$out" second
	line --set b=1 --new-inputs
	assert_out -f second
	line --set b=2
	assert_status 2
	assert_err -r "b"
	line --force b=1
	assert_status 2
	run_split taskrun --job j -- cat <<<'{"a":1}'
	assert_status 2
	assert_err -r "sum"
	[[ $(sqlite3 .dockline/objects.db 'SELECT count(*) FROM object') == 2 ]]
	closed
}

@test "resume: without --job every run is a job of its own" {
	numbers 2 >in
	taskrun in "${mark[@]}" >/dev/null
	run_split taskrun in "${mark[@]}"
	assert_json '.job == null'
	((${#lines[@]} == 2))
	[[ $(wc -l <ran) == 4 ]]
	[[ $(sql 'SELECT count(*) FROM job') == 2 ]]
}

@test "resume: --detach submits only, the same command without it does the work" {
	numbers 5 >in
	run_split taskrun --detach --job j in "${mark[@]}"
	assert_status 0
	assert_json '.status == "queued" and .attempts == 0 and .result == null and .started == null'
	((${#lines[@]} == 5))
	assert_err -r "5 executions wait, and no worker is running: taskwork, or the same command without --detach"
	[[ ! -e ran ]]
	run_split taskrun -d -q --job j in "${mark[@]}"
	assert_err ''
	((${#lines[@]} == 5))
	run_split taskrun --job j in "${mark[@]}"
	assert_status 0
	once_each 5
}

@test "resume: what was queued by another run of the job is worked on too" {
	numbers 3 | taskrun -q -d --job j "${mark[@]}" >/dev/null
	run_split taskrun --job j "${mark[@]}" <<<'{"a":4}'
	assert_status 0
	((${#lines[@]} == 1))
	once_each 4
}

@test "resume: kill -9 in the middle, then the same command" {
	numbers 30 >in
	taskrun -j 2 --job j in -- sh -c 'echo "$1" >>begun; [ "$1" -lt 15 ] || [ -e go ] || exec sleep 100; echo "$1" >>ran; echo "$1"' sh '{a}' >first &
	pid=$!
	wait_until 20 grep -qx 15 begun
	wait_until 20 test -s first
	kill -9 $pid
	refute wait $pid
	touch go
	run_split taskrun -j 2 --job j in -- sh -c 'echo "$1" >>begun; [ "$1" -lt 15 ] || [ -e go ] || exec sleep 100; echo "$1" >>ran; echo "$1"' sh '{a}'
	assert_status 0
	assert_err -r 'a worker died: [0-9]+ executions? it held (is|are) taken over'
	((${#lines[@]} == 30))
	assert_json -s 'map(.result) | sort == [range(1; 31)]'
	[[ $(sql "SELECT count(*) FROM execution WHERE status = 'completed'") == 30 ]]
	# what was printed before the kill was not run again
	for a in $(jq .params.a first); do
		[[ $(grep -cx "$a" ran) == 1 ]]
	done
	closed
	[[ -z $(ls -A "$TMPDIR") ]]
}

@test "resume: killed workers three times, then the execution is lost for good" {
	for n in 1 2 3; do
		taskrun --job j -n -- sh -c 'echo >>begun; exec sleep 100' >/dev/null 2>&1 &
		pid=$!
		wait_until 20 eval "[[ \$(wc -l <begun) == $n ]]"
		kill -9 $pid
		refute wait $pid
	done
	run_split timeout 20 taskrun --job j -n -- sh -c 'echo >>begun; exec sleep 100'
	assert_status 1
	assert_json '.status == "failed" and .error.class == "lost"'
	[[ $(wc -l <begun) == 3 ]]
	closed
}

@test "resume: Control-C gives back what did not end, and dies of it" {
	numbers 8 >in
	slow=(-- sh -c 'trap "" INT; echo "$1" >>begun; [ "$1" -lt 3 ] || [ -e go ] || exec sleep 100; echo "$1" >>ran; echo "$1"' sh '{a}')
	taskrun -j 2 --job j in "${slow[@]}" >first 2>stopped &
	pid=$!
	wait_until 20 grep -qx 4 begun
	kill -INT $pid
	status=0
	wait $pid || status=$?
	((status == 128 + 2))
	grep -q 'taskrun: stopping: ending 2 executions (again: at once)' stopped
	grep -q "taskrun: 6 executions wait in job 'j': the same command goes on with them" stopped
	[[ $(jq -c .params.a first | sort | paste -sd' ') == "1 2" ]]
	[[ $(sql 'SELECT count(*) FROM worker WHERE ended IS NULL') == 0 ]]
	[[ $(sql 'SELECT max(attempts) FROM execution') == 1 ]]
	closed
	touch go
	run_split taskrun -j 2 --job j in "${slow[@]}"
	assert_status 0
	assert_json '.attempts == 1'
	once_each 8
}

@test "resume: a record cut off by the death of its writer is told, but not after Control-C" {
	mkfifo pipe
	cut() { # the writer of the pipe dies in a record
		exec 7>pipe
		printf '{"a":1}\n{"a":2,"te' >&7
		wait_until 20 test -s begun
		exec 7>&-
	}
	slow=(-- sh -c 'echo >>begun; while [ -e hold ]; do env sleep 0.02; done' sh '{a}')
	taskrun --job j "${slow[@]}" <pipe >records 2>said &
	pid=$!
	cut
	status=0
	wait $pid || status=$?
	((status == 3))
	[[ $(<said) == "taskrun: standard input:2:"*": not JSON: "* ]]
	[[ $(wc -l <said) == 1 && $(jq .params.a records) == 1 ]]
	rm begun
	touch hold
	taskrun --job k "${slow[@]}" <pipe >records 2>said &
	pid=$!
	cut
	kill -INT $pid
	status=0
	wait $pid || status=$?
	((status == 128 + 2))
	run ! grep JSON said
	grep -q "taskrun: 1 execution waits in job 'k'" said
}

@test "resume: the second Control-C does not wait" {
	deaf=(-- sh -c 'trap "echo >told" TERM; echo $$ >child; while :; do sleep 100; done')
	taskrun --job j -n "${deaf[@]}" >/dev/null 2>&1 &
	pid=$!
	wait_until 20 test -s child
	kill -INT $pid
	wait_until 20 test -s told # else both would be one
	kill -INT $pid
	status=0
	SECONDS=0
	wait $pid || status=$?
	((status == 128 + 2 && SECONDS < 8))
	refute kill -0 "$(cat child)"
	[[ $(sql 'SELECT status, attempts FROM execution') == "queued|0" ]]
}

@test "resume: SIGTERM too; without a job what waits is cancelled" {
	numbers 5 >in
	taskrun -j 1 in -- sh -c 'echo >begun; exec sleep 100' >"$out" 2>stopped &
	pid=$!
	wait_until 20 test -e begun
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	((status == 128 + 15))
	grep -q 'taskrun: 5 executions were cancelled (with --job NAME they could be resumed)' stopped
	[[ $(sql 'SELECT DISTINCT status FROM execution') == cancelled ]]
	closed
}

@test "resume: a closed pipe stops it, the same command goes on" {
	numbers 60 >in
	{
		status=0
		taskrun -j 1 --job j in "${mark[@]}" || status=$?
		echo $status >status
	} 2>"$err" | head -n 1 >first
	holds '.status == "completed"' first
	[[ $(cat "$err") != *annot* ]]
	[[ $(cat status) == 1 ]]
	run_split taskrun -j 1 --job j in "${mark[@]}"
	assert_status 0
	((${#lines[@]} == 60))
	once_each 60
}

@test "resume: nobody who reads its output keeps it from ending, the same command prints all" {
	numbers 2000 >in
	mkfifo pipe
	exec 7<>pipe # a reader that does not read, for the beginning
	env --default-signal=INT taskrun -q -j 2 --job j in -- true >pipe 2>stopped 3>&- 7>&- &
	pid=$!
	# more than goes into the pipe
	wait_until 20 eval '(($(sql "SELECT count(*) FROM execution WHERE status = '\''completed'\''") > 110))'
	kill -INT $pid
	wait_until 8 eval '! kill -0 $pid'
	status=0
	wait $pid || status=$?
	exec 7>&-
	assert_status 130
	run_split taskrun -q -j 2 --job j in -- true
	assert_status 0
	((${#lines[@]} == 2000))
	[[ $(sql "SELECT count(*) FROM worker WHERE ended IS NULL") == 0 ]]
}

@test "resume: input that never ends is stopped by a signal" {
	mkfifo pipe
	taskrun --job j "${mark[@]}" <pipe >first 2>/dev/null &
	pid=$!
	exec 9>pipe
	echo '{"a":1}' >&9
	wait_until 20 test -s first
	kill -INT $pid
	status=0
	wait $pid || status=$?
	exec 9>&-
	((status == 128 + 2))
	once_each 1
}

@test "resume: records come out while input still comes in" {
	mkfifo pipe
	taskrun --job j "${mark[@]}" <pipe >first &
	pid=$!
	exec 9>pipe
	for n in 1 2 3; do
		echo "{\"a\":$n}" >&9
		wait_until 20 grep -q "\"params\":{\"a\":$n}" first
	done
	exec 9>&-
	wait $pid
	once_each 3
}

@test "resume: two runs of a job at once share the work and both print all" {
	numbers 60 >in
	taskrun -j 1 --job j in "${mark[@]}" >one 2>err.one &
	first=$!
	taskrun -j 1 --job j in "${mark[@]}" >two 2>err.two &
	second=$!
	wait $first
	wait $second
	diff <(jq -cS . one | sort) <(jq -cS . two | sort)
	[[ $(wc -l <one) == 60 ]]
	[[ ! -s err.one && ! -s err.two ]]
	once_each 60
	[[ $(sql 'SELECT count(*) FROM worker') == 2 ]]
}

@test "resume: many runs of many jobs at once in one state" {
	local pids=() n

	numbers 20 >in
	for n in 1 2 3 4 5 6; do
		taskrun -j 1 --job "j$n" in "${mark[@]}" >out.$n 2>err.$n &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	for n in 1 2 3 4 5 6; do
		[[ ! -s err.$n ]]
		[[ $(jq .result out.$n | sort -n | paste -sd' ') == "$(seq 20 | paste -sd' ')" ]]
	done
	[[ $(sql "SELECT count(*) FROM execution WHERE status = 'completed'") == 120 ]]
	[[ $(wc -l <ran) == 120 ]]
	closed
}

@test "resume: many may be the first in a state" {
	for round in 1 2 3 4 5; do
		for n in 1 2 3 4 5 6; do
			taskrun --state "new$round" -n -- true >out.$n 2>err.$n &
		done
		settle
		for n in 1 2 3 4 5 6; do
			[[ ! -s err.$n ]] || complain "$(cat err.$n)"
			holds '.status == "completed"' out.$n
		done
	done
}

@test "resume: the job of another tenant is another job" {
	taskrun --org a --job j "${mark[@]}" <<<'{"a":1}' >/dev/null
	run_split taskrun --org b --job j "${mark[@]}" <<<'{"a":1}'
	assert_json '.id == 2 and .org == "b"'
	[[ $(wc -l <ran) == 2 ]]
}

@test "resume: a key is a text or a whole number, also where the schema takes no such parameter" {
	printf '%s\n' '{"key":17}' '{"key":"a b"}' '{"key":17}' >in
	run_split taskrun --job keys in -- echo '{key}'
	assert_status 0
	assert_json -s 'sort_by(.key) | map([.key, .params.key, .result]) == [["17", 17, 17], ["a b", "a b", {"stdout": "a b\n"}]]'
	printf '%s\n' '{"key":1.5}' '{"key":null}' '{"key":""}' '{"key":[1]}' >in
	run_split taskrun in -- true
	assert_json -s 'length == 4 and all(.[]; .key | test("^[0-9a-f]{64}$"))'
	cat >closed.yaml <<-'END'
		task_id: closed
		interface_spec:
		  openapi: 3.0.3
		  info: {title: closed, version: "1"}
		  paths:
		    /run:
		      post:
		        requestBody:
		          content:
		            application/json:
		              schema: {type: object, additionalProperties: false, properties: {x: {type: number}}}
		        responses: {"200": {description: the same}}
		service_config: {command: [cat]}
	END
	taskreg add -q closed.yaml >registered
	run_split taskrun closed <<<'{"key":"mine","x":1}'
	assert_status 0
	assert_json '.key == "mine" and .params == {"x": 1} and .result == {"x": 1}'
}

@test "resume: defaults within values of --set are what the job remembers, however it is submitted" {
	cat >nest.yaml <<-'END'
		task_id: nest
		interface_spec:
		  openapi: 3.0.3
		  info: {title: nest, version: "1"}
		  paths:
		    /run:
		      post:
		        requestBody:
		          content:
		            application/json:
		              schema:
		                properties:
		                  box: {type: object, properties: {padding: {type: number, default: 4}}}
		        responses: {"200": {description: the same}}
		service_config: {command: [cat]}
	END
	taskreg add -q nest.yaml >registered
	for option in --atomic --quiet --atomic; do
		run_split taskrun $option --job nested --set box='{}' nest <<<'{"x":1}'
		assert_status 0
		assert_json '.id == 1 and .params == {"x": 1, "box": {"padding": 4}}'
	done
}
