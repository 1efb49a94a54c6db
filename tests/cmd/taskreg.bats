# SPDX-License-Identifier: MIT
load ../helper

tasks=$data/tasks

setup() {
	fresh
	export DOCKLINE_SHARE=$BATS_TEST_TMPDIR/share
	mkdir -p "$DOCKLINE_SHARE/tasks"
}

# A shipped task: NAME [CATEGORY]
ship() {
	printf 'task_id: %s\nname: shipped\ncategory: %s\nservice_config: {command: ["true"]}\n' \
		"$1" "${2:-example}" >"$DOCKLINE_SHARE/tasks/$1.yaml"
}

# A task file on stdout: NAME VERSION [COMMAND]
define() {
	printf 'task_id: %s\nversion: "%s"\nservice_config: {command: [%s]}\n' "$1" "$2" "${3:-cat}"
}

# stdout is a terminal
on_terminal() { run_split env COLUMNS=100 TERM=dumb script -qec "$*" /dev/null; }

@test "taskreg: what every program promises" {
	assert_front taskreg
}

@test "taskreg: without a command, or with an unknown one, it lists them" {
	run_split taskreg
	assert_status 2
	assert_out ''
	assert_err -r 'activate, add, check, deactivate, .*, list, log, .*rm, .*show'
	run_split taskreg remove x
	assert_status 2
	assert_err -r "^taskreg: 'remove' is not a command; there are: activate, add, check, "
	for wrong in 'list x' show 'show a b' rm 'add --json x' 'check --replace x' 'rm --tag t x' \
		'list --replace' 'show --category c x' 'list --status retired'; do
		run_split taskreg $wrong
		assert_status 2
		assert_out ''
		assert_err -r "try 'taskreg -h'"
	done
	[[ ! -e .dockline ]]
}

@test "taskreg: check tells every error with its place and pointer, and makes no state" {
	cp "$tasks/faults.yaml" .
	run_split taskreg check faults.yaml
	assert_status 3
	assert_out ''
	assert_err -f "$tasks/faults.stderr"
	[[ ! -e .dockline ]]
}

@test "taskreg: a coprocess serves many executions, so its command holds no parameter" {
	sed 's/^  command:.*/  command: [cat, "{a}"]\n  stream: {window: 4}/' "$tasks/sum.yaml" >stream.yaml
	run_split taskreg check stream.yaml
	assert_status 3
	assert_err -r "'/service_config/command/1' must not hold the parameter [{]a[}]: "
	printf '%s\n' 'task_id: add' 'service_config:' '  command: [cat, "{x}"]' '  stream: {}' >add.yaml
	run_split taskreg add add.yaml
	assert_status 0
	assert_json '.service_config.stream == {}'
}

@test "taskreg: check tells the errors of rules; good ones are registered as they are" {
	cp "$tasks/rules.yaml" .
	run_split taskreg check -v rules.yaml
	assert_status 3
	assert_err -f "$tasks/rules.stderr"
	sed '/^---/,$d' rules.yaml >good.yaml
	run_split taskreg add good.yaml
	assert_status 0
	cp "$out" good
	run_split jq -c '.service_config | [.priority, .queue, .limits, .breaker, .hooks.after]' good
	assert_out '["high","gpu",{"licence":1},{"failures":3,"pause":"5m"},["logger","end"]]'
}

@test "taskreg: check is silent about good files, -v names them" {
	run_split taskreg check "$tasks/sum.yaml" "$tasks"/sum.json
	assert_status 3
	assert_err -r "^taskreg: [^ ]*sum.json:[0-9:]+ task 'sum' version 2 is defined twice$"
	run_split taskreg check "$tasks/sum.yaml"
	assert_status 0
	assert_out ''
	assert_err ''
	run_split taskreg check -v "$tasks/sum.yaml"
	assert_err "taskreg: task 'sum' version 2 is good"
}

@test "taskreg: JSON and YAML of a task are the same task" {
	run_split taskreg add "$tasks/sum.yaml"
	assert_status 0
	cp "$out" yaml
	run_split taskreg add -v "$tasks/sum.json"
	assert_status 0
	assert_err "taskreg: task 'sum' version 2 was registered before"
	diff <(jq -S . yaml) <(jq -S . "$out")
}

