# SPDX-License-Identifier: MIT
# The state directory: where it is found, who may see it, and what is said when it is no good.
load ../helper

sql() { sqlite3 -cmd '.timeout 10000' "$1" "$2"; }

teardown() {
	! mountpoint -q disk 2>/dev/null || umount -l disk
	spotless
}

# one execution in the state that is found, with these options
once() { run_split taskrun -n "$@" -- echo 1; }

@test "state: found as --state, DOCKLINE_STATE, .dockline above, XDG_STATE_HOME, HOME" {
	mkdir -p a/b/c other
	once --state x
	assert_status 0
	[[ -f x/state.db && ! -e .dockline ]]
	once
	[[ -f .dockline/state.db ]]
	unset DOCKLINE_STATE
	cd a/b/c
	once
	assert_json '.id == 2'
	[[ ! -e .dockline && ! -e $HOME/state ]]
	mkdir ../.dockline
	once
	assert_json '.id == 1'
	[[ -f ../.dockline/state.db ]]
	DOCKLINE_STATE=rel once
	[[ -f rel/state.db ]]
	DOCKLINE_STATE='' once
	assert_json '.id == 2'
	mkdir "$BATS_TEST_TMPDIR/away"
	cd "$BATS_TEST_TMPDIR/away"
	once
	assert_json '.id == 1'
	[[ -f $XDG_STATE_HOME/dockline/state.db ]]
	XDG_STATE_HOME=relative once
	[[ -f $HOME/.local/state/dockline/state.db ]]
	unset XDG_STATE_HOME HOME
	once
	assert_status 2
	assert_err 'taskrun: no place for the state: set HOME or DOCKLINE_STATE, or use --state'
}

@test "state: nobody else can look into it" {
	umask 000
	once
	run_split stat -c '%a %n' .dockline .dockline/state.db .dockline/state.db-wal .dockline/state.db.lock
	assert_out "$(printf '%s\n' '700 .dockline' '600 .dockline/state.db' '600 .dockline/state.db-wal' '600 .dockline/state.db.lock')"
	mkdir open
	chmod 777 open
	once --state open
	[[ $(stat -c %a open) == 700 ]]
}

@test "state: a file, a link that leads nowhere, a directory that cannot be made" {
	echo x >file
	once --state file
	assert_status 4
	assert_out ''
	assert_err "taskrun: state directory '$PWD/file' is not a directory"
	[[ $(cat file) == x ]]
	once --state file/below
	assert_status 5
	assert_out ''
	assert_err -r "^taskrun: cannot (open|create) .*'.*file(/below)?': Not a directory$"
	once --state /proc/nothing/here
	assert_status 5
	assert_out ''
	[[ $(wc -l <"$err") == 1 ]]
	((UID)) || skip "root may read everything"
	mkdir -m 0 shut
	once --state shut/in
	assert_status 5
	assert_err -r 'Permission denied'
}

@test "state: state.db as a link is refused" {
	mkdir .dockline
	echo precious >elsewhere
	ln -s ../elsewhere .dockline/state.db
	once
	((status == 4 || status == 5))
	assert_out ''
	[[ $(cat elsewhere) == precious ]]
}

@test "state: made by a newer version" {
	once
	sql .dockline/state.db 'PRAGMA user_version = 99' >/dev/null
	cp .dockline/state.db before
	once
	assert_status 4
	assert_out ''
	assert_err -r "^taskrun: '$DOCKLINE_STATE/state.db' was made by a newer Dockline \(schema 99, this one knows [0-9]+\): use that one$"
	cmp before .dockline/state.db
	run_split taskreg list
	assert_status 4
}

@test "state: the database of another program, and no database at all" {
	mkdir .dockline
	sql .dockline/state.db 'CREATE TABLE bookmarks (url); PRAGMA user_version = 3'
	once
	assert_status 4
	assert_err "taskrun: '$DOCKLINE_STATE/state.db' is a database of another program"
	rm .dockline/state.db*
	sql .dockline/state.db 'CREATE TABLE bookmarks (url)'
	once
	assert_status 4
	assert_err "taskrun: '$DOCKLINE_STATE/state.db' is a database of another program"
	[[ $(sql .dockline/state.db .tables) == bookmarks ]]
	rm .dockline/state.db*
	sql .dockline/state.db 'PRAGMA application_id = 7; CREATE TABLE t (x)'
	once
	assert_status 4
	assert_err "taskrun: '$DOCKLINE_STATE/state.db' is a database of another program"
	rm .dockline/state.db*
	head -c 20000 /dev/zero | tr '\0' x >.dockline/state.db
	once
	assert_status 4
	assert_out ''
	assert_err -r "^taskrun: cannot open '$DOCKLINE_STATE/state.db': the file is damaged: "
	[[ $(wc -l <"$err") == 1 ]]
}

