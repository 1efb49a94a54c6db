# SPDX-License-Identifier: MIT
# A real Slurm of three nodes on this machine.
load ../helper

setup() {
	fresh
	need slurmctld slurmd sbatch munged
	export DOCKLINE_CLUSTER_PAUSE=0.2
	cluster=$BATS_TEST_TMPDIR/slurm
	name=$("$BUILD/unit/grid" name)
}

teardown() {
	"$root/tests/cluster/slurm" stop "$cluster"
	spotless
}

start() {
	timeout 60 "$root/tests/cluster/slurm" start "$cluster" "$@"
	# shellcheck disable=SC1091 # written just now
	. "$cluster/env"
}

grid() { timeout 60 "$BUILD/unit/grid" "$@"; }
stands() { [[ $(grid query slurm "$1") == *"$2"* ]]; } # JOB:COUNT TEXT

@test "slurm: an array is submitted once, runs on all nodes, and is seen to the end" {
	start
	[[ $(grid limits slurm) == '1001 2000' ]]
	mkdir 'a folder'
	run_split grid -o walltime=5m submit slurm "$name" 6 "$PWD/a folder" /bin/sh -c 'echo "$0 $DOCKLINE_CLUSTER_ELEMENT $DOCKLINE_CLUSTER_NODE"; sleep 0.5; exit $0' '{element}'
	assert_status 0
	assert_out 1
	run_split grid submit slurm "$name" 6 "$PWD/a folder" /bin/false
	assert_out 1
	wait_until 30 stands 1:6 '1_5 5 failed'
	wait_until 30 stands 1:1 '1_0 0 done'
	diff <(sort "a folder/$name.out" | cut -d ' ' -f 1,2) <(for i in {0..5}; do echo "$i $i"; done)
	(($(cut -d ' ' -f 3 "a folder/$name.out" | sort -u | wc -l) == 3))
}

@test "slurm: what is taken back and what is asked for too much" {
	start
	grid submit slurm "$name" 15 "$PWD" /bin/sleep 100
	wait_until 30 stands 1:1 '1_0 0 running'
	run_split grid cancel slurm 1 0
	assert_status 0
	wait_until 30 stands 1:1 '1_0 0 cancelled'
	stands 1:2 '1_1 1 running'
	stands 1:15 '1_14 14 queued - Resources' || stands 1:15 '1_14 14 queued'
	run_split grid cancel slurm 1
	wait_until 30 stands 1:2 '1_1 1 cancelled'
	run_split grid -o partition=nosuch submit slurm "$(grid name)" 1 "$PWD" /bin/true
	assert_status 2
	assert_err -r 'invalid partition|Invalid partition'
	run_split grid submit slurm "$(grid name)" 1002 "$PWD" /bin/true
	assert_status 2
}

@test "slurm: a campaign goes there and comes home" {
	start
	seq 60 | jq -c '{a: .}' >in
	taskrun -qd --job j in -- sh -c 'echo "{\"n\": $1, \"host\": \"$(hostname)\"}"' sh '{a}' >/dev/null
	run_split timeout 100 taskwork -q --on slurm --chunk-size 10
	assert_status 0
	run_split taskstat --job j --json
	assert_json -s 'length == 60 and all(.[]; .status == "completed" and .result.n == .params.a)'
	find .dockline/spool -type f >left
	[[ ! -s left ]]
}

@test "slurm: submitted and waited for, the records are those of one machine, and poses byte-equal" {
	need vina
	start
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	jq -nc --rawfile text "$data/vina/caffeine.pdbqt" 'range(6) | {key: "k\(.)", seed: (. + 1),
		ligand: {name: "k\(.)", text: $text}}' >prep.jsonl
	echo '{"center":[11,90.5,57.5],"size":[14,14,14]}' >box.json
	dock=(--set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=1 --set max_evals=2000 dock-vina prep.jsonl)
	# in a state of its own: what it knows would be taken from there
	DOCKLINE_STATE=$PWD/plain taskrun -q --job fast "${dock[@]}" >fast.jsonl
	taskrun -q --job fast-grid --on slurm --chunk-size 2 --detach "${dock[@]}" >/dev/null
	run_split timeout 100 taskwait -q --job fast-grid
	assert_status 0
	assert_json -s 'length == 6 and all(.[]; .status == "completed")'
	taskstat --job fast-grid --json | jq -r '.id' | while read -r id; do taskstat "$id" --json; done >full
	jq -c '.tries[0].host' full | sort | uniq -c >hosts
	(($(wc -l <hosts) > 1)) || complain "$(<hosts)"
	strip='del(.id, .job, .created, .started, .ended, .result.elapsed, .result.resources, .result.host)'
	diff <(dock-rank --top 50 fast.jsonl | jq -cS "$strip") <(dock-rank --job fast-grid --top 50 | jq -cS "$strip")
}

