# SPDX-License-Identifier: MIT
load ../helper

prep=$data/prep

setup() {
	fresh
	need obabel
	/usr/bin/python3 -I -c 'import rdkit' 2>/dev/null || need rdkit
}

# smiles NAME SMILES [NAME SMILES ...]: ligand records
smiles() {
	while (($#)); do
		jq -cn --arg name "$1" --arg text "$2 $1
" '{type: "ligand", key: $name, ligand: {name: $name, format: "smi", text: $text}}'
		shift 2
	done
}

# One member of the record with that key.
member() {
	jq -c --arg key "$1" "select(.key == \$key) | $2" "$out"
}

@test "dock-prep: what every program promises" {
	assert_front dock-prep
}

@test "dock-prep: a SMILES becomes PDBQT with its account" {
	smiles aspirin 'CC(=O)Oc1ccccc1C(=O)O' |
		jq -c '.mine = 7 | .label = "active" | .warnings = ["before"]' >in
	run_split dock-prep --ph 7.4 in
	assert_status 0
	assert_err 'dock-prep: 1 prepared, 0 failed, 0 skipped'
	assert_json '.type == "ligand" and .mine == 7 and .label == "active" and .warnings == ["before"]'
	assert_json '.ligand.name == "aspirin" and .ligand.format == "pdbqt"'
	assert_json '.smiles == "CC(=O)Oc1ccccc1C(=O)[O-]" and .inchikey == "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"'
	assert_json '.charge == -1 and .heavy_atoms == 13 and .torsions == 2 and (.mw - 180.157 | fabs) < 0.01'
	assert_json '.prep.tools == ["rdkit", "openbabel"] and .prep.ph == 7.4 and .prep.seed == 42'
	assert_json '.prep.coordinates == "built" and .prep.charge_before == 0 and .prep.reproducible'
	assert_json '.ligand.text | startswith("REMARK  Name = aspirin\n") and endswith("TORSDOF 2\n")'
	jq -rj .ligand.text "$out" | sha256sum | cut -d' ' -f1 >sum
	assert_json ".ligand.sha256 == \"$(cat sum)\""
}

@test "dock-prep: deuterium is hydrogen" {
	smiles d '[2H]OC([2H])([2H])[2H]' c '[13CH3]CO' >in
	run_split dock-prep in
	assert_status 0
	assert_json -s '[.[].smiles] == ["CO", "[13CH3]CO"]'
}

@test "dock-prep: every PDBQT atom is found again in the input" {
	smiles x 'OCC(N)c1ccncc1' | dock-prep -q --ph 7.4 >rec
	jq -r '.input.text' rec | awk 'NR > 4 && NF > 12 { printf "%.3f %.3f %.3f\n", $1, $2, $3 }' >places
	jq -r '.input.atoms[]' rec | while read -r i; do sed -n "${i}p" places; done >want
	jq -r '.ligand.text' rec | awk '/^ATOM/ { print substr($0, 31, 24) }' | awk '{ print $1, $2, $3 }' >got
	paste want got | awk '
		function far(a, b) { return a - b > 0.0011 || b - a > 0.0011 }
		far($1, $4) || far($2, $5) || far($3, $6) { exit 1 }
		END { if (NR < 10) exit 1 }'
}

@test "dock-prep: bonds that are half double are held, and it is told which" {
	smiles ester 'CCOC(=O)CC' carbamate 'CCNC(=O)OCC' urea 'CCNC(=S)NCC' acid 'CCC(=O)O' \
		amide 'CCC(=O)NCC' sulfonamide 'CCNS(=O)(=O)CC' anhydride 'CC(=O)OC(C)=O' >in
	run_split dock-prep in
	assert_status 0
	[[ $(jq -c '[.key, .torsions, .prep.held]' "$out") == '["ester",2,[[4,3]]]
["carbamate",2,[[4,6]]]
["urea",2,[[4,3],[4,6]]]
["acid",2,null]
["amide",2,null]
["sulfonamide",3,null]
["anhydride",2,null]' ]]
	assert_json '(.ligand.text | [scan("(?m)^BRANCH")] | length) == .torsions'
	assert_json 'select(.key == "ester").ligand.text | contains("I    between atoms: O_3  and  C_4\n")
		and contains("REMARK  4 active torsions:\n") and endswith("TORSDOF 2\n")'
	run_split dock-prep --turn-planar in
	assert_status 0
	assert_json -s 'map(.torsions) == [3, 3, 4, 2, 2, 3, 2] and all(.prep.held == null)'
}

@test "dock-prep: the same input gives the same bytes, whatever -j" {
	smiles a 'CC(C)Cc1ccc(cc1)C(C)C(=O)O' b 'CN1CCC[C@H]1c1cccnc1' c 'CC(=O)Nc1ccc(O)cc1' \
		d 'C1CC' e 'CN(C)CCc1c[nH]c2ccccc12.Cl' f 'OCC1OC(O)C(O)C(O)C1O' >in
	for j in 1 2 5; do
		dock-prep -q --ph 7.4 -j "$j" in >"out$j" || (($? == 1))
	done
	cmp out1 out2
	cmp out1 out5
	[ "$(jq -r .key out1 | tr -d '\n')" = abcdef ]
}

@test "dock-prep: the state at a pH is taken only where it is possible" {
	smiles tetrazole 'CCc1nn[nH]n1' acylsulfonamide 'CC(=O)NS(=O)(=O)c1ccccc1' \
		amidine 'NC(=N)c1ccccc1' phosphate 'OP(O)(=O)OCC' zwitterion 'NCC(=O)O' >in
	run_split dock-prep --ph 7.4 in
	assert_status 0
	[ "$(member tetrazole '[.charge, .warnings]')" = '[0,["protonation_rejected"]]' ]
	[ "$(member tetrazole .prep.protonation_rejected)" = '"charge changes by -1, hydrogens by +0"' ]
	[ "$(member acylsulfonamide '[.charge, .warnings]')" = '[0,[]]' ]
	[ "$(member amidine '[.charge, .smiles]')" = '[1,"NC(=[NH2+])c1ccccc1"]' ]
	[ "$(member phosphate '[.charge, .smiles]')" = '[-2,"CCOP(=O)([O-])[O-]"]' ]
	[ "$(member zwitterion '[.charge, .smiles]')" = '[0,"[NH3+]CC(=O)[O-]"]' ]
	run_split dock-prep in
	assert_status 0
	assert_json '.charge == 0 and (.prep | has("ph") | not) and .warnings == []'
}

@test "dock-prep: the parent of a state, and which it is" {
	smiles acid CCO same 'CC(=O)O' zwitterion 'NCC(=O)O' sartan 'CCc1nn[nH]n1' >in
	smiles mine 'CC(=O)O' | jq -c '.ligand += {parent: "m", state: "3"}' >>in
	jq -cn --rawfile text "$data/box/aspirin.pdbqt" \
		'{type: "ligand", key: "p", ligand: {name: "p", format: "pdbqt", text: $text}}' >>in
	run_split dock-prep --ph 7.40 in
	assert_status 0
	[[ $(jq -r '[.key, .ligand.parent, .ligand.state] | join(" ")' "$out") == "acid acid input
same same ph7.4
zwitterion zwitterion ph7.4
sartan sartan input
mine m 3
p p input" ]]
	run_split dock-prep in
	assert_json 'select(.key != "mine") | .ligand.parent == .key and .ligand.state == "input"'
	DOCKLINE_PYTHON=/bin/false run_split dock-prep --ph 7.4 in
	assert_json 'select(.key == "same") | .ligand.state == "ph7.4"'
	assert_json 'select(.key == "acid") | .ligand.state == "input"'
}

# key, state and SMILES of every record
states() { jq -r '[.key, .ligand.state, .smiles] | join(" ")' "$out"; }

@test "dock-prep --states: isomers, tautomers, states in a window of pH, each a record" {
	smiles hist 'NCCc1c[nH]cn1' open 'CC(O)C(N)C=CC' sartan 'CCc1nn[nH]n1' acid 'CC(=O)O' amide 'CC(N)=O' >in
	run_split dock-prep --ph 6.4-8.4 --states 5 --kinds protonation,tautomer,stereo -j 2 in
	assert_status 0
	assert_err 'dock-prep: 12 prepared, 0 failed, 0 skipped'
	[[ $(states) == "hist ph7.4 [NH3+]CCc1c[nH]cn1
hist-t2-ph7.4 t2-ph7.4 [NH3+]CCc1cnc[nH]1
hist-ph6.4 ph6.4 [NH3+]CCc1c[nH]c[nH+]1
open-i1-ph7.4 i1-ph7.4 C/C=C/[C@H]([NH3+])[C@@H](C)O
open-i2-ph7.4 i2-ph7.4 C/C=C\[C@H]([NH3+])[C@@H](C)O
open-i3-ph7.4 i3-ph7.4 C/C=C/[C@@H]([NH3+])[C@@H](C)O
open-i4-ph7.4 i4-ph7.4 C/C=C\[C@@H]([NH3+])[C@@H](C)O
open-i5-ph7.4 i5-ph7.4 C/C=C/[C@H]([NH3+])[C@H](C)O
sartan input CCc1nn[nH]n1
sartan-t2 t2 CCc1nnn[nH]1
acid ph7.4 CC(=O)[O-]
amide input CC(N)=O" ]]
	assert_json '.ligand.parent == (.key | split("-")[0]) and .ligand.name == .key'
	assert_json '.warnings == (if .ligand.parent == "open" then ["states_limited"]
		elif .ligand.parent == "sartan" then ["protonation_rejected"] else [] end)'
	assert_json 'if .ligand.parent == "hist" then .prep.states == 3 and .inchikey == "NTYJJOPFIAHURM-UHFFFAOYSA-N" else true end'
	assert_json '.prep.stereo_unspecified == 0 and .isomeric_smiles == null and .prep.reproducible'
	assert_json 'if .key == "hist-ph6.4" then .charge == 2 and .prep.ph == 6.4 else .prep.ph == 7.4 end'
	cp "$out" two
	run_split dock-prep --ph 6.4-8.4 --states 5 --kinds protonation,tautomer,stereo -j 1 in
	cmp "$out" two
	# the plain state is the plain preparation
	dock-prep -q --ph 7.4 in | jq -r 'select(.key == "hist") | .ligand.sha256' >plain
	[[ $(jq -r 'select(.key == "hist") | .ligand.sha256' two) == $(<plain) ]]
}

@test "dock-prep --states: the shapes of rings, and the kinds that are chosen" {
	smiles pip 'CN1CCC(C)CC1' ph 'c1ccccc1' open 'C1CCC(O)(F)CC1Cl' >in
	run_split dock-prep --states 3 --kinds ring in
	assert_status 0
	[[ $(jq -r .key "$out") == pip$'\n'pip-r2$'\n'pip-r3$'\n'ph$'\n'open* ]]
	assert_json 'if .key == "ph" then .prep.ring_shape == null and .prep.states == 1
		else (.prep.ring_shape | .number > 0 and .energy >= 0) end'
	assert_json 'select(.ligand.parent == "pip") | .warnings == ["states_limited"] and .prep.states == 3'
	[[ $(jq -r 'select(.ligand.parent == "pip").ligand.sha256' "$out" | sort -u | wc -l) == 3 ]]
	run_split dock-prep --stereo enumerate in
	assert_status 0
	[[ $(jq -r 'select(.ligand.parent == "open").ligand.state' "$out" | tr '\n' ' ') == 'i1 i2 i3 i4 ' ]]
}

@test "dock-prep --states: coordinates stay, failures and duplicates are told" {
	jq -cn --rawfile text "$data/box/aspirin.sdf" \
		'{type: "ligand", key: "a", ligand: {name: "a", format: "sdf", text: $text}}' >in
	smiles b 'CC(=O)Oc1ccccc1C(=O)O' boron 'OB(O)C(F)c1ccccc1' bad C1CC >>in
	jq -c 'select(.key == "b") | .key = "mine" | .ligand += {parent: "m", state: "3"}' in >mine
	cat mine >>in
	run_split dock-prep --states 4 --ph 3-7 --unique in
	assert_status 1
	[[ $(jq -r '[.key, .ligand.parent, .ligand.state, .prep.coordinates, .error.class, .skipped.kept] | join(" ")' "$out") == "\
a a ph5 input  
a-input a input input  
b     a
boron-i1 boron i1  input 
boron-i2 boron i2  input 
bad    input 
mine m 3   a" ]]
	run_split dock-prep --states 4 --ph 3-7 --strict <(tail -n 1 in)
	assert_status 0
	[[ $(jq -r '[.key, .ligand.parent, .ligand.state] | join(" ")' "$out") == "mine m 3
mine-input m 3-input" ]]
}

@test "dock-prep --states: wrong usage, and no RDKit" {
	for args in '--states 65' '--states -1' '--kinds ring' '--states 2 --kinds shape' '--ph 6-8' '--ph 8-6 --states 2' \
		'--ph 6-x --states 2' '--receptor x --states 2 -o y' '--stereo all'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-prep $args
		assert_status 2
	done
	DOCKLINE_PYTHON=/bin/false run_split dock-prep --states 2
	assert_status 5
	assert_err -r '--states needs RDKit'
}

@test "dock-prep: salts are stripped, a tie is refused" {
	smiles salt 'CC(=O)[O-].[Na+]' hydrochloride 'CN(C)CCO.Cl' hemisulfate 'CCN.CCN.OS(=O)(=O)O' \
		tie 'CCCC.CCCO' salts '[Na+].[Cl-]' >in
	run_split dock-prep in
	assert_status 1
	[ "$(member salt '[.charge, .prep.stripped]')" = '[-1,["[Na+]"]]' ]
	[ "$(member hydrochloride '[.smiles, .prep.stripped]')" = '["CN(C)CCO",["Cl"]]' ]
	[ "$(member hemisulfate .smiles)" = '"CCN"' ]
	[ "$(member tie .error)" = '{"class":"input","reason":"two fragments of equal size: CCCC and CCCO"}' ]
	[ "$(member salts .error.reason)" = '"no organic fragment among 2"' ]
}

@test "dock-prep: unspecified stereo is counted, or refused" {
	smiles open 'CC(O)(F)C=CC' closed 'C[C@@H](N)C(=O)O' >in
	run_split dock-prep in
	assert_status 0
	[ "$(member open '[.prep.stereo_unspecified, .warnings]')" = '[2,["stereo_unspecified"]]' ]
	[ "$(member closed '[.prep.stereo_unspecified, .warnings]')" = '[0,[]]' ]
	# which isomer it is, so that the same one can be docked again
	assert_json 'if .key == "open" then .smiles == "CC=CC(C)(O)F" and (.isomeric_smiles | test("[/\\\\].*@"))
		else .isomeric_smiles == null end'
	isomer=$(jq -r '.isomeric_smiles // empty' "$out")
	smiles again "$isomer" | dock-prep -q >again
	[[ $(jq -r '[.smiles, .prep.stereo_unspecified] | @tsv' again) == "$isomer"$'\t0' ]]
	# as a state of its own it has another key
	run_split dock-prep --states 2 --kinds stereo in
	[[ $(jq -r '[.key, .ligand.parent] | join(" ")' "$out") == $'open-i1 open\nopen-i2 open\nclosed closed' ]]
	run_split dock-prep --stereo refuse in
	assert_status 1
	[ "$(member open .error.reason)" = '"2 stereo centres or double bonds are unspecified"' ]
	[ "$(member closed '.error')" = null ]
}

@test "dock-prep --unique: the first that can be prepared stays, the others name it" {
	smiles bad 'c1ccccc1.C1CC' one 'OCC' two 'CCO' salt 'CCO.Cl' other 'CCN' >in
	run_split dock-prep --unique -j 4 in
	assert_status 1
	assert_err -r '2 prepared, 1 failed, 2 skipped'
	[ "$(member two .skipped)" = '{"reason":"duplicate","kept":"one"}' ]
	[ "$(member salt .skipped.kept)" = '"one"' ]
	[ "$(member two '.ligand.format')" = '"smi"' ]
	[ "$(member other '.skipped')" = null ]
	# what was skipped once passes untouched
	cp "$out" again
	run_split dock-prep --unique --allow-failed 1 again
	assert_status 0
	cmp "$out" again
}

@test "dock-prep --unique: one that fails does not take its duplicate with it" {
	smiles a 'CCOCC' b 'CCOCC' >in
	jq -c 'if .key == "a" then .ligand.format = "sdf" | .ligand.text = "x\n\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n    1.0000    1.0000    1.0000 C   0  0\n    1.0000    1.0000    1.1000 C   0  0\n  1  2  1  0\nM  END\n$$$$\n" else . end' in >in2
	smiles c CC >>in2
	run_split dock-prep --unique in2
	assert_status 1
	[[ $(member a .error.reason) == '"two atoms in one place'* ]]
	[ "$(member c '.skipped')" = null ]
}

@test "dock-prep: coordinates that have depth are kept, a drawing gets new ones" {
	jq -cnR --rawfile text "$data/box/aspirin.sdf" \
		'{type: "ligand", key: "a", ligand: {name: "a", format: "sdf", text: $text}}' >in
	run_split dock-prep in
	assert_status 0
	assert_json '.prep.coordinates == "input"'
	awk 'NR > 4 && NF > 12 { print $1, $2, $3 }' "$data/box/aspirin.sdf" | head -n 13 >want
	jq -r .input.text "$out" | awk 'NR > 4 && NF > 12 { print $1, $2, $3 }' | head -n 13 >got
	cmp want got
	awk 'NR > 4 && NF > 12 { sub(substr($0, 21, 10), "    0.0000") } { print }' \
		"$data/box/aspirin.sdf" >flat.sdf
	run_split dock-prep <(jq -cn '{type: "ligand", key: "a", ligand: {path: "flat.sdf"}}')
	assert_status 0
	assert_json '.prep.coordinates == "built" and (.ligand | has("path") | not)'
}

@test "dock-prep: MOL2" {
	jq -cnR --rawfile text "$data/box/aspirin.mol2" \
		'{type: "ligand", key: ("a", "b", "c"), ligand: {name: "a", format: "mol2", text: $text}}' >in
	jq -c 'if .key == "b" then .ligand.text = "@<TRIPOS>MOLECULE\nx\n 9 9\n" else . end' in >in2
	run_split dock-prep --ph 7.4 -j 1 in2
	assert_status 1
	[ "$(member a '[.smiles, .prep.coordinates]')" = '["CC(=O)Oc1ccccc1C(=O)[O-]","input"]' ]
	[ "$(member b .error.class)" = '"input"' ]
	[ "$(member c .ligand.sha256)" = "$(member a .ligand.sha256)" ]
}

@test "dock-prep: what cannot be prepared travels on with its reason" {
	smiles garbage 'C1CC' letter Cx valence 'CC(C)(C)(C)C' dummy '*CC' boron 'OB(O)c1ccccc1' \
		floppy 'CCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCOCCO' >in
	cat >>in <<-'END'
		{"type":"ligand","key":"empty","ligand":{"name":"empty","format":"sdf","text":""}}
		{"type":"ligand","key":"none","ligand":{"name":"none","format":"sdf"}}
		{"type":"ligand","key":"gone","ligand":{"name":"gone","path":"gone.sdf"}}
		{"type":"ligand","key":"format","ligand":{"name":"format","format":"xyz","text":"1"}}
		{"type":"ligand","key":"before","ligand":{"name":"b"},"error":{"class":"input","reason":"old"}}
	END
	smiles good CCO >>in
	sdf() { # NAME COUNTS ELEMENT [BOND]
		jq -cn --arg n "$1" --arg t "$(printf '\n\n\n%s  0  0  0  0  0  0  0  0999 V2000\n' "$2"
			printf '    0.0000    0.0000    0.0000 %-3s 0  0\n%s\nM  END' "$3" "$4")" \
			'{type: "ligand", key: $n, ligand: {name: $n, format: "sdf", text: $t}}' >>in
	}
	sdf counts '  a  1' C
	sdf element '  1  0' Qq
	sdf bond '  1  1' C '  1  7  1'
	run_split dock-prep in
	assert_status 1
	assert_err 'dock-prep: 1 prepared, 14 failed, 0 skipped'
	assert_json 'if .key == "good" then .error == null else .error.class == "input" end'
	[ "$(member garbage .error.reason)" = '"RDKit cannot read it: unclosed ring"' ]
	[ "$(member letter .error.reason)" = '"RDKit cannot read it: syntax error while parsing: Cx"' ]
	[[ $(member counts .error.reason) == '"RDKit cannot read it: '*'line 4"' ]]
	[[ $(member element .error.reason) == '"RDKit cannot read it: '*"'Qq'"* ]]
	[ "$(member bond .error.reason)" = '"RDKit cannot read it"' ]
	[[ $(member valence .error.reason) == *'greater than permitted'* ]]
	[[ $(member dummy .error.reason) == '"a dummy atom'* ]]
	[[ $(member boron .error.reason) == *"unknown atom type 'B'"* ]]
	[ "$(member floppy .error.reason)" = '"too many torsions: 43 (at most 32)"' ]
	[ "$(member empty .error.reason)" = '"empty"' ]
	[[ $(member gone .error.reason) == *'No such file'* ]]
	[[ $(member format .error.reason) == '"unknown ligand format'* ]]
	[ "$(member before .error.reason)" = '"old"' ]
	[ "$(member garbage .ligand.text)" = '"C1CC garbage\n"' ]
	run_split dock-prep --max-torsions 60 --allow-failed 13 in
	assert_status 0
	[ "$(member floppy .torsions)" = 43 ]
}

@test "dock-prep: a record is one molecule, and a file that is cut off is none" {
	several() { # KEY FORMAT FILE [HEAD]
		jq -cn --arg key "$1" --arg format "$2" --rawfile text "$3" '{type: "ligand", $key, ligand: {name: $key, $format, $text}}'
	}
	printf 'CCO a\n\nCCN b\n' >two.smi
	cat "$data/box/aspirin.mol2" "$data/box/aspirin.mol2" >two.mol2
	head -n 40 "$data/box/aspirin.sdf" >bonds.sdf
	sed '/^M  END/d' "$data/box/aspirin.sdf" >end.sdf
	sed '5s/[0-9]\.[0-9]/1.X/' "$data/box/aspirin.sdf" >letter.sdf
	{
		several sdf sdf "$data/box/two.sdf" && several smi smi two.smi && several mol2 mol2 two.mol2
		several bonds sdf bonds.sdf && several end sdf end.sdf && several letter sdf letter.sdf
	} >in
	for python in '' /bin/false; do
		DOCKLINE_PYTHON=$python run_split timeout 20 dock-prep -q --timeout 9 in
		assert_status 1
		assert_json '.error.class == "input"'
		for key in sdf smi mol2; do
			[ "$(member $key .error.reason)" = '"several molecules in one record (dock-ligands makes a record of each)"' ]
		done
	done
	[[ $(member bonds .error.reason) == '"bond '*' of '*' cannot be read: cut off'* ]]
	[[ $(member end .error.reason) == '"the molecule has no M  END: cut off?"' ]]
	[[ $(member letter .error.reason) == '"the molecule:5: coordinate '* ]]
}

@test "dock-prep: a PDBQT ligand is judged and passed on" {
	jq -cn --rawfile good "$data/box/aspirin.pdbqt" '{type: "ligand", key: ("good", "zero"),
		ligand: {name: "x", format: "pdbqt", text: $good}}' |
		jq -c 'if .key == "zero" then .ligand.text |= gsub("(?m)(?<a>^ATOM.{26}).{24}";
			.a + "   0.000   0.000   0.000") else . end' >in
	run_split dock-prep --ph 7.4 in
	assert_status 1
	[ "$(member good .heavy_atoms)" = 13 ]
	[ "$(member good .ligand.text | sha256sum)" = "$(jq -c 'select(.key == "good").ligand.text' in | sha256sum)" ]
	[ "$(member zero .error.reason)" = '"all coordinates are zero"' ]
}

@test "dock-prep: a converter that hangs, dies or talks nonsense costs one molecule" {
	export DOCKLINE_PYTHON=$root/tests/fakes/python-odd
	smiles a CCO hang CCN crash CCC b CCCO nonsense CCCC quiet CCS twice CCF c CCCl >in
	run_split dock-prep --timeout 8 -j 2 in
	assert_status 1
	[ "$(member hang .error.reason)" = '"RDKit: timed out"' ]
	[[ $(member crash .error.reason) == '"RDKit: ended without an answer: signal 11'* ]]
	[ "$(member hang .error.class)" = '"timeout"' ]
	[ "$(member crash .error.class)" = '"signal"' ]
	[ "$(jq -r 'select(.key | IN("nonsense", "quiet", "twice")).error.class' "$out" | uniq -c | tr -d ' ')" = 3engine ]
	[ "$(member nonsense .error.reason)" = "\"RDKit's answer is not understood\"" ]
	[ "$(member quiet .error.reason)" = '"RDKit: ended without an answer: exit 0"' ]
	[ "$(member twice .error.reason)" = "\"RDKit's answer is not understood\"" ]
	for key in a b c; do
		[ "$(member "$key" .ligand.format)" = '"pdbqt"' ]
	done
	jq -r .key in >want
	jq -r .key "$out" | cmp - want
}

@test "dock-prep: an Open Babel that is none is seen through" {
	smiles a CCO >in
	DOCKLINE_OBABEL=$root/tests/fakes/obabel-cat run_split dock-prep --timeout 5 in
	assert_status 1
	assert_json '.error.class == "timeout" and (.error.reason | startswith("Open Babel"))'
	DOCKLINE_OBABEL=/nowhere/obabel run_split dock-prep in
	assert_status 5
	assert_out ''
	assert_err -r 'openbabel.*DOCKLINE_OBABEL'
}

@test "dock-prep: without RDKit Open Babel does it all, and says so" {
	export DOCKLINE_PYTHON=/bin/false
	smiles ring c1cccc1 dummy '*CC' nitrile CC#N a 'CC(=O)O.[Na+]' b 'C[C](C)(C)(C)C' tie 'CCCC.CCCO' d 'CCc1nn[nH]n1' e OCC f CCO >in
	jq -cn --rawfile text "$data/box/aspirin.sdf" \
		'{type: "ligand", key: "g", ligand: {name: "g", format: "sdf", text: $text}}' >>in
	run_split dock-prep --ph 7.4 --unique in
	assert_status 1
	assert_err -l 'dock-prep: no RDKit: Open Babel makes the 3D structures, and not reproducibly'
	[ "$(member a '[.charge, .prep.stripped, .prep.reproducible]')" = '[-1,["[Na+]"],false]' ]
	[[ $(member ring .error.reason) == *'no aromatic ring"' ]]
	[ "$(member nitrile .torsions)" = 0 ]
	[ "$(member dummy .error.reason)" = '"a dummy atom or query"' ]
	[[ $(member b .error.reason) == *'more than four bonds"' ]]
	[[ $(member tie .error.reason) == '"two fragments of equal size'* ]]
	[ "$(member d '[.charge, .warnings]')" = '[0,["protonation_rejected"]]' ]
	[ "$(member f .skipped.kept)" = '"e"' ]
	[ "$(member g '[.prep.coordinates, .prep.reproducible, .charge, .heavy_atoms]')" = '["input",true,-1,13]' ]
	run_split dock-prep --stereo refuse in
	assert_status 5
	assert_err -r 'python3-rdkit'
}

@test "dock-prep: an error of null is none" {
	need obabel
	run_split dock-prep -q <<<'{"key":"a","error":null,"ligand":{"text":"CCO","format":"smi"}}'
	assert_status 0
	assert_json '.ligand.format == "pdbqt" and (has("error") | not)'
}

@test "dock-prep: a bad line is reported and the rest goes on" {
	{
		echo '{"type":'
		smiles a CCO
	} >in
	run_split dock-prep in
	assert_status 3
	assert_json '.key == "a"'
	assert_err -r 'in:1'
}

@test "dock-prep --receptor: a receptor and its account" {
	run_split dock-prep --receptor "$prep/tiny.pdb" --ph 7.4 --extract BEZ=lig.sdf -o rec.pdbqt
	assert_status 0
	assert_json '.type == "receptor" and .file == "rec.pdbqt" and .ph == 7.4 and .heavy_atoms == 57'
	assert_json ".sha256 == \"$(sha256sum <rec.pdbqt | cut -d' ' -f1)\""
	assert_json ".source_sha256 == \"$(sha256sum <"$prep/tiny.pdb" | cut -d' ' -f1)\""
	assert_json '.removed == [{residue: "BEZ A:201", atoms: 9, why: "extracted"}, {residues: 3, why: "water", which: ["A:301", "A:302", "A:303"]}]'
	assert_json '.kept == [{residue: "ZN A:101", atoms: 1, why: "ion"}]'
	assert_json '.altlocs == [{residue: "LYS A:5", kept: "B", of: "AB"}]'
	assert_json '.missing_atoms == [{residue: "LYS A:5", atoms: "NZ"}]'
	assert_json '.his_states == {"A:2": "HID"}' # zinc is on NE2
	assert_json '.extracted.smiles == "OC(=O)c1ccccc1" and .extracted.heavy_atoms == 9'
	assert_json ".extracted.sha256 == \"$(sha256sum <lig.sdf | cut -d' ' -f1)\""
	assert_err -l 'dock-prep: removed: BEZ A:201 (extracted), 3 residues (water)'
	assert_err -l 'dock-prep: histidines: A:2 HID'
	# aromatic rings, the tryptophan's N-H, element columns of an old file
	[ "$(grep -c 'PHE A   6.* A $' rec.pdbqt)" = 6 ]
	[ "$(grep 'TRP A   3.* HD$' rec.pdbqt | wc -l)" = 2 ]
	grep -q ' NE1 TRP A   3 .* N $' rec.pdbqt
	grep -q '^HETATM.*ZN    ZN A 101 .* Zn$' rec.pdbqt
	cp rec.pdbqt first.pdbqt
	dock-prep -q --receptor "$prep/tiny.pdb" --ph 7.4 --extract BEZ=lig2.sdf -o rec.pdbqt >/dev/null
	cmp first.pdbqt rec.pdbqt
	cmp lig.sdf lig2.sdf
}

@test "dock-prep --receptor: what is missing, and what was done about hydrogens and charges" {
	{
		printf 'REMARK 465   M RES C SSSEQI\nREMARK 465     MET A     0\nREMARK 465     MET B     1B\n'
		grep -v 'TRP A   3' "$prep/tiny.pdb"
	} >gap.pdb
	run_split dock-prep --receptor gap.pdb --extract BEZ=x.sdf -o rec.pdbqt
	assert_status 0
	assert_json '.gaps == [{after: "HIS A:2", before: "ASP A:4", residues: 1, distance: 4.29}] and .unseen == ["MET A:0"]'
	assert_json '.warnings | index("chains are interrupted (gaps: 1)")'
	assert_json '.hydrogens | .done == "completed" and .in_file == 0 and .polar > 5'
	assert_json '.charges == {model: "none"}'
	assert_err -l 'dock-prep: HIS A:2: not bonded to ASP A:4'
	[[ $(awk '/ HD$/' rec.pdbqt | wc -l) == $(jq .hydrogens.polar "$out") ]]
}

@test "dock-prep --receptor: what stays and goes is chosen" {
	run_split dock-prep --receptor "$prep/tiny.pdb" --ph 7.4 --keep A:302 --remove ZN,BEZ --altloc A \
		-o rec.pdbqt
	assert_status 0
	assert_json '.his_states == {"A:2": "HIE"} and .altlocs[0].kept == "A"'
	assert_json '.kept == [{residue: "HOH A:302", atoms: 1, why: "named"}] and .removed[-1].residues == 2'
	run_split dock-prep --receptor "$prep/tiny.pdb" -o rec.pdbqt
	assert_status 0
	assert_json '.warnings | index("BEZ A:201 stays in the receptor: is it a ligand?")'
	assert_json '.warnings[-1] | startswith("no pH was given")'
	# a free amino acid is a ligand, a modified one in the chain is not; iron without an element column
	{
		sed 's/^ATOM  \(.*\) GLY A   1/HETATM\1 SAR A   1/; /^CONECT/d' "$prep/tiny.pdb"
		awk '/HIS A   2/ { printf "HETATM%s 401    %8.3f%s\n", substr($0, 7, 16), substr($0, 31, 8) + 30, substr($0, 39, 28) }' \
			"$prep/tiny.pdb"
		echo 'HETATM   99 FE   HEM A 402      31.000  30.000  30.000  1.00 20.00'
	} >free.pdb
	run_split dock-prep --receptor free.pdb --ph 7.4 -o rec.pdbqt
	assert_status 0
	assert_json '[.kept[] | [.residue, .why]] | index([["SAR A:1", "part of a chain"]]) == 0 and index([["HIS A:401", null]])'
	assert_json '.warnings | index("HIS A:401 stays in the receptor: is it a ligand?")'
	grep -q '^HETATM.*HEM A 402 .* Fe$' rec.pdbqt
	sed 's/  -7.522   2.376/  -0.000   2.37 /' "$prep/tiny.pdb" >zero.pdb # other ways to write a number
	run_split dock-prep --receptor zero.pdb --ph 7.4 -o rec.pdbqt
	assert_status 0
	gzip -c "$prep/tiny.pdb" >tiny.pdb.gz
	run_split dock-prep --receptor tiny.pdb.gz --extract A:201=x.sdf --smiles 'c1ccccc1C(O)=O' -o rec.pdbqt
	assert_status 0
	assert_json '.extracted.smiles == "O=C(O)c1ccccc1" and .versions.rdkit'
}

@test "dock-prep --receptor: its input is not overwritten" {
	cp "$prep/tiny.pdb" in.pdb
	ln in.pdb also.pdb
	for args in '-o in.pdb' '-o also.pdb' '-o ./in.pdb' '-o rec.pdbqt --extract BEZ=in.pdb' '-o x --extract BEZ=x'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-prep --receptor in.pdb $args
		assert_status 2
		cmp in.pdb "$prep/tiny.pdb"
	done
}

@test "dock-prep --receptor: what is wrong is said, and nothing is written" {
	for args in '--extract XYZ=x.sdf' '--extract HOH=x.sdf' '--chain Q' '--keep 999' \
		'--extract BEZ=x.sdf --smiles CCO' '--chain A --remove A:1,2,3,4,5,6,ZN,BEZ'; do
		# shellcheck disable=SC2086 # words are meant
		run_split dock-prep --receptor "$prep/tiny.pdb" $args -o rec.pdbqt
		assert_status 3
		assert_out ''
		[ ! -e rec.pdbqt ]
		[ ! -e x.sdf ]
	done
	for file in missing.pdb "$data/box/aspirin.sdf" "$data/box/aspirin.pdbqt"; do
		run_split dock-prep --receptor "$file" -o rec.pdbqt
		assert_status 3
		[ ! -e rec.pdbqt ]
	done
	for args in '--receptor x.pdb' '--receptor x.pdb -o y --smiles C' '-o y' '--ph 15' '--jobs -1' \
		'--receptor x.pdb -o y --extract 5' '--stereo some' '--timeout soon' '--max-torsions=-1'; do
		# shellcheck disable=SC2086
		run_split dock-prep $args </dev/null
		assert_status 2
		assert_out ''
	done
	for args in '-o no/such/rec.pdbqt --extract BEZ=x.sdf' '-o rec.pdbqt --extract BEZ=no/such/x.sdf'; do
		# shellcheck disable=SC2086
		run_split dock-prep --receptor "$prep/tiny.pdb" $args
		assert_status 5
		assert_out ''
		[ -z "$(ls)" ]
	done
	echo old >rec.pdbqt
	run_split dock-prep --receptor "$prep/tiny.pdb" -o /dev/full --extract BEZ=x.sdf
	assert_status 5
	[ "$(ls)" = rec.pdbqt ]
}

@test "dock-prep --receptor: the complex of pymol-data, as in the golden session" {
	pdb=/usr/share/pymol/data/tut/1hpv.pdb
	[[ -e $pdb ]] || skip 'pymol-data is missing'
	cp "$pdb" .
	run_split dock-prep --receptor 1hpv.pdb --ph 7.4 --extract 478=xtal.sdf -o rec.pdbqt
	assert_status 0
	assert_json '.heavy_atoms == 1516 and .his_states == {"A:69": "HIE", "B:69": "HID"}'
	assert_json '.extracted.residue == "478 200" and .extracted.heavy_atoms == 35 and .warnings == []'
	assert_json '.extracted.smiles |
		. == "CC(CN(S(=O)(=O)c1ccc(cc1)N)C[C@H]([C@H](Cc1ccccc1)NC(=O)O[C@H]1CCOC1)O)C"'
	run_split dock-box --ligand xtal.sdf --padding 4
	assert_status 0
}

# What mk_prepare_ligand.py is: a script of the Python that has Meeko. $1: its first line(s)
meeko() {
	mkdir -p bin
	printf '%s\n' "$1" 'import meeko' >bin/mk_prepare_ligand.py
	chmod +x bin/mk_prepare_ligand.py
	export PYTHONPATH=$root/tests/fakes/meeko PATH=$PWD/bin:$PATH FAKE_LOG=$PWD/log
}

# sdf NAME FILE: a ligand record
sdf() {
	jq -cRs --arg name "$1" '{type: "ligand", key: $name, ligand: {name: $name, format: "sdf", text: sub("^[^\n]*"; $name)}}' "$2"
}

@test "dock-prep --with meeko: what Meeko writes, and its remarks tell the atoms of poses" {
	meeko '#!/usr/bin/python3'
	for name in aspirin macro untyped implicit throws; do
		[[ $name == macro ]] && file=$prep/meeko/macro.sdf || file=$prep/meeko/aspirin.sdf
		sdf $name "$file"
	done >in
	run_split dock-prep --with meeko in
	assert_status 1
	assert_err -l 'dock-prep: 2 prepared, 3 failed, 0 skipped'
	[[ $(sort -u log) == meeko && $(wc -l <log) -le 4 ]] # hello, and a process for each at once
	cp "$out" prepared
	[[ $(jq -r 'select(.error) | [.key, .error.class, .error.reason] | @tsv' prepared) == "untyped	input	atom number 4 has None type, mol name: untyped
implicit	input	molecule has implicit hydrogens (name=implicit)
throws	input	KeyError: 'no such bond'" ]]
	jq -rj 'select(.key == "aspirin").ligand.text' prepared >text
	[[ $(head -n 1 text) == 'REMARK  Name = aspirin' ]]
	tail -n +2 text | cmp - "$prep/meeko/aspirin.pdbqt"
	jq -se '.[0] | .prep.tools == ["rdkit", "openbabel", "meeko"] and .prep.versions.meeko == "0.5.0"
		and (.input.atoms | length) == 13 and .torsions == 3' prepared
	jq -se '.[1] | .input.atoms == null and .input.text and .heavy_atoms == 14 and .torsions == 12' prepared
	need vina
	head -n 2 prepared >two
	dock-vina -q --receptor "$data/vina/protein.pdbqt" --center 11,90.5,57.5 --size 20,20,20 --exhaustiveness 1 --max-evals 100 two >docked
	dock-export --format sdf docked >poses.sdf
	[[ $(obabel -isdf poses.sdf -ocan 2>/dev/null | sort -u) == $'CC(=O)Oc1ccccc1C(=O)[O-]\taspirin\nO=C1CCCCCCCCCCCO1\tmacro' ]]
	[[ $(grep -A 1 dock_bond_orders poses.sdf | grep -v '^[->]' | sort -u | xargs) == 'input meeko' ]]
}

@test "dock-prep --with meeko: found by its program, through env and pip's sh too" {
	sdf aspirin "$prep/meeko/aspirin.sdf" >in
	run_split dock-prep --with meeko in
	assert_status 5
	assert_err -r "^dock-prep: cannot prepare with Meeko: no 'mk_prepare_ligand.py' \(pip install meeko; or .DOCKLINE_MEEKO names it\)"
	ln -s /usr/bin/python3 python-of-meeko
	for first in '#!/usr/bin/env python3' '#! /usr/bin/python3 -s' "#!/bin/sh
'''exec' \"$PWD/python-of-meeko\" \"\$0\" \"\$@\"
' '''"; do
		meeko "$first"
		PATH=$PWD/bin:/usr/bin:$PATH run_split dock-prep -q --with meeko in
		assert_status 0
		assert_json '.prep.versions.meeko == "0.5.0"'
	done
	PYTHONPATH='' run_split dock-prep --with meeko in
	assert_status 5
	assert_err -r 'has no Meeko of 0.5 or later'
	run_split dock-prep --with adt in
	assert_status 2
}
