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
	assert_err -r 'check, .*show, .*template'
	for wrong in draw check show 'show a b' 'show --dot --json a' 'check --dot a' 'template old' \
		'template new' 'template new a b c'; do
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
	for file in faults refs cycle tasks; do
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
		for ((i = 0; i < 51; i++)); do echo "- {id: s$i, command: [cat]}"; done
	} >many.yaml
	run_split pipeline check many.yaml
	assert_status 3
	assert_err "pipeline: many.yaml:2:1: '/steps' must hold 1 to 50 steps, found 51 (pipeline.max_steps in config.yaml)"
	run_split env DOCKLINE_PIPELINE_MAX_STEPS=51 pipeline check many.yaml
	assert_status 0
	{
		echo steps:
		for ((i = 0; i < 100000; i++)); do echo "- {}"; done
	} >more.yaml
	run_split timeout 10 pipeline check more.yaml
	assert_status 3
	assert_err -r 'found 100000 '
	{
		echo 'a: &a [x,x,x,x,x,x,x,x,x,x]'
		for pair in ab bc cd de ef fg; do
			echo "${pair:1}: &${pair:1} [$(yes "*${pair::1}" | head -n 10 | paste -sd,)]"
		done
		echo 'steps: *g'
	} >bomb.yaml
	run_split timeout 10 pipeline check bomb.yaml
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

@test "pipeline: the examples of the pages are good, and the schema names the members there are" {
	for page in pipeline.1 dockline-pipeline.5; do
		sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$root/man/$page" | sed -n '/^\.Bd/,/^\.Ed/p' |
			sed '1d;$d;/^cat >/d;/^END/,$d' >example.yaml
		run_split pipeline check example.yaml
		assert_status 0
	done
	need jq
	jq -r '.properties.steps.items.properties | keys[]' "$root/share/schema/pipeline.json" | sort >schema
	sed -n '/^step_read/,/^}/p' "$root/lib/plan/step.c" | sed -n '/known\[\]/,/};/p' |
		grep -o '"[a-z_]*"' | tr -d '"' | sort >code
	diff -u code schema
}