@test "slurm: from cron, with nobody waiting and hardly any environment" {
	start
	seq 60 | jq -c '{a: .}' | taskrun -qd --job j -- sh -c 'echo "$1"' sh '{a}' >/dev/null
	once() {
		env -i HOME="$HOME" PATH=/usr/bin:/bin SLURM_CONF="$SLURM_CONF" DOCKLINE_CLUSTER_PAUSE=0.2 DOCKLINE_SHARE="$DOCKLINE_SHARE" \
			timeout 30 "$BUILD/bin/taskwork" -q --state "$DOCKLINE_STATE" --on slurm --once
	}
	home() { once && taskstat --json | jq -se '.[0].completed == 60'; }
	run_split once
	assert_status 0
	assert_out ''
	assert_err ''
	# a pilot first, and what it has shown sends the rest
	run_split taskstat --cluster
	assert_json -s '.[0].executions == 50 and .[-1].calls > 0'
	wait_until 60 home
	run_split taskstat --job j --json
	assert_json -s 'length == 60 and all(.[]; .result == .params.a)'
}

@test "slurm: the controller is killed once sbatch has answered" {
	start
	grid submit slurm "$name" 3 "$PWD" /bin/sleep 1
	kill -KILL "$(<"$cluster/pid/slurmctld")"
	run_split grid query slurm 1:3
	assert_status 5
	assert_err -r 'squeue: '
}

# not among what must be there: a database of 200 MB for one question
@test "slurm: what the queue has forgotten the accounting tells" {
	type -P slurmdbd mariadbd >/dev/null || skip "slurmdbd or mariadbd is missing"
	CONFIG=$'MinJobAge=2' ACCOUNTING=${ACCOUNTING-} start
	DOCKLINE_CLUSTER_PAUSE=0
	grid submit slurm "$name" 3 "$PWD" /bin/sh -c 'exit $(($0 / 2))' '{element}'
	wait_until 60 eval '[[ -z $(squeue -h -t all) ]]'
	wait_until 30 stands 1:3 '1_2 2 failed n'
	[[ $(grid query slurm 1:3 | sed 's/n[1-3]/n/') == $'1_0 0 done n COMPLETED\n1_1 1 done n COMPLETED\n1_2 2 failed n FAILED' ]]
	# and a job is found by its name there, too
	[[ $(grid submit slurm "$name" 3 "$PWD" /bin/false) == 1 ]]
	holds '.calls.submit == 1' "$HOME"/.cache/dockline/cluster-slurm-*.json
}

@test "slurm: without root" {
	((EUID == 0)) || skip "everything here is without root"
	need setpriv
	work=$(mktemp -d /tmp/dockline-XXXXXX)
	chmod 755 "$work"
	mkdir "$work/bin" "$work/run"
	cp "$BUILD/unit/grid" "$work/bin"
	cp -r "$root/tests/cluster" "$root/share" "$work"
	chown -R 65534:65534 "$work"
	cat >"$work/go" <<-'END'
		cd "$1" && cluster/slurm start slurm && . slurm/env || exit
		bin/grid submit slurm "$2" 3 "$PWD/run" /bin/echo '{element}' || exit
		for _ in {1..100}; do
			bin/grid query slurm 1:3 >seen && [[ $(grep -c done seen) == 3 ]] && break
			read -rt 0.1 <> <(:) || true
		done
		cat seen
	END
	run_split timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$work" DOCKLINE_SHARE="$work/share" \
		DOCKLINE_STATE="$work/state" bash "$work/go" "$work" "$name"
	"$work/cluster/slurm" stop "$work/slurm"
	sort "$work/run/$name.out" >printed
	rm -rf "$work"
	assert_status 0
	assert_out -r '^1'
	assert_out -r '1_2 2 done n[1-3] COMPLETED$'
	diff printed <(seq 0 2)
}

