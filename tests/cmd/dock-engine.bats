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
