# SPDX-License-Identifier: MIT
load ../helper

files=$data/pipeline

# stdout is a terminal
on_terminal() { run_split env COLUMNS=100 TERM=dumb script -qec "$*" /dev/null; }

# A shipped pipeline and nothing else
ship() {
	export DOCKLINE_SHARE=$BATS_TEST_TMPDIR/share
	mkdir -p "$DOCKLINE_SHARE/pipelines"
	cp "$files/good.yaml" "$DOCKLINE_SHARE/pipelines/sample.yaml"
}

@test "pipeline: what every program promises" {
	assert_front pipeline
}

@test "pipeline: without a command, or with a wrong one, it says what there is" {
	run_split pipeline
	assert_status 2
	assert_out ''
	assert_err -r 'add, cancel, check, list, resume, rm, run, show, status, template'
	for wrong in draw check show 'show a b' 'show --dot --json a' 'check --dot a' 'template old' \
		'template new' 'template new a b c' add rm 'list x' run 'run a b' resume cancel 'status a b' 'show -p a=1 x' \
		'check --detach a' 'resume --job x 1' 'run --json x' 'run -j -1 x'; do
		run_split pipeline $wrong
		assert_status 2
		assert_out ''
		assert_err -r "try 'pipeline -h'"
	done
	[[ ! -e .dockline ]]
}

@test "pipeline: check says nothing of what is good, and makes no state" {
	cp "$files/good.yaml" .
	run_split pipeline check good.yaml ./good.yaml
	assert_status 0
	assert_out ''
	assert_err ''
	run_split pipeline check -v good.yaml
	assert_err "pipeline: pipeline 'sample' is good: 6 steps"
	run_split pipeline check - <good.yaml
	assert_status 0
	[[ ! -e .dockline ]]
}

@test "pipeline: check tells every error with its place and what would be right" {
	for file in faults refs cycle tasks search; do
		cp "$files/$file.yaml" .
		run_split pipeline check $file.yaml
		assert_status 3
		assert_out ''
		assert_err -f "$files/$file.stderr"
	done
}

@test "pipeline: jq that is wrong is told with its place" {
	while IFS='|' read -r expression message; do
		printf 'steps:\n  - id: a\n    value: "${{ %s }}"\n' "$expression" >jq.yaml
		run_split pipeline check jq.yaml
		assert_status 3
		assert_err -r "^pipeline: jq.yaml:3:12: '/steps/0/value' .*$message"
	done <<-'END'
		1 +|is not a jq expression: syntax error
		parms.x|'parms' is not known, perhaps 'params' is meant
		foo|foo/0 is not defined
		1) else (2|brackets do not fit together
		\"a|a quote is not closed
		|has an empty
	END
}

@test "pipeline: what is too large is told at once, and nothing more" {
	{
		echo steps:
		seq -f '- {id: s%g, command: [cat]}' 51
	} >many.yaml
	run_split pipeline check many.yaml
	assert_status 3
	assert_err "pipeline: many.yaml:2:1: '/steps' must hold 1 to 50 steps, found 51 (pipeline.max_steps in config.yaml)"
	run_split env DOCKLINE_PIPELINE_MAX_STEPS=51 pipeline check many.yaml
	assert_status 0
	{
		echo steps:
		seq -f '- {} # %.0f' 100000
	} >more.yaml
	run_split timeout 30 pipeline check more.yaml
	assert_status 3
	assert_err -r 'found 100000 '
	{
		echo steps:
		seq -f '- {id: s%.0f}' 1000000
	} >million.yaml
	run_split timeout 30 pipeline run million.yaml
	assert_status 3
	assert_err -r '^pipeline: million.yaml:[0-9]+:[0-9]+: more than 1000000 values'
	run_split pipeline status
	assert_out ''
	{
		echo 'a: &a [x,x,x,x,x,x,x,x,x,x]'
		for pair in ab bc cd de ef fg; do
			echo "${pair:1}: &${pair:1} [$(yes "*${pair::1}" | head -n 10 | paste -sd,)]"
		done
		echo 'steps: *g'
	} >bomb.yaml
	run_split timeout 30 pipeline check bomb.yaml
	assert_status 3
	assert_err -r '^pipeline: bomb.yaml:[0-9]+:[0-9]+: more than 1000000 values'
}

