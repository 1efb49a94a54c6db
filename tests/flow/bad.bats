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

@test "bad: requests fail as input before an engine starts" {
	good >good
	cp "$vina/protein.pdbqt" rec.pdb
	: >requests
	grep -v '^#' "$data/bad/requests.tsv" >cases
	while IFS=$'\t' read -r name change _; do
		jq -c --arg name "$name" "($change) | .key = \$name" good >>requests || printf 'jq: %s\n' "$name" >>failed
	done <cases
	[[ ! -e failed ]] || complain "$(<failed)"
	(($(wc -l <requests) == $(wc -l <cases) && $(wc -l <cases) >= 50))
	FAKE_VINA=no-file run_split timeout 60 dock-vina -q --engine "$fakes/vina-fails" requests
	assert_status 1
	while IFS=$'\t' read -r name _ reason; do
		jq -es --arg name "$name" --arg reason "$reason" 'map(select(.key == $name) | .error) | length == 1 and (.[0] |
			.class == "input" and .retry == false and (.reason | test($reason)))' "$out" >/dev/null ||
			printf '%s: %s\n' "$name" "$(jq -c --arg name "$name" 'select(.key == $name) | .error' "$out")" >>failed
	done <cases
	[[ ! -e failed ]] || complain "$(<failed)"
	(($(wc -l <"$out") == $(wc -l <cases)))
}

@test "bad: the good one is docked, so the bad ones are bad for what was changed" {
	need vina
	good | jq -c '.exhaustiveness = 1 | .max_evals = 1000' >good
	run_split dock-vina good
	assert_status 0
}

# one docking of aspirin by a fake, with the output of a file: class REASON
comes_to() {
	local class=$1 reason=$2 when

	shift 2
	run_split env "$@" timeout 20 dock-vina -q --engine "$fakes/vina-fails" --receptor "$vina/protein.pdbqt" \
		--ligand "$vina/aspirin.pdbqt" --center 11,90.5,57.5 --size 22,24,28
	assert_status 1
	jq -e --arg class "$class" --arg reason "$reason" '.error.class == $class and (.error.reason | test($reason))' "$out" >/dev/null ||
		complain "not $class: $reason"
}

@test "bad: outputs of engines that end 0, and ends that are none" {
	comes_to result 'it wrote no file' FAKE_VINA=no-file
	comes_to result 'there is no model in it' FAKE_VINA=empty
	comes_to result 'model 1 is cut off' FAKE_VINA=half
	comes_to input 'PDBQT parsing error' FAKE_VINA=parse
	comes_to engine 'An internal error' FAKE_VINA=internal
	comes_to engine 'one' FAKE_VINA=binary
	comes_to memory 'std::bad_alloc' FAKE_VINA=memory
	comes_to signal 'signal 11' FAKE_VINA=crash
	comes_to result 'between -30 and 100|outside the box|of type|atoms' FAKE_VINA=copy FAKE_POSES="$vina/1.2.3/success_sti_out.pdbqt"
	comes_to result 'lies .* outside the box|exactly 0' FAKE_VINA=copy FAKE_POSES="$vina/1.2.3/silent_box_far_out.pdbqt"
	comes_to result 'exactly 0' FAKE_VINA=copy FAKE_POSES="$vina/1.2.3/silent_rec_empty_out.pdbqt"
	sed 's/RESULT: *-[0-9.]*/RESULT: 3001582.112/; s/INTRA: .*/INTRA: 0/; s/UNBOUND: .*/UNBOUND: 0/' "$vina/1.2.3/success_out.pdbqt" >huge
	comes_to result 'is not between -30 and 100' FAKE_VINA=copy FAKE_POSES="$PWD/huge"
	sed 's/RESULT: *-[0-9.]*/RESULT:     nan/' "$vina/1.2.3/success_out.pdbqt" >nan
	comes_to result 'nan' FAKE_VINA=copy FAKE_POSES="$PWD/nan"
	sed '0,/ OA$/s/ OA$/ NA/' "$vina/1.2.3/success_out.pdbqt" >other
	comes_to result 'is of type NA, in the ligand of type OA' FAKE_VINA=copy FAKE_POSES="$PWD/other"
	sed '0,/^ATOM/{/^ATOM/d}' "$vina/1.2.3/success_out.pdbqt" >less
	comes_to result 'atoms, the ligand' FAKE_VINA=copy FAKE_POSES="$PWD/less"
	printf '\0\1\2\377' >noise
	comes_to result 'not a model' FAKE_VINA=copy FAKE_POSES="$PWD/noise"
}
