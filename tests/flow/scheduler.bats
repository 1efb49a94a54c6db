# SPDX-License-Identifier: MIT
# What a healthy cluster does not show: calls that time out, words nobody knows, jobs that vanish.
load ../helper

setup() {
	fresh
	export SHIM=$PWD/shim DOCKLINE_CLUSTER_PAUSE=0
	mkdir -p shim bin
	for name in sbatch squeue sacct sacctmgr scancel scontrol sinfo; do
		ln -s "$root/tests/cluster/shim" "bin/$name"
	done
	PATH=$PWD/bin:$PATH
	name=$(grid name)
}

grid() { "$BUILD/unit/grid" "$@"; }
submit() { run_split grid "$@" submit slurm "$name" 3 "$PWD" /bin/true; }
query() { run_split grid query slurm "$@"; }
always() { for _ in {1..20}; do echo "$1"; done; } # MESSAGE of all calls
called() { grep -c "^$1" shim/calls; }

@test "scheduler: noise around the id is no matter" {
	printf 'Welcome to the cluster!\n  You have 3 projects\n' >shim/sbatch.before
	echo 'Estimated start: 2026-11-22T00:00:00' >shim/sbatch.after
	submit
	assert_status 0
	assert_out 1
	[[ $(<shim/submitted) == "1|dl-$name" ]]
}

@test "scheduler: a call that timed out and submitted all the same is found, not repeated" {
	echo '+Batch job submission failed: Socket timed out on send/recv operation' >shim/sbatch.fails
	submit
	assert_status 0
	assert_out 1
	(($(called sbatch) == 1 && $(wc -l <shim/submitted) == 1))
	submit
	assert_out 1
	(($(called sbatch) == 1))
}

@test "scheduler: a call that timed out and did not submit is repeated" {
	echo 'Batch job submission failed: Unable to contact slurm controller (connect failure)' >shim/sbatch.fails
	submit
	assert_status 0
	assert_out 1
	(($(called sbatch) == 2 && $(wc -l <shim/submitted) == 1))
}

@test "scheduler: nothing is submitted while nobody can say whether it was" {
	always 'Unable to contact slurm controller (connect failure)' >shim/squeue.fails
	submit
	assert_status 5
	assert_out ''
	assert_err -r 'squeue: .*Unable to contact'
	run grep sbatch shim/calls
	((status == 1))
}

@test "scheduler: what is refused is said, and not tried again" {
	always 'Batch job submission failed: Invalid partition name specified' >shim/sbatch.fails
	submit -o partition=nosuch
	assert_status 2
	assert_err -r 'sbatch: .*Invalid partition name specified'
	(($(called sbatch) == 1))
}

@test "scheduler: variables of another job do not change what is submitted" {
	export SLURM_JOB_ID=7 SBATCH_PARTITION=x SLURM_CONF=/etc/mine SQUEUE_FORMAT=%i
	submit
	assert_status 0
	query 1:1
	assert_status 0
	diff <(printf 'LC_ALL=C\nSLURM_CONF=/etc/mine\n') <(sort -u shim/environment)
}

@test "scheduler: its words, and one that nobody knows" {
	for word in RUNNING COMPLETED OUT_OF_MEMORY NODE_FAIL PREEMPTED TIMEOUT PUZZLED 'CANCELLED by 5'; do
		echo "4|$((n++))|$word|None|n1|dl-x"
	done >shim/queue
	echo '4|8|PENDING|Priority||dl-x' >>shim/queue
	echo '4|0|RUNNING|None|n1|of somebody else' >>shim/queue
	query 4:9
	assert_status 0
	assert_out "4_0 0 running n1 -
4_1 1 done n1 COMPLETED
4_2 2 memory n1 OUT_OF_MEMORY
4_3 3 lost n1 NODE_FAIL
4_4 4 lost n1 PREEMPTED
4_5 5 timeout n1 TIMEOUT
4_6 6 unknown n1 PUZZLED
4_7 7 cancelled n1 CANCELLED by 5
4_8 8 queued - Priority"
}

@test "scheduler: a job that vanished is lost after three answers, never done" {
	query 4:2
	assert_out ''
	echo 'slurm_load_jobs error: Socket timed out' >shim/squeue.fails
	query 4:2
	assert_status 5
	assert_err -r 'squeue: .*Socket timed out'
	query 4:2
	assert_out ''
	query 4:2
	assert_out '4_0 0 lost - missing
4_1 1 lost - missing'
	echo '4|1|RUNNING|None|n1|dl-x' >shim/queue
	query 4:2
	assert_out '4_0 0 lost - missing
4_1 1 running n1 -'
}