@test "pipeline: a file that is not there, is empty, or holds several documents" {
	run_split pipeline check none.yaml
	assert_status 3
	assert_err -r "none.yaml.*No such file"
	: >empty.yaml
	run_split pipeline check empty.yaml
	assert_status 3
	assert_err 'pipeline: empty.yaml: no pipeline in it'
	printf 'a: 1\n---\nb: 2\n' >two.yaml
	run_split pipeline check two.yaml
	assert_status 3
	assert_err -r 'must hold one pipeline'
	ship
	run_split pipeline check sampel
	assert_status 2
	assert_err "pipeline: no pipeline 'sampel', perhaps 'sample' is meant"
}

@test "pipeline: show draws a tree on a terminal, else prints a record" {
	cp "$files/good.yaml" .
	on_terminal pipeline show good.yaml
	assert_status 0
	tr -d '\r' <"$out" >tree
	diff -u "$files/good.tree" tree
	run_split pipeline show good.yaml
	assert_status 0
	assert_json '.type == "pipeline" and .name == "sample" and .mode == "optimized" and
		[.steps[].id] == ["one", "two", "all", "check", "mend", "on_exit"] and
		.steps[1].after == ["one"] and .steps[3].after == ["all"] and .steps[0].rank == 5'
	on_terminal pipeline show --json good.yaml
	assert_out -r '^\{"type":"pipeline"'
}

@test "pipeline: show draws graphs for Graphviz and Mermaid" {
	cp "$files/good.yaml" .
	run_split pipeline show --dot good.yaml
	assert_status 0
	assert_out -f "$files/good.dot"
	run_split pipeline show --mermaid good.yaml
	assert_status 0
	assert_out -f "$files/good.mermaid"
}

@test "pipeline: template lists what is shipped, and copies it for editing" {
	ship
	run_split pipeline template
	assert_status 0
	assert_json '.name == "sample" and .version == "1"'
	on_terminal pipeline template
	assert_out -r 'sample +1 +three steps and a gate'
	run_split pipeline template new sample
	assert_status 0
	assert_err -r 'sample.yaml: to be edited'
	cmp sample.yaml "$files/good.yaml"
	run_split pipeline template new sample
	assert_status 2
	assert_err "pipeline: 'sample.yaml' is there already"
	run_split pipeline template new -q sample other.yaml
	assert_status 0
	assert_err ''
	run_split pipeline template new ./sample.yaml x.yaml
	assert_status 2
	run_split pipeline template new nothing
	assert_status 2
	assert_err -r "no pipeline 'nothing'"
}

