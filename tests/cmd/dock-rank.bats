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

@test "dock-rank --states: one record for each parent, its best state named, the others listed" {
	run_split dock-rank --states "$fast"
	assert_status 1
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
	assert_json '.states[0] == {state: (.result.ligand.state | tostring), value: .result.best.affinity.value, pose: .result.best.affinity.pose}'
	assert_json 'if .result.ligand.parent | IN("imatinib", "aspirin") then .states | length == 2 and .[0].value < .[1].value
		else .states | length == 1 end'
	jq -cS 'del(.states)' "$out" >bare
	dock-rank --best-per-ligand -q --allow-failed 9 "$fast" | jq -cS . | cmp - bare
	cp "$out" once
	cat "$fast" "$fast" | shuf --random-source=<(yes 1) >shuffled
	dock-rank --states --best-per-ligand -q --allow-failed 9 shuffled | cmp - once
	run_split dock-rank --states --top 2 --table "$fast"
	assert_out -r 'best state +states'
	[[ ${#lines[@]} == 3 && ${lines[1]} =~ imatinib.*\ 0\ +2$ ]]
	for args in --per-state '--diff x' '--consensus ecr x'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-rank --states $args "$fast"
		assert_status 2
	done
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

@test "dock-rank: --reference measures the poses that were kept" {
	need obrms
	docked | jq -c '.poses += [{rank: 4, affinity: -4.9}, {rank: 5, affinity: -4.8}] | .files.poses.models = 3' >kept
	run_split dock-rank --reference "$data/rank/reference.pdbqt" kept
	assert_status 0
	assert_err ''
	assert_json '[.poses[] | has("rmsd")] == [true, true, true, false, false]'
}

@test "dock-rank: a full disk is said once, a closed pipe is silent" {
	local status=0

	jq -cn 'range(3000) | {type: "docking", key: "k\(.)", engine: "vina", filler: ("x" * 99),
		best: {affinity: {value: ., pose: 1}}}' >many
	dock-rank many >/dev/full 2>"$err" || status=$?
	((status == 5))
	[[ $(<"$err") == 'dock-rank: cannot write standard output: No space left on device' ]]
	dock-rank many 2>"$err" | head -n 1 >one || true # it ends 1: nobody read the rest
	holds '.key == "k0"' one
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

# The campaign with other scores: JQ of one result, `v` its value.
campaign() { jq -c "if .result then .result.best.affinity.value |= (. as \$v | $1) else . end" "$fast"; }

@test "dock-rank: --consensus takes the same record of equal states, whatever came first" {
	state() { result "$1-$2" "$3" ".ligand.parent = \"$1\" | .ligand.state = \"$2\" | .host = \"$4\""; }
	{ state a i1 -5 x && state a i2 -5 x && state a i1 -5 w && state b i1 -4 x; } >one
	{ state a i1 -6 x && state b i1 -4 x; } >two
	run_split dock-rank --consensus rank one two
	[[ $(keys) == "a-i1 b-i1" ]]
	assert_json -s '.[0].host == "w"'
	cp "$out" want
	dock-rank --consensus rank <(tac one) two | jq -c 'del(.consensus.of)' | cmp - <(jq -c 'del(.consensus.of)' want)
}

@test "dock-rank: --diff says why there is no rank correlation" {
	result a -7 >one
	{ result a -7 && result b -7; } >level
	{ result a -7 && result b -6 && result c -5; } >good
	{ result c -6 && result d -7 && result e -6; } >apart
	{ result a -7 && result b -6 && result x -6.5; } >two
	{ result a -7 && result b -7 && result y -3; } >tied
	for case in "one one fewer than two molecules in both" "good apart fewer than two molecules in both" \
		"level good all of 'level' score the same" "good level all of 'level' score the same" \
		"two tied all that both have score the same"; do
		read -r a b why <<<"$case"
		run_split dock-rank --diff "$a" "$b"
		assert_status 0
		assert_err -l "dock-rank: rank correlation not defined: $why"
		[[ $stderr != *nan* ]]
		jq -se '.[0].spearman == null' "$out"
	done
}

@test "dock-rank: --diff tells what changed between two campaigns" {
	campaign 'if . == -7.25 then -3 else . - 1 end' | jq -c 'select(.key != "glucose-0") | if .key == "benzene-0" then
		.result.ligand |= (.name = "toluene" | .parent = "toluene") else . end' >second
	run_split dock-rank --diff --top 2 "$fast" second --allow-failed 9
	assert_status 0
	assert_json -s '.[0] | .type == "rank_diff" and .a.molecules == 6 and .b.molecules == 5 and .shared == 4 and .only_a == 2 and
		.only_b == 1 and .hits == 2 and .kept == 1 and .lost == 1 and .new == 1 and (.spearman * 1000 | round) == 400'
	assert_json -s '.[1:] | map([.name, .hit]) == [["ibuprofen", "lost"], ["aspirin", "new"], ["glucose", "none"], ["benzene", "none"],
		["toluene", "none"]]'
	assert_json -s '.[1] | .a == {rank: 2, value: -7.25, pose: 1} and .b == {rank: 5, value: -3, pose: 1} and .moved == -3'
	assert_json -s '.[3] | .a.rank == 4.5 and .b == null and (has("moved") | not)'
	assert_err -l "dock-rank: of the best 2, 1 stay, 1 are lost and 1 new; rank correlation 0.400"
	cp "$out" want
	run_split dock-rank --diff --top 2 <(tac "$fast") <(shuf second) --allow-failed 9
	diff <(jq -c 'del(.a.file, .b.file)' want) <(jq -c 'del(.a.file, .b.file)' "$out")
	run_split dock-rank --diff "$fast" "$fast" -q --allow-failed 9
	assert_json -s 'length == 1 and .[0].spearman == 1 and .[0].shift == {mean: 0, deviation: 0}'
	for wrong in "--per-state $fast" "--consensus rank --sigma 3 $fast $fast" "--sigma 3 $fast" "--diff $fast" "--diff --job x" "--diff --consensus ecr $fast $fast" "--diff --smarts C $fast $fast"; do
		# shellcheck disable=SC2086 # words
		run_split dock-rank $wrong
		assert_status 2
	done
	run_split dock-rank --diff "$fast" /dev/null
	assert_status 3
	assert_err -r "'/dev/null' has no results"
}

@test "dock-rank: --consensus, each score in its direction, nobody counted that is missing" {
	campaign '. * -1' | jq -c 'if .result then .result.best = {cnn_vs: .result.best.affinity} | .result.engine = "gnina" else . end' >cnn
	for how in rank ecr zscore; do
		run_split dock-rank --consensus $how --allow-failed 9 "$fast" cnn
		assert_status 0
		[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
		assert_json ".consensus.method == \"$how\" and (.consensus.of | map(.by)) == [\"affinity\", \"cnn_vs\"]"
		assert_json '.consensus.of[0].rank == .consensus.of[1].rank'
	done
	jq -c 'select(.key != "imatinib-0" and .key != "imatinib-1")' cnn >less
	run_split dock-rank --consensus rank --allow-failed 9 "$fast" less
	[[ $(keys) == "ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
	assert_err -l 'dock-rank: 1 left out, for not all files have them: imatinib'
	assert_json -s '.[0].consensus.value == 1.5'
	run_split dock-rank --consensus rank --missing worst --allow-failed 9 --top 5 "$fast" less
	assert_json -s 'map(.consensus.value) == [1.5, 2.5, 3.5, 4, 4] and (map(.consensus.place) == [1, 2, 3, 4, 5])'
	[[ $(keys) == "ibuprofen-0 aspirin-1 imatinib-0 caffeine-0 glucose-0" ]]
	run_split dock-rank --consensus ecr --sigma 2 --allow-failed 9 "$fast" cnn # 2 * exp(-1/2) / 2
	assert_json -s '.[0].consensus.value | (. * 1000000 | round) == 606531'
	for wrong in '--consensus mean' '--consensus ecr --sigma 0' '--consensus ecr --missing mean' '--sigma 3'; do
		# shellcheck disable=SC2086 # words
		run_split dock-rank $wrong "$fast" cnn
		assert_status 2
	done
}

# The campaign with SMILES.
with_smiles() {
	jq -c 'if .result then .result.smiles = ({imatinib: "Cc1ccc(cc1Nc1nccc(n1)-c1cccnc1)NC(=O)c1ccc(cc1)CN1CCN(C)CC1",
		ibuprofen: "CC(C)Cc1ccc(cc1)C(C)C(=O)O", aspirin: "CC(=O)Oc1ccccc1C(=O)O", caffeine: "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
		glucose: "OCC1OC(O)C(O)C(O)C1O", benzene: "c1ccccc1"}[.result.ligand.parent]) else . end' "$fast"
}

@test "dock-rank: what no result is judged by is wrong usage, whichever pose" {
	docked >one
	for any in '' --any-pose; do
		# shellcheck disable=SC2086 # nothing is no word
		run_split dock-rank --by rmsd $any one
		assert_status 2
		assert_err "dock-rank: no record has 'rmsd': --reference measures it"
	done
}

@test "dock-rank: --columns that no result has anything for are told" {
	result a -7 >one
	run_split dock-rank --table --columns strian,engine,ligand.name one
	assert_status 0
	assert_err "dock-rank: none of these has 'strian'"
	run_split dock-rank --table --columns strian --max -99 -q one
	assert_err ''
}

@test "dock-rank: --smarts picks by substructure, before --top counts" {
	need obabel
	with_smiles >smiles
	run_split dock-rank --smarts 'C(=O)[OH]' --allow-failed 9 smiles
	assert_status 0
	[[ $(keys) == "ibuprofen-0 aspirin-1 aspirin-0" ]]
	run_split dock-rank --smarts 'C(=O)[OH]' --top 2 --allow-failed 9 smiles
	[[ $(keys) == "ibuprofen-0 aspirin-1" ]]
	run_split dock-rank --smarts '[Pt]' --allow-failed 9 smiles
	assert_out ''
	run_split dock-rank --smarts C --allow-failed 9 "$fast"
	assert_status 0
	for wrong in 'c1ccc(' '[#6' ''; do
		run_split dock-rank --smarts "$wrong" smiles
		assert_status 2
		assert_err -r "'.*' is no SMARTS"
	done
	jq -c 'if .result then del(.result.smiles) else . end' "$fast" >none
	run_split dock-rank --smarts C --allow-failed 9 none
	assert_out ''
	assert_err -l 'dock-rank: 8 left out by --smarts, for they have no SMILES'
}

# A state of a molecule: NAME STATE SMILES AFFINITY
state() {
	result "$1-$2" "$4" ".smiles = \"$3\" | .ligand.parent = \"$1\" | .ligand.state = \"$2\""
}

# Two tautomers, an imidazole in three states, and a phenol.
states() {
	state pyridone t2 'O=c1cccc[nH]1' -4 && state pyridone input 'Oc1ccccn1' -3.7
	state imidazole input 'Cc1c[nH]cn1' -3.4 && state imidazole t2 'Cc1cnc[nH]1' -2.8
	state imidazole ph6.4 'Cc1c[nH]c[nH+]1' -2.4 && state phenol input 'Oc1ccccc1' -3.8
}

@test "dock-rank: --smarts sees every state: the best one that has the substructure stands for its molecule" {
	need obabel
	states >some
	for args in '--top 9' --best-per-ligand --states '--top 100%' '--states --top 9'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-rank $args --smarts '[OX2H]c' some
		assert_status 0
		assert_err 'dock-rank: 4 left out by --smarts'
		[[ $(keys) == "phenol-input pyridone-input" ]]
		# shellcheck disable=SC2086
		run_split dock-rank $args --smarts '[nH+]' some
		[[ $(keys) == "imidazole-ph6.4" ]]
	done
	run_split dock-rank --states --smarts '[nX2]' some
	[[ $(keys) == "pyridone-input imidazole-input" ]]
	assert_json -s '.[1].states | map(.state) == ["input", "t2"]'
	# a percentage is of what has it
	run_split dock-rank --top 50% --smarts '[nH]' some
	[[ $(keys) == "pyridone-t2" ]]
	run_split dock-rank --top 3 --per-state --smarts '[nH]' some
	[[ $(keys) == "pyridone-t2 imidazole-input imidazole-t2" ]]
	# which is also what is unlike: the best state that is left speaks for its molecule, once
	run_split dock-rank --cluster 1 --smarts '[OX2H]c' some
	[[ $(keys) == "phenol-input pyridone-input" ]]
	run_split dock-rank --cluster 0.99 --smarts '[nX2]' --top 2 some
	[[ $(keys) == "pyridone-input imidazole-input" ]]
	dock-rank --best-per-ligand --smarts '[nX2]' <(tac some) | cmp - <(dock-rank --best-per-ligand --smarts '[nX2]' some)
}

@test "dock-rank: --smarts of more than are looked at at once" {
	need obabel
	jq -cn 'range(1300) | {type: "docking", key: "k\(.)", engine: "vina", ligand: {name: "l\(. % 650)"},
		smiles: (if . % 13 == 0 then "c1ccccc1" else "CC" end), best: {affinity: {value: (-. / 100), pose: 1}}}' >many
	run_split dock-rank --smarts c many
	((${#lines[@]} == 100))
	run_split dock-rank --smarts c --top 3 many
	[[ $(keys) == "k1287 k1274 k1261" ]]
	run_split dock-rank --smarts c --top 10% many
	((${#lines[@]} == 5))
}

@test "dock-rank: --cluster leaves out what is like a better one" {
	need obabel
	with_smiles >smiles
	run_split dock-rank --cluster 1 --allow-failed 9 smiles
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
	run_split dock-rank --cluster 0.1 --top 3 --allow-failed 9 smiles
	[[ $(keys) == "imatinib-0 caffeine-0 glucose-0" || $(keys) == "imatinib-0 glucose-0 "* ]]
	jq -c 'if .result then .result.ligand.parent = .key | .result.ligand.name = .key else . end' smiles >names
	run_split dock-rank --cluster 1 --allow-failed 9 names # two states of one molecule
	[[ $(keys) == "imatinib-0 ibuprofen-0 aspirin-1 caffeine-0 glucose-0 benzene-0" ]]
	for wrong in 0 1.1 x; do
		run_split dock-rank --cluster $wrong smiles
		assert_status 2
	done
}

@test "dock-rank: --receptor adds contacts and clashes" {
	docked >one
	run_split dock-rank --receptor "$data/vina/protein.pdbqt" one
	assert_status 0
	assert_json '.poses[0].clashes == 0 and (.poses[0].contacts | index("B:ASP381") != null and length > 5 and length < 30)'
	sed 's/^\(ATOM.\{24\}\).\{24\}/\1  12.742  93.206  64.421/;5q' "$data/vina/protein.pdbqt" >close.pdbqt
	run_split dock-rank --receptor close.pdbqt one
	assert_json '.poses[0].clashes > 3'
	run_split dock-rank --receptor "$root/README.md" one
	assert_status 3
}

@test "dock-rank: by ligand efficiency" {
	for n in 'a -8 -0.2' 'b -6 -0.6' 'c -7 -0.3'; do
		read -r name affinity le <<<"$n"
		result "$name" "$affinity" ".best.ligand_efficiency = {value: $le, pose: 1}"
	done >le
	run_split dock-rank --by ligand_efficiency le
	[[ $(keys) == "b c a" ]]
}

# Aspirin, and another molecule of a better score, which stands far away.
judged() {
	docked | jq -c '.inchikey = "K1" | .mw = 180.2 | .tags = {pIC50: "6.5"}
		| .box = {center: [12, 92, 64], size: [20, 20, 20]}
		| .poses[0].intra = -0.4 | .poses[1].intra = -0.9 | .poses[2].intra = -0.1
		| (., (.key = "far" | .ligand.name = "far" | .ligand.parent = "far" | .inchikey = "K2" | .mw = 400
			| .tags.pIC50 = "5" | .best.affinity.value = -9 | .poses[0].affinity = -9
			| .files.poses.text |= gsub("  6(?<z>[0-9]\\.[0-9]{3}  0\\.00)"; "  3\(.z)")))'
}

@test "dock-rank: --where, before anything is cut" {
	judged >two
	for expr in 'affinity>-6' 'mw<200' 'inchikey=K1' 'tags.pIC50>6' 'name~asp' 'name!=far'; do
		run_split dock-rank --where "$expr" --top 1 two
		assert_status 0
		[[ $(keys) == aspirin ]]
		assert_err 'dock-rank: 1 left out by --where, --in and --not-in'
	done
	run_split dock-rank --where 'affinity<-5' --where 'mw<=400' two
	[[ $(keys) == 'far aspirin' ]]
	cmp "$out" <(dock-rank two)
	run_split dock-rank --where 'mw<100' two
	assert_status 0
	assert_out ''
	for wrong in 'mw' 'mw<x' '<3' 'affinty<-5' 'rmsd<2'; do
		run_split dock-rank --where "$wrong" two
		assert_status 2
		assert_err -r "'$wrong'"
	done
	run_split dock-rank --where 'mw<100' --diff two two
	assert_status 2
}

@test "dock-rank: --where and --by of what poses are judged by" {
	need obrms
	judged >two
	poses=$data/vina/protein.pdbqt
	run_split dock-rank --where 'rmsd<2' --reference "$data/rank/reference.pdbqt" --table two
	assert_status 0
	assert_out -l '   1  aspirin             -5.283     1      3  vina           0    0.00'
	run_split dock-rank --by rmsd --reference "$data/rank/reference.pdbqt" two
	[[ $(keys) == 'aspirin far' ]]
	run_split dock-rank --by rmsd two
	assert_status 2
	assert_err -r "no record has 'rmsd': --reference"
	run_split dock-rank --by contacts --receptor "$poses" --top 1 two
	[[ $(keys) == aspirin ]]
	run_split dock-rank --where 'contacts~ASP381' --where 'clashes=0' --receptor "$poses" two
	[[ $(keys) == aspirin ]]
	run_split dock-rank --where 'contacts~ASP999' --receptor "$poses" two
	assert_status 2
	assert_err "dock-rank: the receptor has no residue 'ASP999'"
	run_split dock-rank --where 'outside=0' --columns strain two
	[[ $(keys) == aspirin ]]
	assert_json '[.poses[].strain] == [0.5, 0, 0.8] and .poses[0].outside == 0'
	run_split dock-rank --by outside --max 15 two
	[[ $(keys) == aspirin ]]
	run_split dock-rank --by efficiency two
	assert_status 3
}

@test "dock-rank: a receptor that is still what was docked to need not be named" {
	judged >two
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	jq -c --arg hash "$(sha256sum rec.pdbqt | cut -d' ' -f1)" '.receptor = {file: "rec.pdbqt", sha256: $hash}' two >known
	run_split dock-rank --where 'contacts~B:ASP381' known
	assert_status 0
	[[ $(keys) == aspirin ]]
	assert_json '.poses[0].clashes == 0'
	echo 'REMARK changed' >>rec.pdbqt
	run_split dock-rank --where 'contacts~B:ASP381' known
	assert_status 2
	assert_err -r 'not what was docked to any more\): --receptor names it'
}

@test "dock-rank: --any-pose chooses the best pose that is wanted, and what follows keeps to it" {
	judged >two
	run_split dock-rank --any-pose --where 'intra>-0.2' --where 'name=aspirin' two
	assert_status 0
	assert_json '.chosen == {pose: 3}'
	cp "$out" chosen
	run_split dock-rank --table chosen
	assert_out -l '   1  aspirin             -5.000     3      3  vina           0'
	run_split dock-rank --max -5.1 chosen
	assert_out ''
	run_split dock-export --format csv chosen
	assert_out -l '1,aspirin,aspirin,3,-5,,,vina,,,3,,,'
	run_split dock-rank --any-pose --by strain two
	assert_json -s 'map(.chosen.pose) == [2, 2]'
	jq -c '.files.poses.models = 1' two >fewer # a pose that was not kept is none to choose
	run_split dock-rank --any-pose --where 'intra>-0.2' fewer
	assert_out ''
}

@test "dock-rank: --in and --not-in, by what molecules are" {
	judged >two
	jq -c 'select(.inchikey == "K2") | .key = "other" | .ligand.name = "other"' two >known
	run_split dock-rank --in known two
	assert_status 0
	[[ $(keys) == far ]]
	run_split dock-rank --not-in known two
	[[ $(keys) == aspirin ]]
	run_split dock-rank --not-in known --in known two
	assert_out ''
	jq -c 'select(.inchikey == "K1") | {type: "docking", key: "x", error: {class: "engine", reason: "died"}}, del(.inchikey)
		| .ligand.sha256 = "h"' two >bare
	run_split dock-rank --in bare <(jq -c '.ligand.sha256 = "h" | del(.inchikey)' two)
	[[ $(keys) == 'far aspirin' ]]
	run_split dock-rank --in bare two
	assert_out ''
	run_split dock-rank --in <(jq -c 'del(.inchikey, .ligand.sha256)' two) two
	assert_status 3
	assert_err -r "neither 'inchikey' nor 'ligand.sha256'"
	run_split dock-rank --in nowhere two
	assert_status 4
	assert_err -r 'no state directory'
	run_split dock-rank --in nowhere.jsonl two
	assert_status 3
	assert_err -r "cannot open 'nowhere.jsonl'"
}

@test "dock-rank: lines and records are sifted alike, in any order" {
	for n in 1 2 3 4 5 6 7 8 9; do
		result "m$n" "-$n" ".mw = ($n * 37 % 10) | .poses[0].rank = 1"
	done >lines
	jq -c '{"type": "docking", "note": "\\"} + .' lines | sed 's/"mw":/"\\u006dw":/' >escaped
	for how in '--where mw<5' '--where mw<5 --top 2' '--where affinity<-4 --top 3' '--any-pose --where mw>2 --top 2'; do
		# shellcheck disable=SC2086 # words
		dock-rank -q $how lines | jq -r .key >want
		for order in cat tac shuf; do
			# shellcheck disable=SC2086
			diff want <($order escaped | dock-rank -q $how | jq -r .key)
			# shellcheck disable=SC2086
			diff want <($order lines | dock-rank -q $how | jq -r .key)
		done
	done
}

@test "dock-rank: campaigns side by side are files or jobs" {
	jq -c 'select(.result) | .result' "$fast" >results
	run_split taskrun -q --job first -- cat <results
	assert_status 0
	run_split dock-rank --diff first results
	assert_status 0
	assert_json -s '.[0] | .shared == 6 and .only_a == 0 and .only_b == 0 and .a.file == "first"'
	run_split dock-rank --consensus rank --top 1 results first
	assert_json '.key == "imatinib-0" and .consensus.value == 1'
	run_split dock-rank --diff first second
	assert_status 2
	assert_err "dock-rank: no job 'second'"
}