@test "slurm: a pipeline goes there, is left, gone on with, and cancelled" {
	start 2
	cat >p.yaml <<-'END'
		name: p
		steps:
		  - id: many
		    command: [sh, -c, 'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "{\"n\": $1, \"node\": \"$SLURMD_NODENAME\"}"', sh, "{n}"]
		    foreach: [1, 2, 3, 4]
		    params: {n: "${{ item }}"}
		  - id: sum
		    depends_on: [many]
		    command: [sh, -c, 'echo "$1"', sh, "{n}"]
		    params: {n: "${{ steps.many.results | map(.n) | add }}"}
	END
	: >ran
	env --default-signal=INT pipeline run p.yaml --on slurm --job r --chunk-size 2 >/dev/null 2>said 3>&- &
	pid=$!
	wait_until 20 eval '(($(wc -l <ran) == 2))'
	kill -INT "$pid"
	wait "$pid" || (($? == 130))
	touch go
	run_split timeout 60 pipeline run p.yaml --on slurm --job r --chunk-size 2
	assert_status 0
	assert_json '.status == "completed"'
	run_split taskstat --job r --json
	assert_json -s 'map(select(.key == "sum").result) == [10] and (map(.result.node? // empty) | unique | length >= 1) and all(.[]; .attempts == 1)'
	rm go ran
	pipeline run p.yaml --on slurm --job s --chunk-size 4 --detach >/dev/null 2>&1
	wait_until 20 test -s ran
	pipeline cancel s >/dev/null
	wait_until 20 eval '[[ $(pipeline status s --json | jq -r .status) == cancelled ]]'
	wait_until 20 eval '[[ -z $(squeue -h) ]]'
	touch go
}

@test "slurm: what rests is held there until it goes on" {
	start 1 1
	: >ran
	seq 3 | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c \
		'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' sh '{n}' >/dev/null
	taskwork -q --on slurm --once --chunk-size 1
	wait_until 20 test -s ran
	# the flow: the element that runs goes on, the others are not begun
	run_split taskctl pause --job j
	assert_status 0
	[[ $(squeue -r -h -o '%T %r' | grep -c '^PENDING JobHeld') == 2 ]]
	touch go
	wait_until 20 eval '[[ $(squeue -r -h -t running | wc -l) == 0 ]]'
	taskwork -q --on slurm --once
	run_split taskstat --json
	assert_json 'select(.job == "j") | .completed == 1 and .running == 2'
	run_split taskctl resume --job j
	assert_status 0
	[[ $(squeue -r -h -o '%r' | grep -c JobHeld) == 0 ]]
	run_split timeout 60 taskwork -q --on slurm
	assert_status 0
	run_split taskstat --job j --json
	assert_json -s 'length == 3 and all(.[]; .status == "completed" and .attempts == 1)'
	# one by one
	rm go ran
	seq 2 | jq -c '{n: .}' | taskrun -q --job k --detach -- sh -c \
		'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' sh '{n}' >/dev/null
	taskwork -q --on slurm --once --job k --chunk-size 1
	wait_until 20 test -s ran
	run_split taskctl pause 5
	assert_status 0
	assert_json '.status == "paused"'
	[[ $(squeue -r -h -o '%r' | grep -c JobHeld) == 1 ]]
	run_split taskctl resume 5
	assert_status 0
	[[ $(squeue -r -h -o '%r' | grep -c JobHeld) == 0 ]]
	touch go
	run_split timeout 60 taskwork -q --on slurm
	assert_status 0
	run_split taskstat --job k --json
	assert_json -s 'length == 2 and all(.[]; .status == "completed" and .attempts == 1)'
}
