# SPDX-License-Identifier: MIT
# Deliberately bad inputs and outputs: each ends in its right failure class, none crashes, hangs or passes.
load ../helper

# shellcheck disable=SC2154 # helper.bash sets data and root
vina=$data/vina fakes=$root/tests/fakes

# a good request, with its ligand as text
good() {
	jq -nc --rawfile text "$vina/aspirin.pdbqt" --arg rec "$vina/protein.pdbqt" '{receptor: $rec, ligand: {name: "a", text: $text},
		box: {center: [11, 90.5, 57.5], size: [22, 24, 28]}}'
}

# Every row of FILE makes of `good` a request that PROGRAM ... refuses: all end as input, with the reason of the row.
refuses() {
	local file=$1

	grep -v '^#' "$file" >cases
	: >requests
	while IFS=$'\t' read -r name change _; do
		jq -c --arg name "$name" "($change) | .key = \$name" good >>requests || printf 'jq: %s\n' "$name" >>failed
	done <cases
	[[ ! -e failed ]] || complain "$(<failed)"
	(($(wc -l <requests) == $(wc -l <cases)))
	run_split timeout 60 "${@:2}" -q requests
	assert_status 1
	while IFS=$'\t' read -r name _ reason; do
		jq -es --arg name "$name" --arg reason "$reason" 'map(select(.key == $name) | .error) | length == 1 and (.[0] |
			.class == "input" and .retry == false and (.reason | test($reason)))' "$out" >/dev/null ||
			printf '%s: %s\n' "$name" "$(jq -c --arg name "$name" 'select(.key == $name) | .error' "$out")" >>failed
	done <cases
	[[ ! -e failed ]] || complain "$(<failed)"
	(($(wc -l <"$out") == $(wc -l <cases)))
}

@test "bad: requests fail as input before an engine starts" {
	good >good
	cp "$vina/protein.pdbqt" rec.pdb
	gzip -c "$vina/aspirin.pdbqt" | head -c 300 >cut.pdbqt.gz
	FAKE_VINA=no-file refuses "$data/bad/requests.tsv" dock-vina --engine "$fakes/vina-fails"
	(($(wc -l <cases) >= 50))
}

@test "bad: SDF ligands fail as input before an engine starts" {
	good | jq -c --rawfile text "$data/smina/aspirin.sdf" '.ligand = {name: "a", format: "sdf", text: $text}' >good
	dock-smina -q --engine "$fakes/smina" good | jq -es '.[0].best'
	for engine in smina gnina; do
		FAKE_LOG=$PWD/log refuses "$data/bad/sdf.tsv" dock-$engine --engine "$fakes/$engine"
	done
	[[ ! -e log || $(grep -vc -e --version log) == 0 ]] # no engine was asked to dock
}

@test "bad: the good one is docked, so the bad ones are bad for what was changed" {
	need vina
	good | jq -c '.exhaustiveness = 1 | .max_evals = 1000' >good
	run_split dock-vina good
	assert_status 0
}

# one docking of aspirin by the fake of an engine, with the output of a file: name engine day file change class reason
comes_to() {
	local name=$1 engine=$2 day=$3 from=$4 change=$5 class=$6 reason=$7 fake=$2 ligand=$data/smina/aspirin.sdf

	[[ $engine != vina ]] || fake=vina-fails ligand=$vina/aspirin.pdbqt
	[[ $from == - ]] || cp "$data/$from" poses
	[[ $change == - ]] || sed -i "$change" poses
	run_split env FAKE_VINA="$day" FAKE_SMINA="$day" FAKE_GNINA="$day" FAKE_POSES="$PWD/poses" timeout 20 "dock-$engine" -q --engine "$fakes/$fake" \
		--receptor "$vina/protein.pdbqt" --ligand "$ligand" --center 11,90.5,57.5 --size 22,24,28
	((status == 1)) && jq -es --arg class "$class" --arg reason "$reason" 'length == 1 and (.[0].error | .class == $class and
		.retry == ($class | IN("memory", "signal", "timeout")) and (.reason | test($reason)))' "$out" >/dev/null ||
		printf '%s: status %d, %s\n' "$name" "$status" "$(jq -c .error "$out")" >>failed
}

@test "bad: outputs of engines that end 0, and ends that are none" {
	grep -v '^#' "$data/bad/outputs.tsv" >cases
	while IFS=$'\t' read -r name engine day from change class reason; do
		comes_to "$name" "$engine" "$day" "$from" "$change" "$class" "$reason"
	done <cases
	[[ ! -e failed ]] || complain "$(<failed)"
	(($(wc -l <cases) >= 45))
	[[ -z $(ls "$TMPDIR") ]]
}
