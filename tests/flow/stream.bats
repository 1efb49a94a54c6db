# SPDX-License-Identifier: MIT
# Coprocesses at work: one process answers for many executions, whatever becomes of it.
load ../helper

# shellcheck disable=SC2154 # root: helper.bash
setup() {
	fresh
	need jq sqlite3
	export FAKE_LOG=$PWD/starts FAKE_GO=$PWD/go
	: >starts
}

# every coprocess that there ever was has ended, and no folder stays behind
teardown() {
	[[ ! -e starts ]] || wait_until 10 ended || return
	spotless
}

ended() {
	local pid

	while read -r pid; do
		! kill -0 "$pid" 2>/dev/null || return
	done <starts
	[[ -z $(ls -A "$TMPDIR") ]]
}

# task NAME WINDOW [MEMBERS of service_config]
task() {
	printf '{"task_id":"%s","service_config":{"command":["%s"],"stream":{"window":%s}%s}}' \
		"$1" "$root/tests/fakes/stream-odd" "$2" "${3:+,$3}" >"$1.json"
	taskreg add "$1.json" >/dev/null
}

# requests COUNT [AT WORD]...: so many, and at some places those that say a word
requests() {
	jq -nc '$ARGS.positional | (.[0] | tonumber) as $n
		| ([range(1; length; 2) as $i | {(.[$i]): .[$i + 1]}] | add // {}) as $words
		| range($n) | {key: "k\(.)"} + if $words["\(.)"] then {do: $words["\(.)"]} else {} end' --args "$@"
}

# so many executions of the state have this status
are() { [[ $(sqlite3 -cmd '.timeout 10000' .dockline/state.db "SELECT count(*) FROM execution WHERE status = '$1'") == "$2" ]]; }

@test "stream: who ends its coprocess is to blame for it, and nobody else" {
	local name word status_is class reason

	task odd 8 '"retry":"none"'
	task late 8 '"retry":"none","timeout":{"soft":1,"hard":1.5}'
	while read -r name word status_is class reason; do
		run_split taskrun --job "$word" -j 2 "$name" <(requests 12 3 "$word")
		assert_json -s '[.[].key] | sort == ([range(12) | "k\(.)"] | sort)'
		assert_json '.attempts == 1'
		assert_json -s 'map(select(.key != "k3" and .status != "completed")) == []'
		assert_json -s 'map(select(.key == "k3"))[0] | [.status, .error.class] == ["'"$status_is"'", '"$class"']'
		assert_json -s 'map(select(.key == "k3"))[0] | (.error.reason // "") | test("'"$reason"'")'
		assert_err ''
	done <<-'EOF'
		odd die failed "signal" signal.11
		odd exit failed "engine" exit.3
		odd half failed "engine" exit.0
		odd close failed "result" closed.its.output
		odd leave completed null
		odd deaf completed null
		odd twice completed null
		odd banner failed "result" Welcome
		odd nonsense failed "result" not.really
		odd other failed "result" not.asked
		odd text failed "result" no.integer
		odd flood failed "result" longer.than
		odd word failed "result" no.object
		odd neither failed "result" neither
		odd error failed "input" no
		odd both failed "input" no
		odd big completed null
		odd later completed null
		late hang timeout "timeout" not.answered.in.time
		late stubborn timeout "timeout" not.answered.in.time
	EOF
}

@test "stream: more windows than one go down, in many places" {
	task odd 16 '"retry":"none"'
	run_split taskrun -j 3 odd <(requests 300 0 die 15 exit 16 die 17 die 100 nonsense 200 leave 299 die)
	assert_status 1
	assert_json -s 'length == 300 and all(.[]; .attempts == 1)'
	assert_json -s 'map(select(.status == "failed").key) | sort == ["k0", "k100", "k15", "k16", "k17", "k299"]'
}

@test "stream: after a death the others need no process each" {
	task wide 200 '"retry":"none"'
	run_split taskrun -j 2 wide <(requests 400 5 die)
	assert_status 1
	assert_json -s 'map(select(.status == "failed").key) == ["k5"]'
	# two, and for the suspects two more, and one for the culprit, and one after it
	(($(wc -l <starts) <= 6))
}

@test "stream: a window of one, one of ten thousand, more slots than work" {
	task narrow 1
	task huge 10000
	run_split taskrun --job narrow -j 2 narrow <(requests 500)
	assert_status 0
	assert_json -s 'length == 500 and all(.[]; .status == "completed")'
	(($(wc -l <starts) <= 2))
	run_split taskrun --job huge -j 2 huge <(requests 3000)
	assert_status 0
	assert_json -s 'length == 3000 and all(.[]; .status == "completed")'
	: >starts
	run_split taskrun --job few -j 8 huge <(requests 2)
	assert_status 0
	(($(wc -l <starts) <= 2))
}

@test "stream: a coprocess that is not there any more is told of each, at once" {
	printf '#!/bin/sh\n' >gone
	chmod +x gone
	printf '{"task_id":"gone","service_config":{"command":["%s"],"stream":{"window":8},"breaker":false}}' "$PWD/gone" >gone.json
	taskreg add gone.json >/dev/null
	taskrun -q --detach --job j gone <(requests 1000) >/dev/null
	rm gone
	run_split timeout 30 taskwork -q -j 2
	assert_status 0
	run_split taskstat --job j --status failed --json
	assert_json -s 'length == 1000'
	assert_json '.attempts == 1 and .error == {class: "rejected", reason: "cannot run '"'$PWD/gone'"': no such program"}'
}

@test "stream: tries are counted in the request, and wait with jitter" {
	task odd 8 '"retry":{"strategy":"fixed_delay","delay":0.1,"jitter":0.5,"max_retries":2}'
	run_split taskrun -j 2 odd <(requests 40 3 flaky 30 flaky 35 die)
	assert_status 1
	assert_json -s 'map(select(.key == "k3" or .key == "k30") | [.status, .attempts, .result]) == [["completed", 2, 2], ["completed", 2, 2]]'
	assert_json -s 'map(select(.key == "k35") | [.status, .attempts, .error.class]) == [["failed", 3, "signal"]]'
	assert_json -s 'map(select(.attempts == 1)) | length == 37 and all(.[]; .status == "completed")'
	# each wait is another one, between the half of the delay and half as much again
	run_split sqlite3 .dockline/state.db "SELECT count(*), count(DISTINCT wait), min(wait) >= 50000 FROM (
		SELECT b.started - a.ended AS wait FROM attempt a JOIN attempt b ON b.execution = a.execution AND b.number = a.number + 1)"
	assert_out '4|4|1'
}

