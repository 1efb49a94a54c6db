# SPDX-License-Identifier: MIT
load ../helper

fast=$data/rank/fast.jsonl

keys() { jq -r .key "$out" | paste -sd' '; }

# A bare result: NAME AFFINITY [JQ that changes it]
result() {
	jq -cn --arg n "$1" --argjson a "$2" '{type: "docking", key: $n, engine: "vina",
		request: {exhaustiveness: 2}, ligand: {name: $n}, repaired: true, warnings: [],
		best: {affinity: {value: $a, pose: 1}}, poses: [{rank: 1, affinity: $a}]} | '"${3-.}"
}

# Aspirin in three real poses.
docked() {
	jq -cn --rawfile poses "$data/rank/poses.pdbqt" '{type: "docking", key: "aspirin",
		engine: "vina", ligand: {name: "aspirin"}, best: {affinity: {value: -5.283, pose: 1}},
		poses: [{rank: 1, affinity: -5.283}, {rank: 2, affinity: -5.2}, {rank: 3, affinity: -5}],
		files: {poses: {format: "pdbqt", text: $poses}}}'
}

@test "dock-rank: what every program promises" {
	assert_front dock-rank
}

@test "dock-rank: every record in order, as it was; failed ones counted" {
	run_split dock-rank "$fast"
	assert_status 1
	assert_err 'dock-rank: 1 failed record left out'
	[[ $(keys) == "imatinib-0 imatinib-1 ibuprofen-0 aspirin-1 aspirin-0 caffeine-0 glucose-0 benzene-0" ]]
	diff <(sort "$out") <(grep -v '"status":"failed"' "$fast" | sort)
	run_split dock-rank --allow-failed 12% "$fast"
	assert_status 0
	run_split dock-rank --allow-failed 1 -q "$fast"
	assert_status 0
}

@test "dock-rank: --top counts parents, --per-state states" {
	run_split dock-rank --top 3 "$fast"
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1" ]]
	run_split dock-rank --top 3 --per-state "$fast"
	[[ $(keys) == "imatinib-0 imatinib-1 ibuprofen-0" ]]
	run_split dock-rank --best-per-ligand "$fast"
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
}

