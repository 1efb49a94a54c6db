# SPDX-License-Identifier: MIT
# Who there is to run what is submitted: said at submission.
load ../helper

# Register task t that takes these: RESOURCES LIMITS
task() {
	jq -n "{task_id: \"t\", service_config: {command: [\"true\"], resources: $1, limits: $2}}" | taskreg add -q --replace >/dev/null
}

no_worker() { [[ $(taskstat --workers --json 2>/dev/null) == "" ]]; }
a_worker() { ! no_worker; }

# a worker that waits for work, with these options
start_worker() {
	taskwork -q --forever "$@" &
	worker=$!
	wait_until 20 a_worker
}

stop_worker() {
	kill "$worker"
	wait "$worker" || [[ $? == 143 ]]
}

@test "prospect: what is submitted while no worker runs is told so" {
	run_split taskrun -d --lines -- true < <(seq 3)
	assert_status 0
	assert_err 'taskrun: 3 executions wait, and no worker is running: taskwork'
	run_split taskrun -d --job j --lines -- true < <(seq 1)
	assert_err 'taskrun: 1 execution waits, and no worker is running: taskwork, or the same command without --detach'
	run_split taskrun -dq --job j --lines -- true < <(seq 1)
	assert_err ''
	start_worker
	run_split taskrun -d --job j --lines -- true < <(seq 2)
	assert_status 0
	assert_err ''
	taskwait -q --job j >/dev/null
	stop_worker
	run_split taskrun -d --job j --lines -- true < <(seq 2)
	assert_err ''
	start_worker --job j
	run_split taskrun -d --job other --lines -- true < <(seq 1)
	assert_err 'taskrun: 1 execution waits, and no worker is running: taskwork, or the same command without --detach'
	stop_worker
}

@test "prospect: --work starts a worker where there is none" {
	local work='until [ -e go ]; do env sleep 0.02; done'

	run_split taskrun --work --job j --lines -- sh -c "$work" < <(seq 1)
	assert_status 0
	assert_json '.status == "queued"'
	assert_err -r '^taskrun: a worker runs on: process [0-9]+$'
	pid=${stderr##* }
	wait_until 20 a_worker
	run_split taskrun --work --job j --lines -- sh -c "$work" < <(seq 2)
	assert_status 0
	assert_err ''
	touch go
	run_split taskwait --timeout 60 --job j
	assert_status 0
	wait_until 20 no_worker
	! kill -0 "$pid" 2>/dev/null || wait_until 20 eval "! kill -0 $pid"
}

@test "prospect: a limit that no worker has is refused, or told where it is only submitted" {
	task '{cpus: 1}' '{licence: 4, seat: 1}'
	run_split taskrun -n t
	assert_status 2
	assert_out ''
	assert_err "taskrun: no worker can run task 't': it takes 4 of limit 'licence' (the most there are: 0), 1 of limit 'seat' (the most there are: 0)"
	run_split taskstat --json
	assert_out ''
	run_split taskrun -n -d t
	assert_status 0
	assert_json '.status == "queued"'
	assert_err -l "taskrun: no worker can run task 't': it takes 4 of limit 'licence' (the most there are: 0), 1 of limit 'seat' (the most there are: 0)"
	start_worker --limit licence=3 --limit seat=1
	run_split taskrun -n -d t
	assert_err "taskrun: no worker can run task 't': it takes 4 of limit 'licence' (the most there are: 3)"
	stop_worker
	start_worker --limit licence=4 --limit seat=1
	run_split taskrun -n t
	assert_status 0
	assert_err ''
	assert_json '.status == "completed"'
	run_split taskrun -n -d t
	assert_err ''
	stop_worker
}

@test "prospect: more cores, memory and GPUs than there are" {
	export CUDA_VISIBLE_DEVICES=
	task '{cpus: 4000, memory: "1000T", gpus: 2}' '{}'
	run_split taskrun -n -d t
	assert_status 0
	assert_err -r "no worker can run task 't': it takes 4000 cores \(the most there are: [0-9]+\), 1048576000 MiB of memory \(the most there are: [0-9]+\), 2 GPUs \(the most there are: 0\)"
	task '{gpus: 1}' '{}'
	run_split taskrun -n t
	assert_status 2
	assert_err "taskrun: no worker can run task 't': it takes 1 GPU (the most there are: 0)"
}

@test "prospect: a queue that no worker serves" {
	start_worker --queue day,night
	run_split taskrun -nd --queue late -- true
	assert_status 0
	assert_err "taskrun: no worker serves queue 'late': taskwork --queue late"
	run_split taskrun -nd --queue night -- true
	assert_err ''
	run_split taskrun -d --graph -- true < <(printf '%s\n' '{"queue":"night"}' '{"queue":"early"}' '{"queue":"early"}' '{}')
	assert_status 0
	assert_err $'taskrun: no worker serves queue \'early\': taskwork --queue early\ntaskrun: no worker serves queue \'default\': taskwork --queue default'
	stop_worker
}

@test "prospect: a step of a pipeline that no worker could run is said before anything is begun" {
	export CUDA_VISIBLE_DEVICES=
	task '{gpus: 1}' '{licence: 2}'
	cat >steps.yaml <<-'END'
		steps:
		  - {id: a, command: ["true"]}
		  - {id: b, task: t, depends_on: a}
	END
	for way in '' --detach; do
		run_split timeout 20 pipeline run $way steps.yaml
		assert_status 2
		assert_out ''
		assert_err "pipeline: no worker can run task 't': it takes 1 GPU (the most there are: 0), 2 of limit 'licence' (the most there are: 0)"
	done
	run_split pipeline status
	assert_out ''
	task '{cpus: 1}' '{licence: 2}'
	start_worker --limit licence=2
	run_split timeout 20 pipeline run steps.yaml
	assert_status 0
	stop_worker
	run_split timeout 20 pipeline resume steps-1
	assert_status 2
	assert_err -r "no worker can run task 't': it takes 2 of limit 'licence'"
	printf 'steps: [{id: a, command: [no-such-program]}]\n' >none.yaml
	run_split timeout 20 pipeline run none.yaml
	assert_status 2
	assert_err -r "no-such-program"
	run_split pipeline status
	assert_json '.id == 1'
}
