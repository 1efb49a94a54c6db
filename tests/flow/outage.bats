# SPDX-License-Identifier: MIT
# What goes wrong on a real Slurm of three nodes, and the account that closes each time: nothing is
# lost, and nothing counts twice.
load ../helper

setup() {
	fresh
	need slurmctld slurmd sbatch munged jq sqlite3
	export DOCKLINE_CLUSTER_PAUSE=0.2
	cluster=$BATS_TEST_TMPDIR/slurm
	[[ $BATS_TEST_DESCRIPTION != *memory* ]] || # what the kernel of a cluster does otherwise
		export CONFIG=$'JobAcctGatherType=jobacct_gather/linux\nJobAcctGatherFrequency=task=1\nJobAcctGatherParams=OverMemoryKill'
	slurm start "$cluster" 3 1
	# shellcheck disable=SC1091 # written just now
	. "$cluster/env"
}

teardown() {
	slurm stop "$cluster"
	spotless
}

slurm() { timeout 60 "$root/tests/cluster/slurm" "$@"; }
work() { timeout 100 taskwork -q --on slurm "$@"; }
sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }
ran() { [[ -e ran ]] && (($(wc -l <ran) >= $1)); }
handed_back() { (($(ls .dockline/spool/*.done 2>/dev/null | wc -l) >= $1)); }

over() { [[ -z $(pgrep -f "[t]askwork --chunk $PWD/.dockline/spool/") ]]; } # no element runs

# N CHUNK [OPTION ...]: executions that note that they run and wait for the file go, sent in chunks
send() {
	seq "$1" | jq -c '{n: .}' >params
	taskrun -qd --job j params -- sh -c 'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	work --once --chunk-size "${@:2}"
}

# ELEMENT: the node that runs it, once that is known
node_of() {
	work --once --no-submit
	node=$(taskstat --cluster | jq -r "select(.element == $1 and .state == \"running\") | .node")
	[[ -n $node ]]
}

# N: all came home, each with its own result, each once, and nothing is left over
closes() {
	run_split taskstat
	assert_json "[.submitted, .completed, .failed, .cancelled, .waiting, .running] == [$1, $1, 0, 0, 0, 0]"
	run_split taskstat --job j --json
	assert_json -s "length == $1 and (map(.params.n) | sort) == [range(1; $1 + 1)] and all(.[]; .result == .params.n)"
	run_split tasklog --events --status completed
	assert_json -s "length == $1 and (map(.execution) | unique | length) == $1"
	run_split taskstat --cluster
	assert_json -s 'map(.type) == ["cluster"] and .[0].elements == 0'
	[[ -z $(ls .dockline/spool) ]] || complain "left in spool/: $(ls .dockline/spool)"
}

@test "outage: a node is killed in the middle, and Slurm begins its element again" {
	send 6 2
	wait_until 30 ran 3
	wait_until 10 node_of 0
	slurm kill "$node" "$cluster"
	scontrol update "nodename=$node" state=down reason=dead
	touch go
	run_split work --chunk-size 2
	assert_status 0
	closes 6
	[[ $(wc -l <ran) == 7 ]]
	# it was the same element: no try was lost
	run_split sql 'SELECT sum(attempts), sum(lost), (SELECT count(*) FROM cluster_element) FROM execution'
	assert_out '6|0|3'
}

@test "outage: a node is killed in the middle, and Slurm does not begin it again" {
	send 4 2 --resource no_requeue=true
	wait_until 30 ran 2
	wait_until 10 node_of 1
	slurm kill "$node" "$cluster"
	scontrol update "nodename=$node" state=down reason=dead
	touch go
	run_split timeout 100 taskwork --on slurm --chunk-size 2
	assert_status 0
	assert_err -r 'element 1 of [0-9a-f]{8}: 2 executions are queued again: its element of the array job was lost: lost, (NODE_FAIL|NodeDown)'
	closes 4
	run_split sql 'SELECT sum(attempts), sum(lost) FROM execution'
	assert_out "5|1" # only what had begun pays
}

@test "outage: a network is cut, the element runs twice, and both hand back" {
	send 2 2
	wait_until 30 ran 1
	wait_until 10 node_of 0
	slurm cut "$node" "$cluster"
	scontrol update "nodename=$node" state=down reason=cut
	wait_until 40 ran 2
	touch go
	wait_until 30 over
	handed_back 1
	sort -n ran | diff - <(printf '%s\n' 1 1 2 2)
	run_split work
	assert_status 0
	closes 2
	run_split sql 'SELECT sum(attempts), sum(lost), (SELECT count(*) FROM attempt) FROM execution'
	assert_out '2|0|2'
}

@test "outage: the controller is killed once sbatch has answered, and forgets the job" {
	send 4 2
	slurm crash "$cluster"
	rm -f "$cluster"/state/job_state*
	slurm restart "$cluster"
	[[ -z $(squeue -h) ]]
	touch go
	run_split work --chunk-size 2
	assert_status 0
	closes 4
}

@test "outage: the controller is killed before its answer came: the job is found by its name" {
	# the real one submits, the controller saves that and dies: nobody hears of it
	mkdir bin
	cat >bin/sbatch <<-END
		#!/usr/bin/env bash
		name=\$(tee script | sed -n 's/^#SBATCH --job-name=//p')
		$(type -P sbatch) --parsable <script >>sent || exit
		for _ in {1..400}; do ! grep -qas "\$name" "$cluster/state/job_state" || break; read -rt 0.05 <> <(:); done
		"$root/tests/cluster/slurm" crash "$cluster"
		"$root/tests/cluster/slurm" restart "$cluster"
		echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2
		exit 1
	END
	chmod +x bin/sbatch
	PATH=$PWD/bin:$PATH send 4 2
	[[ $(sql "SELECT state || ' ' || batch FROM cluster_job") == "submitted $(<sent)" ]]
	touch go
	run_split work --chunk-size 2
	assert_status 0
	closes 4
	[[ $(wc -l <sent) == 1 && $(wc -l <ran) == 4 ]]
}

@test "outage: USR1 and TERM before the wall-time: what is done comes home, the rest runs again" {
	seq 4 | jq -c '{n: .}' >params
	taskrun -qd --job j params -- sh -c 'echo "$1" >>ran
		[ $(($1 % 2)) = 1 ] || until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	work --once --chunk-size 2 --resource walltime=5m
	wait_until 30 ran 4
	id=$(taskstat --cluster | jq -r 'select(.element == 0) | .job')
	scancel --batch --signal=USR1 "${id}_0"
	scancel --batch --signal=TERM "${id}_1"
	wait_until 20 handed_back 2
	touch go
	run_split timeout 100 taskwork --on slurm --chunk-size 2
	assert_status 0
	assert_err -r 'element 0 of [0-9a-f]{8}: 1 execution is queued again'
	assert_err -r 'element 1 of [0-9a-f]{8}: 1 execution is queued again'
	closes 4
	sort -n ran | diff - <(printf '%s\n' 1 2 2 3 4 4)
	run_split sql 'SELECT sum(attempts), sum(lost) FROM execution'
	assert_out '4|0'
}

@test "outage: Slurm kills for memory what uses more than its job may: class memory, and more of it the next time" {
	cat >greedy.yaml <<-'END'
		task_id: greedy
		version: "1"
		service_config:
		  command: [sh, -c, "[ $DOCKLINE_ATTEMPT = 2 ] || dd if=/dev/zero bs=250M count=1 | sleep 30; echo 7"]
		  resources: {memory: 500M}
		  retry: {strategy: immediate, max_retries: 1, on: [memory]}
	END
	taskreg -q add greedy.yaml >/dev/null
	taskrun -q --job j --detach -n greedy >/dev/null
	# our own watch over the task ends it at 500M: it takes less, and the job gets still less of Slurm than it was said to
	run_split timeout 60 taskwork --on slurm --resource 'options=--mem=100M'
	assert_status 0
	assert_err -r '1 execution has failed: the cluster ended its element: Exceeded job memory limit'
	run_split taskstat 1 --json
	assert_json '.status == "completed" and .result == 7 and ([.tries[].class] == ["memory", null])'
	run_split sql "SELECT group_concat(json_extract(need, '$.memory') / 1048576) FROM cluster_job"
	assert_out '564,1064'
}
