# SPDX-License-Identifier: MIT
# A campaign of 300 molecules in one line of shell, three of which cannot be docked.
load ../helper

# shellcheck disable=SC2154 # data: helper.bash
setup() {
	fresh
	need vina obabel jq
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	dock-box --center 11,90.5,57.5 --size 14,14,14 >box.json
	library | gzip >library.sdf.gz
}

# 298 fragments, garbage in between, and a benzene with two atoms at one place
library() {
	for _ in {1..50}; do cat "$data/flow/fragments.sdf"; done | awk -v RS='\\$\\$\\$\\$\n' '
		NR == 100 { print "garbage\nno molecule at all\n$$$$" }
		NR > 298 { exit }
		{ sub(/^[^\n]*/, "&-" NR); printf "%s$$$$\n", $0 }'
	sed '1s/.*/clash/; 6s/.*/    1.0721    0.8919   -0.0260 C   0  0  0  0  0  0  0  0  0  0  0  0/; /^\$\$\$\$/q' \
		"$data/flow/fragments.sdf"
}

@test "campaign: 300 records, 297 results, three failures with class and reason" {
	# pyridine-3 brings a box of its own, far from the receptor
	away='if .key == "pyridine-3" then .box = {center: [500, 500, 500], size: [14, 14, 14]} else . end'
	run_split bash -o pipefail -c 'dock-ligands library.sdf.gz | dock-prep --ph 7.4 -j 2 | jq -c "$0" |
		taskrun --job hits --no-cache dock-vina --set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=1 \
			--set max_evals=200 --set num_modes=1 -j 2 | tee all.jsonl | dock-rank --top 100 > hits.jsonl' "$away"
	assert_status 1
	assert_out ''
	assert_err -l 'dock-prep: 298 prepared, 2 failed, 0 skipped'

	[[ $(wc -l <all.jsonl) == 300 ]]
	jq -es '[group_by(.status)[] | {(.[0].status): length}] | add == {completed: 297, failed: 3}' all.jsonl
	jq -es '[.[].key] | unique | length == 300' all.jsonl
	jq -es 'map(select(.result)) | all(.result.best.affinity.value < 100 and .attempts == 1)' all.jsonl
	[[ $(jq -r 'select(.error) | [.key, .error.class, .error.reason] | @tsv' all.jsonl | sort) == "clash	input	two atoms in one place: 1 (C) and 2 (C) are 0.00 angstrom apart
garbage	input	no counts line
pyridine-3	input	box: no heavy atom of the receptor is within 8 Å of it" ]]

	[[ $(wc -l <hits.jsonl) == 100 ]]
	jq -es '[.[].result.best.affinity.value] | . == sort' hits.jsonl

	run_split taskstat --json
	assert_json '.job == "hits" and .submitted == 300 and .completed == 297 and .failed == 3 and .failed_by.input == 3'
	assert_json '.submitted == .completed + .failed + .cancelled + .skipped + .waiting + .running'
}
