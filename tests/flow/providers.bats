# SPDX-License-Identifier: MIT
# Shipped tasks: services of different shapes, and simulations that are plain tasks.
load ../helper
load ../services

setup() {
	fresh
	need python3 jq
}

teardown() {
	end_services
	spotless
}

# the shipped task NAME at $url, with MEMBERS of service_config changed by jq
shipped() {
	taskreg show "$1" | jq --arg url "$url" "del(.type, .origin) | .service_config.service_url = \$url ${2:+| $2}" |
		taskreg add >/dev/null
}

@test "providers: a chat in the shape of OpenAI's" {
	serve a
	export OPENAI_API_KEY=secret-of-the-day
	shipped chat-openai
	taskreg service check >/dev/null
	printf '%s\n' '{"model":"other","prompt":"x"}' '{"model":"m","prompt":"what is {smiles}?","values":{"smiles":"CCO"},"system":"be brief","max_tokens":5}' \
		'{"model":"poor","prompt":"x"}' >lines
	run_split timeout 20 taskrun chat-openai lines
	assert_status 1
	jq -es 'map(select(.id == 2))[0] | .result == {"text":"WHAT IS CCO?","finish":"stop","model":"m","tokens":{"input":11,"output":7}}
		and .metrics == {"tokens_in":11,"tokens_out":7}' "$out" || complain result
	jq -es 'map(select(.id == 3))[0] | .error.class == "rejected" and .error.reason == "no money" and .attempts == 1' "$out" || complain failure
	jq -es 'map(select(.id == 1))[0] | .error.class == "rejected" and (.error.reason | test("offers"))' "$out" || complain other
	jq -es 'map(select(.model == "m"))[0] == {"model":"m","max_tokens":5,
		"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"what is CCO?"}]}' a/asked
	run_split timeout 20 taskrun -n chat-openai --set model=m
	assert_status 3
	assert_err "taskrun: '/prompt' must be given (required)"
}

@test "providers: a chat in the shape of Anthropic's" {
	serve a
	export ANTHROPIC_API_KEY=secret-of-the-day
	shipped chat-anthropic
	run_split timeout 20 taskrun -n chat-anthropic --set model=m --set prompt=hello
	assert_status 0
	assert_json '.result == {"text":"HELLO","finish":"end_turn","model":"m","tokens":{"input":5,"output":1024}}'
	run_split timeout 20 taskrun -n chat-anthropic --set model=poor --set prompt=hello
	assert_status 1
	assert_json '.error.class == "rejected" and .error.reason == "no money"'
	run_split grep -rlaF secret-of-the-day .dockline
	assert_out ''
}

@test "providers: a docking service is sent the text of the receptor" {
	serve a
	shipped rest-docking
	echo 'ATOM receptor' >rec.pdbqt
	echo '{"ligand":{"name":"ethanol","text":"ATOM ligand"},"box":{"center":[1,2,3],"size":[20,20,20]},"num_modes":3}' >lines
	run_split timeout 20 taskrun --set receptor=rec.pdbqt rest-docking lines
	assert_status 0
	assert_json '.result.best.affinity == -7 and (.result.poses | map(.rank)) == [1,2,3] and .metrics == {"affinity":-7}'
	assert_json '.result.files.poses.text | startswith("MODEL 2")'
	holds '.receptor == {"format":"pdbqt","text":"ATOM receptor\n"} and .box.size == [20,20,20] and (has("seed") | not)' a/asked
}

@test "providers: LAMMPS runs a script with variables, and what it writes is kept" {
	need lmp
	cat >in.lj <<-'END'
		units lj
		lattice fcc 0.8442
		region box block 0 ${n} 0 ${n} 0 ${n}
		create_box 1 box
		create_atoms 1 box
		mass 1 1.0
		velocity all create 1.44 87287
		pair_style lj/cut 2.5
		pair_coeff 1 1 1.0 1.0 2.5
		fix 1 all nve
		thermo 10
		run 20
		write_data out.data
	END
	run_split timeout 60 taskrun -n lammps --set script=in.lj --set 'variables={"n": 3}'
	assert_status 0
	assert_json '.result.atoms == 108 and .result.thermo.Step == 20 and (.metrics.temperature | type) == "number"'
	assert_json '.result.files | keys == ["log.lammps", "out.data"] and (.["out.data"].object | length) == 64'
	echo 'no_such_command' >in.bad
	run_split timeout 60 taskrun -n lammps --set script=in.bad
	assert_status 1
	assert_json '.error.class == "input" and (.error.reason | test("Unknown command"))'
}

@test "providers: FEniCSx runs a script, and what it prints is the result" {
	/usr/bin/python3 -c 'import dolfinx' 2>/dev/null || skip 'dolfinx is missing'
	cat >poisson.py <<-'END'
		import json, sys
		from mpi4py import MPI
		from dolfinx import mesh
		n = json.load(sys.stdin)["n"]
		domain = mesh.create_unit_square(MPI.COMM_WORLD, n, n)
		open("note.txt", "w").write("done")
		print(json.dumps({"cells": domain.topology.index_map(2).size_global}))
	END
	run_split timeout 100 taskrun -n fenicsx --set script=poisson.py --set 'parameters={"n": 4}'
	assert_status 0
	assert_json '.result.result.cells == 32 and (.result.files["note.txt"].object | length) == 64'
}
