# SPDX-License-Identifier: MIT
load ../helper

# Line n writes "out n" and "err n"; 2 fails.
say=(--lines -- sh -c 'echo "out $1"; echo "err $1" >&2; test "$1" != 2' sh '{line}')

# A line writes what is appended to the file of its name, until that ends with "end".
talk=(--lines -- sh -c 'touch "$1"; tail -n +1 -f "$1" & while ! grep -q end "$1"; do env sleep 0.02; done; env sleep 0.1; kill $!' sh '{line}')

job_j() { seq 3 | taskrun -q -j 1 --job j "${say[@]}" >/dev/null || (($? == 1)); }

teardown() {
	[[ ! -e $DOCKLINE_STATE ]] || taskctl -q cancel --all >/dev/null 2>&1 || true
	kill "${followers[@]}" 2>/dev/null || true
	settle
	spotless
}

last_event() { sqlite3 "$DOCKLINE_STATE/state.db" 'SELECT max(seq + count - 1) FROM event'; }

@test "tasklog: what every program promises" {
	assert_front tasklog
}

@test "tasklog: stderr and stdout of each try, with a head where there are several" {
	job_j
	run_split tasklog 2
	assert_status 0
	assert_err ''
	assert_out $'==> 2, try 1, stderr <==\nerr 2\n\n==> 2, try 1, stdout <==\nout 2'
	taskctl -q retry 2 >/dev/null
	job_j
	run_split tasklog --stderr 2
	assert_out $'err 2\n\n==> 2, try 2, stderr <==\nerr 2'
	run_split tasklog --stdout --attempt 2 2
	assert_out 'out 2'
	run_split tasklog --attempt 3 2 1
	assert_status 1
	assert_out ''
	assert_err $'tasklog: execution 2 has no try 3: it was tried 2 times\ntasklog: execution 1 has no try 3: it was tried 1 time'
	run_split tasklog --attempt 2 --job j
	assert_status 0
	assert_out $'==> 2, try 2, stderr <==\nerr 2\n\n==> 2, try 2, stdout <==\nout 2'
	taskstat --job j --list | tasklog --stdout - >all
	diff <(grep -v '^$' all) - <<-'END'
		==> 1, try 1, stdout <==
		out 1
		==> 2, try 1, stdout <==
		out 2
		==> 2, try 2, stdout <==
		out 2
		==> 3, try 1, stdout <==
		out 3
	END
	run_split tasklog --job j --status completed --stderr
	[[ $(grep -c '^err' "$out") == 2 ]]
}

@test "tasklog: a result that is no text is shown when stdout is asked for" {
	mkdir -p share/tasks
	cat >share/tasks/give.yaml <<-'END'
		task_id: give
		service_config: { command: [sh, -c, 'echo log >&2; echo "{\"a\": 1}"'] }
	END
	DOCKLINE_SHARE=$PWD/share taskrun -q -n give >/dev/null
	run_split tasklog 1
	assert_out $'==> 1, try 1, stderr <==\nlog'
	run_split tasklog --stdout 1
	assert_out '{"a":1}'
}

@test "tasklog: bytes arrive as they were; on a terminal nothing is done to it" {
	taskrun -q -n -- sh -c 'printf "a\033[2J\344\000b\n" >&2; exit 1' >/dev/null || true
	tasklog --stderr 1 >got
	printf 'a\033[2J\344\000b\n' | cmp - got
	run_split script -qec 'tasklog --stderr 1' /dev/null
	assert_out -r '^a\?\[2J'
}

@test "tasklog: long output is kept whole up to log.cap, then its beginning and end" {
	export DOCKLINE_LOG_CAP=20K
	printf '%s\n' 1500 9000 | taskrun -q --lines -- sh -c 'seq "$1" >&2; exit 1' sh '{line}' >/dev/null || true
	tasklog --stderr 1 >got
	seq 1500 | cmp - got
	tasklog --stderr 2 >got
	(($(wc -c <got) < 21000))
	[[ $(head -n 1 got) == 1 && $(tail -n 1 got) == 9000 ]]
	grep -qx '\[\.\.\. [0-9]* bytes left out \.\.\.\]' got
}

