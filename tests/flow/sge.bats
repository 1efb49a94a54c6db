# SPDX-License-Identifier: MIT
# A real Grid Engine on this machine.
load ../helper

setup() {
	fresh
	((EUID == 0)) || skip "Grid Engine starts as root only"
	need qsub qmod jq
	[[ -x /usr/lib/gridengine/sge_qmaster && -x /usr/lib/gridengine/sge_execd ]] || need sge_qmaster sge_execd
	export DOCKLINE_CLUSTER_PAUSE=0.2
	cluster=$BATS_TEST_TMPDIR/sge
	timeout 100 "$root/tests/cluster/sge" start "$cluster" 4
	# shellcheck disable=SC1091 # written just now
	. "$cluster/env"
	name=$(grid name)
}

teardown() {
	"$root/tests/cluster/sge" stop "$cluster"
	spotless
}

grid() { timeout 60 "$BUILD/unit/grid" "$@"; }
stands() { [[ $(grid query sge "$1") == *"$2"* ]]; } # JOB:COUNT TEXT

@test "sge: an array is submitted once, seen to the end, and taken back" {
	[[ $(grid limits sge) == '75000 2000' ]]
	run_split grid -o walltime=5m submit sge "$name" 5 "$PWD" /bin/sh -c 'echo "$0"; until [ -e go ]; do sleep 0.1; done; exit $((1 + $0))' '{element}'
	assert_status 0
	assert_out 1
	run_split grid submit sge "$name" 5 "$PWD" /bin/false
	assert_out 1
	stands 1:5 '1.5 4 queued'
	touch go
	wait_until 40 stands 1:5 '1.5 4 failed localhost exited'
	diff <(sort "$name.out") <(seq 0 4)
	name=$(grid name)
	grid submit sge "$name" 6 "$PWD" /bin/sleep 100
	wait_until 30 stands 2:1 '2.1 0 running localhost'
	run_split grid hold sge 2 4 5
	assert_status 0
	wait_until 10 eval '[[ $(qstat -g d | grep -c hqw) == 2 ]]'
	run_split grid release sge 2 4
	assert_status 0
	wait_until 10 eval '[[ $(qstat -g d | grep -c hqw) == 1 ]]'
	run_split grid cancel sge 2 5
	assert_status 0
	run_split grid cancel sge 2
	assert_status 0
	wait_until 40 stands 2:1 '2.1 0 cancelled'
	run_split grid -o partition=nosuch submit sge "$(grid name)" 1 "$PWD" /bin/true
	assert_status 2
	assert_err -r 'qsub: .*unknown queue'
}

@test "sge: a campaign goes there and comes home" {
	seq 40 | jq -c '{a: .}' >in
	taskrun -qd --job j in -- sh -c 'echo "{\"n\": $1}"' sh '{a}' >/dev/null
	run_split timeout 100 taskwork -q --on sge --chunk-size 10
	assert_status 0
	run_split taskstat --job j --json
	assert_json -s 'length == 40 and all(.[]; .status == "completed" and .result.n == .params.a)'
}

@test "sge: told that it will be killed, an element hands back what is done, and the rest runs again" {
	seq 2 | jq -c '{a: .}' | taskrun -qd --job j -- sh -c \
		'echo "$1" >>ran; [ "$1" = 1 ] || until [ -e go ]; do sleep 0.05; done; echo "$1"' sh '{a}' >/dev/null
	timeout 30 taskwork -q --on sge --once --chunk-size 2
	wait_until 40 eval '[[ -e ran ]] && (($(wc -l <ran) == 2))'
	qdel "$(taskstat --cluster | jq -r 'select(.element == 0) | .job')" >/dev/null
	wait_until 20 eval 'ls .dockline/spool/*.done'
	touch go
	run_split timeout 60 taskwork --on sge --chunk-size 2
	assert_status 0
	assert_err -r '1 execution is queued again'
	sort ran | diff - <(printf '%s\n' 1 2 2)
	run_split taskstat 2 --json
	assert_json '.status == "completed" and .attempts == 1'
}
