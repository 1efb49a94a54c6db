# SPDX-License-Identifier: MIT
load ../helper

teardown() {
	rm -f hold*
	settle
	spotless
}

# each runs until hold-LINE is gone, and notes that it ran
hold=(--lines -- sh -c 'echo "$1" >>ran; while [ -e "hold-$1" ]; do env sleep 0.02; done' sh '{line}')

# so many executions are so
are() { [[ $(taskstat -q --json --status "$1" "${@:3}" | wc -l) == "$2" ]]; }

# a registered task that runs true; $2: further members of service_config
register() {
	printf 'task_id: %s\nversion: "1"\nname: %s\ncategory: test\nservice_config:\n  command: ["true"]\n%s' \
		"$1" "$1" "${2-}" >"$1.yaml"
	taskreg -q add "$1.yaml" >/dev/null
}

@test "taskwork: what every program promises" {
	assert_front taskwork
}

@test "taskwork: nothing to do" {
	run_split taskwork
	assert_status 0
	assert_out ''
	assert_err 'taskwork: nothing to do'
}

@test "taskwork: runs what is queued, of every job and task, and ends" {
	seq 3 | taskrun -q --detach --job a --lines -- true >/dev/null
	seq 2 | taskrun -q --detach --job b --lines -- sh -c 'exit 3' >/dev/null
	run_split taskwork
	assert_status 0
	assert_err 'taskwork: 5 attempts, 2 not well'
	run_split taskwait -q --job a --timeout 0
	assert_status 0
	run_split taskwait -q --job b --timeout 0
	assert_status 1
	assert_json '.status == "failed"'
}

@test "taskwork: --job and --queue leave the others alone" {
	register far $'  queue: far\n'
	echo '{}' | taskrun -q --detach --job q far >/dev/null
	seq 2 | taskrun -q --detach --job a --lines -- true >/dev/null
	seq 2 | taskrun -q --detach --job b --lines -- true >/dev/null
	taskwork -q --job a
	are queued 2 --job b
	taskwork -q --queue default,other
	are completed 2 --job b
	are queued 1 --job q
	taskwork -q --queue far
	are completed 1 --job q
	run_split taskwork --job nosuch
	assert_status 2
}

@test "taskwork: --once does not wait for what runs elsewhere, the default does" {
	touch hold-a
	echo a | taskrun -q --detach --job j "${hold[@]}" >/dev/null
	taskwork -q &
	wait_until 10 are running 1 --job j
	run_split taskwork --once
	assert_status 0
	assert_err 'taskwork: nothing to do'
	taskwork >second 2>&1 &
	second=$!
	rm hold-a
	wait $second
	[[ $(<second) == 'taskwork: nothing to do' ]]
	are completed 1 --job j
}

@test "taskwork: --forever takes what comes, until told" {
	taskwork -q --forever &
	worker=$!
	seq 3 | taskrun -q --detach --job j --lines -- true >/dev/null
	run_split taskwait -q --job j --timeout 20
	assert_status 0
	kill -TERM $worker
	wait $worker || status=$?
	[[ $status == 143 ]]
}

@test "taskwork: --idle-exit ends it some time after the last work" {
	echo 1 | taskrun -q --detach --job j --lines -- true >/dev/null
	run_split timeout 20 taskwork --idle-exit 0.3
	assert_status 0
	are completed 1 --job j
}

@test "taskwork: --for begins nothing afterwards" {
	touch hold-a
	printf 'a\nb\n' | taskrun -q --detach --job j "${hold[@]}" >/dev/null
	SECONDS=0
	taskwork -q -j 1 --for 2 &
	worker=$!
	wait_until 10 grep -q a ran
	wait_until 10 eval '((SECONDS > 2))'
	rm hold-a
	wait $worker
	are completed 1 --job j
	are queued 1 --job j
}

