# SPDX-License-Identifier: MIT
load ../helper

fast=$data/rank/fast.jsonl

# The campaign with one SMILES for all.
with_smiles() { jq -c 'if .result then .result.smiles = "CCO" else . end' "$fast"; }

# Nothing in a page refers to anything outside it.
alone() {
	if grep -noE '(src|href|url)[ ]*[=(][^>]{0,60}' "$1" || grep -n '@import' "$1"; then
		return 1
	fi
}

@test "dock-report: what every program promises" {
	assert_front dock-report
}

@test "dock-report: one page with everything in it" {
	need obabel
	with_smiles >smiles
	jq -c 'if .key == "imatinib-0" then .started = "2026-01-01T10:00:00.5Z" | .ended = "2026-01-01T11:00:00.5Z"
		| .result.prep = {versions: {rdkit: "2022.09.3"}, ph: 7.4} | .result.poses[0] += {rmsd: 1.25, contacts: ["A:X1"]}
		else . end' smiles >told
	mv told smiles
	run_split dock-report --title 'a <b> & "c"' smiles
	assert_status 0
	assert_out -r ' of engine time, between 2026-01-01T10:00:00 and 2026-01-01T11:00:00 UTC'
	assert_out -l '<tr><td>rdkit 2022.09.3, pH 7.4</td><td class="n">1</td></tr>'
	assert_out -r '<th>pose</th><th>contacts</th><th>rmsd</th>'
	assert_out -r '<td class="n">1</td><td class="n">1.250</td>'
	assert_out -l '<title>a &lt;b&gt; &amp; &quot;c&quot;</title>'
	assert_out -l '<tr><td>completed</td><td class="n">8</td></tr>'
	assert_out -l '<tr><td>failed</td><td class="n">1</td></tr>'
	assert_out -l '<tr><td>input: two atoms at one place</td><td class="n">1</td></tr>'
	assert_out -r '<h2>vina, vina, receptor aaaaaaaa</h2>'
	assert_out -r '8 results; median affinity -6.250'
	assert_out -r '<td class="n">1</td><td><svg width="140".*<td>imatinib-0</td><td class="n">-10.366</td>'
	[[ $(grep -c 'class="ranked"' "$out") == 1 && $(grep -c '<svg width="140"' "$out") == 6 ]]
	alone "$out"
	run_split dock-report --no-depictions --top 2 smiles
	assert_status 0
	[[ $(grep -c '<svg width="140"' "$out") == 0 && $(grep -cE '<td>(imatinib|ibuprofen|aspirin)-' "$out") == 2 ]]
}

@test "dock-report: what was answered from the cache is counted once" {
	cost='.result.resources = {user_time: 1.5, system_time: 0.25, max_rss: 338178048} | .result.elapsed = 200'
	jq -c "select(.result) | $cost" "$fast" >first
	jq -c '.key = "new-" + .key | .result.key = .key | .result.cached = {execution: 1, key: "old"}' first >second
	run_split dock-report --no-depictions first
	assert_out -l '<p>0.44 hours of engine time, 14.0 s of CPU time, at most 338 MB of memory.</p>'
	assert_out -l '<p>8 results; median affinity -6.250; 200.0 s of engine time for each (median), 0.44 hours in all.</p>'
	[[ $output != *cache* ]]
	run_split dock-report --no-depictions first second
	assert_status 0
	assert_out -l '<p>0.44 hours of engine time, 14.0 s of CPU time, at most 338 MB of memory.</p>'
	assert_out -l '<p>8 results were answered from the cache: docked before, in 0.44 hours, which are not counted again.</p>'
	assert_out -l '<p>16 results, 8 of them from the cache; median affinity -6.250; 200.0 s of engine time for each (median), 0.44 hours in all.</p>'
	run_split dock-report --no-depictions second
	assert_out -l '<p>0.0 s of engine time.</p>'
	assert_out -l '<p>8 results, 8 of them from the cache; median affinity -6.250.</p>'
}

@test "dock-report: the order of arrival changes nothing" {
	with_smiles >one
	tac one >two
	run_split dock-report -q --no-depictions --title x one
	cp "$out" want
	run_split dock-report -q --no-depictions --title x two
	diff <(grep -o '<table class="ranked">.*' want) <(grep -o '<table class="ranked">.*' "$out")
	run_split dock-report -q --no-depictions --title x one
	assert_out -f want
}

@test "dock-report: what engines agree on" {
	jq -c 'select(.result) | .result | .engine = "gnina" | .best.cnn_vs = {value: (.best.affinity.value * -1), pose: 1}' "$fast" >cnn
	run_split dock-report --no-depictions "$fast" cnn
	assert_status 0
	assert_out -r '<h2>Agreement</h2>'
	assert_out -r '6 molecules in both, rank correlation of the scores as they are better 1.000'
	[[ $(grep -c '<circle' "$out") == 1 ]]
	assert_out -r '<th>cnn_vs </th>.*<th>affinity</th>'
}

@test "dock-report: gnina with networks and without are two campaigns" {
	jq -c 'select(.result) | .result | .engine = "gnina"' "$fast" >without
	jq -c '.best.cnn_vs = {value: (.best.affinity.value * -1), pose: 1}' without >with
	run_split dock-report --no-depictions with without
	assert_status 0
	assert_out -r '<h2>gnina, vina, by cnn_vs, receptor aaaaaaaa</h2>.*<h2>gnina, vina, by affinity, receptor aaaaaaaa</h2>'
	assert_out -r '6 molecules in both, rank correlation'
}

