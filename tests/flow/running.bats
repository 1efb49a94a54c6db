# SPDX-License-Identifier: MIT
# How executions run: limits, signals, what they leave behind, and what is kept of them.
load ../helper

setup() {
	fresh
	need jq sqlite3
}

teardown() {
	touch go # what still waits for it ends
	wait
	spotless
}

# task NAME COMMAND [LINE ...]: registers sh -c COMMAND with further lines of service_config
task() {
	local name=$1 command=$2

	shift 2
	{
		printf 'task_id: %s\nversion: "1"\nservice_config:\n' "$name"
		printf '  command: [sh, -c, %s]\n' "$(jq -n --arg c "$command" '$c')"
		(($# == 0)) || printf '  %s\n' "$@"
	} >"$name.yaml"
	taskreg -q add "$name.yaml" >/dev/null
}

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "running: a thread that cannot be started is told" {
	[[ $BUILD != *asan* && $BUILD != *tsan* ]] || skip "sanitizers need more address space"
	for command in "taskrun -q --lines -- true" "taskrun -q --detach --lines -- true" "taskwork -q"; do
		# a stack larger than all memory there may be
		run_split bash -c "ulimit -s 4194304; ulimit -v 2000000; exec $command" < <(seq 3)
		assert_status 5
		assert_out ''
		assert_err -r "^${command%% *}: cannot start a thread: "
	done
	[[ $(sql "SELECT count(*) FROM worker WHERE ended IS NULL") == 0 && -z $(ls "$TMPDIR") ]]
}
