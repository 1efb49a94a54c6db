# SPDX-License-Identifier: MIT
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
vina=$data/vina

setup() {
	fresh
	mkdir -p "$TMPDIR"
	export DOCKLINE_VINA=$root/tests/fakes/vina-batch FAKE_LOG=$PWD/log FAKE_GO=$PWD/go
	touch log
}

# requests WORD ...: one for each, of a ligand that does that
requests() {
	local n=0 word

	for word; do
		((n += 1))
		jq -nc --arg key "k$n" --arg does "$word" --arg rec "$vina/protein.pdbqt" --rawfile text "$vina/benzene.pdbqt" \
			'{key: $key, receptor: $rec, ligand: {name: $key, text: "REMARK does \($does)\nREMARK of \($key)\n\($text)"},
			box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}, exhaustiveness: 1}'
	done
}

# What is asked and answered as taskrun does it, all at once; the answers are in $out.
serve() {
	jq -c --argjson more "${1:-{\}}" '{id: input_line_number, attempt: 1, params: (. + $more)}' requests >asked
	run_split eval 'DOCKLINE_WORK=$TMPDIR dock-vina --serve <asked'
	assert_status 0
	assert_json -s "length == $(wc -l <asked)"
}

# Docked one at a time by taskrun, in order; the records are in $out.
dock() {
	run_split taskrun -q --job g -j 1 "$@" dock-vina requests
}

# begun HOW WORD N: so often a ligand of that kind was begun in that way
begun() { (($(grep -c " $1 $2\$" log) == $3)); }

@test "group: ligands of one receptor share a process, and give what each gives alone" {
	requests dock dock dock dock dock dock >requests
	serve
	assert_json -s '[.[].result.resources.place] == [1, 2, 3, 4, 5, 6]'
	(($(cut -d' ' -f1 log | sort -u | wc -l) == 1))
	jq -c '.result | del(.elapsed, .resources, .files[].path)' "$out" >together
	serve '{"group": false}'
	assert_json '.result.resources.place == null'
	begun single dock 6
	jq -c '.result | del(.elapsed, .resources, .files[].path)' "$out" >alone
	cmp together alone
}

@test "group: a process that has nothing to do waits for the next ligand" {
	mkfifo asks
	DOCKLINE_WORK=$TMPDIR dock-vina --serve <asks >"$out" 3>&- &
	run=$!
	exec 4>asks
	requests dock dock dock >requests
	jq -c '{id: input_line_number, attempt: 1, params: .}' requests >asked
	head -n 2 asked >&4
	wait_until 10 eval '(($(wc -l <"$out") == 2))'
	tail -n 1 asked >&4
	wait_until 10 eval '(($(wc -l <"$out") == 3))'
	exec 4>&-
	wait "$run"
	(($(cut -d' ' -f1 log | sort -u | wc -l) == 1))
	begun batch dock 3
}

@test "group: what a later Vina passes over is docked alone, with and without one behind it" {
	requests dock passed dock passed >requests
	SECONDS=0
	serve
	((SECONDS < 40)) # the kernel breaks a lease after 45
	assert_json -s 'all(.result) and length == 4'
	begun single passed 2
	begun single dock 0
}

@test "group: what differs in more than the ligand has a process of its own" {
	requests dock dock dock dock >requests
	jq -c 'if .key == "k3" then .seed = 7 else . end' requests >asked && mv asked requests
	serve
	assert_json -s '[.[].result | [.resources.place, .seed]] == [[1, 42], [2, 42], [null, 7], [null, 42]]'
}

@test "group: what is grouped can be docked again by its record, each alone" {
	requests dock dock dock dock >requests
	dock
	assert_status 0
	cp "$out" docked
	: >log
	run_split dock-vina --replay -q docked
	assert_status 0
	assert_json -s 'length == 4 and all(.same)'
	begun single dock 4
}

@test "group: a ligand that ends the process is docked alone, and alone to blame" {
	requests dock dock refused dock dock >requests
	serve
	assert_json -s '[.[] | select(.result) | .id] == [1, 2, 4, 5]'
	assert_json -s '[.[] | select(.error)] | length == 1 and (.[0] | .id == 3 and .error.class == "input" and (.error.retry | not))'
	assert_json -s '[.[] | .error // empty | .reason] | .[0] | test("inappropriate tag")'
	begun batch refused 1
	begun single refused 1
	(($(cut -d' ' -f1 log | sort -u | wc -l) == 3))
}

@test "group: Vina killed in the middle harms nobody" {
	requests dock dock killed dock >requests
	serve
	assert_json '.result'
	begun batch killed 1
	begun single killed 1
}

@test "group: only the one that takes too long has run out of time" {
	requests dock dock hang dock >requests
	serve '{"timeout": 2}'
	assert_json -s '[.[] | select(.result) | .id] == [1, 2, 4]'
	assert_json -s '[.[] | select(.error) | [.id, .error.class]] == [[3, "timeout"]]'
	begun batch hang 1
	begun single hang 0
}

