# SPDX-License-Identifier: MIT
# The rules of the source: floors, headers, sizes, formatting, forbidden words.
load ../helper
load tree

# no line of the sources on stdin matches the extended regular expression, comments and strings aside
none_matches() {
	run_split awk -v pattern="$1" '
		FNR == 1 { comment = 0 }
		{
			line = $0
			gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
			if (comment && !sub(/.*\*\//, "", line))
				next
			gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
			comment = sub(/\/\*.*/, "", line)
			if (line ~ pattern) print FILENAME ":" FNR ": " $0
		}' "${@:2}"
	assert_status 0
	assert_out ''
}

@test "source: every include keeps to lib/FLOORS" {
	run_split "$root/scripts/check-floors"
	assert_status 0
	assert_out ''
	assert_err ''
}

@test "source: an include upstairs, a stranger and a bare name are found" {
	copy_tree
	printf '#include "cli/app.h"\n#include "err.h"\n#include <sqlite3.h>\n' >copy/lib/base/planted.c
	mkdir copy/lib/attic
	echo '#include "base/err.h"' >copy/lib/attic/planted.h
	printf '#include "store/store.h"\n' >copy/cmd/planted.c
	run_split "$root/scripts/check-floors" copy
	assert_status 1
	assert_out 'cmd/planted.c:1: cmd may not include "store/store.h"
lib/attic/planted.h:1: folder attic is not in lib/FLOORS
lib/attic/planted.h:1: attic may not include "base/err.h"
lib/base/planted.c:1: base may not include "cli/app.h"
lib/base/planted.c:2: "err.h" lacks its folder
lib/base/planted.c:3: only lib/store includes <sqlite3.h>'
}

@test "source: every header compiles alone" {
	need cc pkg-config
	run_split "$root/scripts/check-headers"
	assert_status 0
	assert_out ''
	assert_err ''
}

@test "source: functions, files and lines have a human size" {
	run_split "$root/scripts/check-size"
	assert_status 0
	assert_out ''
}

@test "source: a function of 102 lines and a line of 101 columns are found" {
	mkdir -p copy/lib/base copy/cmd
	{
		printf 'static int\nendless(void)\n{\n'
		yes '	;' | head -n 100 || true
		printf '}\n\t%093d\n\t%092d\n' 0 0
	} >copy/lib/base/planted.c
	run_split "$root/scripts/check-size" copy
	assert_status 1
	assert_out 'lib/base/planted.c:2: endless has 102 lines
lib/base/planted.c:105: wider than 100 columns'
}

@test "source: formatted as make fmt formats" {
	need clang-format-14
	cd "$root"
	mapfile -t files < <(tracked 'lib' 'cmd' 'tests' | grep '\.[ch]$')
	run_split clang-format-14 --dry-run -Werror "${files[@]}"
	assert_status 0
}

@test "source: no forbidden calls" {
	cd "$root"
	mapfile -t files < <(tracked lib cmd | grep '\.[ch]$')
	none_matches '(^|[^a-z_])(system|popen|strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|tmpnam|mktemp)[(]' \
		"${files[@]}"
}

@test "source: the library neither prints to stdout nor exits" {
	cd "$root"
	mapfile -t files < <(tracked lib | grep '\.c$' | grep -vE '^lib/(cli/|base/(alloc|err)\.c)')
	none_matches '(^|[^a-z_])(printf|puts|putchar|exit)[(]' "${files[@]}"
}

@test "source: every file says its licence and none a promise without a name" {
	cd "$root"
	mapfile -t files < <(tracked lib cmd tests man | grep -v source.bats | grep -E '\.(c|h|[1-8]|bats|bash)$')
	run_split grep -L 'SPDX-License-Identifier: MIT' "${files[@]}"
	assert_out ''
	run_split grep -nE '(^|[^A-Za-z])(TODO|FIXME|XXX)([^(A-Za-z]|$)' "${files[@]}"
	assert_out ''
}

@test "source: nothing tracked names a place of one machine" {
	cd "$root"
	mapfile -t files < <(tracked)
	run_split grep -nIE -d skip '(^|[^A-Za-z0-9._$}/-])/(work|root|home)/[a-z]' "${files[@]}"
	assert_out ''
	assert_status 1
}

@test "source: shell scripts pass shellcheck and say their usage" {
	need shellcheck
	cd "$root"
	mapfile -t scripts < <(tracked .ci scripts tests | xargs grep -IlE '^#!(/bin/sh|/usr/bin/env bash|/bin/bash)')
	run_split shellcheck "${scripts[@]}" tests/*.bash tests/*/*.bash
	assert_status 0
	assert_out ''
	for script in scripts/*; do
		[[ -x $script ]] || continue
		(($(wc -l <"$script") <= 60)) || complain "$script is longer than 60 lines"
		grep -q '^# usage: ' "$script" || complain "$script has no usage line"
	done
	(($(wc -l <tests/helper.bash) < 200))
}

@test "source: tests neither sleep nor hide a failing program in a pipe" {
	cd "$root"
	run_split grep -nE '^[[:space:]]*sleep[[:space:]]' $(tracked tests | grep -E '\.(bats|bash)$')
	assert_out ''
	# a bare wait waits for the countdown of the case: settle does not
	run_split grep -nE $'^\twait($| [^"$])' $(tracked tests | grep -E '\.(bats|bash)$')
	assert_out ''
	# bash has no failure of `! command`, unless it is the last one: refute has
	run_split grep -nE $'^[ \t]*([^]#"\'([]* && )?! [^|;]*$' $(tracked tests | grep -E '\.bats$')
	assert_out ''
	grep -q 'set -o pipefail' tests/helper.bash
}
