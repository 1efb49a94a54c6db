# SPDX-License-Identifier: MIT
# Real engines, as they are on PATH or as their variables name them (DOCKLINE_SMINA ...): what the fakes of
# tests/fakes are said to do is what these must do. One that is not installed is skipped. `make check-engines`
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
vina=$data/vina
space=(--receptor "$vina/protein.pdbqt" --center 11,90.5,57.5 --size 22,24,28)

setup() {
	local name saved=()

	for name in ${!DOCKLINE_@}; do
		case $name in
		DOCKLINE_VINA | DOCKLINE_SMINA | DOCKLINE_GNINA | DOCKLINE_QVINA2 | DOCKLINE_UNIDOCK | DOCKLINE_AUTODOCK_GPU) saved+=("$name=${!name}") ;;
		esac
	done
	fresh
	for name in "${saved[@]}"; do export "${name?}"; done
}

# real ENGINE PROGRAM VARIABLE: how it is called, in $dock; skips without it
real() {
	dock=("dock-$1" -q)
	case $1 in
	vina | smina | gnina) ;;
	*) dock=(dock-engine -q "$1") ;;
	esac
	type -P "${!3:-$2}" >/dev/null || skip "'$2' is not installed, and \$$3 names none"
}

# docked LIGAND [OPTION ...]
docked() { run_split "${dock[@]}" "${space[@]}" --ligand "$@"; }

# what every record of a docking says
believable() {
	assert_status 0
	assert_json '.best.affinity.value < 0 and .best.affinity.value > -20 and (.poses | length) >= 1 and (.sha256 | length) == 64'
}

# the same bytes again, the right classes of what is bad
behaves() {
	cp "$out" record
	run_split "${dock[@]}" --replay record
	assert_status 0
	sed 's/ OA$/ Xx/' "$vina/aspirin.pdbqt" >untyped.pdbqt
	docked untyped.pdbqt
	assert_json '.error.class == "input"'
	run_split "${dock[@]}" --receptor "$vina/protein.pdbqt" --ligand "$vina/aspirin.pdbqt" --center 11,90.5,57.5 --size 2,2,2 --exhaustiveness 1
	assert_status 1
	assert_json '.error.class == "result"'
	[[ -z $(ls "$TMPDIR") ]]
}

@test "engines: vina" {
	real vina vina DOCKLINE_VINA
	docked "$vina/aspirin.pdbqt" --exhaustiveness 1
	believable
	behaves
	docked "$vina/aspirin.pdbqt" --mode score_only --size 60,60,60
	[[ $status == [01] ]]
	assert_json 'if .error then .error.class == "input" or .error.class == "result" else .files.poses.from == "input" end'
}

@test "engines: smina" {
	real smina smina DOCKLINE_SMINA
	for ligand in vina/aspirin.pdbqt smina/aspirin.sdf; do
		docked "$data/$ligand" --exhaustiveness 1
		believable
	done
	assert_json '.files.poses.format == "sdf"'
	behaves
	for scoring in vinardo dkoes_scoring ad4_scoring; do
		docked "$data/smina/aspirin.sdf" --exhaustiveness 1 --scoring "$scoring"
		assert_status 0
	done
}

@test "engines: gnina" {
	real gnina gnina DOCKLINE_GNINA
	docked "$data/smina/aspirin.sdf" --exhaustiveness 1
	believable
	assert_json '.best.cnn_score.value > 0 and .best.cnn_score.value <= 1 and .best.cnn_affinity.value > 0 and .best.cnn_vs.value > 0'
	docked "$data/smina/aspirin.sdf" --exhaustiveness 1 --cnn-scoring none
	believable
	assert_json '.best | has("cnn_score") | not'
	docked "$vina/aspirin.pdbqt" --exhaustiveness 1 --cnn-scoring none
	behaves
}

# groups CONDITION: what is in ./asked is answered by a coprocess, which docks several by one process as .resources tells;
# each alone has the same bytes
groups() {
	run_split eval 'DOCKLINE_WORK=$TMPDIR "${dock[@]}" --serve <asked'
	assert_status 0
	assert_json -s "all(.result) and $1"
	jq -c .result "$out" >grouped
	run_split "${dock[@]}" --replay grouped
	assert_status 0
	assert_json -s 'all(.same)'
	rm -rf "${TMPDIR:?}"/*
}

@test "engines: ligands that share a process of Vina" {
	real vina vina DOCKLINE_VINA
	for name in aspirin benzene caffeine; do
		jq -nc --arg rec "$vina/protein.pdbqt" --arg path "$vina/$name.pdbqt" '{attempt: 1, params: {receptor: $rec,
			ligand: $path, box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}, exhaustiveness: 1}}'
	done | jq -c '.id = input_line_number' >asked
	groups '[.[].result.resources.place] == [1, 2, 3]'
}

@test "engines: records of one SDF that share a process of smina, of gnina" {
	local engine variable tested=

	for engine in smina gnina; do
		variable=DOCKLINE_${engine^^}
		type -P "${!variable:-$engine}" >/dev/null || continue
		real $engine $engine "$variable"
		tested=yes
		for name in one two three; do
			jq -nc --arg rec "$vina/protein.pdbqt" --rawfile text <(sed "1s/.*/$name/" "$data/smina/aspirin.sdf") --arg name "$name" '{attempt: 1,
				params: {key: $name, receptor: $rec, ligand: {name: $name, format: "sdf", text: $text}, exhaustiveness: 1,
				box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}}}'
		done | jq -c '.id = input_line_number' >asked
		groups '[.[].result.resources.together] == [null, 2, 2]' # the first tells how long it takes
	done
	[[ $tested ]] || skip 'neither smina nor gnina is installed'
}

@test "engines: QuickVina 2" {
	real qvina2 qvina2 DOCKLINE_QVINA2
	docked "$vina/aspirin.pdbqt" --exhaustiveness 1
	believable
	behaves
}

@test "engines: Uni-Dock" {
	real unidock unidock DOCKLINE_UNIDOCK
	for name in aspirin benzene caffeine; do
		jq -nc --arg name "$name" --rawfile text "$vina/$name.pdbqt" '{key: $name, ligand: {name: $name, format: "pdbqt", text: $text}}'
	done >ligands
	run_split "${dock[@]}" "${space[@]}" ligands
	believable
	assert_json -s 'length == 3 and all(.[]; .resources.together == 3)'
}

@test "engines: AutoDock-GPU" {
	real autodock-gpu autodock_gpu_64wi DOCKLINE_AUTODOCK_GPU
	[[ -n ${ENGINE_MAPS-} ]] || skip 'ENGINE_MAPS names no .maps.fld of tests/data/vina/protein.pdbqt'
	docked "$vina/aspirin.pdbqt" --maps "$ENGINE_MAPS"
	believable
	assert_json '.files.log.format == "dlg"'
}
