# SPDX-License-Identifier: MIT
# Nothing is docked twice: the same molecules under other names, in another campaign, from other files.
load ../helper

# shellcheck disable=SC2154 # data, root: helper.bash
setup() {
	fresh
	need jq
	mkdir bin logs elsewhere
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	cp rec.pdbqt elsewhere/other.pdbqt
	echo '{"type":"box","center":[11,90.5,57.5],"size":[14,14,14]}' >box.json
	for name in benzene aspirin caffeine; do
		jq -cRs --arg name $name '{type: "ligand", key: $name, label: "active", tags: {a: 1}, warnings: ["flat"],
			ligand: {name: $name, parent: $name, format: "pdbqt", text: .}}' "$data/vina/$name.pdbqt"
	done >requests-1
	jq -c '.key |= "new-" + . | .ligand.name = .key | .ligand.parent = "p" | .label = "decoy" | del(.tags)
		| .warnings = ["other", "flat"] | .ligand.text |= sub("REMARK  Name = [^\n]*"; "REMARK  Name = new")' requests-1 >requests-2
}

teardown() {
	settle
	spotless
}

# Dock a file as a job; an engine that is started writes a line to the log.
campaign() {
	FAKE_LOG=$PWD/logs/$1 taskrun -q --job "$1" --set receptor="$3" --set box=@box.json --set exhaustiveness=1 \
		-j 2 "${@:4}" "$2" >"$1.jsonl"
}

# What is of the docking, not of who asked for it.
science() { jq -cS '.result | [.best, .poses, .engine, .sha256, .request, .files]' "$1" | sort; }

check() {
	campaign one requests-1 rec.pdbqt "$1"
	jq -se 'length == 3 and all(.status == "completed" and .cached == null and .result.cached == null)' one.jsonl >/dev/null
	campaign two requests-2 elsewhere/other.pdbqt "$1"
	[[ ! -e logs/two ]] # not even asked for its version
	jq -se --arg rec "$PWD/elsewhere/other.pdbqt" 'length == 3 and all(.status == "completed" and .attempts == 0 and .cached
		and (.key | startswith("new-")) and .result.key == .key and .result.cached.execution == .cached
		and "new-" + .result.cached.key == .key and .result.ligand.name == .key and .result.ligand.parent == "p"
		and .result.label == "decoy" and .result.tags == null and .result.warnings[:2] == ["other", "flat"]
		and .result.receptor.file == $rec and (.result.argv | index($rec)))' two.jsonl >/dev/null
	cmp <(science one.jsonl) <(science two.jsonl)
	cmp <(jq -c '.result | [.elapsed, .resources]' one.jsonl | sort) <(jq -c '.result | [.elapsed, .resources]' two.jsonl | sort)
	diff <(dock-rank one.jsonl | jq -c '["new-" + .key, .result.best]') <(dock-rank two.jsonl | jq -c '[.key, .result.best]')
	# the same as if it had been docked
	campaign three requests-2 elsewhere/other.pdbqt --no-cache "$1"
	[[ -s logs/three ]]
	same='del(.cached, .elapsed, .files, .resources, .request.ligand_sha256, .ligand.sha256)'
	diff <(jq -c ".result | $same" two.jsonl | sort) <(jq -c ".result | $same" three.jsonl | sort)
	# and it can be docked again by its record
	[[ $1 == dock-vina ]] || return 0
	rm rec.pdbqt
	run_split dock-vina --replay two.jsonl
	assert_status 0
	assert_err 'dock-vina: 3 of 3 dockings gave the same bytes'
}

@test "docked: by Vina" {
	need vina
	printf '#!/bin/sh\n[ "$1" = --version ] || echo "$@" >>"$FAKE_LOG"\nexec %s "$@"\n' "$(command -v vina)" >bin/vina
	chmod +x bin/vina
	PATH=$PWD/bin:$PATH check dock-vina
}

@test "docked: by smina" {
	DOCKLINE_SMINA=$root/tests/fakes/smina check dock-smina
}

@test "docked: by gnina, from SDF too" {
	export DOCKLINE_GNINA=$root/tests/fakes/gnina
	check dock-gnina
	sed '/^\$\$\$\$/q' "$data/flow/fragments.sdf" >frag.sdf
	for name in a b; do
		jq -cRs --arg name $name '{key: $name, ligand: {name: $name, format: "sdf", text: sub("^[^\n]*"; $name)}}' frag.sdf >$name.sdf.jsonl
		campaign sdf-$name $name.sdf.jsonl elsewhere/other.pdbqt dock-gnina
	done
	jq -se 'all(.cached == null)' sdf-a.jsonl >/dev/null
	jq -se 'all(.cached and .result.key == "b" and .result.cached.key == "a")' sdf-b.jsonl >/dev/null
}