@test "tasklog: --grep finds lines over many executions" {
	job_j
	run_split tasklog --job j --grep '^(err|out) [12]$'
	assert_status 0
	assert_out $'1/1 stderr: err 1\n1/1 stdout: out 1\n2/1 stderr: err 2\n2/1 stdout: out 2'
	run_split tasklog --grep 3 --stderr 3
	assert_out 'err 3'
	run_split tasklog --job j --grep nothing
	assert_status 1
	assert_out ''
	assert_err ''
	run_split tasklog --job j --grep '('
	assert_status 2
	assert_err -r "^tasklog: --grep '\(': "
}

@test "tasklog: --since looks at what ended since" {
	job_j
	run_split tasklog --since 1h --stderr
	[[ $(grep -c '^err' "$out") == 3 ]]
	run_split tasklog --since 0 --job j
	assert_status 0
	assert_out ''
	run_split tasklog --since 2020-01-01T00:00:00Z --grep 'err 3'
	assert_out '3/1 stderr: err 3'
	run_split tasklog --since soon
	assert_status 2
	assert_err -l "tasklog: --since: 'soon' is neither a duration (2h, 1d12h) nor a time (2026-01-31T09:30:00Z)"
	run_split tasklog --since +2h
	assert_status 2
	assert_err -l "tasklog: --since: '+2h' is yet to come"
}

@test "tasklog: wrong usage, no state, unknown ones" {
	run_split tasklog 1
	assert_status 4
	job_j
	for wrong in 'x' '--job j 1' '--cursor 1 1' '--json 1' '--events --grep x' '--events --queue q' '--attempt -1 1' \
		'--follow --status failed' '--events --cursor x' '--job nothing' '--status lost'; do
		# shellcheck disable=SC2086 # words
		run_split tasklog $wrong
		assert_status 2
		assert_out ''
	done
	run_split tasklog --stderr 9 3
	assert_status 1
	assert_err 'tasklog: no execution 9'
	assert_out -l 'err 3'
	run_split tasklog --org other --job j
	assert_status 2
	run_split tasklog --org other 1
	assert_status 1
	run_split tasklog - <<<'{"key":"none"}'
	assert_status 3
}

@test "tasklog: what one that runs has written so far, and what it writes then" {
	echo talk | taskrun -q --job t "${talk[@]}" >/dev/null &
	wait_until 10 test -e talk
	echo one >>talk
	wait_until 10 eval '[[ $(tasklog --stdout 1) == one ]]'
	tasklog --follow --stdout 1 >followed 2>said &
	follower=$!
	followers=("$follower")
	wait_until 10 grep -qx one followed
	echo two >>talk
	wait_until 20 grep -qx two followed
	printf 'no newline' >>talk
	wait_until 20 grep -q newline followed
	echo ' end' >>talk
	wait $follower
	[[ $(cat followed) == $'one\ntwo\nno newline end' ]]
	[[ ! -s said ]]
	settle
}

@test "tasklog: following a job from before it begins misses nothing and mixes nothing up" {
	echo 0 | taskrun -q --detach --job j "${say[@]}" >/dev/null
	tasklog -f --job j >followed &
	follower=$!
	followers=("$follower")
	seq 0 400 | taskrun -q -j 2 --job j "${say[@]}" >/dev/null || true
	wait $follower
	awk '/^==>/ { id = $2; next } /^(out|err)/ { n[$1]++; if (!(id in seen)) seen[id] = $2; else if (seen[id] != $2) print "mixed up:", id }
		END { print n["out"], n["err"] }' followed >counts
	[[ $(cat counts) == '401 401' ]]
}

