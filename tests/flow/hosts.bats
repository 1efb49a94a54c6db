# SPDX-License-Identifier: MIT
# The state directory on a file system that hosts share: one writes at a time, all read.
load ../helper

setup() {
	fresh
	export DOCKLINE_ORG=lab
	export DOCKLINE_NETWORK_FS=nfs
	apart=(unshare --uts)
	"${apart[@]}" hostname login2 2>/dev/null || apart+=(-r) # an ordinary user needs a user namespace, too
	"${apart[@]}" hostname login2 2>/dev/null || skip "this machine cannot have two host names"
}

# in a namespace of its own somebody else is root there: the tenant is given
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

@test "hosts: there is no log that hosts would have to share" {
	need sqlite3
	taskrun -q -n -- true >/dev/null
	[[ $(sqlite3 .dockline/state.db 'PRAGMA journal_mode') == delete ]]
	[[ -z $(ls .dockline | grep -e -wal -e -shm) ]]
	DOCKLINE_STATE=$PWD/local DOCKLINE_NETWORK_FS='' taskrun -q -n -- true >/dev/null
	[[ $(sqlite3 local/state.db 'PRAGMA journal_mode') == wal ]]
}

@test "hosts: what came home waits for the host that writes, and keeps no reader from reading" {
	mkfifo gate
	seq 2 | jq -c '{n: .}' | taskrun -qd --job j -- sh -c 'until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	timeout 20 taskwork -q --on local --once --chunk-size 2
	taskrun -n --job k -- sh -c 'read -r line <gate' >one &
	pid=$!
	wait_until 10 bash -c 'taskstat --job k --json | grep -q running'
	kill -STOP "$pid" # else it takes home what comes
	touch go
	wait_until 10 bash -c 'ls .dockline/spool/*.done'
	run_split login2 taskstat --job j --json
	assert_status 0
	assert_err ''
	assert_json -s 'length == 2 and all(.[]; .status == "preparing" and .cluster.profile == "local")'
	login2 taskwait -q --job j --timeout 30 >waited 2>said &
	waits=$!
	run_split login2 taskwait -q --job j --timeout 1
	assert_status 1
	kill -CONT "$pid"
	echo end >gate
	wait "$pid"
	wait "$waits"
	jq -es 'map(.result) | sort == [1, 2]' waited
	[[ ! -s said ]]
}

@test "hosts: compute nodes never touch the state" {
	need jq
	seq 2 | jq -c '{n: .}' | taskrun -qd --job j -- sh -c 'until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	timeout 20 taskwork -q --on local --once --chunk-size 2
	# what is not there cannot be read, and what nobody makes is not there afterwards
	mkdir away
	mv .dockline/state.db* away
	touch go
	wait_until 10 bash -c 'ls .dockline/spool/*.done'
	[[ $(ls .dockline) == spool ]]
	mv away/* .dockline
	run_split taskwait --job j --timeout 20
	assert_status 0
	assert_json -s 'map(.result) | sort == [1, 2]'
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
