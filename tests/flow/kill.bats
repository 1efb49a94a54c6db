# SPDX-License-Identifier: MIT
# A batch of real dockings that is killed or stopped halfway: nothing goes on unseen, and the same
# command again brings every ligand into the result exactly once.
load ../helper

# Vina that leaves its process id behind, and of each docking a line
setup() {
	fresh
	need vina jq sqlite3
	export VINA DOCKLINE_VINA=$PWD/vina
	VINA=$(type -P vina)
	cat >vina <<-'EOF'
		#!/bin/sh
		case " $* " in *" --ligand "*) echo $$ >>"${0%/*}/pids" ;; esac
		exec "$VINA" "$@"
	EOF
	chmod +x vina
	# shellcheck disable=SC2154 # data: helper.bash
	jq -nc --rawfile text "$data/vina/caffeine.pdbqt" 'range(8) | {key: "k\(.)", seed: (. + 1),
		ligand: {name: "k\(.)", text: $text}}' >requests
}

# every docking there is ended, and no folder stays behind
teardown() {
	[[ ! -e pids ]] || ! still_docking || return
	spotless
}

dock() {
	exec env --default-signal=INT,TERM taskrun --job kill -j 2 --set receptor="$data/vina/protein.pdbqt" \
		--set 'box={"center":[11,90.5,57.5],"size":[20,20,20]}' --set exhaustiveness=1 dock-vina requests
}

still_docking() {
	local pid

	while read -r pid; do
		grep -qz "$VINA" "/proc/$pid/cmdline" 2>/dev/null && return
	done <pids
	return 1
}

ended() { ! still_docking; }

# dockings began after the first N results came out
well_under_way() { (($(wc -l <first) >= $1 && $(wc -l <pids) > $1)); }

# everything docked, each once, and only what was under way was begun twice
assert_whole() {
	assert_status 0
	assert_json -s '[.[].key] | sort == [range(8) | "k\(.)"]'
	assert_json '.status == "completed" and .result.best.affinity.value < -4 and .result.ligand.name == .key'
	assert_json -s '[.[].result.seed] | sort == [range(8) | . + 1]'
	# what had been printed is printed again, and was not docked again
	[[ $(grep -cxFf "$out" first) == $(wc -l <first) ]]
	(($(wc -l <pids) <= 12))
	[[ -z $(ls -A "$TMPDIR") ]]
	run_split taskstat --json
	assert_json '.job == "kill" and .submitted == 8 and .completed == 8 and .failed + .waiting + .running == 0'
}

@test "kill: -9 in the middle of a batch of dockings, and the same command again" {
	dock >first 2>/dev/null 3>&- &
	run=$!
	wait_until 60 well_under_way 2
	kill -9 $run
	status=0
	wait $run || status=$?
	assert_status 137
	wait_until 10 ended
	(($(wc -l <first) < 8))
	run_split eval '(dock)'
	grep -qxE 'taskrun: a worker died: (1 execution it held is|[0-9]+ executions it held are) taken over' "$err"
	assert_whole
}

@test "kill: Control-C in the middle of a batch of dockings, and the same command again" {
	dock >first 2>stopped 3>&- &
	run=$!
	wait_until 60 well_under_way 2
	kill -INT $run
	status=0
	wait $run || status=$?
	assert_status 130
	ended
	grep -x 'taskrun: stopping: ending [1-4] executions\? (again: at once)' stopped
	grep -xE "taskrun: [1-6] executions wait in job 'kill': the same command goes on with them" stopped
	[[ -z $(ls -A "$TMPDIR") ]]
	run_split eval '(dock)'
	assert_err ''
	assert_whole
}

@test "kill: a hangup is nothing under nohup, and stops it otherwise" {
	command='echo >begun; until [ -e go ]; do sleep 0.05; done; echo 1'
	for nohup in '' nohup; do
		rm -f begun go
		$nohup taskrun --job "hup$nohup" -n -- sh -c "$command" >"$out" 2>"$err" 3>&- &
		run=$!
		wait_until 20 test -s begun
		kill -HUP $run
		[[ -z $nohup ]] || touch go
		status=0
		wait $run || status=$?
		if [[ $nohup ]]; then
			assert_status 0
			assert_json '.status == "completed"'
		else
			assert_status 129
			grep -x "taskrun: 1 execution waits in job 'hup': the same command goes on with it" "$err"
		fi
	done
}

@test "kill: what a dead worker lost for the third time is told by who waits for it" {
	command="trap '' TERM; echo >>begun; exec sleep 100"
	taskrun --job j -n -- sh -c "$command" >/dev/null 2>&1 3>&- &
	first=$!
	wait_until 20 test -s begun
	sqlite3 -cmd '.timeout 10000' .dockline/state.db 'UPDATE execution SET lost = 2'
	taskrun --job j -n -- sh -c "$command" >"$out" 2>"$err" 3>&- &
	second=$!
	wait_until 20 eval '[[ $(sqlite3 .dockline/state.db "SELECT count(*) FROM worker") == 2 ]]'
	kill -9 $first
	refute wait $first
	wait_until 30 test -s "$out"
	status=0
	wait $second || status=$?
	assert_status 1
	assert_json '.status == "failed" and .error.class == "lost"'
	grep -x 'taskrun: a worker died: 1 execution it held is taken over' "$err"
	[[ $(wc -l <begun) == 1 ]]
}

@test "kill: who takes over is killed as well, and what had not begun is not to blame" {
	# after short ones some are claimed ahead
	seq 103 | taskrun -q -d --job j --lines -- sh -c '[ "$1" -le 100 ] || until [ -e go ]; do sleep 0.02; done' sh '{line}' >/dev/null
	taskwork -q -j 1 2>/dev/null 3>&- &
	run=$!
	wait_until 20 eval '[[ $(sqlite3 .dockline/state.db "SELECT status FROM execution WHERE id > 100" | xargs) == "running preparing preparing" ]]'
	kill -9 $run
	wait $run || true
	sqlite3 -cmd '.timeout 10000' .dockline/state.db 'UPDATE execution SET lost = 2 WHERE id > 101'
	# when it has removed the folder of the dead, and before that is durable
	rm -r "$TMPDIR"/dockline-*
	touch go
	run_split timeout 20 taskwork -j 1
	assert_status 0
	run_split taskstat --json 101 102 103
	assert_json -s 'map(.status) == ["completed", "completed", "completed"] and map(.attempts) == [2, 1, 1]'
}

@test "kill: twenty times -9 at any instant" {
	# shellcheck disable=SC2154 # root: helper.bash
	LINES=2500 run_split "$root/tests/chaos/kill.sh" 20
	assert_status 0
	assert_out -r 'all there, each once'
}