@test "stream: what it says on stderr is in the record of who failed" {
	task odd 4 '"retry":"none"'
	run_split taskrun -j 1 odd <(requests 3 1 log)
	assert_status 1
	assert_json -s 'map(select(.key == "k1"))[0] | .error.stderr == "about \(.id)\n"'
	assert_json -s 'map(select(.key != "k1")) | all(.[]; has("error") | not)'
}

@test "stream: a coprocess that talks for ever does not fill the disk" {
	cat >talk <<-'EOF'
		#!/bin/sh
		echo $$ >>"$FAKE_LOG"
		head -c 60000000 /dev/zero | tr '\0' x >&2
		while read -r line; do
			until [ -e "$FAKE_GO" ]; do sleep 0.02; done
			id=${line#*:} id=${id%%,*}
			echo last words >&2
			echo "{\"id\":$id,\"error\":{\"class\":\"input\",\"reason\":\"no\"}}"
		done
	EOF
	chmod +x talk
	printf '{"task_id":"talk","service_config":{"command":["%s"],"stream":{}}}' "$PWD/talk" >talk.json
	taskreg add talk.json >/dev/null
	taskrun talk <(requests 1) >"$out" 2>"$err" 3>&- &
	run=$!
	wait_until 20 eval '(($(stat -c %s "$TMPDIR"/dockline-*/0.log) >= 60000000 && $(du -k "$TMPDIR"/dockline-*/0.log | cut -f1) < 20000))'
	touch go
	status=0
	wait $run || status=$?
	assert_status 1
	assert_json '.error.stderr | endswith("xxx\nlast words\n") or endswith("xxxlast words\n")'
}

@test "stream: files that an answer names are kept, and their folder is removed" {
	task odd 4 '"workdir":true'
	run_split taskrun -j 2 odd <(requests 6 1 file 4 file)
	assert_status 0
	assert_json -s 'map(select(.key == "k1" or .key == "k4") | .result.files.note | has("object") and has("path") == false) == [true, true]'
	cp "$out" records
	for key in k1 k4; do
		id=$(jq -r "select(.key == \"$key\").id" records)
		run_split taskstat artifact "$id" note
		assert_status 0
		assert_out "$id"
	done
	[[ -z $(ls -A "$TMPDIR") ]]
}

@test "stream: cancelling ends a coprocess that has nothing else, and spares one that has" {
	task odd 4 '"timeout":100'
	taskrun --job j -j 1 odd <(requests 2 0 wait 1 wait) >"$out" 2>"$err" 3>&- &
	run=$!
	wait_until 20 are preparing 2
	wait_until 20 test -s starts
	taskctl cancel "$(sqlite3 .dockline/state.db "SELECT min(id) FROM execution")"
	touch go
	status=0
	wait $run || status=$?
	assert_json -s 'length == 2'
	assert_json -s 'map(select(.key == "k1").status) == ["completed"]'
	rm go
	: >starts
	taskrun --job k -j 1 odd <(requests 2 0 hang 1 hang) >"$out" 2>"$err" 3>&- &
	run=$!
	wait_until 20 test -s starts
	run_split taskctl cancel --job k
	assert_status 0
	wait_until 20 eval '! kill -0 $run'
}

@test "stream: Control-C gives back what was not answered, and the same command goes on" {
	for window in 1 8; do
		task "odd$window" $window
		rm -f go
		requests 40 3 wait 20 wait >lines
		run() { exec env --default-signal=INT taskrun --job "w$window" -j 2 "odd$window" lines; }
		run >first 2>"$err" 3>&- &
		pid=$!
		wait_until 20 eval '(($(wc -l <first) >= 3))'
		kill -INT $pid
		status=0
		wait $pid || status=$?
		assert_status 130
		touch go
		run_split eval '(run)'
		assert_status 0
		assert_json -s '[.[].key] | sort == ([range(40) | "k\(.)"] | sort)'
		assert_json '.status == "completed" and .attempts == 1'
		[[ $(grep -cxFf "$out" first) == $(wc -l <first) ]]
	done
}

@test "stream: kill -9 in the middle of a window, four times: each is answered once, nobody is to blame" {
	task odd 8
	requests 60 5 wait 25 wait >lines
	for round in 1 2 3 4; do
		: >starts
		taskrun --job j -j 2 odd lines >first 2>/dev/null 3>&- &
		run=$!
		wait_until 20 test -s starts
		wait_until 20 eval '(($(wc -l <first) >= 5))'
		kill -9 $run
		refute wait $run
		wait_until 10 eval '! kill -0 $(tail -n 1 starts)'
	done
	touch go
	run_split taskrun --job j -j 2 odd lines
	assert_status 0
	assert_json -s '[.[].key] | sort == ([range(60) | "k\(.)"] | sort)'
	assert_json '.status == "completed" and .attempts == 1'
}

@test "stream: who is alone with a coprocess when the worker dies is to blame as any other" {
	task odd 1
	for round in 1 2 3; do
		: >starts
		taskrun --job j -j 1 odd <(requests 3 0 wait) >first 2>/dev/null 3>&- &
		run=$!
		wait_until 20 test -s starts
		wait_until 20 are preparing 1
		kill -9 $run
		refute wait $run
		wait_until 10 eval '! kill -0 $(cat starts)'
	done
	touch go
	run_split taskrun --job j -j 1 odd <(requests 3 0 wait)
	assert_status 1
	assert_json -s 'map(select(.key == "k0") | .error.class) == ["lost"]'
	assert_json -s 'map(select(.key != "k0") | .status) == ["completed", "completed"]'
}

@test "stream: coprocesses of several tasks and plain ones share two slots, and none starves" {
	task a 8
	task b 16
	printf '{"task_id":"plain","service_config":{"command":["sleep","0.02"]}}' >plain.json
	taskreg add plain.json >/dev/null
	for i in 1 2 3; do
		for name in a plain b; do
			requests 25 | jq -c --arg i $i '.key += "-" + $i | .do = "slow"' |
				taskrun -q --detach --job "$name" $name >/dev/null
		done
	done
	run_split timeout 60 taskwork -q -j 2
	assert_status 0
	run_split taskstat --json
	assert_json '.submitted == 75 and .completed == 75'
	# what was submitted later is not left to the end: all three go on side by side
	run_split sqlite3 .dockline/state.db 'SELECT count(*) FROM (SELECT min(ended) AS first, max(ended) AS last
		FROM execution GROUP BY job) a, (SELECT min(ended) AS first FROM execution GROUP BY job) b WHERE a.last < b.first'
	assert_out 0
}

@test "stream: an idle coprocess gives its room to what waits, and ends after a second" {
	task odd 8
	printf '{"task_id":"plain","service_config":{"command":["true"]}}' >plain.json
	taskreg add plain.json >/dev/null
	taskwork -q --forever -j 1 >/dev/null 2>"$err" 3>&- &
	work=$!
	run_split taskrun -j 0 -d odd <(requests 1)
	wait_until 20 are completed 1
	first=$(<starts)
	kill -0 "$first"
	run_split taskrun -d plain <(requests 1)
	wait_until 20 are completed 2
	run_split taskrun -d odd <(requests 2)
	wait_until 20 are completed 4
	wait_until 10 eval '! kill -0 $(tail -n 1 starts)'
	run_split taskrun -d odd <(requests 3)
	wait_until 20 are completed 7
	kill -TERM $work
	refute wait $work
	[[ $(sort -u starts | wc -l) == $(wc -l <starts) ]]
	(($(wc -l <starts) >= 2))
	[[ ! -s $err ]]
}