@test "taskwork: room for memory, cores and limits; what never fits is left to others" {
	register big $'  resources: {memory: 4G}\n'
	register wide $'  resources: {cpus: 3}\n'
	register licensed $'  limits: {licence: 1}\n'
	for task in big wide licensed; do
		echo '{}' | taskrun -q --detach --job "$task" "$task" >/dev/null 2>&1
	done
	run_split taskwork -j 2 --memory 1G
	assert_err 'taskwork: nothing to do'
	are queued 3
	taskwork -q -j 2 --memory 5G
	are completed 1 --job big
	taskwork -q -j 3 --memory 1G
	are completed 1 --job wide
	taskwork -q --limit licence=1
	are completed 1 --job licensed
	run_split taskwork --limit licence
	assert_status 2
	assert_err -r "--limit takes NAME=NUMBER, found 'licence'"
	run_split taskwork --limit licence=some
	assert_status 2
	assert_err "taskwork: --limit 'licence=some': 'some' is not a number of 0 or more"
}

@test "taskwork: a limit holds for all of its executions together" {
	cat >lic.yaml <<-'EOF'
		task_id: lic
		version: "1"
		name: lic
		category: test
		service_config:
		  command: [sh, -c, 'echo in >>log; env sleep 0.05; echo out >>log']
		  limits: {licence: 1}
	EOF
	taskreg -q add lic.yaml >/dev/null
	for n in 1 2 3 4; do echo "{\"n\":$n}"; done | taskrun -q --detach --job l lic >/dev/null 2>&1
	taskwork -q -j 4 --limit licence=1
	[[ $(paste -sd' ' log) == "in out in out in out in out" ]]
}

@test "taskwork: two of them share the work, each execution runs once" {
	seq 300 | taskrun -q --detach --job j --lines -- sh -c 'echo "$1" >>ran' sh '{line}' >/dev/null
	taskwork -q -j 2 &
	taskwork -q -j 2
	settle
	are completed 300 --job j
	[[ $(sort ran | uniq -d) == '' && $(wc -l <ran) == 300 ]]
}

@test "taskwork: a killed one is noticed, what it ran is run again, what it only held is not blamed" {
	touch hold-a
	printf '%s\n' a b c d | taskrun -q --detach --job j "${hold[@]}" >/dev/null
	taskwork -q -j 1 &
	worker=$!
	wait_until 10 test -s ran
	wait_until 10 are running 1 --job j
	kill -9 $worker
	wait $worker || true
	rm hold-a
	taskwork -q -j 1
	are completed 4 --job j
	[[ $(sort ran | uniq -c | awk '{ print $2 $1 }' | paste -sd' ') == "a2 b1 c1 d1" ]]
	[[ $(taskstat -q --job j --status completed --json | jq -s 'map(.attempts) | add') == 5 ]]
}

@test "taskwork: --json tells what it changes" {
	echo 1 | taskrun -q --detach --job j --lines -- true >/dev/null
	run_split taskwork --json
	assert_json '.type == "event" and .execution == 1'
	[[ $(jq -r .event "$out" | paste -sd' ') == "claim complete" ]]
}

@test "taskwork: of the last in a lane the longest is begun first, by what the task says of its cost" {
	cat >long.yaml <<-'EOF'
		task_id: long
		service_config:
		  command: [sh, -c, 'jq .n >>ran']
		  cost: .n
	EOF
	taskreg -q add long.yaml >/dev/null
	(seq 15 && echo '"no number"') | jq -c '{n: .}' >lines
	taskrun -q --detach --job j long lines >/dev/null
	taskwork -q -j 1
	diff ran <(seq 15 -1 1 && echo '"no number"')
	# while more wait the oldest is first
	rm ran
	seq 80 | jq -c '{n: .}' >lines
	taskrun -q --detach --job k long lines >/dev/null
	taskwork -q -j 1
	[[ $(head -n 1 ran) == 1 && $(wc -l <ran) == 80 ]]
}

@test "taskwork: a cost that is no expression is told when the task is added" {
	printf 'task_id: t\nservice_config: {command: ["true"], cost: ".n |"}\n' >t.yaml
	run_split taskreg add t.yaml
	assert_status 3
	[[ $(<"$err") == *"task 't': /service_config/cost"* ]]
	printf 'task_id: t\nservice_config: {command: ["true"], cost: 3}\n' >t.yaml
	run_split taskreg add t.yaml
	assert_status 3
	[[ $(<"$err") == *cost*string* ]]
}