@test "pipeline: shipped pipelines are good" {
	for file in "$root"/share/pipelines/*.yaml; do
		[[ -e $file ]] || continue
		run_split pipeline check "$file"
		assert_status 0
		assert_err ''
	done
}

@test "pipeline: what is shipped and what is good is what the schemas allow, what has faults is not" {
	/usr/bin/python3 -c "import jsonschema, yaml" 2>/dev/null || need python3-jsonschema
	printf 'axes: {a: {type: float, min: 0, max: 1, step: 0.1}, b: [x, y]}\ntarget: null\npruner: median\n' >sweep.yaml
	printf 'axes: {a: {type: float, min: 0, max: 1, step: 0}}\n' >steps.yaml
	printf 'axes: [a]\nmetod: grid\n' >wrong.yaml
	cat >validate.py <<-'END'
		import json, sys, jsonschema, yaml
		schema = json.load(open(sys.argv[1]))
		for draft in jsonschema.Draft4Validator, jsonschema.Draft202012Validator:
		    draft.check_schema(schema)
		    for file in sys.argv[2:]:
		        for error in draft(schema).iter_errors(yaml.safe_load(open(file))):
		            sys.exit(f"{file}: {error.message}")
	END
	validate() { run_split /usr/bin/python3 validate.py "$root/share/schema/$1.json" "${@:2}"; }
	validate pipeline "$root"/share/pipelines/*.yaml "$files"/{good,refs,cycle,tasks}.yaml
	assert_status 0
	validate sweep sweep.yaml
	assert_status 0
	for wrong in faults search; do
		validate pipeline "$files/$wrong.yaml"
		assert_status 1
	done
	for wrong in steps wrong; do
		validate sweep $wrong.yaml
		assert_status 1
	done
}

@test "pipeline: the examples of the pages are good, and the schema names the members there are" {
	for page in pipeline.1 dockline-pipeline.5; do
		sed '1,/^\.Sh EXAMPLES/d' "$root/man/$page" |
			awk -v page="$page" '/^\.Bd/ { n++; on = 1; next } /^(\.Ed|END)/ { on = 0 }
				on && !/^cat >/ { print >page "-" n ".yaml" }'
	done
	mapfile -t examples < <(grep -l '^steps:' ./*.yaml)
	[[ ${#examples[@]} == 3 ]]
	run_split pipeline check "${examples[@]}"
	assert_status 0
	assert_err ''
	need jq
	jq -r '.properties.steps.items.properties | keys[]' "$root/share/schema/pipeline.json" | sort >schema
	sed -n '/^step_read/,/^}/p' "$root/lib/plan/step.c" | sed -n '/known\[\]/,/};/p' |
		grep -o '"[a-z_]*"' | tr -d '"' | sort >code
	diff -u code schema
}

# ---- running ----

# lines of {"a": N} in in.jsonl
lines_of() { seq "$1" | jq -c '{a: .}' >in.jsonl; }

# "id:status ..." of the run record in stdout
steps() { jq -r '[.steps[] | .id + ":" + .status] | join(" ")' "$out"; }

@test "pipeline: run goes through all steps and prints the record of the run" {
	need jq
	cp "$files/good.yaml" .
	printf '{"a":1}\n{"a":2,"key":"two"}\n{"a":3}\n' >in.jsonl
	run_split timeout 30 pipeline run good.yaml -p input=in.jsonl
	assert_status 0
	assert_json '.type == "run" and .status == "completed" and .job == "sample-1" and
		.params == {"input": "in.jsonl", "n": 3, "word": "hello"}'
	[[ $(steps) == 'one:completed two:completed all:completed check:completed mend:skipped on_exit:completed' ]]
	assert_json '.steps[2].result == {"sum": 15}'
	assert_err -r 'two: completed: 3 of 3 items'
	assert_err -r 'mend: skipped: nothing before it failed'
	run_split taskstat --job sample-1 --json
	assert_json -s 'map(select(.key == "one/two"))[0] | .result == {"a": 2, "b": 5, "t": "x-hello-${{ no }}"}'
	assert_json -s 'map(select(.key == "two/1"))[0] | .result.n == "one/1" and .tags == ["two"]'
	assert_json -s 'map(select(.key == "on_exit"))[0] | .params == {"status": "completed"}'
}

@test "pipeline: a run with wrong parameters, or of what is wrong, starts nothing" {
	cp "$files/good.yaml" .
	while IFS='|' read -r params status message; do
		run_split timeout 30 pipeline run good.yaml $params
		assert_status "$status"
		assert_out ''
		assert_err -r "$message"
	done <<-'END'
		|2|needs parameter 'input' \(-p input=...\): lines of JSON
		-p input=a -p wrod=x|2|no parameter 'wrod', perhaps 'word' is meant
		-p input=a -p n=0|2|'/n' must be at least 1
		-p input=a -p n=x|2|-p n
		-p input|2|-p takes name=value
		-p n=@none.json -p input=a|3|none.json
	END
	run_split pipeline run none
	assert_status 2
	printf 'steps: [{id: a, task: none}]\n' >wrong.yaml
	run_split pipeline run wrong.yaml
	assert_status 3
	assert_err -r "^pipeline: wrong.yaml:1:[0-9]+: '/steps/0/task' is not there: no task 'none'"
	run_split pipeline status
	assert_out ''
}

@test "pipeline: what follows a step that failed or was skipped" {
	need jq
	cat >when.yaml <<-'END'
		steps:
		  - {id: bad, command: ["false"]}
		  - {id: after, command: [cat], depends_on: bad}
		  - {id: mend, command: [cat], depends_on: bad, when: on_failure}
		  - {id: behind, command: [cat], depends_on: after, when: on_failure}
		  - {id: any, command: [cat], depends_on: after, when: always}
		  - {id: good, command: [cat], params: {n: 3}}
		  - {id: yes, command: [cat], when: steps.good.result.n > 2}
		  - {id: no, command: [cat], when: steps.good.result.n > 3}
		  - {id: afterno, command: [cat], depends_on: no}
		  - {id: failno, command: [cat], depends_on: no, when: on_failure}
		  - {id: both, command: [cat], when: {always: steps.bad.status == "failed"}}
		on_exit: {id: last, command: [cat], params: {status: "${{ run.status }}", n: "${{ steps.good.result.n }}"}}
	END
	run_split timeout 30 pipeline run -q when.yaml
	assert_status 1
	[[ $(steps) == "bad:failed after:skipped mend:completed behind:completed any:completed good:completed \
yes:completed no:skipped afterno:skipped failno:skipped both:completed last:completed" ]]
	assert_json '.status == "failed" and (.error | test("^bad: execution [0-9]+: failed"))'
	run_split taskstat --job when-1 --json
	assert_json -s 'map(select(.key == "last"))[0].result == {"status": "failed", "n": 3}'
}

@test "pipeline: an expression that goes wrong fails its step or item, with its place" {
	need jq
	cat >type.yaml <<-'END'
		steps:
		  - {id: a, command: [cat], params: {x: text}}
		  - id: b
		    command: [cat]
		    params: {y: "${{ steps.a.result.x + 1 }}"}
		  - id: c
		    command: [cat]
		    foreach: [1, x, 3]
		    params: {z: "${{ item * 2 - 1 }}"}
		    allow_failed: 50%
		  - id: d
		    gate: steps.c.results | length == 3
		    message: only ${{ steps.c.results | length }}
	END
	run_split timeout 30 pipeline run type.yaml
	assert_status 1
	assert_json '.steps[1].status == "failed" and (.steps[1].reason | test("type.yaml:5:17: ./steps/1/params/y.* cannot be added"))'
	assert_json '.steps[2] | .status == "completed" and .completed == 2 and .failed == 1'
	assert_json '.steps[3] | .status == "failed" and .reason == "only 2"'
	assert_err -r 'd: failed: only 2'
	run_split taskstat --job type-1 --tag c --status failed --json
	assert_json '.error.class == "input" and (.error.reason | test("type.yaml:9:17: "))'
}

@test "pipeline: resume goes on, runs nothing again that completed, and says why it runs what" {
	need jq
	cat >again.yaml <<-'END'
		name: again
		params: {input: in.jsonl, times: 2}
		steps:
		  - id: one
		    command: [sh, -c, 'cat; echo one >>log']
		    foreach: {lines: "${{ params.input }}"}
		  - id: two
		    command: [sh, -c, 'cat; echo two >>log; [ -e go ]']
		    foreach: {step: one}
		    params: {a: "${{ item.a }}", b: "${{ item.a * params.times }}"}
		  - id: sum
		    value: ${{ [steps.two.results[].b] | add }}
	END
	lines_of 5
	run_split timeout 30 pipeline run again.yaml --job j
	assert_status 1
	[[ $(steps) == 'one:completed two:failed sum:skipped' ]]
	: >go
	run_split timeout 30 pipeline resume --why j
	assert_status 0
	assert_json '.steps[2].result == 30'
	assert_err -l 'pipeline: one: 5 kept, 0 again, 0 new, 0 of them changed'
	assert_err -l 'pipeline: two: two/3: failed'
	assert_err -l 'pipeline: two: 0 kept, 5 again, 0 new, 0 of them changed'
	[[ $(grep -c one log) == 5 && $(grep -c two log) == 10 ]]
	run_split timeout 30 pipeline run -q again.yaml --job j
	assert_status 0
	assert_json '.steps[2].result == 30'
	[[ $(wc -l <log) == 15 ]]
	run_split timeout 30 pipeline run again.yaml --job j -p times=3
	assert_status 2
	assert_err -r "job 'j' was run with other parameters"
	echo '{"a":6}' >>in.jsonl
	run_split timeout 30 pipeline resume --why j -p times=3
	assert_status 0
	assert_json '.steps[2].result == 63 and .steps[0].total == 6'
	assert_err -l "pipeline: two: two/2: parameter 'b' changed"
	assert_err -l 'pipeline: two: 0 kept, 0 again, 6 new, 5 of them changed'
	[[ $(grep -c one log) == 6 && $(grep -c two log) == 16 ]]
	run_split pipeline resume none
	assert_status 2
	assert_err "pipeline: no run 'none'"
}

@test "pipeline: modes; at most so many at once; a step that fails fast" {
	need jq
	cat >mode.yaml <<-'END'
		name: mode
		steps:
		  - id: one
		    command: [sh, -c, 'cat; echo one >>log']
		    foreach: [{a: 1}, {a: 2}, {a: 3}, {a: 4}]
		    max_parallel: 1
		  - id: two
		    command: [sh, -c, 'cat; echo two >>log']
		    foreach: {step: one}
	END
	for mode in sequential parallel; do
		rm -f log
		sed "s/^name:.*/mode: $mode/" mode.yaml >$mode.yaml
		run_split timeout 30 pipeline run -q $mode.yaml
		assert_status 0
		[[ $(uniq -c log | tr -s ' \n' ' ') == ' 4 one 4 two ' ]]
	done
	rm -f log
	run_split timeout 30 pipeline run -q -j 1 mode.yaml
	assert_status 0
	[[ $(head -n 2 log | tr '\n' ' ') == 'one two ' ]]
	cat >fast.yaml <<-'END'
		steps:
		  - id: one
		    command: [sh, -c, 'cat; [ "$1" != 2 ]', sh, "{a}"]
		    foreach: {lines: in.jsonl}
		    max_parallel: 1
		    fail_fast: true
	END
	lines_of 50
	run_split timeout 30 pipeline run -q fast.yaml
	assert_status 1
	assert_json '.steps[0] | .status == "failed" and .total == 2 and .completed == 1 and .failed == 1'
	printf 'steps: [{id: a, command: [sh, -c, "exec $1", sh, "{c}"], foreach: [{c: "sleep 60"}, {c: "false"}], fail_fast: true}]\n' >sleep.yaml
	run_split timeout 30 pipeline run -q -j 2 sleep.yaml
	assert_status 1
	assert_json '.steps[0] | .failed == 1 and .cancelled == 1'
}

