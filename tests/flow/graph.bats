# SPDX-License-Identifier: MIT
# Executions that wait: for others, for a person, for their time, behind others; and graphs of them.
load ../helper

# the tasks that come with the programs, as a message lists them
shipped() { basename -s .yaml "$root"/share/tasks/*.yaml | sort | paste -sd, | sed 's/,/, /g'; }

# fields of the records in order of id
column() { jq -sr "sort_by(.id)[] | $1" "$out" | paste -sd' '; }
stat_of() { taskstat --json "$1" | jq -c "$2"; }

# are so many blocked?
blocked() { [[ $(taskstat --json --status blocked | wc -l) == "$1" ]]; }

@test "waiting: for another that completed, failed or ended" {
	seq 2 | taskrun -q --lines -- sh -c '[ "$1" = 1 ]' sh '{line}' >/dev/null || [[ $? == 1 ]]
	for rule in 1 1:ok 1:any 1:fail 2 2:ok 2:any 2:fail; do
		run_split taskrun -n --after $rule -- true
		assert_status 0
		echo "$rule $(jq -r .status "$out")" >>log
	done
	[[ $(paste -sd, log) == "1 completed,1:ok completed,1:any completed,1:fail skipped,2 skipped,2:ok skipped,2:any completed,2:fail completed" ]]
	[[ $(stat_of 6 '[.status, .error, .attempts, .after]') == \
		'["skipped",{"class":"dependency","reason":"execution 1 is completed","execution":1},0,[{"id":1,"when":"fail"}]]' ]]
	[[ $(stat_of 10 .after) == '[{"id":2,"when":"fail"}]' ]]
	[[ $(stat_of 1 .after) == null ]]
}

@test "waiting: for several that have not ended, each line for all of them" {
	seq 3 | taskrun -qd --lines --job first -- true >/dev/null
	seq 2 | run_split taskrun -d --lines --after 1 --after 2:any --after 3:fail -- true
	assert_status 0
	assert_json '.status == "blocked" and .awaits == 3'
	seq 2 | run_split taskrun -d --lines --after 1 --after 2:any --job last -- true
	assert_json '.status == "blocked" and .awaits == 2'
	run_split taskrun --job first --lines -q -- true < <(seq 3)
	assert_status 0
	run_split taskstat --list --json
	[[ $(column .status) == "completed completed completed skipped skipped queued queued" ]]
	assert_json '.awaits == null'
	run_split taskrun --job last --lines -- true < <(seq 2)
	assert_status 0
	[[ $(column .status) == "completed completed" ]]
}

@test "waiting: what is skipped while somebody waits for it is printed" {
	mkfifo go
	seq 1 | taskrun -qd --lines --job first -- sh -c 'read x <go; exit 65' >/dev/null
	seq 3 | taskrun --lines --after 1 -- true >"$out" 2>"$err" &
	waiter=$!
	wait_until 20 blocked 3
	seq 1 | taskrun -q --lines --job first -- sh -c 'read x <go; exit 65' >/dev/null &
	worker=$!
	echo go >go
	wait $worker || [[ $? == 1 ]]
	wait $waiter
	[[ $(column .status) == "skipped skipped skipped" ]]
}

@test "waiting: for its time, and for a person" {
	run_split taskrun -n -d --not-before +1h -- true
	assert_json '.status == "scheduled" and .not_before > .created'
	run_split taskrun -n -d --hold -- true
	assert_json '.status == "held" and .not_before == null'
	run_split taskrun -n -d --hold --after 1 --not-before 2099-01-01T00:00:00+01:00 -- true
	assert_json '.status == "blocked" and .not_before == "2098-12-31T23:00:00.000000Z"'
	run_split taskrun -n -d --not-before -1h -- true
	assert_json '.status == "queued"'
	run_split taskrun -n --not-before +1s -- true
	assert_status 0
	assert_json '.status == "completed" and .not_before == null and .started > .created'
}

@test "queueing: the higher priority first, queues, tags and metadata in the records" {
	for p in low -5 medium 7 high critical; do
		run_split taskrun -nd --priority $p -- sh -c "echo $p >>order"
		assert_status 0
	done
	taskwork -q -j1 --once
	[[ $(paste -sd' ' order) == "critical high 7 medium -5 low" ]]
	run_split taskrun -n --queue night --tag b --tag a --tag b --meta n=1 --meta who=me --meta 'l=[1]' -- true
	assert_status 0
	assert_json '.queue == "night" and .tags == ["a", "b"] and .metadata == {"l": [1], "n": 1, "who": "me"}'
	assert_json 'has("priority") | not'
	jq -n '{task_id: "t", service_config: {command: ["true"], queue: "slow", priority: "high"}}' | taskreg add -q >/dev/null
	run_split taskrun -n t
	assert_json '.queue == "slow" and .priority == 10'
	run_split taskrun -n --queue fast --priority 0 t
	assert_json '.queue == "fast" and (has("priority") | not)'
}

@test "queueing: words that are none are wrong usage" {
	local wrong

	seq 1 | taskrun -q --lines -- true >/dev/null
	while read -r wrong; do
		eval "run_split taskrun -n ${wrong%% => *} -- true"
		assert_status 2
		assert_out ''
		assert_err -l "taskrun: ${wrong##* => }"
	done <<-'END'
		--priority 1001 => --priority: '1001' is not a priority (low, medium, high, critical, or -1000..1000)
		--priority urgent => --priority: 'urgent' is not a priority (low, medium, high, critical, or -1000..1000)
		--queue a/b => --queue: must be letters, digits, '.', '_', '-' or ':' and begin with a letter or digit, found 'a/b'
		--tag a,b => --tag: must be a word without blanks and commas, at most 100 bytes, found 'a,b'
		--tag '' => --tag: must be a word without blanks and commas, at most 100 bytes, found ''
		--meta x => --meta: takes key=value, found 'x'
		--after 9 => --after: there is no execution 9
		--after x => --after: takes the id of an execution, or ID:ok, ID:any, ID:fail, found 'x'
		--after 0 => --after: takes the id of an execution, or ID:ok, ID:any, ID:fail, found '0'
		--after 1:maybe => --after: 'maybe' is no such rule; there are: ok, any, fail
		--after 1 --after 1:any => --after: execution 1 is given twice
		--not-before soon => --not-before: 'soon' is not a time (+2h, 2026-01-31T09:30:00Z, 2026-01-31T09:30:00+01:00)
	END
}

# a graph of lines: submit GRAPH-LINE ...
graph() { printf '%s\n' "$@" >graph.jsonl; }

@test "graph: each runs behind what it waits for, named before or after it" {
	graph '{"key":"c","params":{"n":"c"},"after":["a",{"key":"b","when":"any"}]}' \
		'{"key":"a","params":{"n":"a"}}' '{"key":"b","params":{"n":"b"},"after":["a"]}' \
		'{"key":"d","params":{"n":"d"},"after":[{"key":"c","when":"fail"}]}' '{"params":{"n":"e"},"after":["d"]}'
	run_split taskrun --graph -j1 graph.jsonl -- sh -c 'echo $1 >>order' sh '{n}'
	assert_status 0
	assert_err ''
	[[ $(paste -sd' ' order) == "a b c" ]]
	[[ $(column .params.n) == "a b c d e" ]]
	[[ $(column .status) == "completed completed completed skipped skipped" ]]
	[[ $(stat_of 4 .error.reason) == '"execution 3 is completed"' ]]
	[[ $(stat_of 5 .error.reason) == '"execution 4 is skipped"' ]]
	[[ $(stat_of 3 .after) == '[{"id":1,"when":"ok"},{"id":2,"when":"any"}]' ]]
}

@test "graph: one that fails ends what counted on it, and lets go what waited for that" {
	graph '{"key":"a","params":{"x":1}}' '{"key":"b","params":{"x":0},"after":["a"]}' \
		'{"key":"c","params":{"x":0},"after":[{"key":"a","when":"fail"}]}' '{"key":"d","params":{"x":0},"after":[{"key":"a","when":"any"}]}'
	run_split taskrun --graph --job g graph.jsonl -- sh -c 'test -e ok || exit $1' sh '{x}'
	assert_status 1
	[[ $(column .status) == "failed skipped completed completed" ]]
	touch ok
	run_split taskrun --graph --job g --retry-failed graph.jsonl -- sh -c 'test -e ok || exit $1' sh '{x}'
	assert_status 0
	[[ $(column .status) == "completed completed completed completed" ]]
	[[ $(column .attempts) == "2 1 1 1" ]]
}

@test "graph: several tasks, with their schemas, queues and priorities, in one job" {
	export DOCKLINE_SHARE=$BATS_TEST_TMPDIR/share
	mkdir -p "$DOCKLINE_SHARE/tasks"
	cp "$data/tasks/sum.yaml" "$DOCKLINE_SHARE/tasks/"
	jq -n '{task_id: "say", service_config: {command: ["echo", "\"{word}\""], queue: "slow", priority: "low"}}' | taskreg add -q >/dev/null
	graph '{"key":"s","task":"sum","params":{"a":1}}' '{"key":"t","task":"say","after":["s"],"tags":["z","b"],"metadata":{"n":2}}' \
		'{"task":"say","params":{"word":"ho"},"after":["t"],"priority":"high","queue":"fast","approval":false,"not_before":"-1h"}'
	run_split taskrun --graph --job both --set b=2 --set word=hi --tag all --tag b --meta n=1 --meta m=1 graph.jsonl
	assert_status 0
	[[ $(column '[.task, .job, .queue, .priority, (.tags | join(",")), (.metadata | tojson), .status] | tojson') == \
		'["sum","both",null,null,"all,b","{\"m\":1,\"n\":1}","completed"] ["say","both","slow",-10,"all,b,z","{\"m\":1,\"n\":2}","completed"] ["say","both","fast",10,"all,b","{\"m\":1,\"n\":1}","completed"]' ]]
	[[ $(column '.result.sum? // .result') == "3 hi ho" ]]
	run_split taskrun --graph -d graph.jsonl
	assert_status 3
	assert_out ''
	assert_err -l "taskrun: graph.jsonl:1: '/b' must be given (required)"
	assert_err -l "taskrun: 1 line is wrong: nothing was submitted"
	run_split taskstat --json --list
	[[ ${#lines[@]} == 3 ]]
	run_split taskrun --graph -d --set b=2 sum <<<'{"params":{"a":5}}'
	assert_status 0
	assert_json '.task == "sum" and .params == {"a": 5, "b": 2}'
}

@test "graph: behind executions that were there before" {
	seq 2 | taskrun -q --lines -- sh -c '[ "$1" = 1 ]' sh '{line}' >/dev/null || [[ $? == 1 ]]
	graph '{"after":[{"id":1}]}' '{"params":{"n":1},"after":[{"id":2,"when":"ok"}]}' '{"params":{"n":2},"after":[{"id":2,"when":"fail"},{"id":1,"when":"any"}]}'
	run_split taskrun --graph graph.jsonl -- true
	assert_status 0
	[[ $(column .status) == "completed skipped completed" ]]
}

@test "graph: with --job the same graph again submits nothing twice" {
	graph '{"key":"b","params":{"n":2},"after":["a"]}' '{"key":"a","params":{"n":1}}' '{"params":{"n":3}}' '{"params":{"n":3}}'
	run_split taskrun --graph -d --job g graph.jsonl -- true
	assert_status 0
	assert_err "taskrun: 4 executions wait, and no worker is running: taskwork, or the same command without --detach"
	assert_json -s 'map(.key[:2]) == ["b", "a", "21", "21"] and (.[0].id > .[1].id)'
	cp "$out" first
	run_split taskrun --graph -d --job g graph.jsonl -- true
	assert_status 0
	assert_out -f first
	echo '{"key":"c","params":{"n":4},"after":["b",{"key":"a"}]}' >>graph.jsonl
	run_split taskrun --graph --job g graph.jsonl -- true
	assert_status 0
	[[ $(column .attempts) == "1 1 1 1 1" ]]
	[[ $(taskstat --json --list | wc -l) == 5 ]]
	sed -i 's/"n":1/"n":7/' graph.jsonl
	echo '{"key":"d"}' >>graph.jsonl
	run_split taskrun --graph --job g graph.jsonl -- true
	assert_status 3
	assert_out ''
	assert_err -l "taskrun: graph.jsonl:2: key 'a' stands in job 'g' with other parameters: not submitted (another key, or --new-inputs)"
	assert_err -l 'taskrun: nothing was submitted'
	[[ $(taskstat --json --list | wc -l) == 5 ]]
	run_split taskrun --graph --job g graph.jsonl -- false
	assert_status 2
	assert_err -r "job 'g' belongs to task 'adhoc:[0-9a-f]+', not to 'adhoc:[0-9a-f]+'"
}

@test "graph: a cycle is refused and told in full" {
	graph '{"key":"x"}' '{"key":"a","after":["x","c"]}' '{"key":"b","after":["a"]}' '{"key":"c","after":["x",{"key":"b","when":"any"}]}'
	run_split taskrun --graph --job g graph.jsonl -- true
	assert_status 3
	assert_out ''
	assert_err $'taskrun: graph.jsonl:2: cycle: a -> c -> b -> a\ntaskrun: nothing was submitted'
	graph '{"key":"a","after":["a"]}'
	run_split taskrun --graph graph.jsonl -- true
	assert_status 3
	assert_err -l "taskrun: graph.jsonl:1: cycle: a -> a"
	for ((i = 0; i < 1000; i++)); do
		printf '{"key":"node%d","after":["node%d"]}\n' $i $(((i + 1) % 1000))
	done >graph.jsonl
	run_split taskrun --graph graph.jsonl -- true
	assert_status 3
	[[ $(head -1 "$err") == "taskrun: graph.jsonl:1: cycle: node0 -> $(printf 'node%d -> ' {1..999})node0" ]]
	run_split taskstat --json
	assert_out ''
}

@test "graph: lines that are wrong are told, all of them, and nothing is submitted" {
	cat >graph.jsonl <<-'END'
		{"key":"good","params":{"n":1}}
		{"key":"a","afer":["good"]}
		{"key":"b","after":["good","good"]}
		{"key":"good","params":{"n":2}}
		{"key":""}
		{"n":1}
		{"after":"good"}
		{"after":[1]}
		{"after":[{"key":"good","id":1}]}
		{"after":[{"when":"ok"}]}
		{"after":[{"key":"good","when":"maybe"}]}
		{"after":[{"id":-1}]}
		{"priority":"urgent"}
		{"priority":5000}
		{"queue":"a b"}
		{"tags":["a b"]}
		{"tags":[1]}
		{"not_before":"soon"}
		{"approval":"yes"}
		{"params":[1]}
		{"task":"none"}
		not json
		{"after":[{"key":"good","wehn":"any"}]}
		{"after":[{"key":"good","n":1}]}
	END
	cat >wanted <<-END
		taskrun: graph.jsonl:2: 'afer' is no member of a line of a graph: 'after'?
		taskrun: graph.jsonl:3: waits for 'good' twice
		taskrun: graph.jsonl:4: key 'good' was given already, at graph.jsonl:1
		taskrun: graph.jsonl:5: 'key' is empty
		taskrun: graph.jsonl:6: 'n' is no member of a line of a graph (parameters stand in 'params'); there are: after, approval, key, metadata, not_before, params, priority, queue, tags, task, type
		taskrun: graph.jsonl:7: 'after' must be an array, found string
		taskrun: graph.jsonl:8: 'after' must list keys or objects, found integer
		taskrun: graph.jsonl:9: 'after' takes the 'key' of a line or the 'id' of an execution
		taskrun: graph.jsonl:10: 'after' takes the 'key' of a line or the 'id' of an execution
		taskrun: graph.jsonl:11: 'after', 'when': 'maybe' is no such rule; there are: ok, any, fail
		taskrun: graph.jsonl:12: 'after' takes the 'key' of a line or the 'id' of an execution
		taskrun: graph.jsonl:13: 'priority' is wrong: 'urgent' is not a priority (low, medium, high, critical, or -1000..1000)
		taskrun: graph.jsonl:14: 'priority' must be in -1000..1000
		taskrun: graph.jsonl:15: 'queue' must be letters, digits, '.', '_', '-' or ':' and begin with a letter or digit, found 'a b'
		taskrun: graph.jsonl:16: 'tags' must be a word without blanks and commas, at most 100 bytes, found 'a b'
		taskrun: graph.jsonl:17: 'tags' must be words, found integer
		taskrun: graph.jsonl:18: 'not_before': 'soon' is not a time (+2h, 2026-01-31T09:30:00Z, 2026-01-31T09:30:00+01:00)
		taskrun: graph.jsonl:19: 'approval' must be true or false, found string
		taskrun: graph.jsonl:20: 'params' must be an object, found array
		taskrun: graph.jsonl:21: no task 'none'; there are: $(shipped)
		taskrun: graph.jsonl:22:3: not JSON: invalid token near 'not'
		taskrun: graph.jsonl:23: 'wehn' is no member of 'after': 'when'?
		taskrun: graph.jsonl:24: 'n' is no member of 'after'; there are: id, key, when
		taskrun: 23 lines are wrong: nothing was submitted
	END
	run_split taskrun --graph graph.jsonl -- true
	assert_status 3
	assert_out ''
	assert_err -f wanted
	run_split taskrun --graph --strict graph.jsonl -- true
	assert_status 3
	assert_err "$(head -1 wanted)"
	run_split taskrun --graph <<<'{"params":{}}'
	assert_status 3
	assert_err -l "taskrun: standard input:1: which 'task'? none was given for all lines"
	graph '{"after":["nobody"]}' '{"after":["nobody","nothing"]}'
	run_split taskrun --graph graph.jsonl -- true
	assert_status 3
	assert_err $'taskrun: graph.jsonl:1: waits for \'nobody\': no line has this key\ntaskrun: graph.jsonl:2: waits for \'nothing\': no line has this key\ntaskrun: nothing was submitted'
	graph '{}' '{"after":[{"id":7}]}'
	run_split taskrun --graph --job g graph.jsonl -- true
	assert_status 3
	assert_err $'taskrun: graph.jsonl:2: there is no execution 7\ntaskrun: nothing was submitted'
	run_split taskstat --json
	assert_out ''
}

@test "graph: what all lines wait for, besides what each says" {
	taskrun -q -n -- false >/dev/null || [[ $? == 1 ]]
	taskrun -q -n -- true >/dev/null
	graph '{"key":"a"}' '{"key":"b","after":[{"key":"a","when":"any"}]}' '{"key":"c","after":[{"id":2}]}'
	run_split taskrun --graph --after 1:fail graph.jsonl -- true
	assert_status 0
	[[ $(column .status) == "completed completed completed" ]]
	run_split taskrun --graph --after 1 graph.jsonl -- true
	[[ $(column .status) == "skipped skipped skipped" ]]
	run_split taskrun --graph --after 2:any graph.jsonl -- true
	assert_status 3
	assert_err $'taskrun: graph.jsonl:3: waits for execution 2 twice\ntaskrun: 1 line is wrong: nothing was submitted'
}

@test "graph: what its options exclude, and no lines at all" {
	for wrong in --lines '--map .' -n; do
		run_split taskrun --graph $wrong -- true
		assert_status 2
		assert_err -l 'taskrun: --graph excludes --lines, --map and -n'
	done
	for wrong in --lines '--map .'; do
		run_split taskrun -n $wrong -- true
		assert_status 2
		assert_err -l 'taskrun: -n reads no lines: it excludes --lines and --map'
	done
	run_split taskrun --graph -- true < <(printf '{"key":"a"}\n{"key":')
	assert_status 3
	assert_err -l 'taskrun: 1 line is wrong: nothing was submitted'
	assert_err -r 'standard input:2:7: not JSON'
	run_split taskrun --graph nothing
	assert_status 2
	assert_err "taskrun: no file 'nothing': no task 'nothing'; there are: $(shipped)"
	run_split taskrun --graph
	assert_status 0
	assert_err 'taskrun: no parameters were given: no executions'
}

@test "atomic: all lines of a batch or none" {
	printf '{"a":1}\n{"a":1}\nwrong\n{"key":"k"}\n' >lines
	run_split taskrun --atomic --job j lines -- true
	assert_status 3
	assert_out ''
	assert_err $'taskrun: lines:3:5: not JSON: invalid token near \'wrong\'\ntaskrun: 1 line is wrong: nothing was submitted'
	run_split taskstat --json
	assert_out ''
	sed -i /wrong/d lines
	run_split taskrun --atomic -d --job j lines -- true
	assert_status 0
	assert_json -s 'length == 3 and .[2].key == "k"'
	printf '{"a":2}\n{"key":"k","b":1}\n' >>lines
	run_split taskrun --atomic --job j lines -- true
	assert_status 3
	assert_err -l "taskrun: lines:5: key 'k' stands in job 'j' with other parameters: not submitted (another key, or --new-inputs)"
	[[ $(taskstat --json --list | wc -l) == 3 ]]
	run_split taskrun --job j lines -- true
	assert_status 3
	[[ $(column .status) == "completed completed completed completed" ]]
	run_split taskrun --atomic --lines --after 1:fail -- true <<<x
	assert_status 0
	assert_json '.status == "skipped"'
}