@test "scheduler: what the queue forgot the accounting knows, and an accounting that is down is no answer" {
	printf '4_0|COMPLETED|0:0|n1|dl-x\n4_1|OUT_OF_MEMORY|0:125|n2|dl-x\n' >shim/accounting
	query 4:2
	assert_out '4_0 0 done n1 COMPLETED
4_1 1 memory n2 OUT_OF_MEMORY'
	echo 'slurm_persist_conn_open: Connection refused' >shim/sacct.fails
	query 5:1
	assert_status 0
	assert_out ''
}

@test "scheduler: all processes ask once in half a minute" {
	unset DOCKLINE_CLUSTER_PAUSE
	echo '4|0|RUNNING|None|n1|dl-x' >shim/queue
	for _ in 1 2 3 4; do
		query 4:1 >"out.$_" &
	done
	settle
	query 4:1
	assert_out '4_0 0 running n1 -'
	(($(called 'squeue -r') == 1))
	holds '.calls.query == 1' "$HOME"/.cache/dockline/cluster-slurm-*.json
	(($(called scontrol) <= 5))
}

@test "scheduler: elements are taken back many at a time" {
	run_split grid cancel slurm 4 $(seq 0 249)
	assert_status 0
	(($(called scancel) == 3))
	grep -qx "scancel $(seq -f '4_%g' -s ' ' 200 249)" shim/calls
	always 'Invalid job id specified' >shim/scancel.fails
	run_split grid cancel slurm 4
	assert_status 0
	grep -qx 'scancel 4' shim/calls
}

@test "scheduler: a script says what was ordered, and a value stays a value" {
	run_split grid -o partition=long -o walltime=90m -o memory=4G -o cpus=4 -o modules=vina -o "preamble=ulimit -c 0" \
		script slurm "$name" 3 "$PWD" /bin/echo "it's \$HOME" '{element}'
	assert_status 0
	for line in '#SBATCH --array=0-2' '#SBATCH --partition=long' '#SBATCH --time=90' '#SBATCH --mem=4096M' \
		'#SBATCH --cpus-per-task=4' '#SBATCH --signal=B:USR1@120' '#SBATCH --open-mode=append' "module load 'vina' || exit 1" \
		'ulimit -c 0' "exec '/bin/echo' 'it'\\''s \$HOME' \"\$DOCKLINE_CLUSTER_ELEMENT\""; do
		assert_out -l "$line"
	done
	sed "/module/d; 1d; /^END-/d" "$out" >script
	run_split env SLURM_ARRAY_TASK_ID=2 sh script
	assert_out "it's \$HOME 2"
	run_split grid -o 'partition=a b' script slurm "$name" 3 "$PWD" /bin/true
	assert_status 3
	assert_err -l "grid: partition 'a b' must be one word"
	run_split grid -o $'account=a\n#SBATCH --uid=0' script slurm "$name" 3 "$PWD" /bin/true
	assert_status 3
	run_split grid -o wallime=1h script slurm "$name" 3 "$PWD" /bin/true
	assert_status 2
	assert_err -l "grid: there is no 'wallime': 'walltime' is meant?"
}

@test "scheduler: a profile of one's own, and where it is wrong" {
	mkdir -p "$HOME/.config/dockline/clusters"
	cat >"$HOME/.config/dockline/clusters/ours.yaml" <<-'END'
		name: ours
		extends: slurm
		defaults: {partition: chem, walltime: 4h}
	END
	run_split grid script ours "$name" 1 "$PWD" /bin/true
	assert_status 0
	assert_out -l '#SBATCH --partition=chem'
	assert_out -l '#SBATCH --time=240'
	assert_out -l '#SBATCH --array=0-0'
	printf 'name: ours\nextends: slurm\nsubmit:\n  argv: [sbatch]\n  id: "(x"\n' >bad.yaml
	run_split grid script ./bad.yaml "$name" 1 "$PWD" /bin/true
	assert_status 3
	assert_err -r '^grid: ./bad.yaml:5:7: not a regular expression'
	printf 'name: ours\nextends: slurm\nstates: {WEIRD: odd}\n' >bad.yaml
	run_split grid script ./bad.yaml "$name" 1 "$PWD" /bin/true
	assert_err -r "bad.yaml:3:17: 'WEIRD' must be queued"
	run_split grid script nosuch "$name" 1 "$PWD" /bin/true
	assert_status 2
	assert_err "grid: no cluster profile 'nosuch' (there is ours, pbs, sge, slurm)"
}

# ---- what an element gets

