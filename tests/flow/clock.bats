# SPDX-License-Identifier: MIT
# Clocks that jump by an hour, that differ, and hosts that were booted again: what runs goes on, what
# was lost is run again, and nothing runs twice.
load ../helper

setup() {
	fresh
	need faketime jq sqlite3
	fake=$(faketime -m -f +0 printenv LD_PRELOAD)
	ASAN_OPTIONS+=:verify_asan_link_order=0
	echo +0 >clock
	export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1
	export FAKETIME_FORCE_MONOTONIC_FIX=0 # or waiting for a condition does not wait
	pid=
}

teardown() {
	touch go
	[[ -z $pid ]] || kill -TERM $pid 2>/dev/null || true
	settle
	spotless
}

# A program whose wall clock is off by what stands in the file clock, now and later.
off() {
	FAKETIME_TIMESTAMP_FILE=$PWD/clock LD_PRELOAD=$fake exec "$@"
}
jump() {
	echo "$1" >clock.new
	mv clock.new clock
}
# One whose clock is off by $1 all the time.
off_by() { FAKETIME=$1 LD_PRELOAD=$fake "${@:2}"; }

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }
are() { [[ $(sql "SELECT count(*) FROM execution WHERE status = '$1'") == "$2" ]]; }
begin() { # a program in the background, and its pid
	"$@" 3>&- &
	pid=$!
}
# each runs until there is a file go, and notes that it ran
hold=(--lines -- sh -c 'echo "$1" >>ran; until [ -e go ]; do sleep 0.02; done; echo "$1"' sh '{line}')

# registers sh -c $2 as $1, with further lines of service_config
task() {
	{
		printf 'task_id: %s\nservice_config:\n' "$1"
		printf '  command: [sh, -c, %s]\n' "$(jq -n --arg c "$2" '$c')"
		printf '  %s\n' "${@:3}"
	} >"$1.yaml"
	taskreg -q add "$1.yaml" >/dev/null
}

# what others do who look after dead workers
look_around() {
	run_split "$@" timeout 20 taskwork --once
	assert_status 0
	assert_err 'taskwork: nothing to do'
	run_split "$@" timeout 20 taskwait --job j --timeout 0
	assert_status 1
	[[ $stderr != *died* ]]
	run_split "$@" timeout 20 taskctl priority --job j 7
	[[ $stderr != *died* ]]
}

@test "clock: of a worker it jumps forward and back by an hour, nobody takes what it runs" {
	seq 2 | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin off taskwork -q -j 2 --forever
	wait_until 10 are running 2
	for clock in +1h -1h +0; do
		jump "$clock"
		look_around env
		kill -0 $pid
	done
	touch go
	wait_until 10 are completed 2
	kill -TERM $pid
	settle
	[[ $(sort ran | paste -sd' ') == '1 2' ]]
	[[ $(sql 'SELECT sum(attempts), sum(lost) FROM execution') == '2|0' ]]
	[[ $(sql 'SELECT count(*) FROM attempt WHERE ended < started') == 0 ]]
}

@test "clock: others are wrong by an hour beside a worker that is right" {
	seq 2 | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin taskwork -q -j 2 --forever
	wait_until 10 are running 2
	look_around off_by +1h
	look_around off_by -1h
	seq 11 14 | off_by -1h taskrun -q -d --job j "${hold[@]}" >/dev/null
	touch go
	wait_until 10 are completed 6
	kill -TERM $pid
	settle
	[[ $(sort -n ran | paste -sd' ') == '1 2 11 12 13 14' ]]
	[[ $(sql 'SELECT sum(attempts), sum(lost) FROM execution') == '6|0' ]]
}

@test "clock: two workers, one an hour early and one an hour late, share the work" {
	task flaky 'echo "$DOCKLINE_EXECUTION" >>ran; [ "$DOCKLINE_ATTEMPT" = 2 ] || exit 75' \
		'retry: {strategy: fixed_delay, delay: 0.2, max_retries: 3}' 'rate: 200/s'
	seq 60 | jq -c '{n: .}' | taskrun -q -d --job j flaky >/dev/null
	begin off_by +1h timeout 30 taskwork -q -j 2
	off_by -1h timeout 30 taskwork -q -j 2
	settle
	are completed 60
	[[ $(sort ran | uniq -c | awk '{ print $1 }' | sort -u) == 2 ]]
}

