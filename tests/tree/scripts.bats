# SPDX-License-Identifier: MIT
# The developers' tools: what make check counts, and what make deps says.
load ../helper
load tree

setup() {
	fresh
	mkdir -p tree/scripts build/unit
	cp "$root"/scripts/check "$root"/scripts/deps "$root"/scripts/packages tree/scripts/
}

unit() { # NAME: a unit program made of the TAP on stdin, with the exit status in $2
	{ echo '#!/bin/sh'; echo "cat <<'END'"; cat; printf 'END\nexit %s\n' "${2:-0}"; } >"build/unit/$1"
	chmod +x "build/unit/$1"
}

# scripts/check, unaware of the bats that runs us
check() {
	env -i PATH="$(tr : '\n' <<<"$PATH" | grep -v libexec | paste -sd :)" TMPDIR="$BATS_TEST_TMPDIR" \
		BUILD="$PWD/build" JOBS=1 tree/scripts/check "$@"
}

# bin/ with little more than a shell, run by the user with the id $1
bare_machine() {
	local tool

	mkdir bin
	for tool in sh awk cat dirname env grep head sed; do
		ln -s "$(type -P "$tool")" bin/
	done
	printf '#!/bin/sh\necho %s\n' "$1" >bin/id
	chmod +x bin/id
}

@test "check: sums unit programs and cases in its last line" {
	need prove bats
	unit good <<<$'1..2\nok 1 - a\nok 2 - b'
	printf '@test "a" { true; }\n@test "b" { skip why; }\n' >good.bats
	run_split check tests/unit "$PWD/good.bats"
	assert_status 0
	assert_out -r '^build|good'
	[[ ${lines[-1]} == "3 passed, 0 failed, 1 skipped" ]]
	rm good.bats
	run_split check tests/unit
	assert_status 0
	[[ ${lines[-1]} == "2 passed, 0 failed" ]]
}

@test "check: a failed case, a crash, a broken plan and a broken file are failures" {
	need prove bats
	unit bad <<<$'1..3\nok 1\nnot ok 2\nok 3' 1
	run_split check tests/unit
	assert_status 1
	[[ ${lines[-1]} == "2 passed, 1 failed" ]]
	unit bad <<<$'1..3\nok 1'
	run_split check tests/unit
	assert_status 1
	[[ ${lines[-1]} == *", "[1-9]*" failed" ]]
	unit bad 134 <<<$'1..1\nok 1'
	sed -i 's/^exit .*/kill -SEGV $$/' build/unit/bad
	run_split check tests/unit
	assert_status 1
	[[ ${lines[-1]} == "1 passed, 1 failed" ]]
	rm build/unit/bad
	printf '@test "a" { echo why; false; }\n@test "b" { true; }\n' >bad.bats
	run_split check "$PWD/bad.bats"
	assert_status 1
	[[ ${lines[-1]} == "1 passed, 1 failed" ]]
	[[ $(grep '^again: ' <<<"$output") == "again: not ok 1 a "*"again: # why" ]]
	printf 'load nowhere\n@test "a" { true; }\n' >bad.bats
	run_split check "$PWD/bad.bats"
	assert_status 1
	[[ ${lines[-1]} != *" 0 failed"* ]]
}

@test "check: nothing to run is a failure" {
	rmdir build/unit
	run_split check tests/unit tests/cmd
	assert_status 1
	assert_out '0 passed, 0 failed'
}

@test "deps: says what is missing and ends 5 where it may not install" {
	bare_machine 1000
	run_split env PATH="$PWD/bin" tree/scripts/deps build demo
	assert_status 5
	assert_out ''
	assert_err -r 'apt-get install gcc .*libyaml-dev .*autodock-vina'
	assert_err -r 'dnf install gcc .*libyaml-devel'
	assert_err -r 'conda install -c conda-forge .*popt .*openbabel'
	[[ $stderr != *bats* ]]
}

@test "deps: installs with apt what is missing, as root" {
	bare_machine 0
	printf '#!/bin/sh\necho "$@" >>%q\n' "$PWD/calls" >bin/apt-get
	chmod +x bin/apt-get
	run_split env PATH="$PWD/bin" tree/scripts/deps demo
	assert_status 5
	[[ $(sed -n 1p calls) == *update* ]]
	[[ $(sed -n 2p calls) == *"install --no-install-recommends autodock-vina openbabel"* ]]
	assert_err -r 'missing: .*prog:vina'
}

@test "deps: all that a test cannot do without is installed for it" {
	# with util-linux, libc-bin, binutils, perl-base, openbabel, gridengine-client and python3-rdkit
	given=' flock more script setpriv ldd nm perl obrms qmod rdkit '
	for program in $(sed -nE 's/^[[:space:]]*need ([a-z0-9_. -]+)$/\1/p' "$root"/tests/*/*.bats | tr ' ' '\n' | sort -u); do
		[[ $given == *" $program "* ]] || grep -qE "(:|/)$program " tree/scripts/packages ||
			note "the package of '$program' is not in scripts/packages"
	done
	nothing_noted
}

@test "deps: nothing missing ends 0, an unknown use ends 2" {
	: >tree/scripts/packages
	run_split tree/scripts/deps demo
	assert_status 0
	assert_out 'deps: nothing is missing for: demo'
	run_split tree/scripts/deps lunch
	assert_status 2
	assert_err -r '^usage: '
}
