# SPDX-License-Identifier: MIT
# tree: the files and programs of the tree, for the tests of its own rules.
# shellcheck shell=bash disable=SC2154 # root is set by helper.bash

# the files under version control, relative to $root; of an unpacked archive all but the build
tracked() {
	if [[ $(git -C "$root" rev-parse --show-toplevel 2>/dev/null) == "$root" ]]; then
		git -C "$root" ls-files -- "$@"
	else
		(cd "$root" && find "${@:-.}" ! -type d ! -path './build/*' ! -path './dist/*' \
			! -path './demo/*' | sed 's|^\./||')
	fi
}

programs() {
	local file

	for file in "$root"/cmd/*.c; do
		basename "$file" .c
	done
}

# a copy of lib and cmd that a test may spoil
copy_tree() {
	mkdir -p copy
	cp -R "$root/lib" "$root/cmd" copy/
}

# say everything that is wrong before failing
note() { printf '%s\n' "$*" >>noted; }

nothing_noted() {
	[[ ! -s noted ]] || {
		cat noted
		return 1
	}
}
