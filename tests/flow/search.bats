# SPDX-License-Identifier: MIT
# A parameter search as a step of a pipeline.
load ../helper

# (x - shift)², a little more in mode b; x = 5 fails where nothing is there to stop it
setup() {
	fresh
	need jq
	cat >search.yaml <<-'END'
		name: search
		params: {trials: 16, shift: 3, method: bayes}
		steps:
		  - id: tune
		    command: [sh, -c, 'echo x >>log; jq -c "{y: ((.x - .shift) * (.x - .shift) + (if .mode == \"b\" then 1 else 0 end))}"']
		    optimize:
		      axes: {x: {type: float, min: 0, max: 10, step: 0.5}, mode: [a, b]}
		      metric: y
		      method: ${{ params.method }}
		      max_trials: ${{ params.trials }}
		      parallel: 2
		    set: {shift: "${{ params.shift }}"}
		  - id: use
		    command: [cat]
		    params: {x: "${{ steps.tune.best.params.x }}", y: "${{ steps.tune.best.value }}", m: "${{ steps.tune.best.item.mode }}"}
	END
}

@test "search: the best of its trials goes to the steps behind it" {
	run_split timeout 30 pipeline run search.yaml --job s -p method=grid -p trials=42
	assert_status 0
	assert_json '.steps[0] | .status == "completed" and .total == 42 and .completed == 42 and
		.result.value == 0 and .result.item == {"x": 3, "mode": "a"} and .result.params.shift == 3 and
		.result.result == {"y": 0} and .result.key == "tune/\(.result.trial)"'
	assert_err -l 'pipeline: tune: best y 0 with {"x":3.0,"mode":"a"}'
	run_split taskstat --job s --tag use --json
	assert_json '.result == {"x": 3, "y": 0, "m": "a"}'
	run_split tasksweep best run1-tune
	assert_json '.params == {"x": 3, "mode": "a"} and .metrics == {"y": 0} and .execution > 0'
}

@test "search: taken up again it goes on with the trials there are" {
	run_split timeout 30 pipeline run -q search.yaml --job s
	assert_status 0
	assert_json '.steps[0].total == 16'
	run_split timeout 30 pipeline resume --why s
	assert_err -l 'pipeline: tune: 16 kept, 0 again, 0 new, 0 of them changed'
	run_split timeout 30 pipeline resume --why s -p trials=20
	assert_err -l 'pipeline: tune: 16 kept, 0 again, 4 new, 0 of them changed'
	[[ $(wc -l <log) == 20 ]]
	run_split timeout 30 pipeline resume --why s -p shift=7
	assert_status 0
	assert_err -l 'pipeline: tune: 0 kept, 0 again, 20 new, 20 of them changed'
	assert_json '.steps[0].result | .value == (.params.x - 7 | . * .) + (if .params.mode == "b" then 1 else 0 end)'
	run_split timeout 30 pipeline resume s -p method=random
	assert_status 0
	assert_err -l 'pipeline: tune: another search than before: it begins anew'
	run_split tasksweep list
	assert_json '.method == "random" and .trials == 20 and .counts.completed == 20'
}

@test "search: killed on its way, no trial is lost or run twice when it has ended" {
	sed -i 's/parallel: 2/parallel: 1/; s/echo x >>log;/sleep 0.02;/' search.yaml
	for killed in 5 9 13; do
		pipeline run -q search.yaml --job s >/dev/null &
		conductor=$!
		wait_until 20 sh -c "tasksweep trials run1-tune | jq -es 'map(select(.status == \"completed\")) | length >= $killed'"
		kill -9 $conductor
		wait $conductor || true
	done
	run_split timeout 30 pipeline run -q search.yaml --job s
	assert_status 0
	cp "$out" killed.json
	run_split taskstat --job s --tag tune --json
	assert_json -s 'length == 16 and all(.[]; .status == "completed")'
	run_split timeout 30 pipeline run -q search.yaml --job other
	jq -es '.[0].steps[0].result.item == .[1].steps[0].result.item' killed.json "$out"
}

@test "search: a target ends it, failed trials do not, and without any value it fails" {
	sed -i 's/metric: y/metric: y\n      target: 1/; s/parallel: 2/parallel: 1/' search.yaml
	run_split timeout 30 pipeline run -q search.yaml -p trials=100
	assert_status 0
	assert_json '.steps[0] | .total < 100 and .result.value <= 1'
	cat >fails.yaml <<-'END'
		steps:
		  - id: half
		    command: [sh, -c, '[ "$1" -gt 2 ] && echo "{\"affinity\": $1}"', sh, "{n}"]
		    optimize: {axes: {n: [1, 2, 3, 4]}, method: grid}
		  - id: strict
		    command: [sh, -c, '[ "$1" -gt 2 ] && echo "{\"affinity\": $1}"', sh, "{n}"]
		    optimize: {axes: {n: [1, 2, 3, 4]}, method: grid}
		    allow_failed: 1
		  - {id: none, command: [cat], optimize: {axes: {n: [1, 2]}}}
		  - {id: typo, command: [cat], optimize: {axes: {n: "${{ 3 }}"}}}
		  - {id: behind, command: [cat], depends_on: none}
	END
	run_split timeout 30 pipeline run fails.yaml
	assert_status 1
	assert_json '.steps[0] | .status == "completed" and .failed == 2 and .result.item == {"n": 3}'
	assert_json '.steps[1] | .status == "failed" and (.reason | startswith("2 of 4 items"))'
	assert_json '.steps[2] | .status == "failed" and .reason == "no trial has given a value of '\''affinity'\''"'
	assert_json '.steps[3] | .status == "failed" and (.reason | test("must be an axis"))'
	assert_json '.steps[4].status == "skipped"'
}

@test "search: metrics that a task names; the trials as items of another step; what --dry-run says" {
	jq -n '{task_id: "fit", version: "1", service_config: {command: ["jq", "-c", "{deep: {value: (.n * -1)}}"]},
		interface_spec: {openapi: "3.0.3", info: {title: "fit", version: "1"}, "x-metrics": {affinity: "/deep/value"},
			paths: {"/": {post: {responses: {"200": {description: "done"}}}}}}}' | taskreg add -q >/dev/null
	cat >items.yaml <<-'END'
		steps:
		  - {id: tune, task: fit, params: {n: "${{ item.n * 10 }}"}, optimize: {axes: {n: {type: int, min: 1, max: 5}}, method: lhs, max_trials: 5}}
		  - {id: each, command: [cat], foreach: {step: tune}, params: {v: "${{ item.deep.value }}"}}
		  - {id: all, value: "${{ [steps.each.results[].v] | add }}"}
	END
	run_split timeout 30 pipeline run -q items.yaml
	assert_status 0
	assert_json '.steps[0].result | .value == -50 and .item == {"n": 5} and .params == {"n": 50}'
	assert_json '.steps[2].result == -150'
	run_split pipeline run --dry-run search.yaml -p trials=7
	assert_status 0
	assert_json -s '.[0] | .optimize.max_trials == 7 and .optimize.method == "bayes" and (has("items") | not)'
	run_split env COLUMNS=120 script -qec 'pipeline show search.yaml' /dev/null
	assert_out -r 'tune: sh \(searching x and mode\)'
}