# RUN EXPR: that is true of its status
stands() { pipeline status "$1" | holds "$2"; }

@test "pipeline: a person says yes, or no" {
	need jq
	cat >ask.yaml <<-'END'
		steps:
		  - {id: a, command: [cat], params: {n: 3}}
		  - {id: b, command: [cat], params: {n: 4}, approval: "go on with ${{ steps.a.result.n }}?"}
	END
	run_split pipeline run --detach ask.yaml --job yes
	assert_status 0
	assert_json '.status == "waiting"'
	wait_until 10 stands yes '.steps[1].status == "held"'
	run_split taskstat --job yes --status held --json
	assert_json '.params == {"approval": "go on with 3?", "step": "b"}'
	taskctl -q approve "$(jq .id "$out")" >/dev/null
	wait_until 10 stands yes '.status == "completed"'
	run_split pipeline run -q --detach ask.yaml --job no
	assert_err ''
	wait_until 10 sh -c "taskstat --job no --status held --json | jq -e .id | grep -q ."
	taskctl -q reject "$(taskstat --job no --status held --json | jq .id)" >/dev/null
	wait_until 10 stands no '.status == "failed"'
	run_split pipeline status no
	assert_json '.steps[1].reason == "it was not approved"'
}

@test "pipeline: cancel ends a run, whoever conducts it, and on_exit is run" {
	need jq
	cat >long.yaml <<-'END'
		steps:
		  - {id: a, command: [sleep, "60"], foreach: [{x: 1}, {x: 2}, {x: 3}]}
		  - {id: b, command: [cat], foreach: {step: a}}
		on_exit: {command: [cat], params: {s: "${{ run.status }}"}}
	END
	run_split pipeline run -q -d long.yaml --job c
	wait_until 10 sh -c "taskstat --job c --status running --json | jq -e .id | grep -q ."
	run_split pipeline resume c
	assert_status 2
	assert_err -r 'is being conducted already'
	run_split pipeline cancel c
	assert_status 0
	wait_until 15 stands c '.status == "cancelled"'
	run_split pipeline status c
	[[ $(steps) == 'a:cancelled b:cancelled on_exit:completed' ]]
	run_split taskstat --job c --json
	assert_json -s 'map(select(.key == "on_exit"))[0].result == {"s": "cancelled"}'
	run_split pipeline cancel c
	assert_status 1
	assert_err "pipeline: run 'c' has ended already"
}