@test "clock: it jumps while tries wait, and neither they nor time limits notice" {
	task flaky '[ "$DOCKLINE_ATTEMPT" = 2 ] || exit 75' \
		'retry: {strategy: fixed_delay, delay: 1, jitter: 0, max_retries: 3}'
	task long 'echo >>ran; until [ -e go ]; do sleep 0.02; done' 'timeout: 30m' 'retry: none'
	taskrun -q -d -n --job j flaky >/dev/null
	taskrun -q -d -n --job k long >/dev/null
	begin off timeout 30 taskwork -q -j 2
	wait_until 10 are retrying 1
	wait_until 10 are running 1
	jump -1h
	# not in an hour and a second
	wait_until 10 are completed 1
	jump +1h
	run_split timeout 20 taskwork --once
	assert_err 'taskwork: nothing to do'
	kill -0 $pid
	touch go
	settle
	are completed 2
	[[ $(wc -l <ran) == 1 ]]
}

@test "clock: of another host it says nothing about its workers" {
	echo a | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin taskwork -q --forever
	wait_until 10 are running 1
	sql "UPDATE worker SET host = 'elsewhere'"
	look_around off_by +1h
	look_around off_by -1h
	touch go
	wait_until 10 are completed 1
	kill -TERM $pid
	settle
	[[ $(sql 'SELECT attempts, lost FROM execution') == '1|0' ]]
	# one of which nobody has heard for two days is dead
	rm go
	echo b | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin taskwork -q --forever
	wait_until 10 are running 1
	kill -KILL $pid
	settle
	sql "UPDATE worker SET host = 'elsewhere', heartbeat = heartbeat - 2 * 86400000000 WHERE ended IS NULL"
	touch go
	run_split timeout 20 taskwork
	assert_err $'taskwork: a worker died: 1 execution it held is taken over\ntaskwork: 1 attempt, 0 not well'
}

# The worker of $pid dies as with its host, whose boot was another.
crash() {
	kill -KILL $pid
	settle
	# a process of this boot has its number now
	sql "UPDATE worker SET boot = 'another', pid = $$, pid_start = $(awk '{ print $22 }' /proc/$$/stat) WHERE ended IS NULL"
}

@test "clock: after a reboot what ran is class lost and runs again, what had not begun is not to blame" {
	printf '%s\n' a b c | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin taskwork -q -j 1 --forever
	wait_until 10 are running 1
	crash
	# of what was written to the folder of the worker nothing reached the disk
	truncate -s 0 "$TMPDIR"/dockline-*/begun
	truncate -s 8000 "$TMPDIR"/dockline-*/begun
	touch go
	run_split timeout 20 taskwork -j 1
	assert_status 0
	assert_err -r '^taskwork: a worker died: [1-3] executions? it held (is|are) taken over'
	are completed 3
	[[ $(paste -sd' ' ran) == 'a a b c' ]]
	run_split taskstat 1 2 3
	assert_json -s 'map([.tries[] | .class]) == [["lost", null], [null], [null]]'
	assert_json -s '.[0].tries[0].reason == "the worker died"'
	[[ -z $(ls "$TMPDIR") ]]
}

@test "clock: after a reboot that emptied the folder for temporary files, too" {
	printf '%s\n' a b | taskrun -q -d --job j "${hold[@]}" >/dev/null
	begin taskwork -q -j 1 --forever
	wait_until 10 are running 1
	crash
	rm -r "$TMPDIR"/dockline-*
	touch go
	run_split timeout 20 taskrun -q --job j "${hold[@]}" < <(printf '%s\n' a b)
	assert_status 0
	assert_json -s 'map(.status) == ["completed", "completed"]'
	run_split taskstat 1
	assert_json '[.tries[] | .class] == ["lost", null]'
}
