# SPDX-License-Identifier: MIT
load ../helper

# fake NAME TEXT [STATUS]: a program that says TEXT
fake() {
	mkdir -p fakes
	printf '#!/bin/sh\necho "%s"\nexit %s\n' "$2" "${3-0}" >"fakes/$1"
	chmod +x "fakes/$1"
}

# Only what was faked, and what a shell script needs.
faked() {
	run_split env DOCKLINE_PYTHON="$PWD/fakes/python3" PATH="$PWD/fakes" "$BUILD/bin/dock-doctor" "$@"
}

# check NAME EXPR: jq EXPR is true for the check of that name
check() {
	jq -es --arg n "$1" "map(select(.check == \$n)) | length == 1 and (.[0] | $2)" "$out" \
		>/dev/null || complain "$1: not $2"
}

@test "dock-doctor: what every program promises" {
	assert_front dock-doctor
}

@test "dock-doctor: a machine that can dock" {
	fake vina 'AutoDock Vina v1.2.7'
	fake obabel 'Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24'
	fake python3 2022.09.3
	fake smina 'Smina Nov 21 2018.  Based on AutoDock Vina 1.1.2.'
	fake sbatch 'slurm 22.05.8'
	faked
	assert_status 0
	assert_err ''
	assert_json '.type == "check" and (.status | IN("ok", "warning", "missing", "broken"))'
	check vina '.status == "ok" and .version == "1.2.7" and (.sha256 | length) == 64 and .needed'
	check obabel '.version == "3.1.1" and .path == "'"$PWD"'/fakes/obabel"'
	check rdkit '.version == "2022.09.3"'
	check smina '.version == "Nov 21 2018.  Based on AutoDock Vina 1.1.2."'
	check slurm '.version == "22.05.8"'
	check gnina '.status == "missing" and .variable == "DOCKLINE_GNINA" and (has("package") | not)'
	check cores '.count >= 1'
	check memory '.bytes > 0'
	check sqlite '.version | startswith("3.")'
	check libcurl '.status == "ok" and (.version | test("^[78]\\.")) and (.tls | test("^[A-Za-z()]+/[0-9]"))'
	check directory '.file_system == "local" and .path == "'"$DOCKLINE_STATE"'"'
}

@test "dock-doctor: without a libcurl that works, dockings go on" {
	fake vina 'AutoDock Vina v1.2.7'
	fake obabel 'Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24'
	mkdir broken
	echo none >broken/libcurl.so.4
	LD_LIBRARY_PATH=$PWD/broken faked
	assert_status 0
	check libcurl '.status == "missing" and .package == "libcurl4" and (.notes[0] | test("libcurl is needed"))'
}

@test "dock-doctor: a version with a defect, and what is done about it" {
	fake vina 'AutoDock Vina v1.2.3'
	fake obabel 'Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24'
	faked
	assert_status 0
	check vina '.status == "warning" and (.notes[0] | test("unbound energy.*repaired"))'
	fake vina 'AutoDock Vina 1.1.2 (May 11, 2011)'
	faked
	check vina '.status == "ok"'
}

@test "dock-doctor: what is missing names package and variable, and nothing can be docked" {
	fake obabel 'Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24'
	faked
	assert_status 1
	assert_err 'dock-doctor: nothing can be docked here: vina and obabel are needed'
	check vina '.status == "missing" and .package == "autodock-vina" and .variable == "DOCKLINE_VINA"'
	check rdkit '.status == "missing" and .package == "python3-rdkit"'
	DOCKLINE_VINA=/nowhere/vina faked --table
	assert_status 1
	assert_out -r "vina +missing +- +Debian package autodock-vina; DOCKLINE_VINA names it; .*'/nowhere/vina', which cannot be run"
}

@test "dock-doctor: Meeko is that of the Python which runs its program" {
	fake python3-of-meeko 0.5.1
	printf '#!%s/fakes/python3-of-meeko -s\nimport meeko\n' "$PWD" >fakes/mk_prepare_ligand.py
	chmod +x fakes/mk_prepare_ligand.py
	faked
	check meeko '.status == "ok" and .version == "0.5.1" and .path == "'"$PWD"'/fakes/mk_prepare_ligand.py"'
	echo 'no script' >fakes/mk_prepare_ligand.py
	faked
	check meeko '.status == "broken" and .notes == ["it does not tell which Python runs it"]'
}

