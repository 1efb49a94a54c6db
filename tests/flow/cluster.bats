# SPDX-License-Identifier: MIT
# Executions that go to a cluster and come home; the cluster is processes of this host.
load ../helper

setup() {
	fresh
	need jq sqlite3
}

square='echo "said $1" >&2; echo "{\"square\": $(($1 * $1))}"'

# submit N squares
submit() { seq "$1" | jq -c '{n: .}' | taskrun -q --job "${2:-j}" --detach -- sh -c "$square" square '{n}' >/dev/null; }

out_there() { timeout 20 taskwork --on local "$@"; }

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }

# the account closes, with so many completed, and nothing is left in spool/
assert_home() {
	run_split taskstat --json
	assert_json -s "(map(.completed) | add) == $1 and all(.[]; .submitted == .completed and .running + .waiting == 0)"
	[[ -z $(ls .dockline/spool) ]] || complain "left in spool/: $(ls .dockline/spool)"
	[[ -z $(ls "$TMPDIR") ]] || complain "left in TMPDIR: $(ls "$TMPDIR")"
}

same() { jq -cS 'del(.created, .started, .ended, .job)' "$1" | sort; }

@test "cluster: two elements, and the records are those of a plain run" {
	seq 6 | jq -c '{n: .}' >params
	DOCKLINE_STATE=$PWD/plain taskrun --job j params -- sh -c "$square" square '{n}' >plain.jsonl
	submit 6
	run_split out_there -v --chunk-size 3
	assert_status 0
	assert_err -r 'submitted 2 elements as '
	assert_home 6
	run_split taskstat --job j --status completed --json
	diff <(same plain.jsonl) <(same "$out")
	run_split tasklog 2
	assert_out -r 'said 2'
}

@test "cluster: poses are byte-equal, inputs go along, and paths are those of home" {
	need vina
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	jq -nc --rawfile text "$data/vina/caffeine.pdbqt" 'range(2) | {key: "k\(.)", seed: (. + 1),
		ligand: {name: "k\(.)", text: $text}}' >requests
	dock=(taskrun --job j --set receptor=rec.pdbqt --set 'box={"center":[11,90.5,57.5],"size":[14,14,14]}'
		--set exhaustiveness=1 --set max_evals=2000 dock-vina requests)
	DOCKLINE_STATE=$PWD/plain "${dock[@]}" >plain.jsonl
	"${dock[@]}" -q --detach >/dev/null
	# a file that goes away afterwards is in the state
	mv rec.pdbqt elsewhere
	run_split out_there --chunk-size 1
	assert_status 0
	assert_home 2
	mv elsewhere rec.pdbqt
	run_split "${dock[@]}"
	diff <(same plain.jsonl | jq -S 'del(.result.elapsed, .result.resources)') <(same "$out" | jq -S 'del(.result.elapsed, .result.resources)')
	run_split taskstat artifact 1 --json
	assert_json 'select(.kind == "output") | .stored'
}

# ---- what can go wrong

# a task that waits for the file `go`, and notes each run
slow() {
	seq "$1" | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c \
		'echo "$1" >>ran; until [ -e go ] || { [ -e half ] && [ "$1" = 1 ]; }; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
}