@test "taskreg: YAML errors, missing and empty files, a directory" {
	printf 'task_id: x\n  bad: [\n' >bad.yaml
	run_split taskreg check bad.yaml
	assert_status 3
	assert_err -r '^taskreg: bad.yaml:[23]:[0-9]+: '
	: >empty.yaml
	run_split taskreg check empty.yaml
	assert_status 3
	assert_err 'taskreg: empty.yaml: no task in it'
	run_split taskreg add missing.yaml
	assert_status 3
	assert_err -l "taskreg: cannot open 'missing.yaml': No such file or directory"
	run_split taskreg add .
	assert_status 3
	printf 'task_id: x\ntask_id: y\n' >twice.yaml
	run_split taskreg check twice.yaml
	assert_status 3
	assert_err -r '^taskreg: twice.yaml:2:1: '
}

@test "taskreg: add takes several documents and files, or standard input" {
	{ define a 1 && echo --- && define b 1; } >two.yaml
	define c 1 >c.yaml
	run_split taskreg add two.yaml c.yaml
	assert_status 0
	assert_err ''
	assert_json '.type == "task" and .origin == "registered" and .status == "active"'
	[[ $(jq -r .task_id "$out" | paste -sd' ') == "a b c" ]]
	run_split taskreg add - < <(define d 1)
	assert_status 0
	run_split taskreg add < <(define e 1)
	assert_status 0
	run_split taskreg list
	assert_status 0
	[[ $(jq -r .task_id "$out" | paste -sd' ') == "a b c d e" ]]
}

@test "taskreg: add is all or nothing" {
	{ define a 1 && echo --- && echo 'task_id: b'; } >two.yaml
	define c 1 >c.yaml
	run_split taskreg add two.yaml c.yaml
	assert_status 3
	assert_out ''
	assert_err -l "taskreg: two.yaml:5:1: it lacks 'service_config'"
	assert_err -l 'taskreg: nothing was registered'
	[[ ! -e .dockline ]]
	taskreg add c.yaml >/dev/null
	{ define a 1 && echo --- && define c 1 tac; } >two.yaml
	run_split taskreg add two.yaml
	assert_status 2
	assert_out ''
	run_split taskreg list
	assert_json -s 'map(.task_id) == ["c"]'
}

@test "taskreg: another definition under a version needs --replace or another version" {
	taskreg add < <(define a 1 cat) >/dev/null
	run_split taskreg add < <(define a 1 tac)
	assert_status 2
	assert_out ''
	assert_err -r "^taskreg: task 'a' version 1 is registered with another definition"
	run_split taskreg add --replace < <(define a 1 tac)
	assert_status 0
	run_split taskreg show a
	assert_json '.service_config.command == ["tac"]'
	run_split taskreg add < <(define a 2 rev)
	assert_status 0
	run_split taskreg show a
	assert_json '.version == "2"'
	run_split taskreg show a@1
	assert_json '.service_config.command == ["tac"]'
	run_split taskreg add --replace < <(define a 1 cat)
	assert_status 0
	run_split taskreg show a@1
	assert_json '.service_config.command == ["cat"]'
}

@test "taskreg: shipped tasks are there without registering, registered ones come first" {
	ship cube
	ship sum
	run_split taskreg list
	assert_status 0
	assert_json '.origin == "shipped" and .version == "1"'
	[[ $(jq -r .task_id "$out" | paste -sd' ') == "cube sum" ]]
	[[ ! -e .dockline ]]
	taskreg add "$tasks/sum.yaml" >/dev/null
	run_split taskreg show sum
	assert_json '.origin == "registered" and .version == "2"'
	run_split taskreg list
	assert_json -s 'map([.task_id, .origin]) == [["sum", "registered"], ["cube", "shipped"]]'
	run_split taskreg show cube@1
	assert_json '.origin == "shipped"'
	run_split taskreg show cube@2
	assert_status 2
	assert_err "taskreg: no task 'cube@2'; there are: sum, cube"
	run_split taskreg rm cube
	assert_status 2
	assert_err "taskreg: task 'cube' is shipped, not registered: it cannot be removed"
}