@test "tasklog: --follow goes on with the next try, and ends with the last" {
	mkdir -p share/tasks
	cat >share/tasks/twice.yaml <<-'END'
		task_id: twice
		service_config:
		  command: [sh, -c, 'echo "try $DOCKLINE_ATTEMPT" >&2; test -e go || exit 75; exit 1']
		  retry: { strategy: fixed_delay, delay: 0.3, max_retries: 1, on: [] }
	END
	DOCKLINE_SHARE=$PWD/share taskrun -q --detach -n --job r twice >/dev/null
	tasklog -f --stderr 1 >followed &
	follower=$!
	followers=("$follower")
	DOCKLINE_SHARE=$PWD/share taskrun -q -n --job r twice >/dev/null || true
	wait $follower
	[[ $(cat followed) == $'try 1\n\n==> 1, try 2, stderr <==\ntry 2' ]]
}

@test "tasklog: events are records without gaps, of a job, a task, a status, an execution" {
	job_j
	run_split tasklog --events
	assert_status 0
	assert_err ''
	assert_json '.type == "event" and .seq > 0 and (.time | test("^20..-..-..T")) and .event and .execution'
	assert_json -s 'map(.seq) == [range(1; length + 1)]'
	assert_json -s 'map(select(.execution == 2) | [.event, .from, .to]) == [["ready", "submitted", "queued"],
		["claim", "queued", "preparing"], ["fail", "preparing", "failed"]]'
	echo x | taskrun -q --job k --lines -- true >/dev/null
	run_split tasklog --events --job k
	assert_json -s 'length == 3 and all(.job == "k")'
	run_split tasklog --events --status failed
	assert_json -s 'map([.execution, .event]) == [[2, "fail"]]'
	run_split tasklog --events 1 3
	assert_json -s 'length == 6 and all(.execution == 1 or .execution == 3)'
	run_split tasklog --events --task "$(taskstat 1 | jq -r .task)" --status completed
	assert_json -s 'map(.execution) == [1, 3]'
	run_split tasklog --events --org other
	assert_out ''
	run_split env COLUMNS=200 script -qec 'tasklog --events 2' /dev/null
	assert_out -r 'worker 1 +2  fail +preparing > failed'
	jq -e --slurpfile schema "$root/share/schema/event.json" -s '
		all(.[]; (keys - ($schema[0].properties | keys)) == [])' < <(tasklog --events)
}

@test "tasklog: --audit tells who did what, what for, and what came of it" {
	printf '%s\n' a b | taskrun -q --detach --job j "${talk[@]}" >/dev/null
	taskctl -q cancel --reason 'no "x"' --correlation c-1 2 >/dev/null
	taskctl -q pause --job j --correlation c-2
	taskctl -q priority high 1 >/dev/null
	run_split tasklog --audit
	assert_status 0
	assert_json -s 'map([.event, .from, .to]) == [["ready", "submitted", "queued"], ["ready", "submitted", "queued"],
		["cancel", "queued", "cancelled"], ["pause", null, null], ["priority", "queued", "queued"]]'
	assert_json '.who == "'"$(id -un)"'"'
	assert_json -s '.[0].detail == "submit" and all(.[2:][]; .correlation)'
	assert_json -s '.[2].detail == "-q cancel --reason no \"x\" --correlation c-1 2" and .[2].correlation == "c-1"'
	assert_json -s '.[3] | .job == "j" and .execution == null and .correlation == "c-2"'
	tasklog --audit --since 24h | jq -r 'select(.event == "cancel") | [.who, .execution] | @tsv' >who
	[[ $(cat who) == "$(id -un)"$'\t'2 ]]
	run_split tasklog --audit --job j --status cancelled
	assert_json -s 'map(.execution) == [2]'
	taskctl -q resume --job j
	echo b | taskrun -q --job j "${talk[@]}" >/dev/null &
	wait_until 10 test -e a
	taskctl -q cancel 1 >/dev/null
	settle
	run_split tasklog --events --status cancelled 1
	assert_json -s 'map([.worker != null, .who]) | .[-1] == [true, null]'
	run_split tasklog --audit 1
	assert_json -s '.[-1] | .event == "cancel" and .from == .to'
}