@test "docked: another engine, molecule, receptor or parameter is docked, and told" {
	export DOCKLINE_SMINA=$PWD/bin/smina
	printf '#!/bin/sh\nexec %s/tests/fakes/smina "$@"\n' "$root" >bin/smina
	chmod +x bin/smina
	head -n 1 requests-1 >line
	again() {
		run_split taskrun --explain-miss --set receptor="$1" --set box=@box.json --set exhaustiveness=1 "${@:2}" dock-smina line
		assert_status 0
	}
	refute_miss() { [[ $stderr != *'not in the cache'* ]]; }
	again rec.pdbqt
	again rec.pdbqt --set cpu=1 --set timeout=60 # the default; no matter
	refute_miss
	again rec.pdbqt --set seed=7
	assert_err -r "line:1: not in the cache: parameter 'seed' is 7, was 42 \(execution [0-9]+\)"
	sed 's/0.000  0.00  0.00/0.001  0.00  0.00/' rec.pdbqt >rec2.pdbqt
	echo REMARK >>rec2.pdbqt
	again rec2.pdbqt
	assert_err -r "not in the cache: the content of input 'receptor' is another"
	jq -c '.ligand.text |= "REMARK\n" + .' line >line2
	cp line2 line
	again rec.pdbqt
	assert_err -r "not in the cache: the content of input 'ligand' is another"
	echo '# another build' >>bin/smina
	again rec.pdbqt
	assert_err -r "not in the cache: the program '.*smina.*' is another"
	again rec.pdbqt
	refute_miss
	DOCKLINE_SMINA=$PWD/bin/none run_split taskrun --explain-miss --set receptor=rec.pdbqt --set box=@box.json dock-smina line
	assert_status 1
	assert_err -l "taskrun: line:1: not in the cache: there is no program '$PWD/bin/none', so nothing is"
}

@test "docked: maps tell nothing, and what failed is tried again" {
	export DOCKLINE_VINA=$root/tests/fakes/vina-fails
	head -n 1 requests-1 >line
	for i in 1 2; do
		FAKE_VINA=no-poses run_split taskrun --explain-miss --set receptor=rec.pdbqt --set box=@box.json --job $i dock-vina line
		assert_status 1
		assert_json '.status == "failed" and .attempts == 1'
	done
	run_split taskrun --explain-miss --set receptor=rec.pdbqt --set box=@box.json --set maps="$PWD/x" dock-vina line
	assert_err -l "taskrun: line:1: not in the cache: with 'maps' nothing is"
}

@test "docked: by an engine in an image" {
	export PATH=$root/tests/fakes/bin:$PATH FAKE_LOG=$PWD/log
	touch image.sif
	sed "s|^  command: \[\(.*\)]|  command: [\1, --image, $PWD/image.sif, --runtime, apptainer]|
		s|^    programs: .*|    programs: [$PWD/image.sif]|; s/^task_id: .*/task_id: imaged/" "$root/share/tasks/dock-gnina.yaml" >imaged.yaml
	taskreg -q add imaged.yaml >/dev/null
	cat >bin/apptainer <<-'END'
		#!/bin/sh
		while [ "${1##*/}" != gnina ] && [ "$1" != sh ] && [ $# -gt 0 ]; do shift; done
		[ "$1" != sh ] || { sha256sum "$GNINA"; exit; }
		shift
		echo "$@" >>"$FAKE_LOG"
		FAKE_LOG= exec "$GNINA" "$@"
	END
	chmod +x bin/apptainer
	export GNINA=$root/tests/fakes/gnina PATH=$PWD/bin:$PATH
	again() {
		run_split taskrun --explain-miss --set receptor=rec.pdbqt --set box=@box.json imaged "$1"
		assert_status 0
	}
	again requests-1
	assert_json '.cached == null and .result.container.runtime == "apptainer"'
	rm log
	again requests-2
	assert_json '.cached and .result.container.runtime == "apptainer"'
	[[ ! -e log ]]
	echo another >image.sif
	again requests-2
	assert_json '.cached == null'
	assert_err -r "not in the cache: the program '$PWD/image.sif' is another"
}