@test "taskreg: list filters by category, status and all tags" {
	ship cube docking
	taskreg add "$tasks/sum.yaml" >/dev/null
	{ define old 1 && printf 'status: deprecated\ntags: [example]\n'; } | taskreg add >/dev/null
	names() { jq -r .task_id "$out" | paste -sd' '; }
	run_split taskreg list --category docking
	[[ $(names) == cube ]]
	run_split taskreg list --status deprecated
	[[ $(names) == old ]]
	run_split taskreg list --tag example
	[[ $(names) == "old sum" ]]
	run_split taskreg list --tag example --tag arithmetic
	[[ $(names) == sum ]]
	run_split taskreg list --tag none
	assert_status 0
	assert_out ''
}

@test "taskreg: a table on a terminal, records with --json" {
	need script
	taskreg add "$tasks/sum.yaml" >/dev/null
	on_terminal taskreg list
	assert_status 0
	assert_out -r '^task +version +status +category +origin +name'
	assert_out -r 'sum +2 +active +analysis +registered +Sum of two numbers'
	on_terminal taskreg list --json
	assert_out -r '^\{"type":"task","task_id":"sum"'
	on_terminal taskreg show sum
	assert_out -r '^\{[[:space:]]+"type": "task",[[:space:]]+"task_id": "sum"'
	on_terminal taskreg show --json sum
	assert_out -r '^\{"type":"task","task_id":"sum"'
}

@test "taskreg: rm removes versions, all of them without one, and all or nothing" {
	for version in 1 2 3; do
		define a $version | taskreg add >/dev/null
	done
	define b 1 | taskreg add >/dev/null
	run_split taskreg rm a@2 -v
	assert_status 0
	assert_out ''
	assert_err "taskreg: task 'a@2' is removed (1 version)"
	run_split taskreg rm b a nothing
	assert_status 2
	assert_err "taskreg: no task 'nothing' is registered"
	run_split taskreg show nothing
	assert_status 2
	assert_out ''
	assert_err "taskreg: no task 'nothing'; there are: a, b"
	run_split taskreg rm a b
	assert_status 0
	assert_err ''
	run_split taskreg list
	assert_out ''
	taskreg add < <(define a 2) >/dev/null
	run_split taskreg show a
	assert_json '.version == "2"'
}

@test "taskreg: rm refuses while executions need the task" {
	taskreg add "$tasks/sum.yaml" >/dev/null
	echo '{"a":1,"b":2}' | taskrun --job j --detach sum >/dev/null
	run_split taskreg rm sum
	assert_status 1
	assert_out ''
	assert_err "taskreg: task 'sum' is still needed: execution 1 has not ended"
	taskrun -q --job j sum <<<'{"a":1,"b":2}' >/dev/null
	run_split taskreg rm sum
	assert_status 0
	run_split taskrun --job j sum </dev/null
	assert_status 2
}

@test "taskreg: rm refuses whatever an execution waits for, and while it runs" {
	local word

	for word in held later after idle; do
		define $word 1 | taskreg add >/dev/null
	done
	define first 1 'sleep, "60"' | taskreg add >/dev/null
	taskrun -n --detach --hold held >/dev/null
	taskrun -n --detach --not-before +9h later >/dev/null
	printf '%s\n' '{"key":"a","task":"first"}' '{"key":"b","task":"after","after":[{"key":"a"}]}' |
		taskrun --graph --detach >/dev/null
	taskwork -q --forever &
	worker=$!
	has_begun() { taskstat --json --task first | jq -es 'map(.status) == ["running"]'; }
	wait_until 10 has_begun
	for word in held later after first; do
		run_split taskreg rm $word
		assert_status 1
		assert_err -r "task '$word' is still needed: execution [1-4] has not ended"
	done
	run_split taskreg rm idle
	assert_status 0
	taskctl cancel --all >/dev/null
	run_split taskreg rm held later after first
	assert_status 0
	kill -TERM "$worker"
	wait "$worker" || true
}

