# SPDX-License-Identifier: MIT
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
fakes=$root/tests/fakes protein=$data/vina/protein.pdbqt
space=(--center 11,90.5,57.5 --size 22,24,28)

setup() {
	fresh
	unset CUDA_VISIBLE_DEVICES
	export DOCKLINE_GNINA=$fakes/gnina
}

# every folder that a docking worked in is gone
teardown() {
	rmdir "$BATS_TEST_TMPDIR/tmp" || return
	spotless
}

# docked into a box of our own: in(CENTER, SIZE, ...)
gnina_in() { run_split dock-gnina --receptor "$protein" --center "$1" --size "$2" \
	--ligand "$data/smina/aspirin.sdf" "${@:3}"; }
gnina() {
	local ligand=(--ligand "$data/smina/aspirin.sdf")

	[[ "$*" != *--ligand* ]] || ligand=()
	run_split dock-gnina --receptor "$protein" "${space[@]}" "${ligand[@]}" "$@"
}

@test "dock-gnina: what every program promises" {
	assert_front dock-gnina
}

@test "dock-gnina: scores each in its direction, the first pose is the network's choice" {
	gnina
	assert_status 0
	assert_err ''
	assert_json '.engine == "gnina" and .version == "1.3" and .warnings == []'
	assert_json '.best == {ligand_efficiency: {value: -0.431, pose: 2}, affinity: {value: -5.6012, pose: 2}, cnn_score: {value: 0.7729293108, pose: 1},
		cnn_affinity: {value: 4.3040394783, pose: 1}, cnn_vs: {value: 3.3267183304, pose: 1}}'
	assert_json '.poses[1] == {rank: 2, affinity: -5.6012, affinity_raw: -5.6012, cnn_score: 0.7142853737,
		cnn_affinity: 4.1394104958, cnn_vs: 2.9567203522, cnn_affinity_variance: 0.4807792008, ligand_efficiency: -0.431}'
	assert_json '.units.cnn_affinity == "pK" and .request.cnn_scoring == "rescore" and (.request | has("cnn") or has("energy_range") | not)'
	cp "$out" docked
	run_split dock-rank docked
	assert_json '.best.cnn_vs.pose == 1'
}

@test "dock-gnina: the pose that the result is ranked by is kept, wherever gnina puts it" {
	# the same, with the better CNN_VS at the second pose
	printf '%s\n' '#!/bin/sh' '"$FAKE" "$@" || exit' 'while [ $# -gt 0 ]; do [ "$1" != --out ] || out=$2; shift; done' \
		'[ -z "$out" ] || sed -i "s/^2\.9567.*/5.1234/" "$out"' >gnina
	chmod +x gnina
	FAKE=$fakes/gnina gnina --engine "$PWD/gnina" --keep-poses 1
	assert_status 0
	assert_json '.best.cnn_vs == {value: 5.1234, pose: 2} and .request.keep_poses == 1 and (.files.poses.text | gsub("[^$]"; "") == "$$$$$$$$")'
	cp "$out" docked
	run_split dock-export --format sdf docked
	assert_status 0
	assert_out -r $'<dock_pose>\n2\n'
	FAKE=$fakes/gnina gnina --keep-poses 1
	assert_json '.best.cnn_vs.pose == 1 and .files.poses.models == 1'
}

@test "dock-gnina: what gnina leaves out of PDBQT is worked out, not guessed" {
	gnina --ligand "$data/vina/aspirin.pdbqt"
	assert_status 0
	assert_json '.files.poses.format == "pdbqt" and (.poses[0] | has("cnn_affinity_variance") | not)'
	assert_json '.poses[0] | .cnn_vs == .cnn_score * .cnn_affinity and .cnn_score == 0.772929311'
}

@test "dock-gnina: networks that did not run, and numbers that are left out" {
	gnina --cnn-scoring none
	assert_status 0
	assert_json '(.best | del(.ligand_efficiency)) == {affinity: {value: -5.6012, pose: 1}} and (.poses[0] | has("cnn_score") | not)'
	FAKE_GNINA=no-tags gnina
	assert_status 1
	assert_json '.error.class == "result" and (.error.reason | startswith("no pose has a CNNscore"))'
	FAKE_GNINA=zero-tag gnina
	assert_status 0
	assert_json '.warnings == ["cnn_missing"] and (.poses[1] | has("cnn_affinity") or has("cnn_vs") | not) and .best.cnn_vs.pose == 1'
}

@test "dock-gnina: a GPU without memory is not a ligand without a pose" {
	FAKE_GNINA=gpu-memory gnina
	assert_status 1
	assert_json '.error.class == "memory" and .error.retry and (.error.reason | test("^gnina: CUDA out of memory"))'
	FAKE_GNINA=gpu-memory gnina_in 20,75,40 200,200,200 --mode score_only
	assert_json '.error.class == "memory"'
	gnina_in 11,90.5,57.5 4,4,4
	assert_json '.error == {class: "result", retry: false, reason: "gnina found no conformation that lies within the box"}'
}

@test "dock-gnina: no GPU is said once" {
	jq -nc --arg l "$data/smina/aspirin.sdf" '{ligand: $l, key: "a"}, {ligand: $l, key: "b"}' >requests
	FAKE_GNINA=cpu run_split dock-gnina --receptor "$protein" "${space[@]}" requests
	assert_status 0
	assert_err 'dock-gnina: gnina found no GPU: its networks run on the CPU, slowly'
	assert_json '.warnings == ["no_gpu"]'
	FAKE_GNINA=cpu gnina --no-gpu
	assert_err ''
	assert_json '.warnings == [] and .request.no_gpu and (.argv | index("--no_gpu") != null)'
	FAKE_GNINA=cpu gnina --cnn-scoring none
	assert_json '.warnings == []'
}