@test "pipeline: cancel of a run that nobody conducts any more: its steps are cancelled, too" {
	need jq
	cat >long.yaml <<-'END'
		steps:
		  - {id: a, command: [sh, -c, 'test "$1" != 3 || sleep 60', sh, "{x}"], foreach: [{x: 1}, {x: 2}, {x: 3}, {x: 4}, {x: 5}]}
		  - {id: b, command: [cat], foreach: {step: a}}
	END
	pipeline run -q -j 1 long.yaml --job c >/dev/null &
	pid=$!
	wait_until 20 sh -c "taskstat --job c --status running --json | jq -e 'select(.params.x == 3)' | grep -q ."
	kill -9 "$pid"
	wait "$pid" || true
	run_split pipeline cancel c
	assert_status 0
	run_split pipeline status c
	assert_json '.status == "cancelled"'
	[[ $(steps) == 'a:cancelled b:cancelled' ]]
	assert_json '.steps[0] | .total == 5 and .completed == 2 and .cancelled == 3 and .ended != null'
}

@test "pipeline: a job of another file or text of that name is not gone on with" {
	need jq
	echo 'steps: [{id: a, value: 1}]' >one.yaml
	sed 's/1/2/' one.yaml >two.yaml
	sed -i 's/^/name: n\n/' one.yaml two.yaml
	run_split pipeline run -q one.yaml --job j
	assert_status 0
	run_split pipeline run -q two.yaml --job j
	assert_status 2
	assert_out ''
	assert_err "pipeline: job 'j' is a run of 'n' in '$PWD/one.yaml'"
	sed -i 's/1/3/' one.yaml
	run_split pipeline run -q one.yaml --job j
	assert_status 0
	assert_json '.steps[0].result == 3'
	pipeline add one.yaml >/dev/null
	run_split pipeline run -q n --job stored
	assert_status 0
	sed 's/3/4/; s/^name/version: "2"\nname/' one.yaml >new.yaml
	pipeline add new.yaml >/dev/null
	run_split pipeline run -q n --job stored
	assert_status 2
	assert_err "pipeline: job 'stored' is a run of 'n' as it was stored then (another --job, or pipeline resume stored)"
	run_split pipeline run -q n@1 --job stored
	assert_status 0
}

