# SPDX-License-Identifier: MIT
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
vina=$data/vina fakes=$root/tests/fakes
space=(--center 11,90.5,57.5 --size 22,24,28)

setup() {
	fresh
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$TMPDIR"
}

# every folder that a docking worked in is gone
teardown() {
	rmdir "$BATS_TEST_TMPDIR/tmp" || return
	spotless
}

# request [JQ]: a request line for benzene with its text
request() {
	jq -nc --arg text "$(cat "$vina/benzene.pdbqt")
" --arg rec "$vina/protein.pdbqt" '{receptor: $rec, ligand: {name: "benzene", text: $text},
		box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}, exhaustiveness: 1} '"${1:+| $1}"
}

# one docking by a fake
fails() {
	FAKE_VINA=$1 run_split dock-vina -q --engine "$fakes/vina-fails" --receptor "$vina/protein.pdbqt" \
		--ligand "$vina/aspirin.pdbqt" "${space[@]}" "${@:2}"
}

@test "dock-vina: what every program promises" {
	assert_front dock-vina
}

@test "dock-vina: one ligand by options, and the record says it all" {
	need vina
	run_split dock-vina --receptor "$vina/protein.pdbqt" --ligand "$vina/benzene.pdbqt" "${space[@]}" --exhaustiveness 1 --keep-poses 0
	assert_status 0
	assert_err ''
	assert_json '.type == "docking" and .key == "benzene" and .engine == "vina" and .seed == 42'
	assert_json ".sha256 == \"$(sha256sum <"$(command -v vina)" | cut -d' ' -f1)\""
	assert_json ".receptor == {file: \"$vina/protein.pdbqt\", sha256: \"$(sha256sum <"$vina/protein.pdbqt" | cut -d' ' -f1)\"}"
	assert_json ".ligand.sha256 == \"$(sha256sum <"$vina/benzene.pdbqt" | cut -d' ' -f1)\""
	assert_json ".box.sha256 == \"$(printf '{"center":[11.0,90.5,57.5],"size":[22.0,24.0,28.0]}' | sha256sum | cut -d' ' -f1)\""
	assert_json '.best.affinity == {value: .poses[0].affinity, pose: 1} and (.poses | length) > 1'
	assert_json '[.poses[].affinity] == ([.poses[].affinity] | sort) and .best.affinity.value < -4'
	assert_json '.request | .mode == "dock" and .exhaustiveness == 1 and .num_modes == 9 and .cpu == 1 and .spacing == 0.375'
	assert_json '.units.affinity == "kcal/mol" and .warnings == [] and .elapsed > 0 and (.host | length) > 0'
	jq -j .files.poses.text "$out" >poses
	assert_json ".files.poses.sha256 == \"$(sha256sum <poses | cut -d' ' -f1)\""
	cp "$vina/benzene.pdbqt" ligand.pdbqt
	mapfile -t argv < <(jq -r '.argv[]' "$out")
	"${argv[@]}" >/dev/null
	cmp poses.pdbqt poses
}

@test "dock-vina: the wrong unbound energy is repaired, reported raw, or refused" {
	export FAKE_POSES=$vina/1.2.3/success_out.pdbqt
	fails copy
	assert_status 0
	assert_json '.repaired and .unbound_energy == "right" and .warnings == []'
	assert_json '.best.affinity.value == -5.283 and .poses[0].affinity_raw == -5.496'
	assert_json ".files.poses.sha256_full == \"$(sha256sum <"$FAKE_POSES" | cut -d' ' -f1)\""
	assert_json '.files.poses.models == 3 and .request.keep_poses == 3 and (.poses | length) > 3'
	jq -j .files.poses.text "$out" | cmp - <(awk '{ print } /^ENDMDL/ && ++n == 3 { exit }' "$FAKE_POSES")
	fails copy --keep-poses 0
	jq -j .files.poses.text "$out" | cmp - "$FAKE_POSES"
	assert_json '.files.poses | has("models") or has("sha256_full") | not'
	fails copy --repair raw
	assert_json '(.repaired | not) and .unbound_energy == "wrong" and .warnings == ["unbound_energy_wrong"]'
	assert_json '.best.affinity.value == -5.496 and .poses[0].affinity_raw == -5.496'
	fails copy --repair refuse
	assert_status 1
	assert_json '.error == {class: "result", retry: false,
		reason: "vina 1.2.3 took a wrong unbound energy, and '\''repair'\'' is refuse"}'
	FAKE_POSES=$vina/1.2.3/success_sti_out.pdbqt FAKE_VINA=copy run_split dock-vina --engine "$fakes/vina-fails" \
		--receptor "$vina/protein.pdbqt" --ligand "$vina/sti.pdbqt" "${space[@]}"
	assert_json '.repaired and .best.affinity.value == -10.366 and .poses[0].affinity_raw == -10.554'
}