@test "tasklog: --audit tells what submissions, graphs and tidying belong to" {
	export DOCKLINE_CORRELATION=visit-7
	echo a | taskrun -q --detach --job j "${talk[@]}" >/dev/null
	echo '{"key":"a","params":{}}' | taskrun -q --detach --graph --job g -- true >/dev/null
	echo a | taskrun -q --job k --lines -- true >/dev/null
	echo a | taskrun -q --job l --lines -- true >/dev/null
	taskctl -q gc --older 0s --job k >/dev/null
	DOCKLINE_CORRELATION='' taskctl -q gc --older 0s --job l >/dev/null
	run_split tasklog --audit
	assert_json -s 'map([.event, .correlation]) | .[:-1] == [["ready", "visit-7"] | ., ., ., .] + [["remove", "visit-7"]]'
	assert_json -s '.[-1].event == "remove" and (.[-1].correlation | length) == 36'
}

@test "tasklog: a cursor resumes, and what was read is told by a file" {
	job_j
	run_split tasklog --events --cursor 4
	assert_json -s '.[0].seq == 5'
	run_split tasklog --events --cursor end
	assert_status 0
	assert_out ''
	run_split tasklog --events --cursor 1000000
	assert_status 2
	assert_err -r '^tasklog: the last event is [0-9]+: the cursor 1000000 belongs to another state$'
	run_split tasklog --events --cursor-file seen --status failed
	assert_json -s 'length == 1'
	[[ $(cat seen) == "$(last_event)" ]]
	run_split tasklog --events --cursor-file seen
	assert_out ''
	taskctl -q retry 2 >/dev/null
	run_split tasklog --events --cursor-file seen
	assert_json -s 'map(.event) == ["revive"]'
	[[ $(cat seen) == "$(last_event)" ]]
	echo rubbish >seen
	run_split tasklog --events --cursor-file seen
	assert_status 3
}

@test "tasklog: a follower that is killed and one that falls behind lose no event" {
	job_j
	mkfifo slow
	tasklog --events --follow --cursor-file seen >slow &
	followers=($!)
	exec 7<slow
	seq 10 300 | taskrun -q -j 2 --job j "${say[@]}" >/dev/null
	taskctl -q pause 1 2>/dev/null >/dev/null || true
	n=$(last_event)
	for ((i = 0; i < 50; i++)); do # not head, which reads more than it writes
		read -r line <&7
		printf '%s\n' "$line"
	done >first
	kill -KILL "${followers[0]}"
	wait "${followers[0]}" || true
	cat <&7 >>first
	[[ ! -e seen ]] || (($(cat seen) <= n))
	tasklog --events --follow --cursor-file seen >second &
	followers=($!)
	wait_until 20 grep -q "\"seq\":$n," second
	taskrun -q -n --job last -- true >/dev/null
	wait_until 20 grep -q '"job":"last","event":"complete"' second
	# the last line of the first may be cut off
	sed -n 's/^{"type":"event","seq":\([0-9]*\),.*}$/\1/p' first second | sort -nu >seqs
	seq "$(last_event)" | diff - seqs
	wait_until 20 eval '[[ $(cat seen) == $(last_event) ]]'
}

@test "tasklog: a pipe that is closed and a full disk" {
	job_j
	status=0
	(set +o pipefail; tasklog --events 2>"$err" | head -n 1 >/dev/null) || status=$?
	((status == 0))
	[[ ! -s $err ]]
	status=0
	tasklog --events >/dev/full 2>"$err" || status=$?
	((status == 5))
	status=0
	tasklog --job j >/dev/full 2>"$err" || status=$?
	((status == 5))
}
