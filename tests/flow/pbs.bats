# SPDX-License-Identifier: MIT
# The words of profile pbs against a stand-in for PBS that answers as its manuals say: none of it
# was ever tried on a real one.
load ../helper

setup() {
	fresh
	need jq
	export SHIM=$PWD/shim DOCKLINE_CLUSTER_PAUSE=0.2
	mkdir shim bin
	for name in qsub qstat qdel pbsnodes; do
		ln -s "$root/tests/cluster/pbs" "bin/$name"
	done
	PATH=$PWD/bin:$PATH
	name=$(grid name)
}

teardown() {
	touch go # what still waits for it ends
	spotless
}

grid() { timeout 20 "$BUILD/unit/grid" "$@"; }
stands() { [[ $(grid query pbs "$1") == *"$2"* ]]; } # JOB:COUNT TEXT

@test "pbs: an array is submitted once, seen to the end, and found by its name" {
	[[ $(grid limits pbs) == '10000 '* ]]
	run_split grid -o walltime=5m submit pbs "$name" 4 "$PWD" /bin/sh -c 'echo "$0 $DOCKLINE_CLUSTER_JOB"; until [ -e go ]; do sleep 0.02; done; exit $0' '{element}'
	assert_status 0
	assert_out 1
	grep -qx "#PBS -N dl-$name" shim/script
	grep -qx '#PBS -J 0-3' shim/script
	grep -qx '#PBS -l walltime=00:05:00' shim/script
	run_split grid submit pbs "$name" 4 "$PWD" /bin/false
	assert_out 1
	(($(grep -c ^qsub shim/calls) == 1))
	wait_until 10 stands 1:4 '1[3] 3 running node'
	# the first waits, and PBS says why
	echo 0 >shim/queued
	wait_until 10 stands 1:4 '1[0] 0 queued - Not Running: Insufficient amount of resource: ncpus'
	rm shim/queued
	touch go
	wait_until 10 stands 1:4 '1[3] 3 failed node'
	wait_until 10 stands 1:4 '1[0] 0 done node'
	# all words for the end
	for end in 0:done 1:failed 271:cancelled -29:timeout -1:lost; do
		echo "${end%:*}" >shim/1.2.exit
		wait_until 10 stands 1:4 "1[2] 2 ${end#*:} node"
	done
}

@test "pbs: elements and whole jobs are taken back" {
	grid submit pbs "$name" 3 "$PWD" /bin/sleep 60 >/dev/null
	wait_until 10 stands 1:3 '1[2] 2 running'
	run_split grid cancel pbs 1 1
	assert_status 0
	wait_until 10 stands 1:3 '1[1] 1 cancelled'
	wait_until 10 stands 1:3 '1[2] 2 running'
	run_split grid cancel pbs 1
	assert_status 0
	wait_until 10 stands 1:3 '1[2] 2 cancelled'
	grep -qx 'qdel 1\[1\]' shim/calls
	grep -qx 'qdel 1\[\]' shim/calls
	# what is over already is no error
	run_split grid cancel pbs 1 1
	assert_status 0
}

@test "pbs: a campaign goes there and comes home, one element or several" {
	seq 7 | jq -c '{a: .}' >in
	taskrun -qd --job j in -- sh -c 'echo "{\"n\": $1}"' sh '{a}' >/dev/null
	run_split timeout 30 taskwork -q --on pbs --chunk-size 3
	assert_status 0
	echo '{"a":8}' | taskrun -qd --job k -- sh -c 'echo "{\"n\": $1}"' sh '{a}' >/dev/null
	run_split timeout 30 taskwork -q --on pbs
	assert_status 0
	run_split taskstat --status completed --json
	assert_json -s 'length == 8 and all(.[]; .result.n == .params.a)'
	find .dockline/spool -type f >left
	[[ ! -s left ]]
	run_split dock-doctor
	assert_out -r '"check":"pbs limits","status":"warning".*was never tried on a real one'
}
