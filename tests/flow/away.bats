# SPDX-License-Identifier: MIT
# Pipelines whose steps go to a cluster, and what would go there; the cluster is processes of this host.
load ../helper
load ../services

setup() {
	fresh
	need jq sqlite3
}

teardown() {
	touch go # what still waits for it ends
	end_services
	settle
	spotless
}

pipe() { cat >p.yaml; }
requests() { grep -c "^POST /run" "$1/log" 2>/dev/null || true; }
out_there() { timeout 30 pipeline run p.yaml --on local --job r "$@"; }
ran() { [[ -e ran ]] && (($(wc -l <ran) >= $1)); }
sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }

# steps `many`, three executions that wait for the file `go`, and `last`
slow() {
	mkdir .dockline
	pipe <<-'END'
		name: slow
		steps:
		  - id: many
		    command: [sh, -c, 'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"', sh, "{n}"]
		    foreach: [1, 2, 3]
		    params: {n: "${{ item }}"}
		  - id: last
		    depends_on: [many]
		    command: [sh, -c, 'echo 7']
	END
}

@test "away: what can goes to the cluster, services, questions and what is gathered stay at home" {
	need python3
	mkdir .dockline
	serve a
	task t
	pipe <<-'END'
		name: mixed
		steps:
		  - id: there
		    command: [sh, -c, 'echo "{\"n\": $1, \"tmp\": \"$TMPDIR\"}"', sh, "{n}"]
		    foreach: [1, 2, 3, 4]
		    params: {n: "${{ item }}"}
		  - id: gathered
		    depends_on: [there]
		    value: "${{ steps.there.results | map(.n) | add }}"
		  - id: whole
		    gate: "${{ steps.gathered.result == 10 }}"
		  - id: ask
		    depends_on: [whole]
		    approval: "go on?"
		    command: [echo, "1"]
		  - id: here
		    depends_on: [ask]
		    task: t
		    params: {n: "${{ steps.gathered.result }}"}
	END
	out_there --chunk-size 2 >record &
	pid=$!
	wait_until 20 eval '[[ $(pipeline status r --json | jq -r ".steps[3].status") == held ]]'
	taskctl approve -q --job r >/dev/null
	wait "$pid"
	jq -se 'all(.[]; .status == "completed" and ([.steps[].status] | all(. == "completed")))' record
	run_split taskstat --job r --json
	assert_json -s 'map(select(.key | startswith("there/")) | .result.tmp | contains("/dockline-")) | length == 4 and all'
	(($(requests a) == 1))
	# two of there, one of the command that was approved
	run_split sql 'SELECT count(*), sum(executions) FROM cluster_element'
	assert_out '3|5'
	[[ -z $(ls .dockline/spool) ]]
}

@test "away: interrupted what is out stays out, and the same command goes on with it" {
	slow
	env --default-signal=INT pipeline run p.yaml --on local --job r --chunk-size 2 --resource elements=2 >first 2>said 3>&- &
	pid=$!
	wait_until 10 ran 2
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	assert_status 130
	[[ ! -s first ]]
	grep -x 'pipeline: interrupted: pipeline resume r --on local goes on' said
	grep -xE 'pipeline: 2 elements are out: pipeline resume r --on local goes on with them' said
	touch go
	run_split out_there
	assert_status 0
	assert_json '.status == "completed"'
	[[ $(sort ran) == $'1\n2\n3' ]]
	run_split taskstat --job r --json
	assert_json -s 'map(.attempts) == [1, 1, 1, 1]'
}