@test "taskreg: a name means the newest active version, and versions change their status" {
	for version in 1 2; do
		define a $version | taskreg add >/dev/null
	done
	run_split taskreg deactivate a@2
	assert_status 0
	assert_out ''
	assert_err ''
	run_split taskreg show a
	assert_json '.version == "1" and .status == "active"'
	run_split taskrun -n a@2
	assert_status 2
	assert_err "taskrun: task 'a@2' is inactive: it takes no executions"
	run_split taskreg deprecate a@1 -v
	assert_err "taskreg: task 'a@1' is deprecated (1 version)"
	run_split taskreg show a
	assert_json '.version == "1" and .status == "deprecated"'
	run_split taskreg activate a -v
	assert_err "taskreg: task 'a' is active (2 versions)"
	run_split taskreg activate a@2
	assert_status 0
	assert_err "taskreg: task 'a@2' was active before"
	run_split taskreg show a
	assert_json '.version == "2"'
}

@test "taskreg: a version that is replaced keeps its place, one that comes back is the newest" {
	for version in 1 2; do
		define a $version | taskreg add >/dev/null
	done
	define a 1 tac | taskreg add --replace >/dev/null
	run_split taskreg show a
	assert_json '.version == "2"'
	run_split taskreg show a@1
	assert_json '.service_config.command == ["tac"]'
	taskreg rm a@1
	define a 1 | taskreg add >/dev/null
	run_split taskreg show a
	assert_json '.version == "1" and .service_config.command == ["cat"]'
}

@test "taskreg: all or nothing, also for a status; shipped tasks have to be registered" {
	define a 1 | taskreg add >/dev/null
	run_split taskreg deactivate a nothing
	assert_status 2
	assert_out ''
	assert_err "taskreg: no task 'nothing' is registered"
	run_split taskreg show a
	assert_json '.status == "active"'
	export DOCKLINE_SHARE=$root/share
	run_split taskreg deprecate dock-vina
	assert_status 2
	assert_err "taskreg: task 'dock-vina' is shipped, not registered: it cannot be made deprecated (taskreg show dock-vina | taskreg add, then it can)"
	taskreg show dock-vina | taskreg add >/dev/null
	run_split taskreg deactivate dock-vina
	assert_status 0
	run_split taskrun -n dock-vina
	assert_status 2
	assert_err "taskrun: task 'dock-vina' is inactive: it takes no executions"
	run_split taskreg deactivate
	assert_status 2
	assert_err -r 'deactivate takes tasks'
}

@test "taskreg: log tells who changed what, and other tenants nothing of it" {
	define a 1 | taskreg add >/dev/null
	define a 1 | taskreg add >/dev/null
	define a 1 tac | taskreg add --replace >/dev/null
	taskreg deactivate a
	taskreg rm a@1
	run_split taskreg rm a
	define b 1 | taskreg add >/dev/null
	run_split taskreg log
	assert_status 0
	assert_err ''
	assert_json '.type == "audit" and .who == "'"$(id -un)"'" and .kind == "task" and .version == "1"'
	[[ $(jq -r '"\(.action) \(.name)"' "$out" | paste -sd,) == 'add a,replace a,deactivate a,rm a,add b' ]]
	assert_json -s '.[0].after == .[1].before and (.[0] | has("before") | not)
		and .[2].before == "active" and .[2].after == "inactive" and .[3].before == .[1].after'
	run_split taskreg log b
	assert_json '.name == "b"'
	run_split taskreg log a@2
	assert_out ''
	run_split taskreg --org other log
	assert_status 0
	assert_out ''
	need script
	on_terminal taskreg log b
	assert_out -r '^time +who +action +kind +name +before +after'
	assert_out -r 'add +task +b@1 +[0-9a-f]{12}'
}

@test "taskreg: show --openapi prints the spec" {
	taskreg add "$tasks/sum.yaml" >/dev/null
	run_split taskreg show --openapi sum
	assert_status 0
	assert_json '.openapi == "3.0.3" and (has("service_config") | not)'
	define a 1 | taskreg add >/dev/null
	run_split taskreg show --openapi a
	assert_status 1
	assert_out ''
	assert_err "taskreg: task 'a' has no interface_spec"
	run_split taskreg list --openapi
	assert_status 2
}

