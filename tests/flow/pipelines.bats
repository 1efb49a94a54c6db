# SPDX-License-Identifier: MIT
# The shipped pipelines on a few small molecules, and the recipes of share/examples.
load ../helper

setup() {
	fresh
	need vina obabel jq
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	echo '{"type":"box","center":[11,90.5,57.5],"size":[20,20,20]}' >box.json
	printf 'CCO ethanol\nc1ccccc1O phenol\nxx bad\n' >lib.smi
}

common=(-q -j 2 -p receptor=rec.pdbqt -p box=@box.json)
once=(-p exhaustiveness=1)

@test "pipelines: screen prepares, docks, ranks and reports" {
	run_split timeout 60 pipeline run screen "${common[@]}" "${once[@]}" -p ligands=lib.smi
	assert_status 0
	assert_json '.steps[-1].result == {"docked": 2, "failed": 1, "ranking": "screen.jsonl",
		"table": "screen.csv", "report": "screen.html"}'
	jq -es 'map(.result.ligand.name) == ["phenol", "ethanol"]' screen.jsonl
	[[ $(cut -d, -f 1-3 screen.csv) == $'rank,key,name\n1,dock/phenol,phenol\n2,dock/ethanol,ethanol' ]]
	grep -q '<html' screen.html
}

@test "pipelines: redock measures how far pose 1 lies from the crystal pose, and judges that" {
	obabel -:'Oc1ccccc1 phenol' --gen3d -O ref.sdf 2>/dev/null
	run_split timeout 60 pipeline run redock "${common[@]}" "${once[@]}" --job r -p reference=ref.sdf \
		-p seeds=2 -p limit=1000
	assert_status 0
	assert_json '.steps[4].result | (.pose1 | length) == 2 and .median == (.pose1 | add / 2) and .median > 5'
	run_split timeout 60 pipeline resume --why r -p limit=2
	assert_status 1
	assert_json '.steps[-1] | .status == "failed" and (.reason | test("^pose 1 lies [0-9.]+ Å .* not within 2 Å; "))'
	assert_json '.steps[-1].reason | test("; the closest of all poses lies [0-9.]+ Å from it, so the search was never there")'
	assert_err -l 'pipeline: dock: 2 kept, 0 again, 0 new, 0 of them changed'
	run_split timeout 60 pipeline resume -q r -p limit="$(jq '.steps[4].result.closest.rmsd + 1e-3' "$out")"
	assert_status 1
	assert_json '.steps[4].result.closest | .rank > 0 and .above >= 0'
	assert_json '.error | test("from it, (as pose 1 of another seed|found as pose [2-9], [0-9.]+ kcal/mol above)")'
	echo '{"type":"box","center":[500,500,500],"size":[20,20,20]}' >box.json
	run_split timeout 60 pipeline run redock "${common[@]}" "${once[@]}" -p reference=ref.sdf -p seeds=1
	assert_status 1
	assert_json '.status == "failed" and .steps[-1].status == "skipped"'
}

@test "pipelines: enrich tells actives from decoys, with a threshold" {
	printf 'c1ccccc1O phenol\nxx bad\n' >actives.smi
	printf 'CCO ethanol\nCCN ethylamine\n' >decoys.smi
	run_split timeout 60 pipeline run enrich "${common[@]}" "${once[@]}" --job e -p actives=actives.smi \
		-p decoys=decoys.smi -p auc=0.5
	assert_status 0
	assert_json '.steps[] | select(.id == "result") | .result | .actives == 2 and .decoys == 2 and .auc == 0.5 and
		.failed_actives == 1 and .without_failures.auc == 1 and (.warning | test("fewer than 10"))'
	run_split timeout 60 pipeline resume -q e -p auc=0.9
	assert_status 1
	assert_json '.error == "enriched: ROC AUC 0.5 is less than 0.9"'
}