@test "away: a lost connection is no more than that, and neither is the death of who looks after the cluster" {
	slow
	env --default-signal=HUP pipeline run p.yaml --on local --job r --chunk-size 3 >/dev/null 2>said 3>&- &
	pid=$!
	wait_until 10 ran 1
	kill -HUP "$pid"
	status=0
	wait "$pid" || status=$?
	((status == 129))
	pipeline resume r --on local >/dev/null 2>&1 3>&- &
	pid=$!
	wait_until 10 eval '[[ $(pipeline status r --json | jq -r .status) == running ]]'
	kill -KILL "$pid"
	wait_until 10 eval '[[ $(pipeline status r --json | jq -r .status) == interrupted ]]'
	touch go
	run_split timeout 30 pipeline resume r --on local
	assert_status 0
	assert_json '.status == "completed"'
	(($(wc -l <ran) == 3))
}

@test "away: the same command looks on while somebody goes through it, and goes on where that one leaves" {
	slow
	went=(env --default-signal=INT pipeline run p.yaml --on local --chunk-size 3)
	looks_on() { grep -qx "pipeline: run 1, job 'slow-1', is gone through already: waiting for its end" "$1"; }
	"${went[@]}" >record1 2>said1 3>&- &
	first=$!
	wait_until 10 ran 1
	# no name is needed, and that of its job does as well
	"${went[@]}" >record2 2>said2 3>&- &
	second=$!
	"${went[@]}" --job slow-1 >record3 2>said3 3>&- &
	third=$!
	"${went[@]}" --job slow-1 >record4 2>said4 3>&- &
	fourth=$!
	for n in 2 3 4; do wait_until 10 looks_on "said$n"; done
	grep -x "pipeline: run 1, job 'slow-1', has not ended: it goes on (another --job is a new run)" said2
	run_split "${went[@]}" --detach
	assert_status 0
	assert_json '.type == "run" and .status == "running"'
	run_split pipeline resume 1 --on local -p x=1
	assert_status 2
	assert_err -r 'is being conducted already'
	# one that looks on leaves, and nothing else changes
	kill -INT "$third"
	status=0
	wait "$third" || status=$?
	assert_status 130
	grep -x 'pipeline: run 1 goes on without us' said3
	# who goes through it leaves: one of the others does
	kill -INT "$first"
	status=0
	wait "$first" || status=$?
	assert_status 130
	wait_until 10 grep -q 'who went through run 1 is gone: it goes on here' said2 said4
	touch go
	wait "$second"
	wait "$fourth"
	for n in 2 4; do jq -se 'length == 1 and .[0].status == "completed"' "record$n"; done
	[[ ! -s record1 && ! -s record3 && $(sort ran) == $'1\n2\n3' ]]
	run_split sql 'SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM cluster_element), sum(attempts) FROM execution'
	assert_out '1|2|4'
	# what has ended is no reason not to begin anew
	run_split timeout 30 pipeline run -q p.yaml --on local --job other
	assert_status 0
	run_split timeout 30 pipeline run -q p.yaml --on local
	assert_json '.id == 3 and .job == "slow-2" and .status == "completed"'
}

