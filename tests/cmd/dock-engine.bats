# SPDX-License-Identifier: MIT
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
fakes=$root/tests/fakes vina=$data/vina
space=(--receptor "$vina/protein.pdbqt" --center 11,90.5,57.5 --size 22,24,28)

@test "dock-engine: what every program promises" {
	assert_front dock-engine
}

@test "dock-engine: QuickVina 2 by its file, without recompiling" {
	export DOCKLINE_QVINA2=$fakes/vina-1.1.2
	run_split dock-engine qvina2 "${space[@]}" --ligand "$vina/aspirin.pdbqt" --seed 7
	assert_status 0
	assert_json '.engine == "qvina2" and .version == "1.1.2" and .best.affinity == {value: -3.9, pose: 1} and .seed == 7'
	assert_json ".sha256 == \"$(sha256sum <"$fakes/vina-1.1.2" | cut -d' ' -f1)\""
	assert_json '.argv[-10:] == ("--num_modes 9 --energy_range 3 --seed 7 --cpu 1 --out poses.pdbqt" | split(" "))'
	cp "$out" docked
	run_split dock-engine qvina2 --replay docked
	assert_status 0
	run_split dock-engine qvina2 "${space[@]}" --ligand "$vina/aspirin.pdbqt" --min-rmsd 2
	assert_status 2
	assert_err -r "qvina2 has no 'min_rmsd'"
	run_split dock-engine nosuch "${space[@]}"
	assert_status 2
	assert_err -r "there is no engine 'nosuch'"
	run_split dock-engine
	assert_status 2
}