element_pid() { awk -v e="$1" '$1 == e { print $2 }' .dockline/spool/*.local; }

ran() { [[ -e ran ]] && (($(wc -l <ran) >= $1)); }

handed_back() { (($(ls .dockline/spool/*.done 2>/dev/null | wc -l) >= $1)); }

@test "cluster: taskwait has what is ready follow in the same way" {
	seq 12 | jq -c '{n: .}' >params
	taskrun -q --job w --detach --on local --chunk-size 3 --resource elements=2 params -- sh -c "$square" square '{n}' >/dev/null
	run_split timeout 60 taskwait -q --job w
	assert_status 0
	assert_json -s 'map(.result.square) | sort == [range(1; 13) | . * .]'
	assert_home 12
	run_split sql "SELECT count(*), max(executions) FROM cluster_element"
	assert_out '4|3'
	# where that fails it is said once, and waited all the same
	taskrun -q --job x --detach -n -- true >/dev/null
	sql "INSERT INTO cluster_job (org, name, profile, options, state, elements, submitter, created, ended)
		SELECT j.org, 'x', 'nosuch', '[]', 'submitted', 0, max(w.id), 0, 1 FROM worker w, job j WHERE j.name = 'x';
		UPDATE worker SET job = (SELECT id FROM job WHERE name = 'x'), generation = 1
		WHERE id = (SELECT max(submitter) FROM cluster_job)"
	run_split taskwait -q --job x --timeout 1
	assert_status 1
	((${#stderr} < 200)) # not again and again
	assert_err -r "nosuch: it is asked again later: taskwork: no cluster profile 'nosuch'"
}

@test "cluster: taskwait has what is ready follow of ids and records too, with and without names" {
	for job in '' 'n'; do
		seq 4 | jq -c '{n: .}' | taskrun ${job:+--job $job} --detach --on local --chunk-size 1 --resource elements=2 -- sh -c "$square" square '{n}'
	done >records 2>said
	[[ $(<said) == $'taskrun: 2 elements are out: taskwait, given what this prints, waits\n'* ]]
	grep -xE "taskrun: ([12] elements? (is|are) out|4 executions wait): the same command waits for job 'n'" said
	run_split timeout 60 taskwait -q <records
	assert_status 0
	assert_json -s '(map(.result.square) | add) == 60 and (map(.job) | unique) == [null, "n"]'
	assert_home 8
	run_split sql "SELECT count(*), max(executions) FROM cluster_element"
	assert_out '8|1'
	# a worker of one's own for them, too
	touch params
	id=$(seq 2 | jq -c '{n: .}' | taskrun -q --detach -- sh -c "$square" square '{n}' | jq -s '.[0].id')
	seq 2 | taskrun -q --detach --lines -- true >/dev/null
	run_split taskwork -q --once --job-of "$id"
	assert_status 0
	run_split taskstat --status completed --json
	assert_json -s 'length == 10'
	run_split taskwork --job-of 999
	assert_status 2
	assert_err -r 'no execution 999'
	run_split taskwork --job-of x --once
	assert_status 2
	assert_err -r '.*--job-of.*'
	# what is wrong with the cluster is said before anything is submitted
	run_split taskrun --on local --resource nosuch=3 -n -- true
	assert_status 2
	run_split taskstat --json
	assert_json -s 'map(.submitted) | add == 12'
}

@test "cluster: taskwait finds that an element was lost, though nothing waits to be sent" {
	echo '{"n":7}' | taskrun -q --job j --detach --on local -- sh -c \
		'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	wait_until 10 ran 1
	kill -9 "$(element_pid 0)"
	touch go
	run_split timeout 60 taskwait -q --job j
	assert_status 0
	assert_json '.result == 7 and .attempts == 2'
}

@test "cluster: taskstat tells where what is out is, and nobody is asked for it" {
	slow 3
	out_there -q --once --chunk-size 2 --resource elements=1
	run_split taskstat 1 --json
	assert_json '.status == "preparing" and .cluster.state == "submitted" and .cluster.element == 0'
	wait_until 10 ran 1
	out_there -q --once --no-submit
	run_split taskstat --list
	assert_json -s 'map(.cluster.state) == ["running", "running", null]'
	run_split env COLUMNS=200 script -qec 'taskstat --list' /dev/null
	assert_out -r "where .*local .* element 0 on $(hostname)"
	run_split taskstat why 1 --json
	assert_json ".reason == \"cluster\" and .cluster.node == \"$(hostname)\" and (.text | test(\"^is out: local \"))"
	run_split taskstat --workers
	assert_out ''
	assert_err -l 'taskstat: 1 element is out on clusters: taskstat --cluster'
	before=$(sql 'SELECT calls FROM cluster')
	run_split taskstat --cluster
	assert_status 0
	assert_json -s 'map(.type) == ["element", "cluster"] and .[0].held == 2 and .[0].executions == 2
		and .[1].elements == 1 and .[1].executions == 2 and .[1].calls > 0'
	run_split script -qec 'taskstat --cluster' /dev/null
	assert_out -r 'local +[0-9a-f-]+ +0 .*running .* 2 +2 '
	assert_out -r 'local: 1 element of 1 job out with 2 executions; its programs were called [0-9]+ times?, and it was asked .* ago'
	[[ $(sql 'SELECT calls FROM cluster') == "$before" ]]
	# how far it is can be seen before anything is home
	touch half
	wait_until 10 eval "taskstat --cluster | jq -se '.[0] | .ended == 1 and .failed == 0 and .held == 2'"
	run_split taskstat --json
	assert_json '.completed == 0 and .running == 2 and .away == {"ended": 1, "failed": 0}'
	run_split taskstat --job j
	assert_out -l 'running    2  (1 has ended on a cluster)'
	[[ $(ls .dockline/spool | grep -c begun) == 1 ]]
	touch go
	out_there -q --chunk-size 2
	assert_home 3
	run_split taskstat --cluster
	assert_json -s 'map(.type) == ["cluster"] and .[0].elements == 0 and .[0].asked != null'
	run_split taskstat 1 --json
	assert_json 'has("cluster") | not'
}

# CHUNK LOST: two executions, and element 0 is killed as soon as every element runs one; sent again, all comes home
killed() {
	slow 2
	out_there -q --once --chunk-size "$1" --resource elements=$((2 / $1))
	wait_until 10 ran $((2 / $1))
	kill -9 "$(element_pid 0)"
	touch go
	run_split out_there --chunk-size "$1" --resource elements=$((2 / $1))
	assert_status 0
	assert_err -r "element 0 of [0-9a-f]{8}: $2 queued again: its element of the array job was lost"
	rm -rf "${TMPDIR:?}"/dockline-* # the node that died
	assert_home 2
	run_split sql 'SELECT sum(lost), sum(attempts) FROM execution'
	assert_out '1|3'
}

@test "cluster: kill -9 of an element in the middle: what it held is lost once, and runs again" {
	killed 1 '1 execution is'
	[[ $(wc -l <ran) == 3 ]]
}

@test "cluster: what an element that was killed had not begun does not pay for it" {
	killed 2 '2 executions are'
}

@test "cluster: TERM on an element: what is done comes home, the rest is queued as it was" {
	seq 2 | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c \
		'echo "$1" >>ran; [ "$1" = 1 ] || until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
	out_there -q --once --chunk-size 2 --resource elements=1
	wait_until 10 ran 2
	kill -TERM "$(element_pid 0)"
	wait_until 10 handed_back 1
	touch go
	run_split out_there --chunk-size 2
	assert_status 0
	assert_err -r '1 execution is queued again$'
	assert_home 2
	sort ran | diff - <(printf '%s\n' 1 2 2)
	run_split sql 'SELECT sum(lost), sum(attempts) FROM execution'
	assert_out '0|2'
}

@test "cluster: USR2 is what Grid Engine says before it kills: handed back as at TERM" {
	slow 2
	out_there -q --once --chunk-size 2 --resource elements=1
	wait_until 10 ran 1
	kill -USR2 "$(element_pid 0)"
	wait_until 15 handed_back 1
	touch go
	run_split out_there --chunk-size 2
	assert_status 0
	assert_home 2
	run_split sql 'SELECT sum(lost), sum(attempts) FROM execution'
	assert_out '0|2'
}

@test "cluster: of what nobody knows a pilot of 50 goes first, then elements take as long as they are to" {
	seq 400 | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c 'sleep 0.02' sh '{n}' >/dev/null
	run_split out_there --chunk-time 2s --resource elements=4
	assert_status 0
	assert_home 400
	run_split sql 'SELECT executions FROM cluster_element ORDER BY job, element LIMIT 1'
	assert_out 50
	# 20 ms and what a process costs here, which is 0.5 s at most: 2 s of them
	run_split sql 'SELECT max(executions) BETWEEN 4 AND 100 AND count(*) > 4 FROM cluster_element WHERE task IS NULL'
	assert_out 1
	run_split sql "SELECT max(e.ended - w.started) < 8000000 FROM cluster_element e JOIN worker w ON w.id = e.worker WHERE task IS NULL"
	assert_out 1
}

@test "cluster: an element that runs twice counts once" {
	slow 3
	touch go
	out_there -q --once --chunk-size 3
	wait_until 10 handed_back 1
	# again on a node that did not see that, and again beside it: that one has nothing to do
	mkdir elsewhere
	cp .dockline/spool/*.chunk elsewhere
	chunk=$(cd elsewhere && ls ./*.chunk)
	taskwork -q --chunk "elsewhere/$chunk" --element 0
	taskwork -q --chunk ".dockline/spool/$chunk" --element 0
	files=(.dockline/spool/*.done)
	((${#files[@]} == 1))
	cp elsewhere/*.done .dockline/spool
	handed_back 2
	[[ $(wc -l <ran) == 6 ]]
	run_split out_there
	assert_status 0
	assert_home 3
	run_split sql 'SELECT count(*), sum(attempts), max(number) FROM execution JOIN attempt ON execution = id'
	assert_out '3|3|1'
}

@test "cluster: an element has one file, however often it runs" {
	seq 2 | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c \
		'echo "$1" >>ran; [ "$1" = 1 ] || until [ -e go ]; do sleep 0.05; done; echo "log $1" >&2; echo "$1"' wait '{n}' >/dev/null
	out_there -q --once --chunk-size 2 --resource elements=1
	wait_until 10 ran 2
	kill -TERM "$(element_pid 0)"
	wait_until 10 handed_back 1
	first=$(ls .dockline/spool/*.done)
	touch go
	# as a batch system begins it again
	run_split taskwork -q --chunk "$(ls .dockline/spool/*.chunk)" --element 0
	assert_status 0
	[[ $(ls .dockline/spool/*.done) != *"$first"* ]]
	handed_back 1
	refute handed_back 2
	run_split out_there
	assert_status 0
	assert_home 2
	run_split tasklog 1 --stderr
	assert_out 'log 1'
	sort ran | diff - <(printf '%s\n' 1 2 2)
	run_split sql 'SELECT count(*), sum(attempts), sum(lost) FROM execution'
	assert_out '2|2|0'
}

@test "cluster: tasklog reads what came home, long logs too" {
	seq 2 | jq -c '{n: .}' | taskrun -qd --job j -- sh -c \
		'echo "begin $1" >&2; seq -f "line %.0f of many" 30000 >&2; echo "said $1"' talk '{n}' >/dev/null
	run_split out_there --chunk-size 1
	assert_status 0
	run_split tasklog 2
	assert_status 0
	assert_out -l '==> 2, try 1, stderr <=='
	assert_out -l 'begin 2'
	assert_out -l 'line 15000 of many'
	assert_out -l '==> 2, try 1, stdout <=='
	assert_out -l 'said 2'
	run_split tasklog --job j --grep '^(begin|said)'
	[[ $(sort "$out") == '1/1 stderr: begin 1
1/1 stdout: said 1
2/1 stderr: begin 2
2/1 stdout: said 2' ]]
	run_split tasklog --since 1h --grep 'line 29999 '
	[[ $(wc -l <"$out") == 2 ]]
	run_split tasklog --since "$(date -ud '+1 hour' +%FT%TZ)"
	assert_out ''
	run_split taskstat artifact 1
	assert_json '.name == "stderr.1" and .stored and .size > 500000'
}

@test "cluster: a file that was cut off or changed is put aside, and its executions run again" {
	submit 4
	out_there -q --once --chunk-size 2 --resource elements=2
	wait_until 10 handed_back 2
	cd .dockline/spool
	files=(*.done)
	truncate -s -7 "${files[0]}"
	printf x | dd of="${files[1]}" bs=1 seek=100 conv=notrunc status=none
	cd ../..
	run_split taskstat
	assert_err -r "put aside: '.*done': '.*' is damaged or cut off"
	run_split out_there --chunk-size 2
	assert_status 0
	assert_home 4
	run_split sql 'SELECT sum(lost) FROM execution'
	assert_out 4
}

@test "cluster: a submitter that died before it noted that it had submitted" {
	slow 2
	out_there -q --once --chunk-size 1 --resource elements=2
	wait_until 10 ran 2
	sql "UPDATE cluster_job SET state = 'submitting', batch = NULL, submitted = NULL"
	touch go
	run_split out_there --chunk-size 1
	assert_status 0
	assert_home 2
	[[ $(wc -l <ran) == 2 ]]
}

@test "cluster: a submitter that died before it had submitted" {
	submit 3
	out_there -q --once --chunk-size 3
	wait_until 10 handed_back 1
	# as if nobody had ever heard of it
	rm .dockline/spool/*.done
	sql "UPDATE cluster_job SET state = 'packing', batch = NULL, submitted = NULL"
	run_split out_there --chunk-size 3
	assert_status 0
	assert_home 3
	run_split sql 'SELECT sum(lost), sum(attempts) FROM execution'
	assert_out '0|3'
}

@test "cluster: nothing is begun that the wall-time would end, and what it ends is no try" {
	seq 6 | jq -c '{n: .}' | taskrun -q --job j --detach -- sh -c 'sleep 0.4; echo 1' wait >/dev/null
	run_split out_there --chunk-size 6 --resource elements=1 --resource seconds=3
	assert_status 0
	assert_err -r 'queued again$'
	assert_home 6
	run_split sql 'SELECT sum(lost), sum(attempts) FROM execution'
	assert_out '0|6'
}

@test "cluster: what fails out there fails here, with its tries, class and log" {
	printf '%s\n' 'task_id: shaky' 'version: "1"' 'category: analysis' 'service_config:' \
		'  command: [sh, -c, "cat >/dev/null; echo no >&2; exit 75"]' \
		'  retry: {max_retries: 2, delay: 10ms, jitter: 0}' >shaky.yaml
	taskreg -q add shaky.yaml >/dev/null
	taskrun -q --job j --detach -n shaky >/dev/null
	run_split out_there --chunk-size 1
	assert_status 0
	run_split taskstat 1 --json
	assert_json '.status == "failed" and .attempts == 3 and (.tries | map(.exit_code) == [75, 75, 75])'
	run_split tasklog 1
	assert_out -r 'no'
}

@test "cluster: cancelled while it is out" {
	slow 3
	out_there -q --once --chunk-size 2 --resource elements=2
	wait_until 10 ran 1
	pid=$(element_pid 0)
	run_split taskctl cancel --job j
	assert_status 0
	assert_json '.status == "cancelled"'
	wait_until 15 eval '! kill -0 "$pid"'
	run_split taskstat --json
	assert_json '.cancelled == 3 and .running == 0'
}

@test "cluster: taskrun --on prints what comes home; left, and again, it waits for the same" {
	run_split taskrun --job sq --on local --chunk-size 2 --resource elements=2 params.none -- sh -c "$square" square '{n}'
	assert_status 3
	seq 5 | jq -c '{n: .}' >params
	run_split taskrun --job sq --on local --chunk-size 2 --resource elements=2 params -- sh -c "$square" square '{n}'
	assert_status 0
	assert_json -s '(map(.result.square) | sort == [1, 4, 9, 16, 25]) and all(.[]; .status == "completed")'
	assert_home 5
	run=(env --default-signal=INT taskrun --job wait --on local --chunk-size 2 params --
		sh -c 'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}')
	"${run[@]}" >first 2>left 3>&- &
	pid=$!
	wait_until 10 ran 1
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	assert_status 130
	grep -xE "taskrun: [1-3] elements? (is|are) out: the same command waits for job 'wait'" left
	touch go
	run_split "${run[@]}"
	assert_status 0
	assert_json -s '(map(.result) | sort == [1, 2, 3, 4, 5])'
	[[ $(wc -l <ran) == 5 ]]
	assert_home 10
}

@test "cluster: left without a name the same command waits for the same, until that has ended" {
	run=(env --default-signal=INT taskrun --on local --chunk-size 2)
	wait=(params -- sh -c 'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}')
	seq 5 | jq -c '{n: .}' >params
	"${run[@]}" "${wait[@]}" >first 2>left 3>&- &
	pid=$!
	wait_until 10 ran 1
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	assert_status 130
	grep -xE "taskrun: [1-3] elements? (is|are) out: the same command goes on" left
	run_split "${run[@]}" --set x=1 -d "${wait[@]}" # not the same
	assert_json -s 'length == 5 and all(.[]; .id > 5)'
	touch go
	run_split "${run[@]}" "${wait[@]}"
	assert_status 0
	assert_err -l 'taskrun: the same command has not ended on local: it goes on (with --job NAME it is another job)'
	assert_json -s 'map(.id) | sort == [1, 2, 3, 4, 5]'
	run_split "${run[@]}" "${wait[@]}"
	assert_status 0
	assert_json -s 'length == 5 and all(.[]; .id > 10 and .status == "completed")'
	taskwait >/dev/null
}

@test "cluster: one that runs the rest here takes home what is out, too" {
	slow 3
	out_there -q --once --chunk-size 2 --resource elements=1
	wait_until 10 ran 1
	taskwork -q --job j 3>&- &
	pid=$!
	wait_until 10 ran 2
	touch go
	wait "$pid"
	assert_home 3
}

@test "cluster: what needs more memory than it has comes home, and goes out with more" {
	printf '%s\n' 'task_id: greedy' 'version: "1"' 'service_config:' \
		'  command: [sh, -c, "ulimit -v 2000000; [ \"$DOCKLINE_ATTEMPT\" = 2 ] || exec tail /dev/zero"]' \
		'  resources: {memory: 60M}' '  retry: {strategy: immediate, max_retries: 1, on: [memory]}' >greedy.yaml
	taskreg -q add greedy.yaml >/dev/null
	taskrun -q --job j --detach -n greedy >/dev/null
	run_split out_there
	assert_status 0
	run_split taskstat 1 --json
	assert_json '.status == "completed" and ([.tries[].class] == ["memory", null])'
	# 64M of each are the worker's
	run_split sql "SELECT group_concat(json_extract(need, '\$.memory') / 1048576) FROM cluster_job"
	assert_out '124,184'
}

@test "cluster: an element that the cluster ended for memory or time: what had begun pays for it, the rest does not" {
	for end in memory timeout; do
		rm -f ran go
		seq 3 | jq -c '{n: .}' | taskrun -q --job "$end" --detach -- sh -c \
			'echo "$1" >>ran; until [ -e go ]; do sleep 0.05; done; echo "$1"' wait '{n}' >/dev/null
		out_there -q --once --job "$end" --chunk-size 3 --resource elements=1
		wait_until 10 ran 1
		kill -9 "$(element_pid 0)"
		# as a scheduler would tell it
		sql "UPDATE cluster_element SET state = '$end', reason = 'WORD', node = 'n1', over = 1 WHERE ended IS NULL"
		touch go
		run_split out_there --job "$end"
		assert_status 0
		assert_err -r "element 0 of [0-9a-f]{8}: 1 execution has failed: the cluster ended its element: WORD"
		assert_err -r "element 0 of [0-9a-f]{8}: 2 executions are queued again"
		rm -rf "${TMPDIR:?}"/dockline-* # the node that died
		run_split taskstat --job "$end" --status failed --json
		[[ $end == memory ]] || run_split taskstat --job "$end" --status timeout --json
		assert_json -s "map([.key, .error.class, .error.reason, .attempts]) | length == 1 and .[0][1:] == [\"$end\", \"the cluster ended its element: WORD\", 1]"
		run_split taskstat --job "$end" --status completed --json
		assert_json -s 'length == 2 and all(.[]; .attempts == 1)'
	done
	[[ -z $(ls .dockline/spool) ]]
}

@test "cluster: what comes home is in the cache, and what the cache has does not go out" {
	printf '%s\n' 'task_id: known' 'version: "1"' 'service_config:' '  command: [sh, -c, "echo x >>ran; cat"]' '  cache: true' >known.yaml
	sed -i "s|>>ran|>>$PWD/ran|" known.yaml
	taskreg -q add known.yaml >/dev/null
	seq 4 | jq -c '{n: .}' >params
	seq 6 | jq -c '{n: .}' >more
	# both are submitted before anything is known
	taskrun -q --job a --detach known params >/dev/null
	taskrun -q --job b --detach known more >/dev/null
	run_split out_there -v --job a --chunk-size 2
	assert_status 0
	run_split out_there -v --job b --chunk-size 3
	assert_status 0
	assert_err -r '4 executions were completed out of the cache'
	assert_home 10
	[[ $(wc -l <ran) == 6 ]]
	run_split sql 'SELECT count(*) FROM execution WHERE cached IS NOT NULL'
	assert_out 4
	# and one that is submitted now
	run_split taskrun --job c --on local known more
	assert_status 0
	assert_json -s 'length == 6 and all(.[]; .cached)'
	[[ $(wc -l <ran) == 6 ]]
}
