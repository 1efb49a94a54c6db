# SPDX-License-Identifier: MIT
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
fakes=$root/tests/fakes protein=$data/vina/protein.pdbqt
space=(--center 11,90.5,57.5 --size 22,24,28)

setup() {
	fresh
	export DOCKLINE_SMINA=$fakes/smina
}

# every folder that a docking worked in is gone
teardown() {
	rmdir "$BATS_TEST_TMPDIR/tmp" || return
	spotless
}

# docked into a box of our own: in(CENTER, SIZE, ...)
smina_in() { run_split dock-smina --receptor "$protein" --center "$1" --size "$2" "${@:3}"; }
smina() { run_split dock-smina --receptor "$protein" "${space[@]}" "$@"; }

@test "dock-smina: what every program promises" {
	assert_front dock-smina
}

@test "dock-smina: a PDBQT ligand gives PDBQT poses" {
	smina --ligand "$data/vina/aspirin.pdbqt"
	assert_status 0
	assert_err ''
	assert_json '.engine == "smina" and .version == "Nov 20 2026" and .warnings == [] and .repaired == false'
	assert_json '(.best | del(.ligand_efficiency)) == {affinity: {value: -5.6012, pose: 1}} and .files.poses.format == "pdbqt"'
	assert_json '.poses == [{rank: 1, affinity: -5.6012, affinity_raw: -5.6012, ligand_efficiency: -0.431}, {rank: 2, affinity: -5.18534, affinity_raw: -5.18534, ligand_efficiency: -0.399}]'
	assert_json '.argv[3:] == ("--ligand ligand.pdbqt --center_x 11 --center_y 90.5 --center_z 57.5 --size_x 22 --size_y 24
		--size_z 28 --scoring default --exhaustiveness 8 --num_modes 9 --min_rmsd_filter 1 --energy_range 3
		--minimize_iters 0 --addH on --seed 42 --cpu 1 --out poses.pdbqt" | [splits("\\s+")])'
	assert_json '.request | .mode == "dock" and .accurate_line == false and (has("approximation") or has("custom_scoring") | not)'
}

@test "dock-smina: an SDF ligand gives SDF poses, with the atoms it had" {
	smina --ligand "$data/smina/aspirin.sdf"
	assert_status 0
	assert_json '.files.poses.format == "sdf" and .files.ligand.format == "sdf" and .ligand.format == "sdf"'
	assert_json '.best.affinity == {value: -5.6012, pose: 1} and (.poses | length) == 2'
	smina --ligand "$data/smina/aspirin.sdf" --keep-poses 1
	assert_json '.files.poses.models == 1 and ([.files.poses.text | scan("\\$\\$\\$\\$")] | length) == 1 and (.poses | length) == 2'
	jq -c '{key, ligand: .files.ligand, receptor: .receptor.file, box}' "$out" >again
	run_split dock-smina again
	assert_status 0
	assert_json '.best.affinity.value == -5.6012'
}

@test "dock-smina: minimise, search nearby, score" {
	smina_in 20,75,40 200,200,200 --mode minimize --ligand "$data/vina/aspirin.pdbqt"
	assert_status 0
	assert_json '.request.mode == "minimize" and .poses[0].rmsd_start == 0.23504 and (.poses | length) == 1'
	assert_json '.argv | index("--minimize") != null and index("--out") != null'
	smina_in 20,75,40 200,200,200 --mode local_only --ligand "$data/smina/aspirin.sdf"
	assert_json '.request.mode == "local_only" and (.argv | index("--local_only") != null)'
	for ligand in vina/aspirin.pdbqt smina/aspirin.sdf; do
		smina_in 20,75,40 200,200,200 --mode score_only --ligand "$data/$ligand"
		assert_status 0
		assert_json '.best.affinity == {value: -12.51667, pose: 1} and .files.poses.from == "input"'
		assert_json '.argv | index("--score_only") != null and index("--out") == null'
		jq -j .files.poses.text "$out" >scored
		grep -q -- '-12.51667' scored
	done
	diff <(grep -vE 'minimizedAffinity|-12.51667|^$' scored) <(grep -v '^$' "$data/smina/aspirin.sdf")
	smina --mode score_only --ligand "$data/smina/aspirin.sdf"
	assert_status 1
	assert_json '.error.class == "input" and .error.reason == "box: 13 of 13 heavy atoms of the ligand are outside the box, and it is scored where it is"'
	smina --mode dream --ligand "$data/smina/aspirin.sdf"
	assert_status 2
	assert_err -r "'mode' must be one of dock, local_only, minimize, score_only, found 'dream'"
}