@test "state: damaged pages are told, not worked around" {
	seq 200 | jq -c '{a: ., text: ("x" * 900)}' | taskrun --job j -d -q -- cat >/dev/null
	sql .dockline/state.db 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
	size=$(stat -c %s .dockline/state.db)
	head -c $((size - 4096)) /dev/zero | tr '\0' '\377' |
		dd of=.dockline/state.db bs=4096 seek=1 conv=notrunc status=none
	run_split timeout 60 taskrun --job j -- cat < <(seq 200 | jq -c '{a: ., text: ("x" * 900)}')
	assert_status 4
	assert_out ''
	assert_err -r "'$DOCKLINE_STATE/state.db': the file is damaged"
	[[ $(wc -l <"$err") == 1 ]]
}

@test "state: a changed number in a molecule is told, and nothing is run with it" {
	awk 'BEGIN { for (n = 1; n <= 8; n++) {
		printf "{\"n\":%d,\"text\":\"", n
		for (i = 1; i <= 40; i++) printf "ATOM %4d  C   UNL     1    %8.3f%8.3f%8.3f  0.00\\n", i, i + n / 7, -i / n, n / i
		print "\"}" } }' >in
	run_split taskrun -q --job j --detach -- cat <in
	assert_status 0
	run_split taskstat --job j --json
	assert_status 0
	cmp <(jq -c .params "$out") <(jq -c . in)
	id=$(sql .dockline/state.db 'SELECT max(execution) FROM params')
	[[ $(sql .dockline/state.db "SELECT hex(substr(data, 1, 1)) FROM params WHERE execution = $id") == 04 ]]
	sql .dockline/state.db "UPDATE params SET data = CAST(substr(data, 1, length(data) - 20) || x'00' || substr(data, length(data) - 18) AS BLOB) WHERE execution = $id"
	run_split taskstat "$id"
	assert_status 4
	assert_out ''
	assert_err -r "^taskstat: execution $id: a packed text is damaged: .*checksum"
	run_split timeout 60 taskwork -q --once
	assert_status 4
	assert_err -r "^taskwork: execution $id: a packed text is damaged: .*checksum"
}

@test "state: a damaged object is told" {
	jq -n '{task_id: "w", service_config: {workdir: true, command: ["sh", "-c",
		"echo pose >$DOCKLINE_WORK/f; echo {\\\"files\\\":{\\\"poses\\\":{\\\"format\\\":\\\"pdbqt\\\",\\\"path\\\":\\\"$DOCKLINE_WORK/f\\\"}}}"]}}' |
		taskreg add >/dev/null
	run_split taskrun -n w
	assert_status 0
	assert_json '.result.files.poses.object | length == 64'
	[[ $(stat -c %a .dockline/objects.db) == 600 ]]
	[[ $(sql .dockline/objects.db 'PRAGMA integrity_check; SELECT size FROM object' | paste -sd' ') == "ok 5" ]]
}

