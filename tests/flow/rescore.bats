# SPDX-License-Identifier: MIT
# A fast campaign, its best poses scored by networks, what came of it for others, and the same with another receptor.
load ../helper

@test "rescore: from one engine to the next, to a bundle and a report" {
	need obabel
	export DOCKLINE_VINA=$root/tests/fakes/vina-1.1.2 DOCKLINE_GNINA=$root/tests/fakes/gnina
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	{
		echo 'REMARK another'
		cat rec.pdbqt
	} >rec2.pdbqt
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	for name in aspirin benzene caffeine; do
		jq -nc --arg name $name --arg path "$data/vina/$name.pdbqt" '{type: "ligand", key: $name, ligand: {name: $name, path: $path},
			tags: {Vendor: "V"}}'
	done >prep.jsonl
	taskrun -q --job fast --set receptor=rec.pdbqt --set box=@box.json --set exhaustiveness=2 dock-vina prep.jsonl >fast.jsonl
	dock-rank --job fast --top 100% >best.jsonl
	dock-export --format request best.jsonl | taskrun -q --job cnn --set receptor=rec.pdbqt --set box=@box.json \
		--set mode=score_only dock-gnina | dock-rank --by cnn_vs --top 50 >top50.jsonl
	jq -es 'length == 3 and all(.[]; .result | .best.cnn_vs.pose == 1 and .tags.Vendor == "V" and
		.parent_result.engine == "vina" and .ligand.format == "sdf")' top50.jsonl
	run_split dock-export --bundle top50.zip top50.jsonl
	assert_status 0
	[[ $(python3 -m zipfile -l top50.zip | grep -cE 'README.txt|poses.sdf|table.csv|receptor.pdbqt|box.json') == 5 ]]
	dock-report --job fast >fast.html
	grep -q '<td>completed</td><td class="n">3</td>' fast.html
	taskrun -q --job fast2 --set receptor=rec2.pdbqt --set box=@box.json --set exhaustiveness=2 dock-vina prep.jsonl >fast2.jsonl
	run_split dock-rank --diff fast.jsonl fast2.jsonl
	assert_status 0
	assert_json -s '.[0] | .shared == 3 and .only_a == 0 and .shift.mean == 0'
	run_split dock-rank fast.jsonl fast2.jsonl # not in one list
	assert_status 2
}