@test "dock-gnina: the GPU is chosen by the environment, a slot's counts for more" {
	FAKE_LOG=$PWD/log gnina --device 2
	assert_status 0
	assert_json '.request.device == 2 and (.argv | index("--device") == null) and .translated == {device: "CUDA_VISIBLE_DEVICES"}'
	grep -q '^CUDA_VISIBLE_DEVICES=2 ' log
	rm log
	CUDA_VISIBLE_DEVICES=1 FAKE_LOG=$PWD/log gnina --device 2
	grep -q '^CUDA_VISIBLE_DEVICES=1 ' log
}

@test "dock-gnina: what a version lacks is refused before anything runs" {
	for cnn in fast dense_1_3 default1.0; do
		FAKE_VERSION=1.1 FAKE_LOG=$PWD/log gnina --cnn $cnn
		assert_status 1
		assert_json ".error == {class: \"input\", retry: false, reason: \"gnina 1.1 has no '$cnn' for 'cnn'\"}"
		[[ $(sort -u log) == --version ]]
		gnina --cnn $cnn
		assert_status 0
	done
	for mode in metrorescore metrorefine; do # since 1.1
		FAKE_VERSION=1.0.3 gnina --cnn-scoring $mode
		assert_json ".error.class == \"input\" and .error.reason == \"gnina 1.0.3 has no '$mode' for 'cnn_scoring'\""
		FAKE_VERSION=1.1 gnina --cnn-scoring $mode
		assert_status 0
	done
	FAKE_VERSION=1.0 gnina --cnn-scoring refinement --cnn crossdock_default2018
	assert_status 0
	FAKE_VERSION=none gnina --cnn fast # built from sources: taken for a new one
	assert_status 0
	assert_json '.version == "N/A" and .request.cnn == "fast"'
	FAKE_VERSION=1.1 gnina --cnn dense
	assert_status 0
	gnina --cnn nosuchmodel
	assert_json '.error.class == "input" and (.error.reason | test("Invalid model name"))'
	gnina --cnn=--log
	assert_status 2
	jq -nc --arg l "$data/smina/aspirin.sdf" '{ligand: $l, energy_range: 3}' >requests
	run_split dock-gnina -q --receptor "$protein" "${space[@]}" requests
	assert_json '.error.class == "input" and (.error.reason | test("^gnina has no .energy_range."))'
}

@test "dock-gnina: another molecule, half a file" {
	FAKE_GNINA=other gnina
	assert_json '.error.class == "result" and (.error.reason | test("^pose 1 has not as many atoms of O as the ligand"))'
	FAKE_GNINA=half gnina
	assert_json '.error.class == "result" and (.error.reason | endswith("record 2 is cut off"))'
	FAKE_GNINA=half gnina --ligand "$data/vina/aspirin.pdbqt"
	assert_json '.error.class == "result" and (.error.reason | endswith("model 2 is cut off"))'
}

@test "dock-gnina: scores of a pose that is there" {
	gnina_in 20,75,40 200,200,200 --mode score_only
	assert_status 0
	assert_json '.best == {ligand_efficiency: {value: -0.963, pose: 1}, affinity: {value: -12.51667, pose: 1}, cnn_score: {value: 0.92032, pose: 1},
		cnn_affinity: {value: 8.33636, pose: 1}, cnn_vs: {value: (0.92032 * 8.33636), pose: 1}}'
	assert_json '.poses[0].cnn_affinity_variance == 0.70145 and .files.poses.from == "input"'
}

@test "dock-gnina: the shipped task, its metrics" {
	jq -nc --arg l "$data/smina/aspirin.sdf" '{key: "a", ligand: $l}' >requests
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	run_split taskrun -q --job g --set receptor="$protein" --set box=@box.json --set cnn=fast dock-gnina requests
	assert_status 0
	assert_json '.status == "completed" and .metrics.cnn_vs == 3.3267183304 and .metrics.affinity == -5.6012'
}

@test "dock-gnina: a slot has its own GPU, with a part of one as many as fit" {
	sed 's/resources: {/resources: {gpus: 1, /; s/^task_id: .*/task_id: gnina-gpu/' "$root/share/tasks/dock-gnina.yaml" >gpu.yaml
	taskreg -q add gpu.yaml >/dev/null
	for seed in 1 2 3; do jq -nc --arg l "$data/smina/aspirin.sdf" --argjson seed $seed '{key: "k\($seed)", ligand: $l, seed: $seed}'; done >requests
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	# the request's wish of another does not count there
	taskrun -q -d --job g --set receptor="$protein" --set box=@box.json --set device=7 gnina-gpu requests >/dev/null
	CUDA_VISIBLE_DEVICES=GPU-a,GPU-b FAKE_LOG=$PWD/log timeout 60 taskwork -q -j 8 --gpus 2
	run_split taskstat --json --job g
	assert_json '.status == "completed" and .result.engine == "gnina"'
	[[ $(grep -c -- '--receptor' log) == 3 && -z $(grep -- '--receptor' log | grep -v '^CUDA_VISIBLE_DEVICES=GPU-[ab] ') ]] || complain "$(<log)"
}