@test "dock-vina: 1.1.2 by its own flags" {
	FAKE_LOG=log run_split dock-vina --engine "$fakes/vina-1.1.2" --receptor "$vina/protein.pdbqt" \
		--ligand "$vina/aspirin.pdbqt" "${space[@]}" --seed 7
	assert_status 0
	assert_err ''
	assert_json '.version == "1.1.2" and (.repaired | not) and .best.affinity.value == -3.9 and .poses[1].affinity == -3.5'
	assert_json '.request | has("spacing") or has("scoring") or has("min_rmsd") | not'
	assert_json '.argv[3:] == ("--ligand ligand.pdbqt --center_x 11 --center_y 90.5 --center_z 57.5 --size_x 22 --size_y 24
		--size_z 28 --exhaustiveness 8 --num_modes 9 --energy_range 3 --seed 7 --cpu 1 --out poses.pdbqt" | [splits("\\s+")])'
	run_split dock-vina -q --engine "$fakes/vina-1.1.2" --receptor "$vina/protein.pdbqt" \
		--ligand "$vina/aspirin.pdbqt" "${space[@]}" --spacing 0.5
	assert_status 1
	assert_json '.error.class == "input" and .error.reason == "vina 1.1.2 has no '\''spacing'\''"'
	run_split dock-vina -q --engine "$fakes/vina-1.1.2" --receptor "$vina/protein.pdbqt" \
		--ligand "$vina/aspirin.pdbqt" --center 11,90.5,57.5 --size 4,4,4
	assert_status 1
	assert_json '.error == {class: "result", retry: false,
		reason: "vina found no conformation that lies within the box"}'
}

@test "dock-vina: each version gets what it has, and nothing else" {
	export FAKE_POSES=$vina/1.2.3/success_out.pdbqt
	for version in 1.2.0 1.2.3; do
		FAKE_VERSION=$version fails copy --scoring vinardo --spacing 0.5 --min-rmsd 2 --max-evals 9
		assert_status 0
		assert_json ".version == \"$version\" and .repaired and (has(\"translated\") | not)"
		assert_json '.request | .scoring == "vinardo" and .spacing == 0.5 and .min_rmsd == 2 and .max_evals == 9'
	done
	export FAKE_POSES=$vina/1.2.7/success_out.pdbqt
	for version in 1.2.4 1.2.5 1.2.7 1.3.0; do
		FAKE_VERSION=$version fails copy --scoring vinardo --spacing 0.5
		assert_json ".version == \"$version\" and (.repaired | not) and .unbound_energy == \"right\" and .best.affinity.value == .poses[0].affinity_raw"
	done
	# 1.1.2 has no such options; what it does anyway may be asked for, and the record says so
	export FAKE_POSES=$vina/1.2.7/success_out.pdbqt
	for option in --scoring=vinardo --spacing=0.5 --min-rmsd=2 --max-evals=9; do
		FAKE_VERSION=1.1.2 fails copy "$option"
		assert_json '.error.class == "input" and (.error.reason | test("^vina 1.1.2 has no "))'
	done
	FAKE_VERSION=1.1.2 fails copy --scoring vina --spacing 0.375 --min-rmsd 1
	assert_status 0
	assert_json '.translated == {scoring: "always so", spacing: "always so", min_rmsd: "always so"}'
	assert_json '(.request | has("spacing") or has("scoring") or has("min_rmsd") | not) and (.argv | index("--spacing") | not)'
}

@test "dock-vina: exit status 0 is not success" {
	fails no-file
	assert_status 1
	assert_json '.error.class == "result" and .error.reason == "vina ended well, but its poses cannot be read: it wrote no file"'
	fails empty
	assert_json '.error.class == "result" and (.error.reason | endswith("there is no model in it"))'
	fails half
	assert_json '.error.class == "result" and (.error.reason | endswith("model 1 is cut off"))'
	FAKE_POSES=$vina/1.2.3/positive_scores_out.pdbqt fails copy
	assert_json '.error.class == "result" and (.error.reason | test("^pose 1: affinity of 5.3.*e\\+07 is not between -30 and 100$"))'
	FAKE_POSES=$vina/1.2.3/silent_box_far_out.pdbqt fails copy
	assert_json '.error.class == "result" and (.error.reason | endswith("outside the box"))'
	FAKE_POSES=$vina/1.2.3/silent_rec_empty_out.pdbqt fails copy
	assert_json '.error.class == "result" and (.error.reason | endswith("the ligand touches nothing"))'
	FAKE_POSES=$vina/1.2.3/success_sti_out.pdbqt fails copy
	assert_json '.error.class == "result" and .error.reason == "pose 1 has 39 atoms, the ligand 14"'
}

