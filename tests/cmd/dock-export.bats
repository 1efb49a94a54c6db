# SPDX-License-Identifier: MIT
load ../helper

docked=$data/rank/docked.jsonl

# The record with a change made by jq.
changed() { jq -c "$1" "$docked"; }

@test "dock-export: what every program promises" {
	assert_front dock-export
}

@test "dock-export: a table, with units and quotes" {
	run_split dock-export --format csv "$docked"
	assert_status 0
	assert_err ''
	assert_out "rank,key,name,pose,affinity (kcal/mol),affinity_raw (kcal/mol),repaired,engine,version,seed,n_poses,smiles,receptor_sha256,warnings
1,aspirin,aspirin,1,-5.283,-5.496,true,vina,1.2.3,42,3,CC(=O)Oc1ccccc1C(=O)O,$(printf 'a%.0s' {1..64}),stereo_unspecified large_box"
	changed '.result.ligand.name = "a \"b\", c"' >odd
	run_split dock-export --format csv --poses 2 --tags Vendor,Missing odd
	assert_status 0
	((${#lines[@]} == 3))
	assert_out -r ',warnings,Vendor,Missing'
	assert_out -r $'\n1,aspirin,"a ""b"", c",1,-5.283,.*,"A, B & Co",\n1,aspirin,"a ""b"", c",2,-5.274,'
}

@test "dock-export: what dock-rank measured, and the pose that it chose" {
	changed '.result.poses[1] += {rmsd: 1.5, strain: 0.2, clashes: 0, contacts: ["A:ASP25", "B:ILE50"], outside: 0}
		| .result.chosen = {pose: 2}' >judged
	run_split dock-export --format csv judged
	assert_status 0
	assert_out -r ',warnings,rmsd \(angstrom\),strain \(kcal/mol\),clashes,contacts,outside \(angstrom\)'
	assert_out -r $'\n1,aspirin,aspirin,2,-5.274,.*,1.5,0.2,0,A:ASP25 B:ILE50,0$'
	run_split dock-export --format sdf judged
	assert_out -r $'>  <dock_contacts>\nA:ASP25 B:ILE50\n'
	assert_out -r $'>  <dock_pose>\n2\n'
}

@test "dock-export: the best pose is not always the first" {
	changed '.result.best.affinity = {value: -6, pose: 3} | .result.poses[2].affinity = -6' >third
	run_split dock-export --format csv third
	assert_out -r $'\n1,aspirin,aspirin,3,-6,'
	run_split dock-export --format pdbqt third
	assert_out -l 'MODEL 3'
	assert_out -l 'REMARK DOCKLINE AFFINITY: -6.000 kcal/mol (repaired: the engine took a wrong unbound energy)'
	[[ $(grep -c MODEL "$out") == 1 ]]
}

@test "dock-export: --by writes the pose that is best by that score" {
	changed '.result |= (.engine = "gnina" | .best.cnn_vs = {value: 3, pose: 3} | .best.affinity.pose = 2)' >gnina
	run_split dock-export --format csv gnina
	assert_out -r $'\n1,aspirin,aspirin,3,'
	for how in 'csv --by affinity' 'sdf --by affinity' 'request --by affinity' 'pdbqt --by affinity'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-export --format $how gnina
		assert_status 0
		assert_out -r 'aspirin,2,|<dock_pose>
2|"pose":2|MODEL 2'
	done
	run_split dock-export --format csv --by cnn_score gnina
	assert_status 3
	assert_err "dock-export: 'aspirin, \"ASS\" 100': no score 'cnn_score'"
	jq -c '.result.chosen = {pose: 1}' gnina >chosen
	run_split dock-export --format csv --by affinity chosen
	assert_out -r $'\n1,aspirin,aspirin,1,'
	for wrong in '--by rmsd' '--by nosuch' '--by affinity --poses 2'; do
		# shellcheck disable=SC2086
		run_split dock-export --format csv $wrong gnina
		assert_status 2
	done
	run_split dock-export --archive x --by affinity gnina
	assert_status 2
}

@test "dock-export: pdbqt is the engine's bytes and one line" {
	run_split dock-export --format pdbqt --poses 9 "$docked"
	assert_status 0
	assert_out -l 'REMARK DOCKLINE AFFINITY: -5.274 kcal/mol (repaired: the engine took a wrong unbound energy)'
	grep -v DOCKLINE "$out" | cmp - "$data/rank/poses.pdbqt"
	changed '.result.repaired = false' >raw
	run_split dock-export --format pdbqt raw
	assert_out -l 'REMARK DOCKLINE AFFINITY: -5.283 kcal/mol'
}

@test "dock-export: a result out of the cache has its own name, however it is written" {
	changed '.result.ligand |= (.name = "mine-t2" | .original_name = "mine") | .key = "mine-t2"
		| .result.cached = {execution: 1, key: "aspirin"}' >copy
	for how in 'pdbqt --poses 9' sdf csv request 'request --ligand pdbqt' 'pdbqt --dir poses'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-export --format $how copy
		assert_status 0
		cat poses/* 2>/dev/null >>"$out" || :
		grep -q mine "$out"
		[[ -z $(grep -iE '(Name = |"name": ?"|^)aspirin' "$out") ]]
	done
	run_split dock-export --format pdbqt --poses 9 copy
	[[ $(grep -c '^REMARK  Name = mine-t2$' "$out") == 3 ]]
	grep -v -e DOCKLINE -e 'REMARK  Name' "$out" | cmp - <(grep -v 'REMARK  Name' "$data/rank/poses.pdbqt")
	# without its own, that of the engine's file
	changed '.result.ligand.name = "other"' >renamed
	run_split dock-export --format pdbqt renamed
	assert_out -l "$(grep -m 1 '^REMARK  Name' "$data/rank/poses.pdbqt")"
	dock-export --bundle copy.zip copy
	need python3
	python3 -m zipfile -e copy.zip unpacked
	[[ -z $(grep -rhi aspirin unpacked) ]]
}

@test "dock-export: sdf is the molecule that was prepared, where the pose is" {
	run_split dock-export --format sdf "$docked"
	assert_status 0
	assert_err ''
	assert_out -f "$data/rank/best.sdf"
	need obabel obrms
	obabel "$out" -isdf -ocan 2>/dev/null | cut -f1 >smiles
	[[ $(<smiles) == 'CC(=O)Oc1ccccc1C(=O)O' ]]
	cp "$out" best.sdf
	obrms -f "$data/rank/reference.pdbqt" best.sdf | grep -q ' 0$'
}

@test "dock-export: charges are numbered anew" {
	jq -c --arg sdf "$(sed 's/^M  END/M  CHG  2   1  -1  13   1\nM  ISO  1  14   2\nM  STY  1   1 DAT\n&/' \
		"$data/rank/input.sdf")" '.result.input.text = $sdf | .result.input.atoms[9] = 20' "$docked" >bad
	run_split dock-export --format sdf bad
	assert_status 0
	assert_out -l 'M  CHG  2   1  -1  13   1'
	[[ $output != *'M  ISO'* && $output != *'M  STY'* ]]
}

@test "dock-export: without the molecule, bonds are perceived, and it says so" {
	need obabel
	changed 'del(.result.input)' >bare
	run_split dock-export --format sdf bare
	assert_status 0
	assert_err -r 'bond orders of 1 poses were perceived by Open Babel'
	assert_out -r $'>  <dock_bond_orders>\nperceived\n'
	[[ ${lines[0]} == 'aspirin, "ASS" 100' && ${lines[1]} == '  Dockline' ]]
	# columns 49-51: a valence would say that carbons have no hydrogens
	[[ -z $(awk 'substr($0, 6, 1) == "." && substr($0, 49, 3) != "  0"' "$out") ]]
	DOCKLINE_OBABEL=/nowhere run_split dock-export --format sdf bare
	assert_status 5
	assert_err -r 'install openbabel, or name it in DOCKLINE_OBABEL'
}

# meeko FILE: a record without molecule whose pose is this file
meeko() {
	jq -cn --rawfile text "$1" '{type: "docking", key: "m", engine: "vina", version: "1.2.7", ligand: {name: "m"},
		best: {affinity: {value: -9, pose: 1}}, poses: [{rank: 1, affinity: -9}], files: {poses: {format: "pdbqt", text: $text}}}'
}

# canonical SMILES of what the file holds
canonical() { obabel "-i$1" "$2" -ocan 2>/dev/null | cut -f1; }

@test "dock-export: without the molecule, Meeko's remarks tell it" {
	need obabel
	meeko "$data/vina/meeko_out.pdbqt" >in
	run_split dock-export --format sdf in
	assert_status 0
	assert_err ''
	assert_out -r $'>  <dock_bond_orders>\nmeeko\n'
	awk '/^REMARK SMILES [^I]/ { print $3 }' "$data/vina/meeko_out.pdbqt" >smiles
	[[ $(canonical sdf "$out") == "$(canonical smi smiles)" && $(grep -c ' H   0' "$out") == 3 ]]
	# an atom of an opened macrocycle belongs to no molecule; remarks that do not fit are refused
	sed -n '/^MODEL 2/,/^ENDMDL/p' "$data/ligands/models.pdbqt" | sed 's/^MODEL 2/&\nREMARK VINA RESULT: -1 0 0/
		s/^REMARK SMILES IDX.*/&\nREMARK H PARENT 2 3/
		s/^ENDROOT/ATOM      4  G   LIG     1       3.000   0.000   0.000  0.00  0.00    +0.000 G0\n&/' >methanol
	meeko methanol >in
	run_split dock-export --format sdf in
	assert_status 0
	[[ $(canonical sdf "$out") == CO ]]
	for edit in 's/PARENT 2 3/PARENT 5 3/' 's/PARENT 2 3/PARENT 2 9/' 's/IDX 1 1 2 2/IDX 1 2 2 1/' 's/IDX 1 1 2 2/IDX 1 1 1 2/' \
		's/SMILES CO/SMILES C1C/' 's/SMILES CO/SMILES CCO/'; do
		meeko <(sed "$edit" methanol) >in
		run_split dock-export --format sdf in
		assert_status 3
		assert_out ''
	done
}

@test "dock-export: charged, aromatic, stereo and macrocycle ligands come back as they went, from the real Vina" {
	need vina obabel
	/usr/bin/python3 -I -c 'import rdkit' 2>/dev/null || need rdkit
	while read -r name text; do
		jq -cn --arg name "$name" --arg text "$text" '{type: "ligand", key: $name, tags: {id: "7 x"},
			ligand: {name: $name, original_name: "the \($name)", format: "smi", text: $text}}'
	done >in <<-'END'
		betaine C[N+](C)(C)CC(=O)[O-]
		nitro O=[N+]([O-])c1ccc(cc1)C(=O)NC
		benzimidazole c1ccc2[nH]c(nc2c1)-c1ccncc1
		stereo C[C@H](N)[C@@H](O)/C=C/c1ccco1
		macrocycle O=C1CCCCCCCCCCCN1
		phosphate OP(=O)(O)O[C@H]1CO[C@@H](CO)C1
		sulfoxide C[S@](=O)c1ccccc1
		arginine NC(=N)NCCC[C@H](N)C(=O)O
	END
	dock-prep -q --ph 7.4 in >prep
	run_split dock-vina -q --receptor "$data/vina/protein.pdbqt" --center 11,90.5,57.5 --size 16,16,16 \
		--exhaustiveness 1 --max-evals 500 prep
	assert_status 0
	cp "$out" docked
	run_split dock-export --format sdf docked
	assert_status 0
	assert_err ''
	jq -r '[.smiles, .key] | join(" ")' prep >smiles
	[[ $(canonical sdf "$out") == "$(canonical smi smiles)" ]]
	[[ $(grep -c '^the ' "$out") == 8 && $(grep -cx '7 x' "$out") == 8 ]]
}

@test "dock-export: a record whose molecule does not fit" {
	changed '.result.input.atoms[0] = 4' >twice
	changed '.result.input.atoms |= .[1:]' >fewer
	changed '.result.input.atoms[0] = 99' >beyond
	changed '.result.input.text |= .[:200]' >short
	for file in twice fewer beyond short; do
		run_split dock-export --format sdf $file
		assert_status 3
		assert_out ''
		assert_err -r 'the molecule of the record: '
	done
	changed '.result.files = {}' >none
	run_split dock-export --format sdf none "$docked"
	assert_status 3
	assert_err "dock-export: 'aspirin, \"ASS\" 100': no file of poses"
	((${#lines[@]} > 20))
	run_split dock-export --strict --format sdf none "$docked"
	assert_status 3
	assert_out ''
}

@test "dock-export: a file for each pose, with a name that fits and is never replaced" {
	changed '.result.ligand.original_name = "../../x y/\n"' >evil
	run_split dock-export --format pdbqt --poses 2 --dir poses "$docked" evil
	assert_status 0
	assert_out ''
	run_split ls poses
	assert_out $'00001-aspirin___ASS__100-1.pdbqt\n00001-aspirin___ASS__100-2.pdbqt\n00002-_._.._x_y_-1.pdbqt\n00002-_._.._x_y_-2.pdbqt'
	run_split dock-export --format pdbqt --dir poses "$docked"
	assert_status 2
	assert_err -r "'poses/00001-aspirin___ASS__100-1.pdbqt' exists: --force"
	run_split dock-export --format pdbqt --dir poses --force "$docked"
	assert_status 0
}

@test "dock-export: -o appears whole, and nothing is replaced without --force" {
	run_split dock-export --format csv -o t.csv "$docked"
	assert_status 0
	assert_out ''
	[[ $(wc -l <t.csv) == 2 && $(stat -c %a t.csv) == "$(printf '%o' $((0666 & ~$(umask))))" ]]
	run_split dock-export --format sdf -o t.csv "$docked"
	assert_status 2
	assert_err "dock-export: 't.csv' exists: --force replaces it"
	run_split dock-export --format pdbqt -o t.csv --force "$docked"
	assert_status 0
	[[ $(head -n 1 t.csv) == 'MODEL 1' ]]
	run_split dock-export --format csv -o none.csv nowhere.jsonl
	assert_status 3
	run_split ls
	assert_out t.csv
}

@test "dock-export: failed records are left out, and dock-rank makes the order" {
	run_split dock-export --format csv "$data/rank/fast.jsonl"
	assert_status 1
	assert_err 'dock-export: 1 failed record left out'
	((${#lines[@]} == 9))
	dock-rank --top 2 --allow-failed 1 -q "$data/rank/fast.jsonl" 2>/dev/null >two
	run_split dock-export --format csv two
	assert_status 0
	cut -d, -f1,2 "$out" >order
	[[ $(paste -sd' ' order) == 'rank,key 1,imatinib-0 2,ibuprofen-0' ]]
}

@test "dock-export: without anything to read nothing is written, of no records the heads" {
	taskrun -q --job j -n -- true >/dev/null
	run_split dock-export --job nosuch --format csv
	assert_status 2
	assert_out ''
	assert_err "dock-export: no job 'nosuch'"
	run_split dock-export --format csv missing
	assert_status 3
	assert_out ''
	run_split dock-export --format sdf --dir folder missing
	assert_status 3
	[[ ! -e folder ]]
	run_split dock-export --format csv </dev/null
	assert_status 0
	assert_out -r '^rank,key,name,'
	((${#lines[@]} == 1))
}

@test "dock-export: wrong usage" {
	for args in '' '--format xml' '--format csv --dir d' '--format sdf --tags A' \
		'--format csv --poses 0' '--format sdf --dir d -o f' '--format csv --job j f'; do
		# shellcheck disable=SC2086 # words
		run_split dock-export $args
		assert_status 2
		assert_out ''
	done
	dock-export --format sdf "$docked" >/dev/full 2>"$err" || status=$?
	((status == 5))
}

@test "dock-export: results become requests, with all their hydrogens" {
	need obabel
	run_split dock-export --format request "$docked"
	assert_status 0
	assert_json '.type == "ligand" and .key == "aspirin" and .ligand.format == "sdf" and (has("poses") or has("input") or has("best") | not)'
	assert_json '.parent_result | .engine == "vina" and .pose == 1 and .affinity == -5.283 and .seed == 42'
	assert_json '.tags.Vendor == "A, B & Co" and .smiles == "CC(=O)Oc1ccccc1C(=O)O"'
	jq -r .ligand.text "$out" >ligand.sdf
	assert_json ".ligand.sha256 == \"$(jq -j .ligand.text "$out" | sha256sum | cut -d' ' -f1)\""
	[[ $(sed -n 4p ligand.sdf) == ' 21 21 '* ]]
	[[ $(obabel ligand.sdf -ocan 2>/dev/null | cut -f1) == 'CC(=O)Oc1ccccc1C(=O)O' ]]
	cp "$out" requests
	run_split dock-gnina --engine "$root/tests/fakes/gnina" --mode score_only --receptor "$data/vina/protein.pdbqt" \
		--center 11,90.5,57.5 --size 22,24,28 requests
	assert_status 0
	assert_json '.best.cnn_vs.pose == 1 and .parent_result.engine == "vina" and .ligand.parent == "aspirin"'
	cp "$out" rescored
	run_split dock-export --format sdf rescored
	assert_status 0
	assert_out -l 'aspirin, "ASS" 100'
	assert_out -l '>  <dock_cnn_vs>'
	assert_out -l 'A, B & Co'
	grep -A1 dock_bond_orders "$out" | grep -qx engine
	run_split dock-export --format csv rescored
	assert_out -r ',warnings,cnn_score,cnn_affinity \(pK\),cnn_vs \(pK\)'
	run_split dock-export --format pdbqt rescored
	assert_status 3
	assert_err "dock-export: 'aspirin, \"ASS\" 100': its poses are sdf, not pdbqt"
}

@test "dock-export: several poses as requests, as PDBQT that engines take" {
	run_split dock-export --format request --ligand pdbqt --poses 2 "$docked"
	assert_status 0
	assert_json -s '(map(.key)) == ["aspirin-1", "aspirin-2"] and map(.parent_result.affinity) == [-5.283, -5.274]'
	assert_json '.ligand.format == "pdbqt" and (.ligand.text | test("MODEL|VINA|INTRA|UNBOUND") | not) and has("input")'
	cp "$out" requests
	run_split dock-vina --engine "$root/tests/fakes/vina-1.1.2" --receptor "$data/vina/protein.pdbqt" \
		--center 11,90.5,57.5 --size 22,24,28 requests
	assert_status 0
	assert_json '.best.affinity.value == -3.9 and .parent_result.engine == "vina"'
	for wrong in '--format csv --ligand sdf' '--format request --ligand mol2' '--format request --dir d'; do
		# shellcheck disable=SC2086 # words
		run_split dock-export $wrong "$docked"
		assert_status 2
	done
}

@test "dock-export: a bundle for a colleague" {
	need python3
	changed '.result.receptor = {file: "rec.pdbqt", sha256: "'"$(printf 'ATOM\n' | sha256sum | cut -d' ' -f1)"'"} |
		.result.box = {center: [1, 2, 3], size: [20, 20, 20], sha256: "b"} | .result.prep.versions = {rdkit: "1.2"}' >bundled
	echo ATOM >rec.pdbqt
	run_split dock-export --bundle top.zip bundled bundled
	assert_status 0
	assert_out ''
	assert_err ''
	python3 -m zipfile -e top.zip .
	cmp receptor.pdbqt rec.pdbqt
	[[ $(<box.json) == '{"type":"box","center":[1,2,3],"size":[20,20,20],"sha256":"b"}' ]]
	[[ $(grep -c '^\$\$\$\$' poses.sdf) == 2 && $(wc -l <table.csv) == 3 ]]
	grep -q 'vina 1.2.3 (sha256 c*): 2' README.txt
	grep -qxF '  rdkit 1.2: 2' README.txt
	run_split dock-export --bundle top.zip bundled
	assert_status 2
	mv top.zip one.zip
	run_split dock-export --bundle top.zip bundled bundled
	cmp one.zip top.zip
	echo changed >rec.pdbqt
	run_split dock-export --force --bundle top.zip bundled
	assert_status 0
	assert_err "dock-export: the receptor is left out: 'rec.pdbqt' is not what was docked to any more"
	run_split dock-export --bundle none.zip /dev/null
	assert_err 'dock-export: there is nothing to bundle'
	[[ ! -e none.zip ]]
}

@test "dock-export: a campaign as one archive, imported into an empty state elsewhere" {
	export DOCKLINE_VINA=$root/tests/fakes/vina-1.1.2
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	jq -nc --arg l "$data/vina/aspirin.pdbqt" --arg b "$data/vina/benzene.pdbqt" '{key: "a", ligand: $l}, {key: "b", ligand: $b},
		{key: "bad", ligand: "nosuch.pdbqt"}' >requests
	run_split taskrun -q --job fast --set receptor=rec.pdbqt --set box=@box.json dock-vina requests
	assert_status 1
	dock-rank --job fast --allow-failed 1 >here
	(($(wc -l <here) == 2))
	taskstat --job fast --json >stood
	run_split dock-export --job fast --archive fast.tar.zst
	assert_status 0
	assert_out ''
	assert_err 'dock-export: 3 records and 5 files'
	mkdir elsewhere
	rm -r "$DOCKLINE_STATE" rec.pdbqt
	run_split dock-export --state elsewhere/state --import fast.tar.zst
	assert_status 0
	assert_err "dock-export: job 'fast': 3 executions
dock-export: 5 files"
	cp "$out" records
	run_split dock-rank --allow-failed 1 records
	assert_out -f here
	run_split dock-rank --state elsewhere/state --job fast --allow-failed 1
	assert_out -f here
	run_split taskstat --state elsewhere/state --job fast --json
	assert_out -f stood
	sqlite3 elsewhere/state/objects.db 'UPDATE object SET stored = 1'
	run_split taskctl --state elsewhere/state gc --older 1d
	assert_json '.objects == 0'
	run_split dock-export --state elsewhere/state --format pdbqt here
	assert_status 0
	[[ $(grep -c '^MODEL' "$out") == 2 ]]
	run_split dock-export --state elsewhere/state --import fast.tar.zst -o again # a second time changes nothing
	assert_status 0
	assert_err -l "dock-export: job 'fast': 3 executions, all of them there already"
	cmp again records
	run_split dock-export --state elsewhere/state --job copy --import fast.tar.zst
	assert_err -l "dock-export: job 'copy': 3 executions"
	run_split taskstat --state elsewhere/state --job copy
	assert_out -l 'failed     1  (input 1)'
	jq -c 'select(.result) | .result, (.status = "running")' here >mixed
	run_split dock-export --archive mixed.tar.zst mixed
	run_split dock-export --state elsewhere/state --import mixed.tar.zst
	assert_status 0
	assert_err -l 'dock-export: 2 executions had not ended: they are not in the job'
	assert_err -l 'dock-export: 2 records are no executions: they are in no job, and taskctl gc removes their files'
}

@test "dock-export: archives that are none, or were changed" {
	mkdir objects
	echo other >"objects/$(printf 'a%.0s' {1..64})"
	echo '{}' >records.jsonl
	tar -cf wrong.tar objects records.jsonl
	run_split dock-export --import wrong.tar
	assert_status 3
	assert_out ''
	assert_err -r "wrong.tar: the file 'aaaaaaaaaaaa' has another content"
	touch other && tar -cf none.tar other
	run_split dock-export --import none.tar
	assert_status 3
	assert_err -r 'there are no records in it'
	run_split dock-export --import records.jsonl
	assert_status 3
	assert_err -r 'it is no archive'
	run_split dock-export --archive x.tar.zst /dev/null
	assert_status 0
	run_split dock-export --import x.tar.zst
	assert_status 0
	assert_out ''
	for wrong in '--archive y --format csv' '--import x.tar.zst y' '--archive y --import x.tar.zst'; do
		# shellcheck disable=SC2086 # words
		run_split dock-export $wrong
		assert_status 2
	done
}