@test "dock-rank: --top with a percentage, of the ranked ligands, rounded up" {
	run_split dock-rank --top 10% "$fast"
	[[ $(keys) == "imatinib-0" ]]
	run_split dock-rank --top 50% "$fast"
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1" ]]
	run_split dock-rank --top 100% "$fast"
	((${#lines[@]} == 6))
	for top in 0 -1 0% 101% x 10%% ''; do
		run_split dock-rank --top "$top" "$fast"
		assert_status 2
		assert_out ''
	done
}

@test "dock-rank: the order of arrival changes nothing, whatever way it takes" {
	cat "$fast" "$fast" >twice
	for top in 2 6 20 20000 34% 100%; do
		dock-rank --top $top --allow-failed 9 "$fast" 2>/dev/null >want
		for seed in 1 2 3; do
			shuf --random-source=<(yes $seed) twice >shuffled
			run_split dock-rank --top $top --allow-failed 9 shuffled
			assert_status 0
			assert_out -f want
		done
	done
	tac "$fast" >back
	run_split dock-rank back
	cp "$out" one
	run_split dock-rank "$fast"
	assert_out -f one
}

@test "dock-rank: more records than it holds, in the worst order" {
	jq -cn 'range(3000) | {type: "docking", key: "k\(.)", engine: "vina", ligand:
		{name: "l\(. % 1000)"}, best: {affinity: {value: (-. / 100), pose: 1}}}' >many
	run_split dock-rank --top 5 many
	assert_status 0
	[[ $(keys) == "k2999 k2998 k2997 k2996 k2995" ]]
	run_split dock-rank --top 20000 many
	((${#lines[@]} == 1000))
	tac many >back
	cp "$out" want
	run_split dock-rank --top 20000 back
	assert_out -f want
}

@test "dock-rank: however records are written, they come out as one form of them" {
	sed -e 's/":/" : /g' -e 's/,"/ ,\t"/g' "$fast" >blanks
	sed -e 's/imatinib/\\u0069matinib/g' -e 's/aspirin/aspir\\u0069n/' "$fast" >escapes
	sed -e 's/"type":"docking"/"type":"doc\\u006bing"/' -e 's/,"error":null//' "$fast" >types
	for top in 3 50% 20000; do
		run_split dock-rank --top $top "$fast"
		cp "$out" want
		for form in blanks escapes; do
			run_split dock-rank --top $top $form
			assert_status 1
			assert_out -f want
		done
		run_split dock-rank --top $top types
		diff <(jq -c 'del(.error)' want) <(jq -c . "$out")
	done
	sed -e 's/"value"/"vaule"/' "$fast" >poses # the best of the poses then
	run_split dock-rank poses
	[[ $(keys) == "imatinib-0 imatinib-1 ibuprofen-0 aspirin-1 aspirin-0 caffeine-0 glucose-0 benzene-0" ]]
}

@test "dock-rank: --max and --min" {
	run_split dock-rank --max -6.4 "$fast"
	[[ $(keys) == "imatinib-0 imatinib-1 ibuprofen-0 aspirin-1" ]]
	assert_err -l 'dock-rank: 4 left out by --min and --max'
	run_split dock-rank --max -6.4 --min -9.9 "$fast"
	[[ $(keys) == "imatinib-1 ibuprofen-0 aspirin-1" ]]
	run_split dock-rank --max nan "$fast"
	assert_status 2
}

@test "dock-rank: what was docked differently is not ranked together" {
	result a -5 >base
	for change in '.engine = "smina"' '.request.scoring = "vinardo"' '.request.mode = "score_only"' \
		'.receptor = {sha256: "x"}' '.box = {center: [1,2,3], size: [4,5,6]}' '.repaired = false' \
		'.request.max_evals = 1000' '.request.exhaustiveness = 8'; do
		{
			cat base
			result b -6 "$change"
		} >two
		run_split dock-rank two
		assert_status 2
		assert_out ''
		assert_err -r "^dock-rank: 'b': [a-z_]+ is .*, but .* in 'a': --mixed"
		run_split dock-rank --mixed two
		assert_status 0
		[[ $(keys) == "b a" ]]
	done
	run_split dock-rank two
	assert_err "dock-rank: 'b': exhaustiveness is 8, but 2 in 'a': --mixed ranks them together"
}

@test "dock-rank: versions of an engine are told, no limit is the same as none" {
	result a -5 '.version = "1.2.7"' >three
	result b -6 '.version = "1.2.3" | .request.max_evals = 0' >>three
	result c -7 '.version = "1.2.5"' >>three
	for order in cat tac; do
		run_split dock-rank < <($order three)
		assert_status 0
		assert_err 'dock-rank: versions 1.2.3 and 1.2.7 of the engine are ranked together'
		[[ $(keys) == "c b a" ]]
	done
	run_split dock-rank --mixed three
	assert_err ''
}

@test "dock-rank: a box is its numbers; a result that needed no repair is not another kind" {
	{
		result a -5 '.box = {center: [1,2,3], size: [4,5,6], from: "x"} | .request.repair = "yes"'
		result b -6 '.box = {center: [1.0,2,3], size: [4,5,6.0]} | .request.repair = "yes" | .repaired = false'
	} >two
	run_split dock-rank two
	assert_status 0
	[[ $(keys) == "b a" ]]
	result c -7 '.box = {center: [1,2,3], size: [4,5,6]} | .request.repair = "raw" | .repaired = false
		| .warnings = ["unbound_energy_wrong"]' >>two
	run_split dock-rank two
	assert_status 2
	assert_err -r "^dock-rank: 'c': repaired is false"
}

@test "dock-rank: scores, each in its direction" {
	cnn='.engine = "gnina" | .best = {affinity: {value: -5, pose: 2}, cnn_affinity: {value: 4, pose: 1}}'
	{
		result a -5 "$cnn"
		result b -5 "$cnn | .best.cnn_affinity.value = 6 | .best.affinity.value = -4"
	} >plain
	run_split dock-rank plain
	[[ $(keys) == "b a" ]]
	run_split dock-rank --by affinity plain
	[[ $(keys) == "a b" ]]
	jq -c '.best.cnn_vs = {value: (if .key == "a" then 3 else 2 end), pose: 1}' plain >both
	run_split dock-rank both
	[[ $(keys) == "a b" ]]
	run_split dock-rank --by cnn_vs --min 2.5 both
	[[ $(keys) == "a" ]]
	cat plain both >mixed
	run_split dock-rank --mixed mixed
	assert_status 2
	assert_err -r 'ranked by cnn_vs, but cnn_affinity before: --by'
	run_split dock-rank --by docking_score both
	assert_status 2
	assert_err -r 'affinity, cnn_score, cnn_affinity, cnn_vs'
	jq -c 'del(.best)' <(result a -5) >poses
	run_split dock-rank poses
	[[ $(keys) == "a" ]]
}

@test "dock-rank: what is no docking, and lines that are no records" {
	{
		echo '{"type":"ligand","key":"x","ligand":{"name":"x"}}'
		echo '{"type":"ligand","ligand":{"name":"y"},"error":{"class":"input","reason":"bad"}}'
		echo '{"type":"execution","key":"z","status":"queued"}'
		echo '{"type":"execution","key":"s","status":"skipped"}'
		echo 'not JSON'
		result a -5
	} >all
	run_split dock-rank all
	assert_status 3
	[[ $(keys) == "a" ]]
	assert_err -l "dock-rank: 'x': no score 'affinity'"
	assert_err -l "dock-rank: 1 failed record left out"
	assert_err -l "dock-rank: 1 unfinished record left out"
	assert_err -r "all:5"
	run_split dock-rank --strict all
	assert_status 3
	assert_out ''
	: >empty
	run_split dock-rank empty
	assert_status 0
	assert_out ''
}

@test "dock-rank: a table for people" {
	run_split dock-rank --top 2 --table "$fast"
	assert_out -l 'rank  name         affinity kcal/mol  pose  poses  engine  warnings'
	assert_out -l '   1  imatinib-0             -10.366     1      2  vina           0'
	((${#lines[@]} == 3))
	result $'\e[31mred\nlines and a name that is very long indeed, µ' -5 >odd
	COLUMNS=60 run_split dock-rank --table odd
	assert_status 0
	assert_out -l '   1  ?[31mr..             -5.000     1      1  vina      ..'
	run_split dock-rank --table --json "$fast"
	assert_status 2
}

@test "dock-rank: --reference adds the RMSD of every pose" {
	need obrms
	docked >docked.jsonl
	run_split dock-rank --reference "$data/rank/reference.pdbqt" docked.jsonl
	assert_status 0
	assert_err ''
	assert_json '[.poses[].rmsd] == [0, 3.738, 3.61]'
	run_split dock-rank --table --reference "$data/rank/reference.pdbqt" docked.jsonl
	assert_out -l '   1  aspirin             -5.283     1      3  vina           0    0.00'
	cat >other.pdb <<-'END'
		HETATM    1  C1  BNZ A   1       0.000   1.400   0.000  1.00  0.00           C
		HETATM    2  O1  BNZ A   1       1.212   0.700   0.000  1.00  0.00           O
	END
	run_split dock-rank --reference other.pdb docked.jsonl
	assert_status 0
	assert_err -r "none of these is the molecule of 'other.pdb'"
	assert_json '.poses | all(has("rmsd") | not)'
	run_split dock-rank --reference nowhere.sdf docked.jsonl
	assert_status 3
	DOCKLINE_OBRMS=/nowhere run_split dock-rank --reference other.pdb docked.jsonl
	assert_status 5
	assert_err -r 'install openbabel, or name it in DOCKLINE_OBRMS'
}

@test "dock-rank: a full disk is said once, a closed pipe is silent" {
	local status=0

	jq -cn 'range(3000) | {type: "docking", key: "k\(.)", engine: "vina", filler: ("x" * 99),
		best: {affinity: {value: ., pose: 1}}}' >many
	dock-rank many >/dev/full 2>"$err" || status=$?
	((status == 5))
	[[ $(<"$err") == 'dock-rank: cannot write standard output: No space left on device' ]]
	dock-rank many 2>"$err" | head -n 1 >one || true # it ends 1: nobody read the rest
	jq -e '.key == "k0"' one
	[[ ! -s $err ]]
}

@test "dock-rank: records come from one place" {
	run_split dock-rank --job fast "$fast"
	assert_status 2
	run_split dock-rank nowhere.jsonl
	assert_status 3
	assert_err -r "cannot open 'nowhere.jsonl'"
	run_split dock-rank <"$fast"
	assert_status 1
	((${#lines[@]} == 8))
}