@test "dock-doctor: engines of files, and what is known of a version" {
	fake qvina2 'AutoDock Vina 1.1.2 (May 11, 2011)'
	fake gnina 'gnina v1.3 master:7c2ec1b   Built Oct  3 2024.'
	fake smina 'Smina Nov 21 2018.  Based on AutoDock Vina 1.1.2.'
	faked
	check qvina2 '.status == "ok" and .version == "1.1.2 (May 11, 2011)" and (.sha256 | length) == 64
		and (.notes[0] | test("SHA-256"))'
	check unidock '.status == "missing" and .variable == "DOCKLINE_UNIDOCK"'
	check gnina '(.notes | length) == 2 and (.notes[1] | test("CUDA_VISIBLE_DEVICES"))'
	check smina '.notes[0] | test("poses are counted")'
	fake gnina 'gnina v1.4 master:7c2ec1b   Built Oct  3 2026.'
	faked
	check gnina '.notes == null'
	fake vina 'AutoDock Vina v1.2.7'
	faked
	check vina '.status == "ok" and (.notes | length) == 1'
}

@test "dock-doctor: what is there and does not work is broken" {
	fake obabel 'Open Babel 3.1.1' 3
	fake smina '' 4
	sed -i '2s/.*/printf "first\\nfatal: where am \\344?\\n\\n" >\&2/' fakes/smina
	fake vina 'command not found'
	fake python3 '' 1
	faked
	assert_status 1
	check obabel '.status == "broken" and .notes == ["exit 3"]'
	check smina '.status == "broken" and .notes == ["exit 4: fatal: where am ??"]'
	check vina '.status == "broken" and (.notes[0] | test("does not say its version"))'
	check rdkit '.status == "missing"'
}

@test "dock-doctor: settings that are not as by default, or cannot be read" {
	faked
	check settings '.status == "ok" and (has("notes") | not)'
	mkdir -p "$DOCKLINE_STATE"
	echo 'list: {limit: 20}' >"$DOCKLINE_STATE/config.yaml"
	DOCKLINE_WORKER_JOBS=3 faked
	check settings '.status == "ok" and .notes ==
		["list.limit is 20 ('"$DOCKLINE_STATE"'/config.yaml:1:15)", "worker.jobs is 3 (DOCKLINE_WORKER_JOBS)"]'
	echo 'list: {limits: 20}' >"$DOCKLINE_STATE/config.yaml"
	faked
	check settings '.status == "broken" and (.notes[0] | test("did you mean .list.limit."))'
}

@test "dock-doctor: this machine" {
	need vina obabel
	run_split dock-doctor --json
	assert_status 0
	check vina '.status | IN("ok", "warning")'
	run_split dock-doctor --table
	assert_status 0
	assert_out -r '^group +check +status +version +about'
	run_split dock-doctor file
	assert_status 2
	run_split dock-doctor --json --table
	assert_status 2
}

@test "dock-doctor: what a cluster allows, and that there is none" {
	fake vina 'AutoDock Vina v1.2.7'
	fake obabel 'Open Babel 3.1.1 -- Jan  4 2023 -- 09:58:24'
	faked
	check limits '.group == "cluster" and .status == "missing" and .notes == ["no cluster here"]'
	fake scontrol $'Configuration data\nClusterName = hpc\nMaxArraySize = 5001\nMaxJobCount = 50000'
	fake sacctmgr 400
	faked
	check 'slurm limits' '.status == "ok" and .cluster == "hpc" and .array == 5001 and .jobs == 50000 and .submit == 400'
	check 'slurm limits' '.elements == 400 and .chunk == 50 and (.notes[0] | test("^5001 elements in an array, 400 at a time; 50 exec"))'
	fake scontrol 'slurm_load_ctl_conf error: Unable to contact slurm controller (connect failure)' 1
	faked
	check 'slurm limits' '.status == "broken" and (.notes[0] | test("Unable to contact"))'
	fake scontrol 'scontrol: fatal: Could not establish a configuration source' 1
	faked
	check limits '.notes == ["no cluster here"]'
}