@test "dock-smina: scoring of its own, and whose file it is" {
	echo '-0.035579 gauss(o=0,_w=0.5,_c=8)' >terms
	smina --ligand "$data/vina/aspirin.pdbqt" --custom-scoring terms --accurate-line --approximation spline --scoring vinardo
	assert_status 0
	assert_json ".request.custom_scoring == \"$PWD/terms\" and .request.custom_scoring_sha256 == \"$(sha256sum <terms | cut -d' ' -f1)\""
	assert_json ".argv | index(\"$PWD/terms\") != null and index(\"--accurate_line\") != null and index(\"spline\") != null"
	smina --ligand "$data/vina/aspirin.pdbqt" --custom-scoring nosuch
	assert_status 1
	assert_json '.error.class == "input" and (.error.reason | startswith("custom_scoring: "))'
	smina --ligand "$data/vina/aspirin.pdbqt" --scoring cnn
	assert_status 2
}

@test "dock-smina: what it lacks is refused" {
	jq -nc --arg l "$data/vina/aspirin.pdbqt" '{ligand: $l, spacing: 0.5}, {ligand: $l, cnn: "fast"}, {ligand: $l, flexres: "A:1"},
		{ligand: $l, score_only: true}, {ligand: {format: "mol2", text: "x"}}' >requests
	run_split dock-smina -q --receptor "$protein" "${space[@]}" requests
	assert_status 1
	[[ $(jq -r .error.reason "$out") == "smina has no 'spacing' (vina has)
smina has no 'cnn' (gnina has)
'flexres' is not offered
'score_only' is not offered as a member: see 'mode'
ligand: the format is 'mol2', not pdbqt or sdf (see dock-prep)" ]]
}

@test "dock-smina: no pose, and bad ligands" {
	smina_in 11,90.5,57.5 4,4,4 --ligand "$data/smina/aspirin.sdf"
	assert_status 1
	assert_json '.error == {class: "result", retry: false, reason: "smina found no conformation that lies within the box"}'
	FAKE_SMINA=format smina --ligand "$data/smina/aspirin.sdf"
	assert_json '.error.class == "engine"'
	: >empty.sdf
	head -n 10 "$data/smina/aspirin.sdf" >cut.sdf
	cat "$data/smina/aspirin.sdf" "$data/smina/aspirin.sdf" >two.sdf
	awk 'NR > 4 && NR <= 25 { $0 = "    0.0000    0.0000    0.0000" substr($0, 31) } 1' "$data/smina/aspirin.sdf" >zero.sdf
	awk 'NR > 4 && NR <= 25 { $0 = substr($0, 1, 20) "       nan" substr($0, 31) } 1' "$data/smina/aspirin.sdf" >nan.sdf
	printf 'sketch\n\n\n  5  0  0  0  0  0  0  0  0  0999 V2000\n' >flat.sdf
	for i in 1 2 3 4 5; do printf '%10.4f%10.4f%10.4f C   0  0\n' $((i * 2)) 1 0; done >>flat.sdf
	printf 'M  END\n$$$$\n' >>flat.sdf
	for bad in empty cut two zero nan flat; do
		smina --ligand $bad.sdf
		assert_status 1
		assert_json '.error.class == "input" and .error.retry == false and (.error.reason | startswith("ligand: "))'
	done
	assert_json '.error.reason | endswith("it is flat, without hydrogens: no 3D coordinates")'
}

@test "dock-smina: no smina, no Debian package" {
	DOCKLINE_SMINA=nosuch smina --ligand "$data/vina/aspirin.pdbqt"
	assert_status 5
	assert_err -r "no such program \(Debian has no package; or --engine or .DOCKLINE_SMINA names it\)"
	cp "$fakes/smina" "$fakes/place" . # a path from here, though it runs elsewhere
	smina --engine ./smina --ligand "$data/vina/aspirin.pdbqt"
	assert_status 0
}

@test "dock-smina: the shipped task" {
	jq -nc --arg l "$data/smina/aspirin.sdf" '{key: "a", ligand: $l}' >requests
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	run_split taskrun -q --job s --set receptor="$protein" --set box=@box.json --set scoring=vinardo dock-smina requests
	assert_status 0
	assert_json '.status == "completed" and .metrics.affinity == -5.6012 and .result.request.scoring == "vinardo"'
	run_split taskrun -q --job s2 --set receptor="$protein" --set box=@box.json --set scoring=cnn dock-smina requests
	assert_status 3
}