# tasks NAME RESOURCES ...: registered, with 100 executions of each
tasks() {
	while (($#)); do
		printf '%s\n' "task_id: $1" 'version: "1"' 'category: analysis' 'service_config:' \
			'  command: [sh, -c, "cat"]' "  $2" >task.yaml
		taskreg -q add task.yaml >/dev/null
		seq 100 | jq -c '{n: .}' | taskrun -q --detach --job "$1" "$1" >/dev/null
		shift 2
	done
}

dry_run() { run_split taskwork --on slurm --dry-run "$@"; }
ordered() { sed -n 's/^#SBATCH //p' "$out"; } # all of it

@test "scheduler: what executions take decides what their element gets, and others go in another array" {
	printf '%s\n' 'main*|2:00:00|4|8000|(null)|up' 'long|7-00:00:00|32|64000|gpu:a100:2(S:0-1)|up' 'old|infinite|99|1|(null)|down' >shim/partitions
	tasks small 'resources: {cpus: 1, memory: 300M}' same 'resources: {cpus: 1, memory: 300M}' big 'resources: {cpus: 2, memory: 1G}'
	dry_run --chunk-size 60
	assert_status 0
	[[ $(grep -c '^sbatch --parsable <<' "$out") == 2 ]]
	assert_out -l '# 4 elements, 200 executions'
	assert_out -l '# 2 elements, 100 executions'
	ordered | grep -E 'array|cpus|mem|time' | diff - <(printf -- '--%s\n' array=0-3 cpus-per-task=1 mem=364M time=120 array=0-1 cpus-per-task=2 mem=1088M time=120)
	# with more cores as many at a time as the memory of a node takes
	dry_run --job big --resource cpus=4 --chunk-size 100
	ordered | grep -E 'cpus|mem' | diff - <(printf -- '--%s\n' cpus-per-task=4 mem=2112M)
	dry_run --job big --resource memory=3G --resource walltime=1h --chunk-size 100
	ordered | grep -E 'cpus|mem|time' | diff - <(printf -- '--%s\n' cpus-per-task=2 mem=3072M time=60)
	# nothing was written, and nobody asked for anything
	run grep -E '^sbatch|^squeue' shim/calls
	((status == 1))
	run_split taskstat --json
	assert_json -s 'all(.[]; .waiting == 100)'
	[[ -z $(ls .dockline/spool) ]]
}

@test "scheduler: what no partition has room for is told, and the rest goes" {
	printf '%s\n' 'main*|2:00:00|4|8000|(null)|up' 'long|7-00:00:00|32|64000|gpu:a100:2(S:0-1)|up' >shim/partitions
	tasks wide 'resources: {cpus: 16}' fat 'resources: {memory: 9G}' gpu 'resources: {gpus: 1}' fits 'resources: {cpus: 4}'
	dry_run --chunk-size 100
	assert_status 1
	assert_err -l "taskwork: 'wide' is not submitted to slurm: no partition has room for an element of 16 cores (the most there is: 4 cores, 8000M, 2h00m)"
	assert_err -r "'fat' is not submitted to slurm: no partition has room for an element of 1 core, 9280M"
	assert_err -r "'gpu' is not submitted to slurm: no partition has room for an element of 1 core, 1 GPU"
	ordered | grep cpus | diff - <(echo --cpus-per-task=4)
	dry_run --chunk-size 100 --resource partition=long
	assert_status 0
	ordered | grep -E 'cpus|gres' | sort | uniq -c | diff -b - <(printf '%s\n' ' 2 --cpus-per-task=1' ' 1 --cpus-per-task=16' ' 1 --cpus-per-task=4' ' 1 --gres=gpu:1')
	dry_run --job fits --resource walltime=3h
	assert_status 1
	assert_err -r "'fits' is not submitted to slurm: no partition has room for an element of 4 cores, 3h00m"
}

@test "scheduler: profile, settings and options, each over the one before" {
	tasks any 'timeout: 1m'
	mkdir -p "$HOME/.config/dockline/clusters"
	printf '%s\n' 'name: ours' 'extends: slurm' 'defaults:' '  partition: profile' '  account: profile' '  qos: profile' '  walltime: 4h' \
		'  modules: [vina/1.2.7, rdkit]' '  preamble: ["ulimit -c 0"]' >"$HOME/.config/dockline/clusters/ours.yaml"
	printf '%s\n' 'cluster:' '  order:' '    account: settings' '    qos: settings' '    constraint: settings' \
		'    options: [--nice=5, --exclusive]' >.dockline/config.yaml
	run_split taskwork --on ours --dry-run --resource qos=option --resource throttle=3 --resource reservation=r1 --chunk-size 50
	assert_status 0
	for line in --partition=profile --account=settings --qos=option --constraint=settings --reservation=r1 --time=240 --nice=5 --exclusive \
		--array=0-1%3; do
		assert_out -l "#SBATCH $line"
	done
	for line in "module load 'vina/1.2.7' || exit 1" "module load 'rdkit' || exit 1" 'ulimit -c 0'; do
		assert_out -l "$line"
	done
	DOCKLINE_CLUSTER_ORDER='{account: variable, modules: gnina, preamble: "export X=1"}' run_split taskwork --on ours --dry-run
	assert_out -l '#SBATCH --account=variable'
	assert_out -l "module load 'gnina' || exit 1"
	assert_out -l 'export X=1'
	refute grep -q "rdkit\|nice" "$out"
	# status 99 and 100 are orders to Grid Engine
	for status in 99 100 7; do
		taskwork --on slurm --dry-run --resource "preamble=exit $status" | sed '1,2d; /^END-/d' >script
		run_split env SLURM_ARRAY_TASK_ID=0 sh script
		assert_status $((status == 7 ? 7 : 1))
	done
	# what it says is what a shell gives to sbatch
	run_split taskwork --on slurm --dry-run
	bash "$out" >answer
	[[ $(<answer) == '1;mini' ]]
	refute grep -q sbatch <(taskwork --on slurm --dry-run 2>&1 >/dev/null)
}

@test "scheduler: --dry-run of Grid Engine and PBS, and of the processes of this host" {
	tasks any 'resources: {cpus: 2, memory: 500M}'
	printf '#!/bin/sh\necho "max_aj_tasks 75000"\n' >bin/qconf
	printf '#!/bin/sh\n[ "$1" = -B ] && echo "max_array_size = 10000"; exit 0\n' >bin/qstat
	chmod +x bin/q*
	run_split taskwork --on sge --dry-run --chunk-size 40 --resource walltime=10m --resource account=chem
	assert_status 0
	assert_out -r "qsub -terse <<'END-"
	for line in '-t 1-3' '-pe smp 2' '-l mem_free=564M' '-l h_rt=600' '-l s_rt=480' '-P chem' '-notify' '-r y'; do
		assert_out -l "#$ $line"
	done
	run_split taskwork --on pbs --dry-run --chunk-size 40 --resource walltime=10m
	assert_status 0
	assert_out -l '#PBS -l select=1:ncpus=2:mem=564mb'
	assert_out -l '#PBS -J 0-2'
	assert_out -l '#PBS -l walltime=00:10:00'
	run_split taskwork --on local --dry-run --chunk-size 40 --resource elements=2
	assert_status 0
	assert_out -r "taskwork' '--chunk' '.*' '--element' '1'\$"
	assert_out -l '# 2 elements, 80 executions'
	[[ -z $(ls .dockline/spool) ]]
}

@test "scheduler: killed for its memory it goes out with more, at its wall-time it has class timeout, without a node it is lost" {
	tasks any 'resources: {memory: 300M}
  retry: {strategy: immediate, max_retries: 3, grow: {memory: 2x}}'
	round() { run_split taskwork -q --on slurm --once --job any --chunk-size 100; }
	# what squeue says of element 0, long enough ago
	ends() {
		sed -n '$s/\([0-9]*\)|\(.*\)/\1|0|'"$1"'|None|n1|\2/p' shim/submitted >shim/queue
		round
		sqlite3 .dockline/state.db 'UPDATE cluster_element SET over = 1 WHERE over IS NOT NULL'
		round
	}
	need sqlite3
	round
	grep -qx '#SBATCH --mem=364M' shim/script
	ends PUZZLED
	assert_err "taskwork: slurm says 'PUZZLED' of 1_0, and nobody knows what that is: it is waited for"
	run_split taskstat --json
	assert_json '.running == 100'
	ends OUT_OF_MEMORY
	wait_until 10 eval 'round; grep -qx "#SBATCH --mem=664M" shim/script'
	run_split taskstat 1 --json
	assert_json '[.tries[] | [.class, .reason]] == [["memory", "the cluster ended its element: OUT_OF_MEMORY"]]'
	ends TIMEOUT
	wait_until 10 eval 'round; (($(wc -l <shim/submitted) == 3))'
	ends NODE_FAIL
	(($(wc -l <shim/submitted) == 4))
	ends PREEMPTED
	run_split taskstat 1 --json
	assert_json '[.tries[].class] == ["memory", "timeout", "lost", "lost"]'
	# it had that much memory once, and still has
	grep -qx '#SBATCH --mem=664M' shim/script
}