@test "pipeline: status lists runs, show draws one with what became of its steps" {
	need jq
	printf 'steps: [{id: a, command: [cat]}, {id: b, command: ["false"], depends_on: a}]\n' >two.yaml
	run_split pipeline status
	assert_status 0
	assert_out ''
	timeout 30 pipeline run -q two.yaml >/dev/null || true
	run_split pipeline status
	assert_json '.id == 1 and .job == "two-1" and .status == "failed"'
	on_terminal pipeline status
	assert_out -r '1 +two-1 +two +failed'
	on_terminal pipeline status two-1
	assert_out -r 'run 1, job two-1: two 1, failed: b: execution 2: failed: exit 1'
	assert_out -r 'a +completed +1 +1 +0'
	on_terminal pipeline show 1
	assert_out -r 'a: cat  \[completed, '
	run_split pipeline show --dot 1
	assert_out -r 'fillcolor="#fcbba1"'
	run_split pipeline show 1
	assert_json '.type == "run"'
	run_split pipeline status 7
	assert_status 2
	assert_err "pipeline: no run '7'"
}

@test "pipeline: run shows on a terminal how far the steps are, elsewhere only what became of them" {
	local table='step +status +completed +of +failed +skipped +open +time'

	printf 'steps: [{id: a, command: [sh, -c, "until [ -e go ]; do env sleep 0.02; done"]}, {id: b, value: 1, depends_on: a}]\n' >slow.yaml
	script -qec 'stty rows 10 cols 70; TERM=xterm pipeline run slow.yaml >record' /dev/null >screen &
	shown=$!
	wait_until 20 grep -q completed screen
	: >go
	wait $shown
	tr -d '\r' <screen >plain
	grep -qE $'\e\\[J'"$table\$" plain
	grep -qE '^a +running +1 +1 +[0-9.]+(ms|s)$' plain
	[[ $(tail -n 1 plain) == $'\e[J' ]]
	grep -q 'pipeline: b: completed' plain
	for quiet in 'TERM=dumb pipeline run' 'TERM=xterm pipeline run -q'; do
		rm go
		script -qec "$quiet slow.yaml >record" /dev/null >screen &
		shown=$!
		wait_until 20 sh -c "pipeline status | jq -es '.[0].steps[0].started'"
		: >go
		wait $shown
		run_split grep -E "$table" screen
		assert_status 1
	done
}