@test "dock-engine: a file of one's own, with versions and words" {
	cat >mine.yaml <<-'END'
		name: mine
		program: mine
		variable: MINE
		banner: "AutoDock Vina "
		most: 10
		params:
		  - {name: seed, flag: --seed, type: integer, default: 1, minimum: 1, maximum: 9}
		  - {name: spacing, flag: --spacing, type: number, default: 0.5, since: "1.2"}
	END
	export MINE=$fakes/vina-1.1.2
	run_split dock-engine ./mine.yaml "${space[@]}" --ligand "$vina/aspirin.pdbqt"
	assert_status 0
	assert_json '.engine == "mine" and .request.seed == 1 and (.request | has("spacing") | not)'
	jq -nc --arg l "$vina/aspirin.pdbqt" '{ligand: $l, spacing: 1}, {ligand: $l, seed: 10}, {ligand: $l, mode: "score_only"}' >requests
	run_split dock-engine -q ./mine.yaml "${space[@]}" requests
	[[ $(jq -r .error.reason "$out") == "mine 1.1.2 has no 'spacing'
'seed' must be in 1..9, found 10
'mode' must be one of dock, found 'score_only'" ]]
}

@test "dock-engine: a file that is wrong is told where" {
	cp "$root/share/engines/qvina2.yaml" good.yaml
	while IFS='|' read -r change where what; do
		sed "$change" good.yaml >bad.yaml
		run_split dock-engine ./bad.yaml "${space[@]}" --ligand x
		assert_status 3
		assert_err -r "bad.yaml:$where: .*$what"
	done <<-'END'
		s/^program:/progam:/|[0-9]+:[0-9]+|there is no member 'progam'
		s/^program:.*/program: 3/|[0-9]+:[0-9]+|'program' must be a text
		/^banner:/d|[0-9]+:[0-9]+|'banner' must be a text
		s/qvina2$/vina/|[0-9]+:[0-9]+|there is an engine of this name
		s/name: seed/name: sed/|[0-9]+:[0-9]+|there must be a 'seed'
		s/type: number/type: real/|[0-9]+:[0-9]+|'type' must be integer
		s/default: 42/default: 0/|[0-9]+:[0-9]+|'default' is missing or does not fit
		s/flag: --cpu/flag: cpu/|[0-9]+:[0-9]+|a parameter needs 'name' and 'flag'
		s/{dock:/{dok:/|[0-9]+:[0-9]+|there must be a mode 'dock'
	END
	run_split dock-engine ./nosuch.yaml "${space[@]}" --ligand x
	assert_status 3
}

# five ligands, as records of dock-prep: NAMES of tests/data/vina
ligands() {
	local name

	for name; do
		jq -nc --rawfile text "$vina/$name.pdbqt" --arg name "$name" '{type: "ligand", key: $name, ligand: {name: $name, format: "pdbqt", text: $text}}'
	done
}

@test "dock-engine: Uni-Dock docks many ligands by one process" {
	export DOCKLINE_UNIDOCK=$fakes/unidock FAKE_LOG=$PWD/log
	ligands aspirin benzene caffeine >ligands
	run_split dock-engine unidock "${space[@]}" ligands
	assert_status 0
	(($(wc -l <log) == 1))
	assert_json -s 'length == 3 and ([.[].key] == ["aspirin", "benzene", "caffeine"])'
	assert_json '.engine == "unidock" and .version == "1.1.3" and .best.affinity == {value: -5.625, pose: 1} and (.poses | length) == 2
		and .resources.together == 3 and .warnings == [] and .unbound_energy == "right" and .repaired == false'
	# each has its own poses and ligand, whole
	while read -r name; do
		jq -r --arg key "$name" 'select(.key == $key) | .files.poses.text' "$out" >poses
		(($(grep -c '^MODEL' poses) == 2 && $(grep -c '^ATOM\|^HETATM' poses) == 2 * $(grep -c '^ATOM\|^HETATM' "$vina/$name.pdbqt")))
		[[ $(jq -r --arg key "$name" 'select(.key == $key) | .files.ligand.sha256' "$out") == $(sha256sum <"$vina/$name.pdbqt" | cut -d' ' -f1) ]]
	done < <(printf '%s\n' aspirin benzene caffeine)
	assert_json '(.argv | index("--ligand_index")) and .argv[-2:] == ["--dir", "poses"] and (.argv | index("--batch") | not)'
	[[ -z $(ls "$TMPDIR") ]]
	# the presets are those of Uni-Dock for a list
	assert_json '.request | .exhaustiveness == 384 and .max_step == 40 and .seed == 42'
	# what differs in more than the ligand is not docked together
	jq -c 'if .key == "benzene" then .exhaustiveness = 128 else . end' ligands >two
	run_split dock-engine unidock "${space[@]}" two
	assert_status 0
	(($(wc -l <log) == 4))
	assert_json '.resources.together == 1'
}

@test "dock-engine: a bad ligand among many costs the others nothing" {
	export DOCKLINE_UNIDOCK=$fakes/unidock FAKE_LOG=$PWD/log FAKE_BAD='Name = benzene'
	ligands aspirin benzene caffeine >ligands
	# Uni-Dock leaves it out and ends 0, or dies of it and takes the rest along
	for day in skip crash; do
		: >log
		FAKE_UNIDOCK=$day run_split dock-engine -q unidock "${space[@]}" ligands
		assert_status 1
		jq -se 'length == 3 and (map(select(.error)) | length == 1 and .[0].key == "benzene")
			and all(.[]; .error or (.poses | length) == 2)' "$out" >/dev/null || complain "not only the bad one"
		cp "$out" "$day"
	done
	jq -es 'map(.error // empty) == [{class: "input", reason: "unidock: Ligand ligand-1.pdbqt exceed max torsion counts. 49", retry: false}]' skip
	jq -es 'map(.error // empty)[0] | .class == "signal" and (.reason | test("signal 11.*exceed max torsion counts"))' crash
	# what was whole when it died is kept, the rest is docked alone
	[[ $(jq -c 'select(.error | not) | [.key, .resources.together]' crash) == '["aspirin",3]
["caffeine",1]' ]]
	(($(wc -l <log) == 3))
	FAKE_UNIDOCK=gpu-memory run_split dock-engine -q unidock "${space[@]}" ligands
	assert_json '.error.class == "memory" and .error.retry and (.error.reason | test("cudaErrorMemoryAllocation"))'
	# when it is not the ligands it is not tried with each of a thousand
	: >log
	for i in {1..20}; do ligands aspirin; done | jq -c --argjson n 0 '.key = "l\(input_line_number)"' >many
	FAKE_UNIDOCK=broken run_split dock-engine -q unidock "${space[@]}" many
	assert_status 1
	assert_json -s 'length == 20 and all(.[]; .error.class == "engine" and (.error.reason | test("An unknown error")))'
	(($(wc -l <log) == 4))
}

@test "dock-engine: AutoDock-GPU by maps, its logs become poses" {
	export DOCKLINE_AUTODOCK_GPU=$fakes/autodock_gpu FAKE_LOG=$PWD/log
	mkdir -p "my maps"
	printf '# AVS field file\n#SPACING 0.375\n#NELEMENTS 56 64 74\n#CENTER 11.000 90.500 57.500\n' >"my maps/rec.maps.fld"
	echo map >"my maps/rec.A.map"
	ligands aspirin benzene >ligands
	run_split dock-engine autodock-gpu "${space[@]}" ligands
	assert_json '.error == {class: "input", reason: "there is no '"'maps'"', and autodock-gpu needs them", retry: false}'
	jq -c '.maps = "my maps/rec.maps.fld" | .nrun = 6' ligands >with
	run_split dock-engine autodock-gpu "${space[@]}" with
	assert_status 0
	[[ $(<log) == "--filelist ligands.txt --nrun 6 "*" --seed 42
$PWD/my maps/rec.maps.fld ligand-1.pdbqt ligand-2.pdbqt " ]]
	assert_json '.engine == "autodock-gpu" and .version == "1.5.3-73-gf5cf6ffdd" and .resources.together == 2 and .warnings == ["maps"]'
	# runs in the order of their energies; the stored ones are models of the log
	assert_json '[.poses[].affinity] == [-9, -8, -7, -7, -6, -5] and .best.affinity.value == -9 and .poses[0].intra == -0.5'
	assert_json '.files.poses.models == 3 and .files.poses.format == "pdbqt" and .files.log.format == "dlg"'
	jq -r 'select(.key == "aspirin") | .files.poses.text' "$out" >poses
	[[ $(grep '^MODEL' poses) == 'MODEL        2
MODEL        4
MODEL        1' ]] || complain "$(grep '^MODEL' poses)"
	assert_json '.request.maps_sha256 | length == 64'
	cp "$out" docked
	run_split dock-rank --top 1 docked
	assert_status 0
	run_split dock-export --format pdbqt docked
	assert_status 0
	# the log cut off, an atom without a map, a GPU that is full
	FAKE_ADGPU=cut run_split dock-engine -q autodock-gpu "${space[@]}" with
	assert_json '.error.class == "result" and (.error.reason | test("its log cannot be read: it is cut off after run 1"))'
	FAKE_ADGPU=gpu-memory run_split dock-engine -q autodock-gpu "${space[@]}" with
	assert_json '.error.class == "memory" and (.error.reason | test("out of memory"))'
	jq -c 'if .key == "benzene" then .ligand.text |= sub(" A \n"; " Xx\n") else . end' with >untyped
	run_split dock-engine -q autodock-gpu "${space[@]}" untyped
	jq -se 'map(select(.error)) | length == 1 and .[0].key == "benzene" and .[0].error.class == "input"' "$out" >/dev/null || complain "not the one"
}
