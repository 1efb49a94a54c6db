# SPDX-License-Identifier: MIT
# What every program has in common: its page, its tests, its options told alike in three places.
load ../helper
load tree

# all but those that the first test complains about
paged_programs() {
	local program

	for program in $(programs); do
		[[ ! -s $(page_of "$program") ]] || echo "$program"
	done
}

page_of() { echo "$root/man/$1.1"; }

# the options of a page, one a line: long, short or -, arg or -
page_options() {
	sed -nE 's/^\.It (Fl .*)$/\1/p' "$(page_of "$1")" |
		awk '/Fl Fl / {
			long = short = $0
			sub(/.*Fl Fl /, "", long)
			sub(/ .*/, "", long)
			if (!sub(/^Fl /, "", short) || short ~ /^Fl/) short = "-"
			sub(/ .*/, "", short)
			print long "\t" short "\t" (/Fl Fl [a-z0-9-]+ [^ ]/? "arg" : "-")
		}' | sort
}

# the options of a -h text, likewise
help_options() {
	sed -nE 's/^  (-[A-Za-z], |    )--([a-z0-9-]+)( [^ ]+)?  ?.*/\2\t\1\t\3/p' |
		awk -F '\t' '{ print $1 "\t" ($2 ~ /-/ ? substr($2, 2, 1) : "-") "\t" ($3 == "" ? "-" : "arg") }' | sort
}

list_options() {
	"$1" --list-options | awk -F '\t' '{ print $1 "\t" $2 "\t" ($3 == "-" ? "-" : "arg") }' | sort
}

@test "programs: each has a page and a test file" {
	for program in $(programs); do
		[[ -s $(page_of "$program") ]] || note "man/$program.1 is missing"
		[[ -s $root/tests/cmd/$program.bats ]] || note "tests/cmd/$program.bats is missing"
		[[ -x $BUILD/bin/$program ]] || note "$program is not built"
	done
	for page in "$root"/man/*.1; do
		[[ -e $root/cmd/$(basename "$page" .1).c ]] || note "${page##*/} belongs to no program"
	done
	nothing_noted
}

@test "programs: help, page and completion list the same options" {
	for program in $(paged_programs); do
		list_options "$program" >list
		[[ -s list ]] || note "$program --list-options is empty"
		page_options "$program" >page
		"$program" -h | help_options >help
		diff -u list help || note "$program: --list-options (-) and -h (+) differ"
		diff -u list page || note "$program: --list-options (-) and man page (+) differ"
	done
	nothing_noted
}

@test "programs: options are in the order of the alphabet, in table and page" {
	for program in $(paged_programs); do
		sed -nE 's/^\.It Fl .*Fl Fl ([a-z0-9-]+).*/\1/p' "$(page_of "$program")" >page
		LC_ALL=C sort -c page || note "man/$program.1: options are not sorted"
		"$program" --list-options | cut -f 1 | sed '/^\(allow-failed\|help\|org\)$/,$d' >own
		LC_ALL=C sort -c own || note "cmd/$program.c: options are not sorted"
	done
	nothing_noted
}

@test "programs: -h -q -v -V mean the same everywhere" {
	for program in $(programs); do
		"$program" --list-options | awk -F '\t' '$2 ~ /[hqvV]/ { print $2, $1 }' | sort >short
		diff -u - short <<-'END' || note "$program"
			V version
			h help
			q quiet
			v verbose
		END
	done
	nothing_noted
}

@test "programs: pages say EXIT STATUS and EXAMPLES, section 5 pages EXAMPLES" {
	for program in $(paged_programs); do
		grep -qx '.Sh EXIT STATUS' "$(page_of "$program")" || note "$program: no EXIT STATUS"
	done
	for page in "$root"/man/*.[1-8]; do
		grep -qx '.Sh EXAMPLES' "$page" || note "${page##*/}: no EXAMPLES"
	done
	nothing_noted
}

@test "programs: pages are clean mdoc and refer to pages there are" {
	need mandoc
	for page in "$root"/man/*.[1-8]; do
		run_split mandoc -T lint -W warning "$page"
		assert_status 0
		assert_out ''
	done
	for schema in "$root"/share/schema/*.json; do
		grep -qF "share/dockline/schema/${schema##*/}" "$root"/man/*.5 || note "no page names ${schema##*/}"
	done
	for table in $(sed -nE 's/^CREATE TABLE ([a-z_]+) .*/\1/p' "$root"/lib/store/schema/*.sql | sort -u); do
		grep -qE "^\.(It )?Li( .*,)? $table( |\$)" "$root/man/dockline-state.5" ||
			note "dockline-state(5) does not name table $table"
	done
	sed -nE 's/.*\.?Xr ((dock|task|pipeline)[a-z-]*) ([1-8]).*/\1.\3/p' "$root"/man/*.[1-8] | sort -u >refs
	while read -r page; do
		[[ -e $root/man/$page ]] || note "man/$page is referred to and missing"
	done <refs
	nothing_noted
}

@test "programs: an example can be copied from its page, and dockline(7) names all programs" {
	# no line of a display is filled anew, none loses the backslash that it goes on by
	run_split awk 'sub(/^\.Dl /, "") { gsub(/\\\(dq/, "\""); if (length($0) > 66) print FILENAME ":" FNR ": too long" }
		/(^|[^\\])\\$/ { print FILENAME ":" FNR ": \\ for \\e" }' "$root"/man/*.[1-8]
	assert_status 0
	assert_out ''
	for program in $(paged_programs); do
		grep -qx "\.It Xr $program 1" "$root/man/dockline.7" || note "$program is not in dockline.7"
	done
	nothing_noted
}

@test "programs: dockline(7) explains every variable, dockline-config(5) those of settings" {
	grep -rhoE '"DOCKLINE_[A-Z_]+' "$root/lib" "$root/cmd" | tr -d '"' | sort -u >used
	while read -r variable; do
		[[ $variable != DOCKLINE_VERSION ]] || continue
		! grep -qE "; Ev $variable( |\$)" "$root/man/dockline-config.5" || continue
		grep -qE "^\.It Ev .*$variable( |\$)" "$root/man/dockline.7" || note "$variable is not in dockline.7"
	done <used
	nothing_noted
}

@test "programs: none loads a large library before it needs it" {
	need ldd
	for program in $(programs); do
		run_split ldd "$BUILD/bin/$program"
		assert_status 0
		[[ ! $output =~ lib(curl|archive|crypto|jq)\. ]] || note "$program loads $BASH_REMATCH"
	done
	nothing_noted
}

@test "programs: what is loaded late is not linked, though nothing is optimised" {
	need nm
	local plain=$PWD/plain objects

	mapfile -t objects < <(cd "$root" && grep -lE '^#include (<jq.h>|"(data/libarchive|exec/curl).h")' lib/*/*.c |
		sed "s|.*|$plain/&|; s|c$|o|")
	((${#objects[@]} >= 3))
	run_split make -s -j 2 -C "$root" BUILD="$plain" CFLAGS=-O0 "${objects[@]}"
	assert_status 0
	nm "${objects[@]}" >symbols
	run_split grep -E ' U (jq|jv|archive|curl)_' <(grep -v ' curl_load$' symbols)
	assert_status 1
	assert_out ''
}

@test "programs: no program holds a path of the machine it was built on" {
	for program in $(programs); do
		! grep -qF "$root/" "$BUILD/bin/$program" || note "$program names $root"
	done
	nothing_noted
}