@test "dock-vina: every failure of the engine has a class and its words" {
	fails parse
	assert_status 1
	assert_err ''
	assert_json '.type == "docking" and .key == "aspirin" and .error == {class: "input", retry: false, reason:
		"vina: PDBQT parsing error: Atom type Xx is not a valid AutoDock type (atom types are case-sensitive). > ATOM (exit 1)"}'
	fails internal
	assert_json '.error.class == "engine" and .error.reason == "vina: An internal error occurred in ../../../src/lib/tree.h(101). (exit 1)"'
	fails binary
	assert_json '.error.class == "engine" and .error.reason == "vina: one??[2Jtwo? (exit 1)"'
	fails memory
	assert_json '.error.class == "memory" and .error.retry'
	fails crash
	assert_json '.error == {class: "signal", retry: true, reason: "vina ended by signal 11 (Segmentation fault)"}'
	FAKE_PID=pid fails hang --timeout 0.2
	assert_status 1
	assert_json '.error == {class: "timeout", retry: true, reason: "vina did not end within 0.2 s"}'
	run_split kill -0 "$(cat pid)"
	assert_status 1
}

@test "dock-vina: what is not worth running is refused before it runs" {
	tell() { run_split dock-vina -q "${@:2}" <<<"$(request "$1")"; }
	export DOCKLINE_VINA=$fakes/vina-1.1.2
	export FAKE_LOG=$PWD/log
	tell '.box.center = [500, 500, 500]'
	assert_status 1
	assert_json '.error.class == "input" and .error.reason == "box: no heavy atom of the receptor is within 8 Å of it"'
	tell '.box.size[1] = 0'
	assert_json '.error.class == "input" and (.error.reason | startswith("box: '\''size'\''"))'
	tell '.box.size[1] = 201'
	assert_json '.error.reason == "box: size of 201 is more than 200"'
	tell '.box.center[0] = null'
	assert_json '.error.class == "input"'
	tell 'del(.box)'
	assert_json '.error.reason == "there is no '\''box'\'' (see dock-box)"'
	tell 'del(.receptor)'
	assert_json '.error.reason == "there is no '\''receptor'\''"'
	tell '.receptor = "none.pdbqt"'
	assert_json '.error == {class: "input", retry: false, reason: "receptor: cannot open '\''none.pdbqt'\'': No such file or directory"}'
	tell ".receptor = {file: .receptor, sha256: \"$(printf %064d 0)\"}"
	assert_json '.error.class == "input" and (.error.reason | startswith("receptor: its content is not that of the record"))'
	tell ".receptor = \"$vina/aspirin.pdbqt\""
	assert_json '.error.class == "input" and (.error.reason | startswith("receptor: "))'
	cp "$vina/protein.pdbqt" rec.pdb
	tell '.receptor = "rec.pdb"'
	assert_json '.error.reason == "receptor: '\''rec.pdb'\'' is a PDB file, not PDBQT (see dock-prep --receptor)"'
	for bad in zero_coords unknown_type multimodel truncated empty; do
		tell ".ligand = \"$vina/bad/$bad.pdbqt\""
		assert_status 1
		assert_json '.error.class == "input" and (.error.reason | startswith("ligand: "))'
	done
	tell ".receptor = \"$vina/bad/protein_truncated.pdbqt\""
	assert_json '.error.class == "input" and (.error.reason | startswith("receptor: "))'
	tell '.seed = 0'
	assert_json '.error.class == "input" and .error.reason == "'\''seed'\'' must be in 1..2147483647, found 0"'
	tell '.flex = "x.pdbqt"'
	assert_json '.error.class == "input" and (.error.reason | startswith("flex: "))'
	tell '.batch = ["x.pdbqt"]'
	assert_json '.error.reason == "'\''batch'\'' is not offered"'
	run_split sort -u log
	assert_out --version
}