@test "dock-report: poses in three dimensions where 3Dmol.js is there" {
	jq -c '.result.receptor = {file: "rec.pdbqt", sha256: "x"}' "$data/rank/docked.jsonl" >docked
	echo 'ATOM      1  N   ASP B 233' >rec.pdbqt
	mkdir bare
	DOCKLINE_SHARE=$PWD/bare run_split dock-report --no-depictions docked
	assert_status 0
	assert_out -r '<code>make report-assets</code> fetches it\), so poses are not shown'
	cp -r "$DOCKLINE_SHARE" share
	export DOCKLINE_SHARE=$PWD/share
	mkdir -p share/report
	echo 'var $3Dmol = {}; var s = "</script>";' >share/report/3Dmol-min.js
	run_split dock-report --no-depictions docked
	assert_status 0
	assert_err ''
	assert_out -l '<script>var $3Dmol = {}; var s = "<\/script>";'
	sed -n 's/.*id="scene-data">\(.*\)<\/script>/\1/p' "$out" >scene
	holds '.receptor == "ATOM      1  N   ASP B 233\n" and (.poses | length) == 1 and .poses[0].name == "aspirin, \"ASS\" 100"' scene
	jq -r '.poses[0].sdf' scene | grep -q '^M  END'
	[[ $(grep -c '</script' "$out") == 3 ]]
	run_split dock-report --no-depictions --poses 0 docked
	assert_status 0
	[[ $output != *scene* ]]
}

# What the page looks like to a browser: its document when the scripts are done, in $PWD/dom. It works in folders
# of its own, without the sandbox that root may not have, and is ended after a time.
look_at() {
	# shellcheck disable=SC2016 # for the page
	sed -i 's|</body>|<script>document.body.dataset.over = document.documentElement.scrollWidth - innerWidth;</script>&|
		s|<head>|&<script>onerror = function(e) { document.documentElement.dataset.wrong = e; };</script>|' "$1"
	HOME=$PWD/browser timeout -k 5 60 chromium --headless --no-sandbox --user-data-dir="$PWD/browser" --no-first-run \
		--disable-gpu --disable-dev-shm-usage --disable-background-networking --use-gl=angle --use-angle=swiftshader \
		--enable-unsafe-swiftshader --window-size=1100,900 --virtual-time-budget=5000 --screenshot="$PWD/page.png" \
		--dump-dom "file://$PWD/$1" >dom 2>chromium.log </dev/null || { tail chromium.log && return 1; }
}

@test "dock-report: the page runs in a browser" {
	type -P chromium >/dev/null || skip "'chromium' is missing (apt-get install chromium, 110 MB)"
	jq -c '.result.smiles = "CC(=O)Oc1ccccc1C(=O)O"' "$data/rank/docked.jsonl" >docked
	mkdir -p share/report
	# what the page calls of 3Dmol.js
	echo 'var m = {setStyle: function() {}}, $3Dmol = {createViewer: function() { return {addModel: function() { return m; },
		addModels: function() { return [m]; }, removeAllModels: function() {}, zoomTo: function() {}, render: function() {}}; }};' >share/report/3Dmol-min.js
	DOCKLINE_SHARE=$PWD/share dock-report -o page.html docked
	alone page.html
	look_at page.html
	# no wider than a small window, no error in the scripts, and the first pose is shown
	grep -q 'data-scene="shown"' dom
	grep -qE 'data-over="(0|-[0-9]+)"' dom
	[[ $(<dom) != *data-wrong=* ]]
	[[ $(grep -oE '<option value="[0-9]+">[^<]*' dom) == '<option value="0">1 aspirin'* ]]
	(($(stat -c %s page.png) > 10000)) # there is something to see
}

@test "dock-report: 3Dmol.js itself draws the pose" {
	type -P chromium >/dev/null || skip "'chromium' is missing (apt-get install chromium, 110 MB)"
	[[ -s $root/share/report/3Dmol-min.js ]] || skip "3Dmol.js is missing (make report-assets)"
	jq -c --arg file "$data/vina/protein.pdbqt" '.result.receptor.file = $file' "$data/rank/docked.jsonl" >docked
	dock-report -o page.html docked
	look_at page.html
	grep -q 'data-scene="shown"' dom
	grep -q '<canvas' dom
	[[ $(<dom) != *data-wrong=* ]]
}

@test "dock-report: wrong usage, nothing at all, a file that exists" {
	for wrong in '--top 0' '--poses -1' '--job x file'; do
		# shellcheck disable=SC2086 # words
		run_split dock-report $wrong
		assert_status 2
	done
	run_split dock-report /dev/null
	assert_status 0
	assert_err 'dock-report: there was no record'
	assert_out -r '</html>'
	: >there
	run_split dock-report -o there "$fast"
	assert_status 2
	run_split dock-report --no-depictions --force -o there "$fast"
	assert_status 0
	grep -q '</html>' there
	echo '{"type":"docking","engine":"vina"}' >unscored
	run_split dock-report --no-depictions unscored "$fast"
	assert_status 3
	assert_out -r '8 results'
}
