# SPDX-License-Identifier: MIT
# The session the toolkit is for, line by line as a chemist types it: HIV-1 protease of 1hpv and a
# library of eight molecules to dock, one that stands there twice, and two that nobody can dock.
load ../helper

complex=/usr/share/pymol/data/tut/1hpv.pdb

setup() {
	fresh
	unset DOCKLINE_STATE
	need vina obabel jq zstd
	[[ -e $complex ]] || skip "there is no $complex (make deps installs it)"
	cp "$complex" .
	cp "$data/flow/library.sdf.gz" .
}

# one line of the session, as a shell reads it
line() { run_split bash -c "$1"; }

@test "golden session: from a complex and a library to ranked poses" {
	line 'dock-doctor'
	assert_status 0
	assert_json -s 'any(.check == "vina" and .path and .version)'

	line 'dock-prep --receptor 1hpv.pdb --ph 7.4 --extract 478=xtal.sdf -o rec.pdbqt > rec.json'
	assert_status 0
	assert_out ''
	assert_err -r 'removed: .*80 residues \(water\)'
	holds '.type == "receptor" and .extracted.heavy_atoms == 35 and .heavy_atoms == 1516' rec.json
	[[ $(jq -r .sha256 rec.json) == $(sha256sum <rec.pdbqt | cut -d' ' -f1) ]]

	line 'dock-box --ligand xtal.sdf --padding 4 > box.json'
	assert_status 0
	assert_err ''
	holds '.center == [9.357, 16.147, 9.207] and .size == [20, 20, 23.383]' box.json

	line 'dock-ligands library.sdf.gz | dock-prep --ph 7.4 --unique -j 2 | zstd -q > prep.jsonl.zst'
	assert_status 0
	assert_out ''
	assert_err -l 'dock-prep: 8 prepared, 2 failed, 1 skipped'
	[[ $(zstdcat prep.jsonl.zst | wc -l) == 11 ]]

	line "zstdcat prep.jsonl.zst | jq -r 'select(.error) | [.ligand.name, .error.class, .error.reason] | @tsv'"
	assert_status 0
	assert_out "garbage	input	atom 1 of 7 has no coordinates
toluene_and_aniline	input	two fragments of equal size: Cc1ccccc1 and Nc1ccccc1"
	cp "$out" refused.tsv

	line 'taskrun --job fast --set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=2 -j 2 dock-vina prep.jsonl.zst > fast.jsonl'
	assert_status 1
	assert_out ''
	jq -es '[group_by(.status)[] | {(.[0].status): length}] | add == {completed: 8, failed: 2, skipped: 1}' fast.jsonl
	jq -es 'map(select(.result)) | all(.result | .type == "docking" and .best.affinity.value < -4 and .seed == 42)' fast.jsonl

	line 'taskstat --job fast'
	assert_status 0
	assert_err ''
	assert_out 'job        fast
task       dock-vina
submitted  11
completed   8
failed      2  (input 2)
cancelled   0
skipped     1
waiting     0
running     0'

	line "taskstat --job fast --status failed --json | jq -r '[.key, .error.class, .error.reason] | @tsv'"
	assert_status 0
	diff <(sort "$out") refused.tsv

	line 'dock-rank --job fast --top 10% > best.jsonl'
	assert_status 1
	assert_out ''
	assert_err -r '2 failed'
	jq -es 'length == 1 and .[0].key == "naproxen"' best.jsonl

	line 'dock-rank --job fast --top 50 | dock-export --format csv > top50.csv'
	assert_status 0
	[[ $(wc -l <top50.csv) == 9 ]]
	[[ $(sed -n 2p top50.csv) == 1,naproxen,* ]]

	line 'dock-vina --replay fast.jsonl > /dev/null && echo same bytes'
	assert_status 0
	assert_out 'same bytes'

	# and: in whatever order, the best is the same to the byte
	shuf --random-source=<(yes) fast.jsonl >shuffled.jsonl
	line 'dock-rank --top 10% shuffled.jsonl'
	assert_out -f best.jsonl
	line 'dock-rank --top 10% --allow-failed 20% fast.jsonl'
	assert_status 0
	assert_out -f best.jsonl

	# and: the same line again docks nothing and gives every record
	cp fast.jsonl first.jsonl
	line 'taskrun --job fast --set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=2 -j 2 dock-vina prep.jsonl.zst > fast.jsonl'
	assert_status 1
	diff <(sort first.jsonl) <(sort fast.jsonl)

	# and: another receptor under the same name is refused, and both are named
	before=$(jq -r .sha256 rec.json)
	sed -i '1s/^/REMARK another one\n/' rec.pdbqt
	line 'taskrun --job fast --set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=2 -j 2 dock-vina prep.jsonl.zst > fast.jsonl'
	assert_status 2
	assert_out ''
	assert_err -r "$before.*$(sha256sum <rec.pdbqt | cut -d' ' -f1)"
}

@test "golden session: preparing again gives the same bytes, and failures go through the pipe" {
	run_split bash -c 'dock-ligands library.sdf.gz | dock-prep --ph 7.4 --unique -j 2'
	assert_status 1
	cp "$out" prep.jsonl
	run_split bash -o pipefail -c 'dock-ligands --allow-failed 10% library.sdf.gz |
		dock-prep --ph 7.4 --unique -j 1 --allow-failed 20%'
	assert_status 0
	assert_out -f prep.jsonl
}
