# SPDX-License-Identifier: MIT
# Executions that wait: for others, for a person, for their time, behind others; and graphs of them.
load ../helper

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
