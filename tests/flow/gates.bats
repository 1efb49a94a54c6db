# SPDX-License-Identifier: MIT
# What keeps executions from being begun: rates, breakers, a busy host, what is missing.
load ../helper
load register

teardown() {
	settle
	spotless
}

# how many executions of a job are so
count() { taskstat -q --json --job "$1" --status "$2" | wc -l; }

@test "rate: no more are begun than tokens come in, and the writer wakes for each" {
	register slow true 'rate: {limit: 20, per: 1s, burst: 2}'
	run_split taskrun slow < <(lines 10)
	assert_status 0
	# 8 tokens have to come in, one each 50 ms
	jq -s 'map(.started | sub("\\..*Z$"; "Z") | fromdate) | length == 10' "$out" | grep -q true
	began=$(jq -rs 'map(.started) | sort | .[0], .[-1]' "$out" | xargs -n1 date +%s%N -d | paste -sd' ')
	((${began#* } - ${began% *} >= 380000000)) || complain "began: $began"
	((${began#* } - ${began% *} < 6000000000)) || complain "began: $began"
}

@test "rate: several workers share it, others are not held up" {
	register rare true 'rate: {limit: 1, per: 1h, burst: 5}' 'priority: high'
	register free true
	lines 40 | taskrun -q --detach --job rare rare >/dev/null
	lines 40 | taskrun -q --detach --job free free >/dev/null
	taskwork -q --once &
	taskwork -q --once
	settle
	[[ $(count free completed) == 40 ]]
	[[ $(count rare completed) == 5 && $(count rare queued) == 35 ]]
}

@test "breaker: a task that fails the same way rests, is tried again, and goes on by itself" {
	register flaky 'test -e works || { echo "$$ no licence server" >&2; exit 3; }' 'breaker: {pause: 200ms}'
	taskrun --job j flaky < <(lines 2000) >records 2>messages &
	run=$!
	wait_until 20 grep -q "'flaky' failed 5 times in a row and rests for 200ms: exit 3: .*no licence server" messages
	touch works
	wait $run || status=$?
	[[ $status == 1 ]]
	failed=$(count j failed)
	((failed >= 5 && failed < 200)) || complain "failed: $failed"
	[[ $(count j completed) == $((2000 - failed)) ]]
	grep -qxF "taskrun: 'flaky' works again" messages
}

@test "breaker: ten thousand are not burnt on a broken program, and nobody waits for ever" {
	register broken 'exit 3' 'breaker: {pause: 50ms}'
	run_split timeout 60 taskrun --job j broken < <(lines 10000)
	assert_status 1
	assert_err -r "'broken' failed 5 times in a row and rests for 50ms: exit 3"
	assert_err -r "'broken' fails whenever it is tried, the rest is not: exit 3"
	failed=$(count j failed)
	((failed < 200)) || complain "failed: $failed"
	assert_err -l "taskrun: $((10000 - failed)) executions wait in job 'j': the same command goes on with them"
	[[ $(count j queued) == $((10000 - failed)) ]]
}

@test "breaker: a person who comes again is served at once" {
	register mended 'test -e works' 'breaker: {pause: 1h}'
	lines 50 | taskrun -q --detach --job j mended >/dev/null
	run_split timeout 20 taskwork --once
	assert_status 0
	assert_err -r "'mended' failed 5 times in a row and rests for 1h00m"
	touch works
	run_split timeout 20 taskwork --once
	assert_err 'taskwork: nothing to do'
	run_split timeout 20 taskrun --job j mended < <(lines 50)
	assert_err -r "'mended' works again"
	[[ $(count j queued) == 0 ]]
}

@test "breaker: what cannot be started ends a run of it; one's own failures do not" {
	printf '#!/no/such/interpreter\n' >bad
	chmod +x bad
	run_split timeout 60 taskrun --lines -- ./bad < <(seq 10000)
	assert_status 1
	assert_json '.error.class == "rejected" and .attempts == 1'
	((${#lines[@]} < 50)) || complain "too many were tried"
	assert_err -r "'./bad' failed 5 times in a row, the rest is not tried: cannot run"
	assert_err -r "were cancelled"
	run_split taskrun --lines -- false < <(seq 100)
	assert_status 1
	[[ ${#lines[@]} == 100 ]]
	assert_err ''
}

@test "breaker: other tasks go on, and a worker for ever waits" {
	register broken 'exit 3' 'breaker: {pause: 1h}' 'priority: high'
	register good true
	lines 100 | taskrun -q --detach --job broken broken >/dev/null
	lines 100 | taskrun -q --detach --job good good >/dev/null
	taskwork --forever 2>messages &
	worker=$!
	run_split taskwait -q --job good --timeout 20
	assert_status 0
	kill -0 $worker
	kill -TERM $worker
	wait $worker || true
	(($(count broken failed) < 100))
	run_split taskstat why "$(taskstat -q --json --job broken --status queued | jq -s '.[0].id')"
	assert_out -r "rests after 5 failures in a row \(exit 3\)"
}

@test "history: what most likely cannot end in time is not begun" {
	register long 'env sleep 2.5' 'resources: {cpus: 0.2}'
	register short true
	lines 4 | taskrun -q long >/dev/null
	lines 3 | taskrun -q --detach --job long long >/dev/null
	lines 3 | taskrun -q --detach --job short short >/dev/null
	run_split taskwork -v --for 2
	assert_status 0
	assert_err -l "taskwork: executions of 'long' would most likely take too long"
	[[ $(count short completed) == 3 && $(count long queued) == 3 ]]
	run_split taskwork --for 60
	[[ $(count long completed) == 3 ]]
}

@test "config: what a task leaves open is as it is set, for whoever runs it" {
	register hang 'exec env sleep 30'
	register known 'exit 3' 'breaker: {failures: 3}' 'timeout: 60'
	mkdir -p "$DOCKLINE_STATE"
	printf 'execution: {timeout: 0.2, grace: 0.1}\nretry: {max_retries: 0}\nbreaker: {pause: 1h}\nworker: {jobs: 1}\n' \
		>"$DOCKLINE_STATE/config.yaml"
	run_split taskrun hang < <(lines 1)
	assert_status 1
	assert_json '.status == "timeout" and .attempts == 1'
	lines 20 | taskrun -q --detach --job k known >/dev/null
	run_split taskwork --once
	assert_err -l "taskwork: 'known' failed 3 times in a row and rests for 1h00m: exit 3"
	run_split taskrun --lines -- sh -c 'echo in >>order; env sleep 0.02; echo out >>order' < <(seq 3)
	[[ $(paste -sd' ' order) == "in out in out in out" ]]
	echo 'worker: {jobs: none}' >"$DOCKLINE_STATE/config.yaml"
	run_split taskrun hang < <(lines 1)
	assert_status 3
	assert_err -r 'config.yaml:1:16: .*jobs'
}

@test "throttle: nothing is begun while the host is too busy" {
	lines 3 | taskrun -q --detach --job j -- true >/dev/null
	run_split taskwork -v --for 0.3 --min-free-memory 100%
	assert_status 0
	assert_err -r 'nothing is begun: [0-9.]+G of memory are free, less than'
	assert_err -l 'taskwork: nothing was begun'
	[[ $(count j queued) == 3 ]]
	run_split env DOCKLINE_WORKER_MIN_FREE_MEMORY=1M taskwork -v --max-load 100000
	assert_err -r '3 attempts'
	lines 1 >in
	export DOCKLINE_WORKER_MIN_FREE_MEMORY=100%
	taskrun -v --job r -- true <in >/dev/null 2>messages &
	run=$!
	wait_until 10 grep -q 'nothing is begun' messages
	[[ $(count r queued) == 1 ]]
	kill -TERM $run
	wait $run || true
	run_split taskwork --max-load much
	assert_status 2
	run_split taskwork --max-pressure 101
	assert_status 2
}

@test "missing: a program that is not there is told before anything is submitted" {
	printf 'task_id: gone\nservice_config:\n  command: [no-such-program]\n' >gone.yaml
	taskreg -q add gone.yaml >/dev/null
	run_split taskrun gone < <(lines 1)
	assert_status 2
	assert_err "taskrun: task 'gone': cannot run 'no-such-program': no such program"
	run_split taskrun --detach --job g gone < <(lines 1)
	assert_status 0
	taskwork -q --once
	[[ $(count g failed) == 1 && $(taskstat -q --json | wc -l) == 1 ]]
}

@test "queue: taskrun in the foreground works on what it submits, whatever its queue" {
	register far true 'queue: far'
	run_split taskrun far < <(lines 3)
	assert_status 0
	assert_json '.status == "completed" and .queue == "far"'
}