@test "dock-vina: the stream goes on past failures and bad lines" {
	export DOCKLINE_VINA=$fakes/vina-1.1.2
	{
		request '.key = "one" | .label = "active" | .tags = {id: 7} | .warnings = ["flat"]'
		request '.key = "two" | .label = "decoy" | .box.center = [500, 500, 500]'
		echo 'no json'
		echo '{"type":"ligand","key":"three","ligand":{"name":"x"},"error":{"class":"input","reason":"bad valence"}}'
		echo '{"type":"execution","key":"four","status":"failed","result":null}'
		echo '{"type":"ligand","key":"five","skipped":{"reason":"same as one"}}'
		jq -nc --argjson result "$(request '.key = "six"')" '{type: "execution", result: $result}'
	} >requests
	run_split dock-vina requests
	assert_status 3
	assert_err -r 'requests:3:[0-9]+: not JSON'
	assert_err -r 'two: input: box: no heavy atom'
	assert_json -s '[.[] | [.key, .error.class]] == [["one", null], ["two", "input"], ["three", "input"],
		["four", "dependency"], ["five", null], ["six", null]]'
	assert_json -s '.[0] | .label == "active" and .tags == {id: 7} and .warnings == ["flat"] and (has("exhaustiveness") | not)'
	assert_json -s '.[1].label == "decoy" and .[2].error.reason == "bad valence" and .[4].skipped.reason == "same as one"'
	run_split dock-vina -q --allow-failed 50% requests
	assert_status 3
	sed -i 3d requests
	run_split dock-vina -q --allow-failed 3 requests
	assert_status 0
	run_split dock-vina -q requests
	assert_status 1
}

@test "dock-vina: options fill in what a request lacks" {
	export DOCKLINE_VINA=$fakes/vina-1.1.2
	request 'del(.receptor, .box)' >ligand
	request 'del(.receptor) | .key = "own" | .seed = 5' >>ligand
	echo '{"type":"box","center":[10,90,57],"size":[20,20,20]}' >box.json
	run_split dock-vina --receptor "$vina/protein.pdbqt" --box box.json --seed 3 <ligand
	assert_status 0
	assert_err ''
	assert_json -s '[.[] | [.key, .seed, .box.center[0]]] == [["benzene", 3, 10], ["own", 5, 11]]'
	run_split dock-vina --receptor "$vina/protein.pdbqt" <<<"$(request 'del(.receptor, .box) | .box = "box.json"')"
	assert_json '.box.center == [10, 90, 57]'
	cp "$vina/protein.pdbqt" "$vina/aspirin.pdbqt" .
	awk '/^ATOM/ { $0 = sprintf("%s%8.3f%8.3f%8.3f%s", substr($0, 1, 30), substr($0, 31, 8) + 7,
		substr($0, 39, 8) + 92, substr($0, 47, 8) + 57, substr($0, 55)) } 1' aspirin.pdbqt >placed.pdbqt
	run_split dock-vina <<<"$(request 'del(.box) | .receptor = "protein.pdbqt" | .autobox_ligand = "placed.pdbqt" | .padding = 9')"
	assert_status 0
	assert_json ".box.size[0] > 20 and .receptor.file == \"$PWD/protein.pdbqt\""
	run_split dock-vina <<<"$(request '.error = null')"
	assert_status 0
	assert_json '.best.affinity and (has("error") | not)'
	run_split dock-vina --seed x ligand
	assert_status 2
	assert_err -l "dock-vina: seed: 'x' is not a whole number"
	run_split dock-vina --center 1,2,3 ligand
	assert_status 2
	run_split dock-vina --box none.json ligand
	assert_status 3
	assert_err "dock-vina: cannot open 'none.json': No such file or directory"
}

@test "dock-vina: what is wrong with an option is said once, before any docking" {
	export DOCKLINE_VINA=$fakes/vina-1.1.2
	request 'del(.receptor)' >ligands
	request 'del(.receptor) | .key = "two"' >>ligands
	run_split dock-vina --receptor none.pdbqt ligands
	assert_status 3
	assert_out ''
	assert_err "dock-vina: receptor: cannot open 'none.pdbqt': No such file or directory"
	run_split dock-vina --receptor "$vina/aspirin.pdbqt" ligands
	assert_status 3
	assert_out ''
	run_split dock-vina --receptor "$vina/protein.pdbqt" --seed 0 ligands
	assert_status 2
	assert_out ''
	assert_err -l "dock-vina: 'seed' must be in 1..2147483647, found 0"
	run_split dock-vina --receptor "$vina/protein.pdbqt" --repair maybe ligands
	assert_status 2
}

@test "dock-vina: a compressed receptor is unpacked for Vina" {
	gzip -c "$vina/protein.pdbqt" >rec.pdbqt.gz
	DOCKLINE_VINA=$fakes/vina-1.1.2 run_split dock-vina <<<"$(request '.receptor = "rec.pdbqt.gz"')"
	assert_status 0
	assert_json ".receptor == {file: \"$PWD/rec.pdbqt.gz\", sha256: \"$(sha256sum <"$vina/protein.pdbqt" | cut -d' ' -f1)\"}"
	assert_json '.argv[2] == "receptor.pdbqt"'
}