@test "taskreg: new writes a task file that runs as it is" {
	export DOCKLINE_SHARE=$root/share
	run_split taskreg new hello
	assert_status 0
	assert_err ''
	cp "$out" hello.yaml
	run_split taskreg check hello.yaml
	assert_status 0
	assert_err ''
	taskreg add hello.yaml >/dev/null
	run_split taskrun hello <<<'{"text":"x"}'
	assert_status 0
	assert_json '.result == {text: "x", cutoff: 8} and .metrics == {cutoff: 8}'
	run_split taskreg new 'a b'
	assert_status 2
	assert_out ''
	assert_err -r "found 'a b'"
	run_split taskreg new
	assert_status 2
	DOCKLINE_SHARE=$PWD run_split taskreg new hello
	assert_status 2
	assert_err "taskreg: no 'templates/task.yaml' (is DOCKLINE_SHARE right?)"
}

@test "taskreg: import makes a task of each POST operation of a spec" {
	run_split taskreg import "$tasks/service.yaml"
	assert_status 0
	assert_err ''
	assert_out -f "$tasks/service.imported.yaml"
	taskreg check "$out"
	run_split taskreg import --url http://localhost:9/ "$tasks/service.yaml"
	[[ $(grep -c 'service_url: "http://localhost:9/"' "$out") == 2 ]]
	sed '/^  \/score:/,/^components/{/^components/!d}' "$tasks/service.yaml" >one.yaml
	run_split taskreg import <one.yaml
	assert_out -l 'task_id: docking-service-v2'
	run_split taskreg list --url x
	assert_status 2
}

@test "taskreg: import tells what is wrong with a spec, and writes nothing of it" {
	sed 's/type: integer/type: int/; s/title: Docking Service (v2), //' "$tasks/service.yaml" >wrong.yaml
	run_split taskreg import wrong.yaml
	assert_status 3
	assert_out ''
	assert_err "$(cat <<-'END'
		taskreg: wrong.yaml:3:7: '/info' lacks 'title'
		taskreg: wrong.yaml:31:19: '/components/schemas/Request/properties/n/type' must be one of string, number, integer, boolean, array, object, found "int"
	END
	)"
	sed '/^servers:/,/variables:/d' "$tasks/service.yaml" >nowhere.yaml
	run_split taskreg import nowhere.yaml
	assert_status 3
	assert_out ''
	assert_err "taskreg: nowhere.yaml:2:1: '/servers' must begin with a URL, or --url must name it"
	echo 'swagger: "2.0"' >old.yaml
	run_split taskreg import old.yaml missing.yaml
	assert_status 3
	assert_err -r "old.yaml:1:1: it lacks 'openapi'"
	assert_err -r "'missing.yaml'.*No such file"
}

@test "taskreg: rm without a state, and state directories that are none" {
	run_split taskreg rm a
	assert_status 4
	assert_err -r 'nothing was submitted yet'
	echo >file
	for command in list 'show a' 'rm a' "add $tasks/sum.yaml"; do
		run_split taskreg --state file $command
		assert_status 4
		assert_out ''
		assert_err "taskreg: state directory '$PWD/file' is not a directory"
	done
}

@test "taskreg: tenants do not see each other's tasks" {
	taskreg --org a add "$tasks/sum.yaml" >/dev/null
	run_split taskreg --org b list
	assert_out ''
	DOCKLINE_ORG=a run_split taskreg list
	assert_json '.task_id == "sum"'
}

@test "taskreg: the example of its page" {
	define() {
		cat <<-'END'
			task_id: length
			category: example
			service_config:
			  command: [jq, -c, "{length: (.text | length)}"]
		END
	}
	define >length.yaml
	run_split taskreg check length.yaml
	assert_status 0
	taskreg add length.yaml >/dev/null
	[[ $(echo '{"text":"five!"}' | taskrun length | jq .result.length) == 5 ]]
	taskreg show length | jq '.version = "2"' | taskreg add >/dev/null
	taskreg deprecate length@1
	run_split taskreg rm length@1
	assert_status 0
	run_split taskreg list
	assert_json '.version == "2"'
}
