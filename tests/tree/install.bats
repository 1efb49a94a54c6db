# SPDX-License-Identifier: MIT
# Installing, removing and packing the tree.
load ../helper
load tree

# make in the tree with the build that is being tested
in_tree() { run_split make -s -C "$root" BUILD="$BUILD" "$@"; }

@test "install: everything arrives, and uninstall leaves nothing" {
	umask 022
	in_tree install DESTDIR="$PWD/dest" PREFIX=/usr
	assert_status 0
	assert_err ''
	for program in $(programs); do
		[[ -x dest/usr/bin/$program ]]
		[[ -s dest/usr/share/man/man1/$program.1 ]]
		[[ -s dest/usr/share/bash-completion/completions/$program ]]
		[[ -s dest/usr/share/fish/vendor_completions.d/$program.fish ]]
	done
	[[ -s dest/usr/share/man/man7/dockline.7 ]]
	diff -r "$root/share" dest/usr/share/dockline
	run_split grep -rF @PROGRAMS@ dest
	assert_status 1
	in_tree uninstall DESTDIR="$PWD/dest" PREFIX=/usr
	assert_status 0
	run_split find dest ! -type d
	assert_out ''
	[[ ! -e dest/usr/share/dockline ]]
}

@test "install: no file names the place it was built or installed at" {
	in_tree install PREFIX="$PWD/prefix"
	assert_status 0
	run_split grep -rlF -e "$root/" -e "$PWD/" prefix
	assert_out ''
}

@test "install: programs find their share beside them, wherever the prefix is moved" {
	[[ -e $root/cmd/taskreg.c ]] || skip "there is no taskreg yet"
	in_tree install PREFIX="$PWD/prefix"
	mv prefix elsewhere
	unset DOCKLINE_SHARE
	run_split elsewhere/bin/taskreg list --json
	assert_status 0
	assert_json -s 'map(.task_id) | index("dock-vina") != null'
}

@test "dist: the archive holds what is tracked, and keeps the rules" {
	need git
	[[ $(git -C "$root" rev-parse --show-toplevel 2>/dev/null) == "$root" ]] || skip "no clone"
	git -c advice.detachedHead=false clone -q "$root" clone
	run_split make -s -C clone dist
	assert_status 0
	tar -xzf clone/dist/dockline-*.tar.gz
	(cd clone && git ls-files | LC_ALL=C sort) >expected
	(cd dockline-* && find . ! -type d | sed 's|^\./||' | LC_ALL=C sort) >packed
	diff -u expected packed
	run_split dockline-*/scripts/check-floors
	assert_status 0
}