@test "group: the limit of the task finds the one it works on" {
	requests dock dock hang dock >requests
	sed 's/^task_id:.*/task_id: quick/; s/^  timeout:.*/  timeout: 4/; s/^  retry:.*/  retry: none/' \
		"$root/share/tasks/dock-vina.yaml" >quick.yaml
	taskreg add -q quick.yaml >/dev/null
	run_split taskrun -q --job g -j 1 quick requests
	assert_status 1
	assert_json -s '[.[] | select(.error) | [.key, .error.class]] == [["k3", "timeout"]]'
	assert_json -s '[.[] | select(.status == "completed")] | length == 3'
	(($(grep -c ' hang$' log) == 1))
}

@test "group: one that is cancelled ends at once, the others are docked" {
	requests dock dock hang dock dock >requests
	taskrun -q --job g -j 1 dock-vina requests >"$out" 2>"$err" 3>&- &
	run=$!
	wait_until 20 grep -q ' hang$' log
	taskctl cancel "$(taskstat --job g --json | jq 'select(.key == "k3").id')" >/dev/null
	wait "$run" || :
	assert_json -s '[.[] | select(.status == "completed").key] | sort == ["k1", "k2", "k4", "k5"]'
	run_split taskstat --job g --json
	assert_json -s '[.[] | select(.status == "cancelled").key] == ["k3"]'
}

@test "group: taskrun killed in the middle, and the same command again" {
	requests dock dock wait dock >requests
	taskrun -q --job g -j 1 dock-vina requests >first 2>/dev/null 3>&- &
	run=$!
	wait_until 20 grep -q ' wait$' log
	kill -9 "$run"
	status=0
	wait "$run" || status=$?
	assert_status 137
	touch go
	dock
	assert_status 0
	assert_json -s 'length == 4 and all(.status == "completed")'
}

@test "group: the real Vina's poses, in a group and alone" {
	need vina
	unset DOCKLINE_VINA
	for name in benzene caffeine benzene; do
		jq -nc --arg path "$vina/$name.pdbqt" --arg rec "$vina/protein.pdbqt" '{receptor: $rec, ligand: $path,
			box: {center: [11, 90.5, 57.5], size: [16, 16, 16]}, exhaustiveness: 1, max_evals: 1000}'
	done >requests
	serve
	assert_json -s '[.[].result.resources.place] == [1, 2, 3]'
	assert_json -s 'all(.resources == .result.resources and .resources.max_rss > 1e8) and (map(.resources.user_time) | add) > 0'
	jq -c .result "$out" >docked
	run_split dock-vina --replay -q docked
	assert_status 0
	assert_json -s 'length == 3 and all(.same)'
}

# titles NAME ...: a request for each, of an SDF with that title
titles() {
	local name

	for name; do
		jq -nc --arg key "$name" --arg rec "$vina/protein.pdbqt" --rawfile text <(sed "1s/.*/$name/" "$data/smina/aspirin.sdf") \
			'{key: $key, receptor: $rec, ligand: {name: $key, format: "sdf", text: $text}, box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}}'
	done
}

# The requests are answered by ENGINE as a coprocess; the answers are in $out, sorted.
serve_sdf() {
	jq -c --argjson more "${2:-{\}}" '{id: input_line_number, attempt: 1, params: (. + $more)}' requests >asked
	: >log
	run_split eval "DOCKLINE_WORK=$TMPDIR dock-$1 --serve <asked"
	assert_status 0
	assert_json -s "length == $(wc -l <asked)"
}

@test "group: smina and gnina dock several records of one file, and give what each gives alone" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina DOCKLINE_GNINA=$root/tests/fakes/gnina
	titles one two three four >requests
	for engine in smina gnina; do
		serve_sdf $engine
		(($(grep -c -- --receptor log) == 2)) # the first tells how long it takes
		assert_json -s 'all(.result) and [.[].result.resources.together] == [null, 3, 3, 3]'
		jq -c '.result | del(.elapsed, .resources, .files[].path)' "$out" >together
		serve_sdf $engine '{"group": false}'
		(($(grep -c -- --receptor log) == 4))
		jq -c '.result | del(.elapsed, .resources, .files[].path)' "$out" >alone
		cmp together alone
	done
}

@test "group: a bad record of a file is docked alone, and so are those behind it" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina
	titles one two Bad four >requests
	serve_sdf smina
	assert_json -s 'all(.result) and [.[].result.resources.together] == [null, 3, null, null]'
	(($(grep -c -- --receptor log) == 4))
}

@test "group: of a file at which the engine dies the last poses are not believed" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina
	titles one two Dead four >requests
	serve_sdf smina
	assert_json -s 'all(.result) and [.[].result.resources.together] == [null, 3, null, null]'
	assert_json '.result.poses | length == 2'
	(($(grep -c -- --receptor log) == 4))
}