@test "dock-vina: bytes that no record can hold are refused, or kept in a file" {
	export DOCKLINE_VINA=$fakes/vina-1.1.2
	{ printf 'REMARK  Name = \344\n' && cat "$vina/benzene.pdbqt"; } >latin.pdbqt
	run_split dock-vina -q <<<"$(request '.ligand = "latin.pdbqt"')"
	assert_status 1
	assert_json '.error.reason == "ligand: it is not UTF-8 and no record can hold it"'
	mkdir work
	DOCKLINE_WORK=work run_split dock-vina <<<"$(request '.ligand = "latin.pdbqt"')"
	assert_status 0
	cmp "$(jq -r .files.ligand.path "$out")" latin.pdbqt
	run_split dock-vina --receptor $'\344' --ligand latin.pdbqt
	assert_status 2
	mkdir $'\344' && cd $'\344' && cp "$vina/protein.pdbqt" .
	run_split dock-vina -q <<<"$(request '.receptor = "protein.pdbqt"')"
	assert_status 1
	assert_json '.error.reason == "receptor: its path is not UTF-8 and no record can hold it"'
}

@test "dock-vina: names never become files" {
	DOCKLINE_VINA=$fakes/vina-1.1.2 run_split dock-vina <<<"$(request '.ligand.name = "../../x y\n$(id)" | .key = "/etc/passwd"')"
	assert_status 0
	assert_json '.ligand.name == "../../x y\n$(id)" and .key == "/etc/passwd" and .argv[4] == "ligand.pdbqt"'
}

@test "dock-vina: no Vina is one clear message" {
	DOCKLINE_VINA=/none/vina run_split dock-vina <<<"$(request)"
	assert_status 5
	assert_out ''
	assert_err "dock-vina: cannot run '/none/vina': no such program (Debian package autodock-vina; or --engine or \$DOCKLINE_VINA names it)"
	run_split dock-vina --engine /bin/pwd <<<"$(request)"
	assert_status 5
	assert_err -r '^dock-vina: /bin/pwd: this is not vina: --version says '
	DOCKLINE_EXECUTION=1 run_split dock-vina -q --engine none <<<"$(request)"
	assert_status 5
	assert_json '.error.class == "rejected" and .error.retry == false'
}