@test "state: a full disk is one message, nothing is half-written, and it goes on later" {
	mkdir disk
	mount -t tmpfs -o size=900k tmpfs disk 2>/dev/null || skip "only root mounts a small file system"
	seq 2000 | jq -c '{a: ., text: ("\(.)" * 200)}' >in
	head -n 20 in | taskrun -q --state disk/s --job j -d -- true | jq -c .id | sort >acknowledged
	run_split timeout 60 taskrun --state disk/s --job j -d in -- true
	assert_status 5
	assert_err "taskrun: cannot write '$PWD/disk/s/state.db': No space left on device"
	jq -c .id "$out" | sort -u - acknowledged -o acknowledged
	run_split timeout 60 taskrun --state disk/s --job j in -- true
	assert_status 5
	assert_err "taskrun: cannot write '$PWD/disk/s/state.db': No space left on device"
	jq -c .id "$out" >ended
	mkdir roomy
	cp -r disk/s roomy/
	[[ $(sql roomy/s/state.db 'PRAGMA integrity_check') == ok ]]
	(($(wc -l <acknowledged) >= 20))
	sql roomy/s/state.db 'SELECT id FROM execution' | sort >kept
	[[ -z $(comm -23 acknowledged kept) ]]
	run_split taskrun --state roomy/s --job j in -- true
	assert_status 0
	((${#lines[@]} == 2000))
	# what was printed as ended was not run again
	[[ $(sql roomy/s/state.db "SELECT count(*) FROM execution WHERE status <> 'completed'") == 0 ]]
	for id in $(cat ended); do
		[[ $(jq "select(.id == $id) | .attempts" "$out") == 1 ]]
	done
}

@test "state: a limit on the size of files is a full disk, too" {
	seq 2000 | jq -c '{a: ., text: ("\(.)" * 200)}' >in
	run_split timeout 60 bash -c 'ulimit -f 600; exec taskrun --job j -d in -- true'
	assert_status 5
	assert_err -r "^taskrun: cannot write '$DOCKLINE_STATE/state.db': "
	[[ $(wc -l <"$err") == 1 ]]
	acknowledged=$(wc -l <"$out")
	[[ $(sql .dockline/state.db 'PRAGMA integrity_check') == ok ]]
	(($(sql .dockline/state.db 'SELECT count(*) FROM execution') >= acknowledged))
	run_split taskrun --job j in -- true
	assert_status 0
	((${#lines[@]} == 2000))
}

@test "state: on a network file system there is a rollback journal and no log" {
	export DOCKLINE_NETWORK_FS=1
	seq 50 | jq -c '{a: .}' >in
	run_split taskrun -j 2 --job j in -- cat
	assert_status 0
	((${#lines[@]} == 50))
	[[ ! -e .dockline/state.db-wal && ! -e .dockline/state.db-shm ]]
	[[ $(sql .dockline/state.db 'PRAGMA journal_mode') == delete ]]
	unset DOCKLINE_NETWORK_FS
	run_split taskrun -j 2 --job j in -- cat
	((${#lines[@]} == 50))
	[[ -e .dockline/state.db-wal ]]
	export DOCKLINE_NETWORK_FS=1
	run_split taskrun -j 2 --job j in -- cat
	((${#lines[@]} == 50))
	[[ ! -e .dockline/state.db-wal ]]
}

@test "state: two runs at once share it on a network file system, too" {
	export DOCKLINE_NETWORK_FS=1
	seq 20 | jq -c '{a: .}' >in
	taskrun -j 1 --job j in -- sh -c 'echo "$1" >>ran; echo "$1"' sh '{a}' >one &
	pid=$!
	taskrun -j 1 --job j in -- sh -c 'echo "$1" >>ran; echo "$1"' sh '{a}' >two
	wait $pid
	diff <(seq 20) <(sort -n ran)
	diff <(jq -cS . one | sort) <(jq -cS . two | sort)
}

@test "state: the log does not grow without end, and is small after the work" {
	seq 3000 | jq -c '{a: ., text: ("\(.) " * 900)}' >in
	run_split taskrun -q -d --job j in -- true
	assert_status 0
	(($(stat -c %s .dockline/state.db-wal) < 8 << 20))
	(($(stat -c %s .dockline/state.db) > 0))
}

@test "state: a safe copy is VACUUM INTO, while it is worked on" {
	seq 200 | jq -c '{a: .}' >in
	taskrun -j 1 --job j in -- true >all &
	pid=$!
	wait_until 20 test -s all
	sqlite3 -readonly -cmd '.timeout 10000' .dockline/state.db "VACUUM INTO 'copy.db'"
	wait $pid
	[[ $(sql copy.db 'PRAGMA integrity_check') == ok ]]
	mkdir restored
	cp copy.db restored/state.db
	run_split taskrun --state restored --job j in -- true
	assert_status 0
	((${#lines[@]} == 200))
}

@test "state: the examples of its page" {
	taskrun --job j -n -- false >all || true
	run_split sqlite3 -readonly .dockline/state.db "SELECT class, count(*)
		FROM execution WHERE status = 'failed' GROUP BY class"
	assert_status 0
	assert_out 'engine|1'
	run_split sqlite3 -readonly .dockline/state.db 'PRAGMA integrity_check'
	assert_status 0
	assert_out ok
	taskrun --job j -n -- false >again || true
	cmp all again
}

@test "state: who only looks or changes says that there is none, and makes none" {
	for needs in 'taskstat' 'taskstat --alerts' 'taskstat --cluster' 'taskstat --prometheus -' 'taskstat --watch' 'tasklog 1' \
		'tasklog --events' 'taskwait 1' 'taskctl cancel 1' 'taskctl gc' 'taskctl backup copy' 'tasksweep tell x' 'tasksweep rm x' \
		'taskreg rm x' 'taskreg service check' 'pipeline cancel 1' 'pipeline resume 1' 'pipeline rm x' 'dock-rank --job x' \
		'dock-export --format csv --job x' 'dock-report --job x'; do
		run_split $needs
		assert_status 4
		assert_out ''
		assert_err "${needs%% *}: no state directory '$PWD/.dockline': nothing was submitted yet"
	done
	for looks in 'tasksweep list' 'taskreg list' 'taskreg log' 'taskreg service list' 'pipeline list' 'pipeline status'; do
		run_split $looks
		assert_status 0
		assert_err ''
	done
	[[ -z $(ls -A) ]]
}

@test "state: who only looks writes nothing" {
	once
	printf 'steps: [{id: a, value: 1}]\n' >p.yaml
	run_split pipeline run -q p.yaml
	run_split sha256sum .dockline/state.db .dockline/state.db-wal
	cp "$out" before
	for looking in 'taskstat' 'taskstat --json' 'pipeline status' 'pipeline show p-1' 'tasklog 1' 'tasksweep list' \
		'taskreg list' 'taskwait 1'; do
		run_split $looking
		assert_status 0
		sha256sum .dockline/state.db .dockline/state.db-wal | cmp - before
	done
}