@test "group: records with one title, or none, do not share a file" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina
	{
		titles one two two
		titles four | jq -c '.ligand.text |= sub("^four"; "")'
	} >requests
	serve_sdf smina
	assert_json -s 'all(.result) and [.[].result.resources.together] == [null, null, null, null]'
}

@test "group: what a process may take of memory decides who shares one, and who waits for more" {
	requests dock dock dock >requests
	# benzene in this box, reckoned as of Vina 1.2: 333 MiB alone, 398 MiB in a group
	DOCKLINE_MEMORY=430000000 serve
	assert_json -s '[.[].result.resources.place] == [1, 2, 3]'
	DOCKLINE_MEMORY=400000000 serve
	assert_json -s 'all(.result) and [.[].result.resources.place] == [null, null, null]'
	DOCKLINE_MEMORY=300000000 serve
	assert_json -s 'all(.error.class == "memory" and .error.retry)'
	assert_json '.error.reason == "vina most likely takes 333 MiB for its 6 atoms, and may take 286"'
}

@test "group: what takes more memory than the task sets aside is tried again with more, at once" {
	requests dock >requests
	sed 's/^task_id:.*/task_id: tight/; s/memory: 800M/memory: 300M/; s/^  retry:.*/  retry: {max_retries: 1, delay: 0, on: [memory], grow: {memory: 2x}}/' \
		"$root/share/tasks/dock-vina.yaml" >tight.yaml
	taskreg add -q tight.yaml >/dev/null
	run_split taskrun -q --job g -j 2 tight requests
	assert_status 0
	assert_json '.status == "completed" and .attempts == 2'
	(($(wc -l <log) == 1))
}

@test "group: a stream docked by hand shares processes as well" {
	requests dock dock refused dock dock >requests
	run_split dock-vina -q requests
	assert_status 1
	assert_json -s '[.[] | select(.error) | [.key, .error.class]] == [["k3", "input"]]'
	assert_json -s '[.[] | select(.engine).key] | sort == ["k1", "k2", "k4", "k5"]'
	begun batch dock 4
	[[ -z $(ls "$TMPDIR") ]]
	requests dock dock dock dock dock dock dock dock >requests
	: >log
	run_split dock-vina -j 2 <requests
	assert_status 0
	assert_json -s 'map(.key) | sort == ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"]'
	(($(cut -d' ' -f1 log | sort -u | wc -l) <= 4))
	cp "$out" docked
	run_split dock-vina --replay -q docked
	assert_json -s 'length == 8 and all(.same)'
}

@test "group: by hand, what takes more memory than its share is docked when the others have ended" {
	requests dock dock >requests
	DOCKLINE_MEMORY=300000000 run_split dock-vina -q -j 2 requests
	assert_status 0
	assert_json -s 'length == 2 and all(.poses)'
	begun single dock 2
}

@test "group: dock-vina told to end takes its coprocesses and Vina with it" {
	requests dock wait dock >requests
	dock-vina -q -j 2 requests >"$out" 2>"$err" 3>&- &
	run=$!
	wait_until 20 grep -q ' wait$' log
	kill -TERM "$run"
	status=0
	wait "$run" || status=$?
	assert_status 143
	wait_until 10 eval '[[ -z $(ls "$TMPDIR") ]]'
}

@test "group: a record says which program ran, also when another one takes its place" {
	cp "$root/tests/fakes/vina-batch" vina
	sed 's/v1\.2\.3/v1.2.5/' vina >newer
	chmod +x newer
	export DOCKLINE_VINA=$PWD/vina
	old=$(sha256sum <vina) new=$(sha256sum <newer)
	mkfifo asks
	DOCKLINE_WORK=$TMPDIR dock-vina --serve <asks >"$out" 3>&- &
	run=$!
	exec 4>asks
	requests dock dock dock dock wait dock >requests
	jq -c '{id: input_line_number, attempt: 1, params: .}' requests >asked
	head -n 2 asked >&4
	wait_until 10 eval '(($(wc -l <"$out") == 2))'
	mv newer vina
	sed -n 3,4p asked >&4
	wait_until 10 eval '(($(wc -l <"$out") == 4))'
	# what is docked when the program is replaced was docked by the one before
	tail -n 2 asked >&4
	wait_until 10 grep -q ' wait$' log
	cp "$root/tests/fakes/vina-batch" again
	mv again vina
	touch go
	exec 4>&-
	wait "$run"
	assert_json -s "[.[:5][].result | [.sha256, .version]] == [[\"${old%% *}\", \"1.2.3\"], [\"${old%% *}\", \"1.2.3\"],
		[\"${new%% *}\", \"1.2.5\"], [\"${new%% *}\", \"1.2.5\"], [\"${new%% *}\", \"1.2.5\"]]"
	(($(cut -d' ' -f1 log | sort -u | wc -l) >= 2))
	jq -c .result "$out" | sed -n 3p >docked
	run_split dock-vina --replay -q docked
	assert_err -r 'the engine is another one: recorded 1.2.5'
}