@test "dock-vina: under taskrun, one answer, and files by path" {
	export DOCKLINE_VINA=$fakes/vina-1.1.2 DOCKLINE_EXECUTION=9 DOCKLINE_WORK=$PWD/work
	mkdir work
	run_split dock-vina <<<"$(request '.keep_poses = 1')"
	assert_status 0
	assert_json -s 'length == 1'
	assert_json '(.files.poses | .models == 1 and (has("text") | not)) and (.poses | length) == 2'
	poses=$(jq -r .files.poses.path "$out")
	[[ $poses == "$PWD"/work/*/poses.pdbqt ]]
	[[ $(grep -c ^ENDMDL "$poses") == 1 && $(tail -n 1 "$poses") == ENDMDL ]]
	assert_json ".files.poses.sha256 == \"$(sha256sum <"$poses" | cut -d' ' -f1)\""
	cmp "$(jq -r .files.ligand.path "$out")" "$vina/benzene.pdbqt"
	run_split dock-vina -q <<<"$(request '.seed = 0')"
	assert_status 1
	assert_json '. == {error: {class: "input", reason: "'\''seed'\'' must be in 1..2147483647, found 0", retry: false}}'
	[[ $(find work -type d | wc -l) == 2 ]]
	DOCKLINE_VINA=$fakes/vina-fails FAKE_VINA=internal run_split dock-vina <<<"$(request)"
	assert_json '.error.class == "engine"'
	assert_err -l 'Please report bugs'
}

@test "dock-vina: a signal ends Vina too and leaves nothing behind" {
	request >request
	for jobs in 1 2; do
		rm -f pid
		FAKE_VINA=hang FAKE_PID=$PWD/pid dock-vina -j $jobs --engine "$fakes/vina-fails" request >"$out" 2>"$err" 3>&- &
		child=$!
		wait_until 10 test -s pid
		kill -TERM "$child"
		status=0
		wait "$child" || status=$?
		assert_status 143
		[[ ! -s $out ]]
		run_split kill -0 "$(cat pid)"
		assert_status 1
		[[ -z $(ls "$TMPDIR") ]]
	done
}

@test "dock-vina: replicas differ in the seed, and the best one is the result" {
	need vina
	docked() { dock-vina -q --receptor "$vina/protein.pdbqt" --center 11,90.5,57.5 --size 14,14,14 --exhaustiveness 1 "$@"; }
	jq -nc --rawfile text "$vina/aspirin.pdbqt" '{ligand: {name: "aspirin", $text}}' >prepared
	for seed in 7 8; do docked --seed "$seed" prepared; done >single
	run_split docked --seed 7 --replicas 2 prepared
	assert_status 0
	cp "$out" replicas
	jq -se '.[0].best.affinity.value as $v | (.[1:] | map(.best.affinity.value)) as $all | .[0].replicas as $r
		| $r.count == 2 and $r.seeds == [7, 8] and $r.values == $all and $v == ($all | min)
		and ($r.mean - ($all | add / 2) | fabs) < 1e-6
		and ($r.spread - ($all | (add / 2) as $m | map(. - $m | . * .) | add | sqrt) | fabs) < 1e-6
		and (.[0].files.poses.sha256 as $h | .[0].seed as $s | .[1:] | any(.seed == $s and .files.poses.sha256 == $h))' \
		replicas single
	run_split dock-vina --replay replicas
	assert_status 0
	assert_json '.same'
	run_split dock-rank --where 'replicas.spread<100' --table --columns replicas.mean replicas
	assert_status 0
	assert_out -r 'replicas.mean.*aspirin .* -[0-9.]+$'
	jq -c '.replicas = 2 | .mode = "score_only", .seed = 2147483647, .replicas = 1001' prepared >bad
	run_split docked bad
	assert_status 1
	assert_json -s 'map(.error | .class + ": " + .reason) == [
		"input: '\''replicas'\'' is for dockings, '\''mode'\'' is score_only",
		"input: '\''seed'\'' and '\''replicas'\'' lead beyond 2147483647",
		"input: '\''replicas'\'' must be in 1..1000"]'
	run_split docked --replicas 0 prepared
	assert_status 2
}

@test "dock-vina: replay gives the same bytes, or says which differ" {
	need vina
	for seed in 1 2 3; do request ".key = \"k$seed\" | .seed = $seed | .keep_poses = $seed"; done >requests
	run_split dock-vina -j 2 requests
	assert_status 0
	assert_json -s '[.[].key] | sort == ["k1", "k2", "k3"]'
	jq -c '{type: "execution", status: "completed", params: {ligand: .ligand}, result: .}' "$out" >done.jsonl
	echo '{"type":"execution","status":"failed","error":{"class":"input","reason":"x"},"result":null}' >>done.jsonl
	echo '{"type":"execution","status":"skipped","params":{"skipped":{"kept":"k1"}},"result":null}' >>done.jsonl
	echo '{"type":"ligand","key":"k9","skipped":{"kept":"k1"}}' >>done.jsonl
	run_split dock-vina --replay -j 2 done.jsonl
	assert_status 0
	assert_err "$(cat <<-'END'
		dock-vina: 1 failed record left out
		dock-vina: 2 skipped records left out
		dock-vina: 3 of 3 dockings gave the same bytes
	END
	)"
	assert_json '.type == "replay" and .same and .expected == .found'
	jq -c '.result | select(.key == "k1") | .request.seed = 2' done.jsonl >changed
	jq -c '.result | select(.key == "k2") | .files.ligand.text |= sub("ROOT"; "ROOT ")' done.jsonl >>changed
	jq -c '.result | select(.key == "k3") | .files.poses.sha256 = "0" | .files.poses.sha256_full = "0" | .sha256 = "0"' done.jsonl >>changed
	run_split dock-vina --replay - <changed
	assert_status 1
	assert_err -l 'dock-vina: k1 differs: the command line is not the recorded one'
	assert_err -r 'k2 differs: ligand: its content is not that of the record'
	assert_err -l 'dock-vina: k3 differs: the poses are not the recorded ones'
	assert_err -r 'the engine is another one: recorded 1\.'
	assert_err -l 'dock-vina: 0 of 3 dockings gave the same bytes'
	run_split dock-vina --replay <<<'{"type":"docking","error":{"class":"input","reason":"x"}}'
	assert_status 1
	assert_out ''
	assert_err -l 'dock-vina: 1 failed record left out'
	assert_err -l 'dock-vina: there is no docking to repeat'
	run_split dock-vina --replay <<<'{"type":"ligand","key":"k9","ligand":{"name":"k9","text":"x"}}'
	assert_status 1
	assert_json '.same == false and .reason == "it has no request, no ligand or no hash of its poses"'
}

@test "dock-vina: the real Vina, the real failures" {
	need vina
	run_split dock-vina -q <<<"$(request '.box.size = [1, 1, 1]')"
	assert_status 1
	assert_json '.error.class == "result"'
	run_split dock-vina <<<"$(request '.box.size = [34, 34, 34] | .max_evals = 1000')"
	assert_status 0
	assert_json '.warnings == ["large_box"] and .request.max_evals == 1000'
}

# docked aspirin as the ligand of another docking
posed() { awk '/^ENDMDL/ { exit } !/^(MODEL|REMARK (VINA|INT|UNB))/' "$vina/1.2.3/success_out.pdbqt"; }

@test "dock-vina: what lies there is scored, or moves a little" {
	need vina
	posed >posed.pdbqt
	run_split dock-vina --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand posed.pdbqt --mode score_only
	assert_status 0
	assert_json '.request.mode == "score_only" and (.argv | index("--score_only") != null and index("--out") == null)'
	assert_json '.warnings == ["unbound_energy_wrong"] and .unbound_energy == "wrong" and (.poses | length) == 1'
	assert_json ".best.affinity.value == $(vina --receptor "$vina/protein.pdbqt" --ligand posed.pdbqt --score_only --center_x 11 --center_y 90.5 \
		--center_z 57.5 --size_x 22 --size_y 24 --size_z 28 | sed -n 's/^Estimated[^:]*: \([-0-9.]*\) .*/\1/p')"
	cp "$out" scored
	run_split dock-export --format pdbqt scored
	assert_status 0
	[[ $(grep '^ATOM' "$out") == "$(grep '^ATOM' posed.pdbqt)" ]]
	run_split dock-vina --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand posed.pdbqt --mode local_only
	assert_status 0
	assert_json '.request.mode == "local_only" and .best.affinity.value < -4 and (.argv | index("--local_only") != null)'
	cp "$out" moved
	run_split dock-vina --replay moved
	assert_status 0
	run_split dock-export --format request --ligand pdbqt moved
	assert_status 0
	run_split dock-vina -q --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand posed.pdbqt --mode score_only --repair refuse
	assert_status 1
	assert_json '.error.class == "result"'
	run_split dock-vina --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand posed.pdbqt --mode minimize
	assert_status 2
	assert_err -r "'mode' must be one of dock, local_only, score_only, found 'minimize'"
}

@test "dock-vina: maps are part of what was asked for" {
	need vina
	vina --receptor "$vina/protein.pdbqt" --ligand "$vina/benzene.pdbqt" --center_x 11 --center_y 90.5 --center_z 57.5 --size_x 20 \
		--size_y 20 --size_z 20 --force_even_voxels --write_maps m --max_evals 1 --exhaustiveness 1 --cpu 1 --out x.pdbqt >vina.log
	run_split dock-vina --receptor "$vina/protein.pdbqt" --center 11,90.5,57.5 --size 20,20,20 --ligand "$vina/benzene.pdbqt" --maps m \
		--exhaustiveness 1
	assert_status 0
	assert_json ".warnings == [\"maps\"] and .request.maps == \"$PWD/m\" and (.request.maps_sha256 | length) == 64"
	assert_json '.argv | index("--receptor") == null and index("--center_x") == null and index("--maps") != null'
	run_split dock-vina -q --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand "$vina/benzene.pdbqt" --maps nosuch
	assert_json '.error.class == "input" and (.error.reason | startswith("maps: there are no maps"))'
	run_split dock-vina -q --receptor "$vina/protein.pdbqt" "${space[@]}" --ligand "$vina/benzene.pdbqt" --scoring ad4
	assert_json '.error.class == "input" and (.error.reason | test("ad4 needs .maps."))'
}

@test "dock-vina: residues that move are not the ligand's" {
	need vina obabel
	{
		printf 'BEGIN_RES ASP B 381\nROOT\n'
		grep ' CA  ASP B 381' "$vina/protein.pdbqt"
		printf 'ENDROOT\nBRANCH 1544 1547\n'
		grep ' CB  ASP B 381' "$vina/protein.pdbqt"
		printf 'BRANCH 1547 1548\n'
		grep -E ' (CG |OD1|OD2) ASP B 381' "$vina/protein.pdbqt"
		printf 'ENDBRANCH 1547 1548\nENDBRANCH 1544 1547\nEND_RES ASP B 381\n'
	} >flex.pdbqt
	grep -vE ' (CB |CG |OD1|OD2) ASP B 381' "$vina/protein.pdbqt" >rigid.pdbqt
	run_split dock-vina --receptor rigid.pdbqt --center 11,90.5,57.5 --size 20,20,20 --ligand "$vina/benzene.pdbqt" --flex flex.pdbqt \
		--exhaustiveness 1 --max-evals 2000
	assert_status 0
	assert_json '.request.flex_sha256 != null and .warnings == ["unbound_energy_wrong"] and .repaired == false'
	assert_json '.files.poses.text | test("BEGIN_RES")'
	cp "$out" flexible
	run_split dock-export --format sdf flexible
	[[ $(sed -n 4p "$out") == '  6  6 '* ]]
	run_split dock-export --format request --ligand pdbqt flexible
	assert_json '.ligand.text | test("RES") | not'
}

@test "dock-vina: --lint judges requests and docks nothing" {
	{
		request
		request '.key = "type" | .ligand.text |= sub(" A *\n"; " Xx\n")'
		request '.key = "far" | .box.center = [500, 500, 500]'
		request '.key = "large" | .box.size = [40, 40, 40]'
	} >requests
	FAKE_VINA=no-file run_split dock-vina -q --lint --engine "$fakes/vina-fails" requests
	assert_status 1
	assert_json -s 'map([.key, .ok, .error.class]) == [["benzene", true, null], ["type", null, "input"], ["far", null, "input"],
		["large", true, null]]'
	assert_json -s '.[0] == {type: "lint", key: "benzene", ok: true, heavy_atoms: 6, torsions: 0, warnings: [], findings: []}
		and .[3].warnings == ["large_box"]'
	run_split dock-vina --lint --replay requests
	assert_status 2
}

# the findings of one request, changed: of, class and the reason's beginning, a line each
findings() {
	request "$1" >one
	run_split dock-vina --lint --engine "$fakes/vina-fails" one
	jq -r '.findings[] | "\(.of) \(.class) \(.reason)"' "$out" >found
	holds 'all(.findings[]; .right | length > 10)' "$out"
}

@test "dock-vina: --lint judges ligand, receptor and box together, and says what would be right" {
	findings '.ligand.text |= sub(" A *\n"; " Xx\n") | .receptor = "gone.pdbqt" | .box.size = [0, 1, 1]'
	assert_status 1
	assert_json '.error.class == "input" and (.findings | map(.of) == ["request", "ligand", "receptor"] and all(.class == "input"))'
	findings '.exhaustiveness = "x" | .ligand.text = "" | .box.center = [500, 500, 500]'
	[[ $(cut -d' ' -f1,2 found | tr '\n' ,) == 'request input,ligand input,box input,' ]]
	findings '.'
	assert_status 0
	[[ ! -s found ]]
	# what is docked all the same, and should not be
	findings '.box.size = [40, 40, 40]'
	assert_status 1
	assert_json '.ok and .findings == [{of: "box", class: "warning", reason: "64000 cubic angstrom: searches are thin above 27000",
		right: "a box around a pocket (dock-box), or an exhaustiveness of 19"}]'
	assert_err 'dock-vina: benzene: warning: box: 64000 cubic angstrom: searches are thin above 27000 (right: a box around a pocket (dock-box), or an exhaustiveness of 19)'
	findings '.box.size = [2, 2, 2] | .warnings = ["stereo_unspecified", "states_limited"]'
	assert_status 1
	grep -q '^ligand warning one of several isomers' found
	grep -q '^ligand note it has more states' found
	grep -q '^box warning the ligand is 2.8 angstrom long, the longest side 2.0' found
	awk '!/ HD *$/' "$vina/protein.pdbqt" >bare.pdbqt
	findings '.receptor = "bare.pdbqt"'
	assert_status 1
	[[ $(<found) == 'receptor warning it has no hydrogens' ]]
	awk '{ print } / CA / && !n++ { print }' "$vina/protein.pdbqt" >twice.pdbqt
	findings '.receptor = "twice.pdbqt" | .box.size = [70, 70, 70]'
	assert_status 1
	grep -q '^receptor warning atoms .* are in one place' found
	findings '.mode = "score_only" | .ligand.text |= gsub("(?m)(?<a>^ATOM.{24})"; .a)'
	grep -q '^box input box: 6 of 6 heavy atoms of the ligand are outside' found
	findings '.mode = "local_only"'
	grep -q '^box warning 6 of 6 heavy atoms of the ligand are outside' found
	run_split dock-vina --lint --engine "$fakes/vina-fails" --receptor gone.pdbqt one
	assert_status 1
	run_split dock-vina -q --lint --allow-failed 1 --engine "$fakes/vina-fails" one
	assert_status 0
}
