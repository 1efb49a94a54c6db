# SPDX-License-Identifier: MIT
# Several ligands that Vina docks at the same time into one box.
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
vina=$data/vina
space=(--receptor "$vina/protein.pdbqt" --center 11,90.5,57.5 --size 18,18,18 --exhaustiveness 1 --max-evals 300)

setup() {
	fresh
	mkdir -p "$TMPDIR"
}

# together NAME ...: what the real Vina writes of these, in ./poses
together() {
	vina --receptor "$vina/protein.pdbqt" --ligand "${@/%/.pdbqt}" --center_x 11 --center_y 90.5 --center_z 57.5 --size_x 18 \
		--size_y 18 --size_z 18 --exhaustiveness 1 --max_evals 300 --seed 42 --cpu 1 --out poses >/dev/null
}

# A Vina that writes ./poses whatever it is asked.
says_poses() {
	cat >says <<-EOF
		#!/bin/sh
		[ "\$1" != --version ] || exec echo "AutoDock Vina v1.2.3"
		while [ "\$1" != --out ]; do shift; done
		cp "$PWD/poses" "\$2"
	EOF
	chmod +x says
	export DOCKLINE_VINA=$PWD/says
}

# refused PATTERN: benzene and aspirin are docked by it, and that is what is said
refused() {
	run_split dock-vina "${space[@]}" --ligand "$vina/benzene.pdbqt" --ligand "$vina/aspirin.pdbqt"
	assert_status 1
	assert_json '.error.class == "result"'
	[[ $(jq -r .error.reason "$out") =~ $1 ]]
}

@test "together: two ligands in every pose, with the bytes of the bare Vina, and again" {
	need vina
	cp "$vina"/{benzene,aspirin}.pdbqt .
	together benzene aspirin
	run_split dock-vina "${space[@]}" --ligand benzene.pdbqt --ligand aspirin.pdbqt --keep-poses 0
	assert_status 0
	cp "$out" docked
	jq -rj .files.poses.text docked | cmp - poses
	assert_json '.key == "benzene+aspirin" and [.ligands[] | .name, .heavy_atoms] == ["benzene", 6, "aspirin", 13]'
	assert_json '.argv[3:6] == ["--ligand", "ligand-1.pdbqt", "ligand-2.pdbqt"] and (.files | keys) == ["ligand-1", "ligand-2", "poses"]'
	assert_json '(.poses[0] | .ligand_efficiency - .affinity / 19 | fabs) < 0.001'
	# a wrong unbound energy cannot be repaired here, and is told
	assert_json '.repaired | not'
	run_split dock-vina --replay -q docked
	assert_status 0
	assert_json '.same'
}

@test "together: ligand records keep their molecules, and each pose has an SDF record of each" {
	need vina
	need obabel
	printf 'c1ccccc1 benzene\nCC(=O)Oc1ccccc1C(=O)O aspirin\n' | dock-ligands -f smi | dock-prep -q >prep
	jq -sc '{key: "pair", ligand: .}' prep >request
	run_split dock-vina "${space[@]}" request
	assert_status 0
	assert_json '.key == "pair" and [.ligands[].smiles] == ["c1ccccc1", "CC(=O)Oc1ccccc1C(=O)O"]'
	cp "$out" docked
	run_split dock-export --format sdf docked
	assert_status 0
	cp "$out" pair.sdf
	[[ $(grep -A1 '<dock_ligand>' pair.sdf | grep of) == $'1 of 2\n2 of 2' ]]
	[[ $(grep -c '^input$' pair.sdf) == 2 ]]
	mkdir -p share/report
	echo 'var $3Dmol;' >share/report/3Dmol-min.js
	DOCKLINE_SHARE=$PWD/share dock-report docked >page
	sed -n 's/.*id="scene-data">\(.*\)<\/script>/\1/p' page | holds '.poses | length == 1 and (.[0].sdf | split("$$$$\n") | length) == 3'
	grep -q '<svg width="140"' page # drawn
	grep -qF 'c1ccccc1.CC(=O)Oc1ccccc1C(=O)O<' page
	# and what is in them is where it is in the pose
	obabel -isdf pair.sdf -osmi 2>/dev/null >smiles
	[[ $(<smiles) == $'c1ccccc1\tbenzene\nCC(=O)Oc1ccccc1C(=O)O\taspirin' ]]
	x=$(jq -r .files.poses.text docked | awk '/Name = aspirin/ { on = 1 } on && /^ATOM/ { print substr($0, 31, 8) + 0; exit }')
	awk -v x="$x" '/^aspirin/ { on = 1 } on && NF == 16 && $1 - x < 0.01 && x - $1 < 0.01 { found = 1 } END { exit !found }' pair.sdf
	run_split dock-export --format request docked
	assert_status 3
	assert_err -r '2 ligands were docked together'
}