# PID: its child tries again and again, thousands of times a second, to write
waits_for_lock() { (($(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$(pgrep -P "$1")/status") > 300)); }

@test "away: of several that begin a run under one name at once one goes through it, the others look on" {
	slow
	touch go
	taskrun -q -- true >/dev/null
	# all of them have looked for a run of that name before the first can write one
	coproc lock { exec sqlite3 .dockline/state.db; }
	echo "BEGIN IMMEDIATE; SELECT 'held';" >&"${lock[1]}"
	read -r -t 10 held <&"${lock[0]}" && [[ $held == held ]]
	begun=()
	for n in 1 2 3 4; do
		timeout 30 pipeline run p.yaml --on local --chunk-size 3 --job r >record$n 2>said$n 3>&- &
		begun+=($!)
	done
	for n in 1 2 3 4; do wait_until 10 waits_for_lock "${begun[n - 1]}"; done
	echo 'ROLLBACK;' >&"${lock[1]}"
	eval "exec ${lock[1]}>&-"
	for pid in "${begun[@]}"; do wait "$pid" || complain "$(cat said*)"; done
	for n in 1 2 3 4; do jq -se 'length == 1 and .[0].status == "completed"' "record$n"; done
	[[ $(sort ran) == $'1\n2\n3' ]]
	run_split sql 'SELECT count(*) FROM run'
	assert_out 1
}

@test "away: cancelled while somebody goes through it, and while nobody does" {
	slow
	for job in r s; do
		rm -f ran
		env --default-signal=INT pipeline run p.yaml --on local --job "$job" --chunk-size 3 >/dev/null 2>said 3>&- &
		pid=$!
		wait_until 10 ran 1
		element=$(awk '{ print $2 }' .dockline/spool/*.local)
		if [[ $job == s ]]; then
			kill -INT "$pid"
			wait "$pid" || :
			kill -0 "$element"
		fi
		run_split pipeline cancel "$job"
		assert_status 0
		wait "$pid" || :
		wait_until 15 eval '! kill -0 "$element" 2>/dev/null'
		run_split pipeline status "$job" --json
		assert_json '.status == "cancelled"'
		run_split taskstat --json
		assert_json -s 'all(.[]; .running == 0 and .waiting == 0 and .completed == 0)'
	done
	run_split sql "SELECT count(*) FROM cluster_element WHERE ended IS NULL"
	assert_out 0
}

@test "away: detached a process of its own does it" {
	slow
	run_split pipeline run p.yaml --on local --job r --chunk-size 2 --resource elements=2 --detach
	assert_status 0
	wait_until 10 ran 2
	touch go
	wait_until 20 eval '[[ $(pipeline status r --json | jq -r .status) == completed ]]'
	run_split sql 'SELECT max(executions) FROM cluster_element'
	assert_out 2
	# it may not have left yet
	wait_until 10 eval '! pgrep -f "pipeline resume .*--state=$PWD/.dockline"'
}

@test "away: no such cluster, and options without one" {
	slow
	run_split pipeline run p.yaml --on nosuch
	assert_status 2
	assert_err -r "no cluster profile 'nosuch'"
	run_split pipeline run p.yaml --chunk-size 3
	assert_status 2
	assert_err -r 'only with --on'
	run_split pipeline status --on local
	assert_status 2
	assert_err -r 'status knows no .*--on'
	run_split pipeline status --json
	assert_out ''
}

@test "away: --dry-run of a pipeline says of each step where it would run, and what would be submitted" {
	mkdir .dockline
	pipe <<-'END'
		name: plan
		steps:
		  - id: many
		    command: [cat]
		    foreach: [1, 2, 3, 4, 5]
		    params: {n: "${{ item }}"}
		  - id: sum
		    depends_on: [many]
		    value: 1
	END
	run_split out_there --dry-run --chunk-size 2
	assert_status 0
	assert_json -s 'map(.on) == ["local", null]'
	assert_json -s '.[0].submit | .elements == 2 and .executions == 5 and (.script | test("--element. .1."))'
	[[ ! -e .dockline/state.db && ! -e .dockline/spool ]]
}

@test "away: taskrun --dry-run says what would be submitted, and changes nothing" {
	seq 7 | jq -c '{n: .}' >params
	run_split taskrun --on local --dry-run --chunk-size 3 --resource elements=5 --job j params -- cat
	assert_status 0
	assert_out -l '# 3 elements, 7 executions'
	(($(grep -c "'--chunk'" "$out") == 3))
	[[ ! -e .dockline && -z $(ls -A "$HOME/.local/state" 2>/dev/null) ]]
	# what stands already is not sent again
	mkdir .dockline
	head -n 4 params | taskrun -q --job j -- cat >/dev/null
	run_split taskrun --on local --dry-run --chunk-size 3 --job j params -- cat
	assert_out -r '^# 1 element, 3 executions'
	run_split taskstat --json
	assert_json '.submitted == 4'
	run_split taskrun --on local --dry-run --job j params.none -- cat
	assert_status 3
	run_split taskrun --dry-run params -- cat
	assert_status 2
	assert_err -r '.*--dry-run goes with --on.*'
}
