# SPDX-License-Identifier: MIT
load ../helper

setup() {
	fresh
	cp "$data/sweeps/conditional.yaml" search.yaml
	cat >bowl.yaml <<-'END'
		axes:
		  x: {type: float, min: 0, max: 1}
		  kind: [a, b]
		metric: y
		max_trials: 20
	END
}

# results of lines of params: a bowl with its bottom at 0.3, deeper for kind b
run_bowl() {
	jq -c '{key, y: ((.x - 0.3) * (.x - 0.3) + (if .kind == "b" then 0 else 1 end))}'
}

# N rounds of ask and tell
search_bowl() {
	local i

	for ((i = 0; i < $1; i++)); do
		tasksweep ask bowl.yaml | run_bowl | tasksweep tell bowl >told || return
	done
}

@test "tasksweep: what every program promises" {
	assert_front tasksweep
}

@test "tasksweep: grid prints every point once, axes only where they are in force" {
	run_split tasksweep grid search.yaml -n 1000
	assert_status 0
	assert_err ''
	(($(sort -u <<<"$output" | wc -l) == 2 * 2 * 3 * 2 * (1 + 3)))
	((${#lines[@]} == 2 * 2 * 3 * 2 * (1 + 3)))
	assert_json '.receptor == "rec.pdbqt" and (.scoring == "vinardo") == has("weight")'
	assert_out -l '{"padding":2.0,"rate":0.0001,"exhaustiveness":2,"modes":9,"scoring":"vinardo","weight":0.5,"receptor":"rec.pdbqt"}'
	run_split tasksweep grid search.yaml
	assert_status 0
	((${#lines[@]} == 12))
	assert_err 'tasksweep: the grid has more than these 12 points'
}

@test "tasksweep: grid wants to know how many values there are" {
	run_split tasksweep grid bowl.yaml
	assert_status 3
	assert_out ''
	assert_err "tasksweep: bowl.yaml:2:6: '/axes/x' lacks 'points', how many values a grid has, or 'step'"
}

@test "tasksweep: random and lhs are the same for the same seed" {
	run_split tasksweep random search.yaml
	assert_status 0
	((${#lines[@]} == 12))
	assert_json '.padding >= 2 and .padding <= 12 and (.exhaustiveness | . == floor and . >= 1 and . <= 4)'
	cp "$out" first
	run_split tasksweep random - -n 12 <search.yaml
	assert_out "$(<first)"
	run_split tasksweep random search.yaml --seed 7
	[[ $output != "$(<first)" ]]
	run_split tasksweep lhs search.yaml -n 40
	assert_status 0
	assert_json -s '(map(.scoring) | group_by(.) | map(length)) == [20, 20]'
	sed -i 's/, step: 8//' search.yaml
	run_split tasksweep lhs search.yaml -n 90
	assert_json -s '(map(.modes) | group_by(.) | map(length)) == [range(9) | 10]'
}

@test "tasksweep: bayes cannot be printed without results" {
	run_split tasksweep bayes search.yaml
	assert_status 2
	assert_out ''
	assert_err -r 'bayes learns from results: begin a study with ask, and tell it'
}

@test "tasksweep: each fault of a file is told with its place and what would be right" {
	cp "$data/sweeps/faults.yaml" .
	run_split tasksweep check faults.yaml search.yaml
	assert_status 3
	assert_out ''
	assert_err -f "$data/sweeps/faults.stderr"
	run_split tasksweep ask faults.yaml
	assert_status 3
	[[ ! -e $DOCKLINE_STATE ]]
	run_split tasksweep check search.yaml - <bowl.yaml
	assert_status 0
	assert_err ''
	run_split tasksweep check - <<<'axes: {x: [1, 2'
	assert_status 3
	assert_err -r '^tasksweep: -:2:1: not YAML: '
	run_split tasksweep check missing.yaml
	assert_status 3
	assert_err "tasksweep: cannot open 'missing.yaml': No such file or directory"
	run_split tasksweep check - <<<$'axes: {x: [1]}\n---\naxes: {x: [1]}'
	assert_status 3
	assert_err 'tasksweep: -: must hold one sweep, found 2 documents'
}

@test "tasksweep: ask and tell find the bottom of a bowl" {
	search_bowl 20
	run_split tasksweep best bowl
	assert_status 0
	assert_err ''
	assert_json '.type == "trial" and .status == "completed" and .params.kind == "b"
		and (.params.x - 0.3 | fabs) < 0.1 and .metrics.y < 0.01 and .study == "bowl"'
	run_split tasksweep best bowl.yaml -n 3
	((${#lines[@]} == 3))
	assert_json -s '[.[].metrics.y] | . == sort'
	run_split tasksweep ask bowl
	assert_status 1
	assert_out ''
	assert_err "tasksweep: study 'bowl': all 20 trials (max_trials) were asked for"
	run_split tasksweep importance bowl
	assert_status 0
	assert_json '.type == "importance"'
	assert_json -s 'map(.axis) == ["kind", "x"] or map(.axis) == ["x", "kind"]'
	assert_json -s 'map(.importance) | add > 0.999'
	run_split tasksweep trials bowl
	((${#lines[@]} == 20))
	run_split tasksweep list
	assert_json '.study == "bowl" and .method == "bayes" and .counts.completed == 20 and .best.value < 0.01'
}

@test "tasksweep: the same seed and results are the same search" {
	search_bowl 12
	tasksweep trials bowl | jq -c .params >first
	DOCKLINE_STATE=$PWD/again search_bowl 12
	DOCKLINE_STATE=$PWD/again run_split tasksweep trials bowl
	diff first <(jq -c .params "$out")
	(($(wc -l <first) == 12))
}

@test "tasksweep: more trials, a target, another direction, another name" {
	search_bowl 3
	sed -i 's/^max_trials: 20/max_trials: 4/' bowl.yaml
	run_split tasksweep ask bowl.yaml -n 5
	assert_status 0
	((${#lines[@]} == 1))
	echo 'target: 10' >>bowl.yaml
	run_split tasksweep ask bowl.yaml
	assert_status 1
	assert_err "tasksweep: study 'bowl': the target, 10, is reached"
	echo 'direction: maximize' >>bowl.yaml
	run_split tasksweep ask bowl.yaml
	assert_status 2
	assert_err "tasksweep: study 'bowl' was begun with another 'direction': give this one another name (--study), or remove that one (tasksweep rm bowl)"
	run_split tasksweep ask bowl.yaml --study up
	assert_status 0
	assert_json '.key == "up-1"'
	run_split tasksweep rm bowl none
	assert_status 2
	assert_err "tasksweep: no study 'none'"
	run_split tasksweep rm bowl
	assert_status 0
	run_split tasksweep list
	assert_json -s 'map(.study) == ["up"]'
}

@test "tasksweep: what is open can be asked for again" {
	tasksweep ask bowl.yaml -n 3 >asked
	head -n 1 asked | run_bowl | tasksweep tell bowl >told
	run_split tasksweep ask bowl --again
	assert_status 0
	assert_out "$(tail -n 2 asked)"
	tail -n 2 asked | run_bowl | tasksweep tell bowl >told
	run_split tasksweep ask bowl --again
	assert_status 1
	assert_err "tasksweep: study 'bowl': no trial is open"
}

@test "tasksweep: parallel asks never give a trial twice" {
	sed -i 's/^max_trials: 20/max_trials: 60/' bowl.yaml
	for i in 1 2 3 4; do
		for j in 1 2 3; do tasksweep ask bowl.yaml -n 5; done >"asked-$i" &
	done
	settle
	cat asked-* >all
	(($(jq -r .key all | sort -u | wc -l) == 60))
	run_bowl <all | tasksweep tell -q bowl >told
	run_split tasksweep list
	assert_json '.counts == {"open": 0, "completed": 60, "failed": 0, "pruned": 0}'
}

@test "tasksweep: failures, null and lines that tell nothing" {
	tasksweep ask bowl.yaml -n 4 >asked
	run_split tasksweep tell bowl <<-'END'
		{"key":"bowl-1","error":{"class":"engine","reason":"it broke"}}
		{"key":"bowl-2","y":null}
		{"key":"bowl-3"}
		{"key":"bowl-9","y":1}
		{"key":"bowl-4","y":1,"x":0.123}
		not json
		{"key":"bowl-4","y":1}
	END
	assert_status 3
	assert_json -s 'map(.status) == ["failed", "failed", "completed"] and .[0].error.reason == "it broke"'
	assert_err -l "tasksweep: standard input:3: lacks the metric 'y': it is neither in 'metrics', nor in the record itself, nor in 'result'"
	assert_err -l "tasksweep: standard input:4: there is no trial 'bowl-9': the last is 4"
	assert_err -l "tasksweep: standard input:5: its 'x' is not that of trial 'bowl-4'"
	assert_err -r 'standard input:6:[0-9]+: not JSON'
	run_split tasksweep tell bowl --allow-failed 1 <<<'{"key":"bowl-3","error":{}}'
	assert_status 0
	run_split tasksweep tell bowl --strict <<<$'{"key":"bowl-3"}\n{"key":"bowl-3","y":1}'
	assert_status 3
	assert_out ''
}

@test "tasksweep: executions of taskrun are told as they come" {
	echo '{"task_id":"bowl","interface_spec":{"openapi":"3.0.3","info":{"title":"bowl","version":"1"},"paths":{"/run":{"post":{"responses":{"200":{"description":"its depth"}}}}},"x-metrics":{"y":"/depth"}},"service_config":{"command":["jq","-c","{depth: ((.x - 0.3) * (.x - 0.3))}"]}}' >task.json
	taskreg add -q task.json >/dev/null
	tasksweep ask bowl.yaml -n 4 | taskrun -q --job search bowl >ran
	run_split tasksweep tell bowl ran
	assert_status 0
	assert_json '.status == "completed" and .execution > 0 and (.metrics.y - (.params.x - 0.3) * (.params.x - 0.3) | fabs) < 1e-9'
	((${#lines[@]} == 4))
	cp "$out" first
	run_split tasksweep tell bowl <ran
	assert_out "$(<first)"
}

@test "tasksweep: a path that taskrun made absolute is still that of the trial" {
	touch one two
	printf 'axes: {file: [one, two]}\nmetric: y\nmethod: grid\n' >files.yaml
	echo '{"task_id":"size","interface_spec":{"openapi":"3.0.3","info":{"title":"size","version":"1"},"paths":{"/run":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"file":{"type":"string","format":"path"}}}}}},"responses":{"200":{"description":"how long its name is"}}}}}},"service_config":{"command":["jq","-c","{y: (.file | length)}"]}}' >task.json
	taskreg add -q task.json >/dev/null
	tasksweep ask files.yaml -n 3 | taskrun -q size >ran
	run_split tasksweep tell files ran
	assert_status 0
	assert_json -s 'map(.params.file) | sort == ["one", "two"]'
}

@test "tasksweep: points that nobody asked for are taken in, and copied between studies" {
	run_split tasksweep tell bowl.yaml <<<'{"x":0.5,"kind":"b","y":0.04}'
	assert_status 0
	assert_json '.key == "bowl-1" and .params == {"x": 0.5, "kind": "b"}'
	tasksweep trials bowl | tasksweep tell bowl.yaml --study copy >told
	run_split tasksweep best copy
	assert_json '.key == "copy-1" and .metrics.y == 0.04'
	run_split tasksweep tell bowl <<<'{"x":1.5,"kind":"b","y":0.04}'
	assert_status 3
	assert_err "tasksweep: standard input:1: 'x' must be a number in 0..1, found 1.5"
}

@test "tasksweep: a trial that does worse than half of the others is given up" {
	echo 'pruner: {type: median, startup: 2}' >>bowl.yaml
	tasksweep ask bowl.yaml -n 3 >asked
	tasksweep tell bowl >told <<-'END'
		{"key":"bowl-1","step":1,"y":1}
		{"key":"bowl-1","y":1}
		{"key":"bowl-2","step":1,"y":2}
		{"key":"bowl-2","y":2}
	END
	run_split tasksweep tell bowl <<<'{"key":"bowl-3","step":1,"y":1.25}'
	assert_json '.status == "open" and (has("prune") | not) and .steps == [[1, 1.25]]'
	run_split tasksweep tell bowl <<<'{"key":"bowl-3","step":1,"y":5}'
	assert_status 0
	assert_json '.status == "pruned" and .prune'
	run_split tasksweep tell bowl <<<'{"key":"bowl-3","step":2,"y":0}'
	assert_json '.status == "pruned" and .prune'
}

@test "tasksweep: records are what the schema says" {
	tasksweep tell -q bowl.yaml >told <<-'END' || true
		{"x":0.1,"kind":"a","step":1,"y":3}
		{"x":0.1,"kind":"a","y":3}
		{"x":0.2,"kind":"a","error":{"class":"engine"}}
	END
	tasksweep ask bowl >asked
	run_split tasksweep trials bowl
	assert_json -s 'map(.status) == ["completed", "failed", "open"]'
	jq -e --slurpfile schema "$root/share/schema/trial.json" -s '
		$schema[0] as $s | all(.[]; (keys - ($s.properties | keys)) == [] and ($s.required - keys) == [])' "$out"
	for member in $(jq -r '.properties | keys[]' "$root/share/schema/sweep.json"); do
		grep -qE "^\.It Li .*\b$member\b" "$root/man/dockline-sweep.5" || complain "$member is not in the page"
	done
}

@test "tasksweep: open streams answer line by line" {
	coproc ask { exec tasksweep ask --stream bowl.yaml 2>ask.err; }
	asker=$COPROC_PID
	{ coproc tell { exec tasksweep tell bowl.yaml; }; } 2>/dev/null
	for ((i = 0; i < 20; i++)); do
		echo >&"${ask[1]}"
		read -rt 10 line <&"${ask[0]}"
		run_bowl <<<"$line" >&"${tell[1]}"
		read -rt 10 told <&"${tell[0]}"
		[[ $(jq -r '.key + .status' <<<"$told") == "bowl-$((i + 1))completed" ]]
	done
	echo 2 >&"${ask[1]}"
	refute read -rt 10 line <&"${ask[0]}"
	[[ $(<ask.err) == "tasksweep: study 'bowl': all 20 trials (max_trials) were asked for" ]]
	run_split tasksweep best bowl
	assert_json '.metrics.y < 0.05'
}

@test "tasksweep: what a killed stream printed is kept" {
	mkfifo requests
	tasksweep ask --stream bowl.yaml <requests >asked &
	worker=$!
	exec 7>requests
	printf '3\n' >&7
	wait_until 10 eval '(($(wc -l <asked) == 3))'
	kill -KILL "$worker"
	wait "$worker" || true
	exec 7>&-
	run_split tasksweep ask bowl --again
	assert_out "$(<asked)"
	run_split tasksweep ask --stream bowl <<<'many'
	assert_status 3
	assert_out ''
	assert_err -r "standard input:1: 'many' is not"
}

@test "tasksweep: plots" {
	printf '%s\n' '{"x":0,"kind":"a","y":1}' '{"x":1,"kind":"b","y":0}' | tasksweep tell -q bowl.yaml >told
	COLUMNS=40 run_split tasksweep plot bowl
	assert_status 0
	((${#lines[@]} == 19))
	assert_out -l '          1 |*'
	assert_out -l '          0 |                          *'
	assert_out -l '             1          trial          2'
	COLUMNS=40 run_split tasksweep plot bowl --axis kind
	assert_status 0
	assert_out -l '             a          kind           b'
	run_split tasksweep plot bowl --axis z
	assert_status 2
	assert_err "tasksweep: no axis 'z' in this study"
}

@test "tasksweep: tables on a terminal" {
	need script
	printf '%s\n' '{"x":0,"kind":"a","y":1}' '{"x":1,"kind":"b","y":0}' | tasksweep tell -q bowl.yaml >told
	run_split script -qec 'COLUMNS=100 tasksweep trials bowl' /dev/null
	assert_out -r 'TRIAL +STATUS +y +x +kind.*bowl-1 +completed +1 +0.0 +a.*bowl-2 +completed +0 +1.0 +b'
	run_split script -qec 'tasksweep list' /dev/null
	assert_out -r 'STUDY +METHOD .*bowl +bayes +2 +0 +2 +0 +0 +y +0 +bowl-2'
	run_split script -qec 'tasksweep list --json' /dev/null
	assert_out -r '^\{"type":"study"'
}

@test "tasksweep: studies that are not there, and wrong usage" {
	run_split tasksweep best none
	assert_status 2
	assert_err "tasksweep: no study 'none'"
	tasksweep ask bowl.yaml >asked
	run_split tasksweep best bowl
	assert_status 1
	assert_err "tasksweep: study 'bowl': no trial has completed"
	run_split tasksweep importance bowl
	assert_status 1
	assert_err "tasksweep: study 'bowl': too few trials have completed: ten at least"
	run_split tasksweep tell none <<<'{}'
	assert_status 2
	assert_err "tasksweep: no study 'none': 'tasksweep ask FILE' begins one"
	run_split tasksweep tell none
	assert_status 2
	run_split tasksweep ask
	assert_status 2
	run_split tasksweep ask bowl --study other
	assert_status 2
	assert_err -r 'study goes with a sweep file'
	run_split tasksweep grid bowl.yaml --json
	assert_status 2
	assert_err -r 'grid knows no --json'
	run_split tasksweep dance
	assert_status 2
	assert_err -r "'dance' is not a command; there are: ask, best"
	run_split tasksweep ask bowl.yaml -n 0
	assert_status 2
	run_split tasksweep best bowl.yaml --study 'a b'
	assert_status 2
}

# the loop of the page, as a script
write_search() {
	echo '{"task_id":"bowl","interface_spec":{"openapi":"3.0.3","info":{"title":"bowl","version":"1"},"x-metrics":{"y":"/depth"},"paths":{"/run":{"post":{"responses":{"200":{"description":"its depth"}}}}}},"service_config":{"command":["jq","-c","{depth: ((.x - 0.3) * (.x - 0.3))}"]}}' >task.json
	taskreg add -q task.json >registered
	cat >search <<-'END'
		tasksweep ask bowl.yaml --again > batch.jsonl ||
		    tasksweep ask bowl.yaml -n 4 > batch.jsonl
		while [ -s batch.jsonl ]; do
		    taskrun --job pad -j 2 bowl batch.jsonl |
		        tasksweep tell --allow-failed 100% bowl.yaml > told.jsonl
		    tasksweep ask bowl.yaml -n 4 > batch.jsonl
		done
		tasksweep best bowl.yaml
	END
}

has_told() { (($(tasksweep list | jq .counts.completed) >= $1)); }

@test "tasksweep: a search in rounds that is killed goes on, and runs nothing twice" {
	write_search
	setsid sh search >out 2>err &
	worker=$!
	wait_until 20 has_told 5
	kill -KILL -- -$worker
	settle
	run_split sh search
	assert_status 0
	assert_json '.study == "bowl" and .metrics.y < 0.05'
	run_split tasksweep list
	assert_json '.counts.completed == 20 and .counts.open == 0'
	run_split taskstat --job pad --json --status completed
	assert_json -s 'length == 20 and (map(.key) | unique | length) == 20'
}