@test "together: taskrun docks a list of paths, once" {
	need vina
	cp "$vina"/{benzene,caffeine}.pdbqt .
	echo '{"ligand":["benzene.pdbqt","caffeine.pdbqt"],"exhaustiveness":1,"max_evals":200}' >request
	cp benzene.pdbqt b.pdbqt
	for job in benzene b; do
		sed -i "s/benzene.pdbqt/$job.pdbqt/" request
		run_split taskrun -q --job $job --set receptor="$vina/protein.pdbqt" --set 'box={"center":[11,90.5,57.5],"size":[18,18,18]}' \
			dock-vina request
		assert_status 0
		assert_json '.status == "completed" and (.result.files | keys) == ["ligand-1", "ligand-2", "poses"]'
		assert_json "[.result.ligands[].name] == [\"$job\", \"caffeine\"] and .result.key == \"$job+caffeine\""
	done
	assert_json '.cached != null and .params.ligand == ["'"$PWD"'/b.pdbqt", "'"$PWD"'/caffeine.pdbqt"]'
}

@test "together: names swapped, atoms lost, a ligand missing: said of which" {
	need vina
	cp "$vina"/{benzene,aspirin}.pdbqt .
	together aspirin benzene
	says_poses
	refused "^pose 1: ligand 1 is called 'aspirin', not 'benzene'$"
	sed -i 's/Name = .*/Name = /' poses
	refused "^pose 1: ligand 1 \\('benzene'\\) has 14 atoms, not 6$"
	together benzene aspirin
	awk '/Name = aspirin/ { in_it = 1 } in_it && /^ATOM/ && !lost { lost = 1; next } { print }' poses >cut
	cp cut poses
	refused "^pose 1: ligand 2 \\('aspirin'\\) has 13 atoms, not 14$"
	together benzene aspirin
	awk '/Name = aspirin/ { in_it = 1 } in_it && / OA$/ && !done { sub(/ OA$/, " N "); done = 1 } { print }' poses >cut
	cp cut poses
	refused "^pose 1: ligand 2 \\('aspirin'\\): atom [0-9]+ is of type N, not OA$"
	together benzene
	refused "^pose 1 has 1 ligands, not 2$"
}

@test "together: who cannot says so before anything is run" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina DOCKLINE_GNINA=$root/tests/fakes/gnina FAKE_LOG=$PWD/log
	two=(--ligand "$vina/benzene.pdbqt" --ligand "$vina/aspirin.pdbqt")
	for engine in smina gnina; do
		run_split dock-$engine "${space[@]:0:6}" "${two[@]}"
		assert_status 1
		assert_json '.error == {class: "input", reason: "'"'ligand' is a list, and $engine does not dock several ligands together (vina does)"'", retry: false}'
	done
	DOCKLINE_VINA=$root/tests/fakes/vina-1.1.2 run_split dock-vina "${space[@]:0:6}" "${two[@]}"
	assert_json '.error.reason == "vina 1.1.2 does not dock several ligands together"'
	DOCKLINE_VINA=$root/tests/fakes/vina-batch run_split dock-vina "${space[@]}" "${two[@]}" --mode score_only
	assert_json '.error.reason == "several ligands together are docked only: '"'mode'"' is score_only"'
	export DOCKLINE_VINA=$root/tests/fakes/vina-batch
	jq -nc '{ligand: [], key: "none"}, {ligand: ["nosuch.pdbqt"], key: "gone"}, {ligand: [3], key: "odd"}, {ligand: ["a.sdf"], key: "sdf"},
		{ligand: [{type: "ligand", ligand: {name: "x"}, error: {class: "input", reason: "bad"}}], key: "failed"}' >requests
	run_split dock-vina "${space[@]}" requests
	assert_status 1
	assert_json -s 'map(.error.class) | unique == ["input"]'
	assert_json -s 'map({(.key): .error.reason}) | add | .none == "'"'ligand' is a list of 0, not of 1 to 100"'" and (.gone | test("^ligand 1: .*nosuch"))
		and .odd == "ligand 1 must be a path or an object, found integer" and .sdf == "ligand 1: the format is '"'sdf'"', not pdbqt"
		and .failed == "ligand 1 is the record of something that failed"'
}
