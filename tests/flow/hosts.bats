# SPDX-License-Identifier: MIT
# The state directory on a file system that hosts share: one writes at a time, all read.
load ../helper

setup() {
	fresh
	export DOCKLINE_NETWORK_FS=nfs
	apart=(unshare --uts)
	"${apart[@]}" hostname login2 2>/dev/null || apart+=(-r) # an ordinary user needs a user namespace, too
	"${apart[@]}" hostname login2 2>/dev/null || skip "this machine cannot have two host names"
}

login2() { "${apart[@]}" sh -c 'hostname login2; exec "$@"' sh "$@"; }
writer() { head -n 1 .dockline/state.db.lock | cut -d ' ' -f 1; }

@test "hosts: while one writes others read, and writing is refused with its name" {
	mkfifo gate
	taskrun -n --job j -- sh -c 'read -r line <gate' >one &
	pid=$!
	wait_until 10 grep -q . .dockline/state.db.lock
	wait_until 10 bash -c 'taskstat --job j --json | grep -q running'
	run_split login2 taskstat --job j --status running --json
	assert_status 0
	assert_json '.status == "running"'
	run_split login2 taskwait --job j --timeout 0.2s
	assert_status 1
	run_split login2 taskrun -n -- true
	assert_status 4
	assert_out ''
	assert_err "taskrun: '$DOCKLINE_STATE' is written to from host '$(hostname)' now, and on a file system that hosts share (nfs) one does at a time: work there, or when that has ended"
	echo go >gate
	wait "$pid"
	run_split login2 taskrun -n -- true
	assert_status 0
	[[ $(writer) == login2 ]]
}

@test "hosts: a writer that was killed holds nobody up" {
	taskrun -n --job j -- sleep 60 >one &
	pid=$!
	wait_until 10 grep -q . .dockline/state.db.lock
	kill -KILL "$pid"
	wait "$pid" || true
	run_split login2 taskrun -n --job k -- true
	assert_status 0
	[[ $(writer) == login2 ]]
	run_split taskrun -n --job l -- true
	assert_status 0
	[[ $(writer) == "$(hostname)" ]]
}

@test "hosts: where locks do not work the state is refused, with the way out" {
	export DOCKLINE_NETWORK_FS='lustre without locks'
	run_split taskrun -n -- true
	assert_status 4
	assert_out ''
	assert_err -r "locks do not work between hosts.*DOCKLINE_STATE.*'flock'"
	[[ ! -e .dockline/state.db ]]
}