@test "pipeline: --dry-run says what would be run, and makes nothing" {
	need jq
	cp "$files/good.yaml" .
	lines_of 3
	run_split pipeline run --dry-run good.yaml -p input=in.jsonl
	assert_status 0
	assert_json -s '.[0] == {"type": "step", "id": "one", "kind": "command", "command": ["cat"], "after": [],
		"when": "on_success", "foreach": {"lines": "${{ params.input }}"}, "items": 3,
		"params": {"a": 1, "b": 4, "t": "x-hello-${{ no }}"}}'
	assert_json -s 'map(.id) == ["one", "two", "all", "check", "mend", "on_exit"]'
	[[ ! -e .dockline ]]
	run_split pipeline run --dry-run good.yaml -p input=none.jsonl
	assert_status 3
	assert_err -r "^pipeline: step 'one': .*none.jsonl"
}

@test "pipeline: items from texts and molecules; a file of the records of all" {
	need jq
	printf 'one\n\ntwo\n' >words
	printf 'CCO ethanol\nC1CC bad\nc1ccccc1 benzene\n' >lib.smi
	cat >items.yaml <<-'END'
		steps:
		  - {id: words, command: [cat], foreach: {text: words}}
		  - {id: mols, command: [jq, -c, "{key: .key}"], foreach: {ligands: lib.smi}, allow_failed: 1}
		  - {id: all, command: [jq, -c, -s, "map(.key)", "{file}"], params: {file: "${{ steps.mols.file }}"}}
	END
	run_split timeout 30 pipeline run -q items.yaml
	assert_status 0
	run_split taskstat --job items-1 --json
	assert_json -s 'map(select(.key | startswith("words"))) | map(.result) == [{"line": "one"}, {"line": "two"}]'
	assert_json -s 'map(select(.key == "all"))[0].result | .[0] == "mols/ethanol" and length == 3'
	# named by its content, and nothing is left beside it
	file=$(jq -r 'select(.key == "all").params.file' "$out")
	[[ $file == */runs/1/mols-"$(sha256sum "$file" | cut -c1-16)".jsonl ]]
	[[ $(ls "${file%/*}") == "${file##*/}" ]]
}

@test "pipeline: add, list and rm keep pipelines by name and version" {
	need jq
	ship
	printf 'name: mine\nversion: "1"\ndescription: first\nsteps: [{id: a, value: 1}]\n' >mine.yaml
	run_split pipeline add mine.yaml
	assert_status 0
	assert_json '.name == "mine" and .version == "1" and .origin == "stored"'
	run_split pipeline add mine.yaml
	assert_status 0
	sed -i 's/value: 1/value: 2/' mine.yaml
	run_split pipeline add mine.yaml
	assert_status 2
	assert_out ''
	assert_err "pipeline: pipeline 'mine' version 1 is stored, and is another: give it another version"
	sed -i 's/version: "1"/version: "2"/; s/first/second/' mine.yaml
	run_split pipeline add ./mine.yaml
	assert_status 0
	run_split pipeline list
	assert_json -s 'map([.name, .version, .origin]) ==
		[["mine", "2", "stored"], ["mine", "1", "stored"], ["sample", "1", "shipped"]]'
	on_terminal pipeline list
	assert_out -r 'mine +2 +stored +second'
	rm mine.yaml
	run_split pipeline run -q mine
	assert_json '.version == "2" and .steps[0].result == 2'
	run_split pipeline run -q mine@1
	assert_json '.version == "1" and .steps[0].result == 1'
	run_split pipeline rm mine@1 none
	assert_status 2
	assert_err "pipeline: no pipeline 'none' is stored"
	run_split pipeline check mine@1
	assert_status 0
	run_split pipeline rm mine
	assert_status 0
	run_split pipeline check mine
	assert_status 2
	run_split pipeline resume -q mine-1
	assert_status 0
	assert_json '.version == "2"'
	run_split pipeline add sample
	assert_status 2
}

@test "pipeline: a step has its own time limit, retries, queue and priority" {
	need jq
	cat >own.yaml <<-'END'
		steps:
		  - {id: a, command: [sleep, "60"], timeout: 0.3s}
		  - {id: b, command: [sh, -c, 'echo x >>tries; exit 75'], retry: {strategy: immediate, max_retries: 2}}
		  - {id: c, command: [cat], depends_on: [a, b], when: on_failure, priority: high, params: {e: "${{ steps.b.error.class }}"}}
	END
	run_split timeout 30 pipeline run -q own.yaml
	assert_status 1
	assert_json '.steps[0].reason == "execution 1: timeout: ran longer than 0.3 s"'
	[[ $(wc -l <tries) == 3 ]]
	run_split taskstat --job own-1 --json
	assert_json -s 'map(select(.key == "c"))[0] | .priority == 10 and .result == {"e": "engine"}'
}