@test "pipelines: enrich computes what is known" {
	program=$(sed -n '/def measure/,/else {} end$/p' "$root/share/pipelines/enrich.yaml")
	# 20 actives among 300 decoys; BEDROC by another program
	jq -nc '{a: [range(20) | -8 + (. * 37 % 20) / 7], d: [range(300) | -7 + (. * 53 % 300) / 60], fa: 0, fd: 0}' >in
	run_split jq -c "$program" in
	assert_status 0
	jq -es --slurpfile in in '.[0] | .auc == ([$in[0].a[] as $a | $in[0].d[] | if $a < . then 1 elif $a == . then 0.5 else 0 end]
		| add / 6000) and .ef1 == 16 and (.bedroc - 0.614506877511 | fabs) < 1e-9 and .interval.auc[0] < .auc and .auc < .interval.auc[1]' "$out"
	echo '{"a":[-5,-5],"d":[-5,-5],"fa":0,"fd":0}' >in
	run_split jq -c "$program" in
	assert_json '.auc == 0.5 and .ef1 == 1'
}

@test "pipelines: consensus ranks by two engines" {
	export DOCKLINE_SMINA=$root/tests/fakes/smina
	run_split timeout 60 pipeline run consensus "${common[@]}" "${once[@]}" -p ligands=lib.smi
	assert_status 0
	assert_json '.steps[-1].result == {"vina": 2, "smina": 2, "ranking": "consensus.jsonl"}'
	[[ $(wc -l <consensus.jsonl) == 2 ]]
}

@test "pipelines: funnel docks the best of a fast pass again" {
	run_split timeout 60 pipeline run funnel "${common[@]}" -p ligands=lib.smi -p thorough=2 -p keep=1
	assert_status 0
	assert_json '.steps[-1].result == {"fast": 2, "thorough": 1, "ranking": "funnel.jsonl"}'
	holds '.result | .ligand.name == "phenol" and .request.exhaustiveness == 2' funnel.jsonl
}

@test "recipes: a Makefile whose targets are campaigns" {
	need make
	mv lib.smi library.smi
	run_split timeout 60 make -s -f "$root/share/examples/campaigns.mk" EXHAUSTIVENESS=1 fast.csv
	assert_status 0
	[[ $(wc -l <fast.csv) == 3 ]]
	run_split make -f "$root/share/examples/campaigns.mk" EXHAUSTIVENESS=1 fast.csv
	assert_out -r 'up to date'
	rm fast.jsonl
	run_split timeout 60 make -s -f "$root/share/examples/campaigns.mk" EXHAUSTIVENESS=1 fast.jsonl
	assert_status 0
	run_split taskstat --job fast.jsonl --json
	assert_json -s 'map(.attempts) | add == 2'
}

@test "recipes: a pipeline from cron never overlaps itself, and goes on after it was killed" {
	need flock
	printf 'steps: [{id: a, command: [sh, -c, "echo a >>log; until [ -e go ]; do sleep 0.05; done"]}]\n' >p.yaml
	DAY=1 timeout 30 "$root/share/examples/nightly" p.yaml &
	first=$!
	wait_until 10 test -e log
	run_split env DAY=1 timeout 10 "$root/share/examples/nightly" p.yaml
	assert_status 0
	assert_out ''
	assert_err ''
	: >go
	wait $first
	[[ $(wc -l <log) == 1 ]]
	run_split env DAY=1 timeout 10 "$root/share/examples/nightly" p.yaml
	assert_status 0
	[[ $(wc -l <log) == 1 && $(jq -r .job nightly.json) == nightly-1 ]]
	run_split env DAY=2 timeout 10 "$root/share/examples/nightly" p.yaml
	[[ $(wc -l <log) == 2 ]]
}

@test "recipes: a run in a batch job is told to stop, and goes on in the next" {
	printf 'steps: [{id: a, command: [sh, -c, "echo a >>log; until [ -e go ]; do sleep 0.05; done"]}]\n' >p.yaml
	SLURM_JOB_NAME=batch SLURM_CPUS_PER_TASK=1 timeout 30 sh "$root/share/examples/pipeline.sbatch" p.yaml 2>"$err" &
	batch=$!
	wait_until 10 test -e log
	kill -TERM "$(pgrep -P $batch)"
	status=0
	wait $batch || status=$?
	[[ $status == 143 ]]
	grep -q 'interrupted: pipeline resume batch goes on' "$err"
	: >go
	SLURM_JOB_NAME=batch run_split timeout 30 sh "$root/share/examples/pipeline.sbatch" p.yaml
	assert_status 0
	assert_json '.status == "completed" and .job == "batch"'
}
