# SPDX-License-Identifier: MIT
# Completion in the three shells, asked of the shells themselves.
load ../helper
load tree

names() { { programs && echo taskrun; } | sort -u; }

setup() {
	fresh
	scripts=$BATS_TEST_TMPDIR/completions
	mkdir -p "$scripts"
	for file in dockline.bash _dockline dockline.fish; do
		sed "s/@PROGRAMS@/$(names | tr '\n' ' ')/" "$root/completions/$file" >"$scripts/$file"
	done
	# a program with options of every kind, and a registry
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/taskrun" <<-'END'
		#!/bin/sh
		[ "$1" = --list-options ] && printf 'job\t-\tNAME\tresumable [name]\njobs\tj\tN\tat most: N\nquiet\tq\t-\tsay less\n'
	END
	cat >"$BATS_TEST_TMPDIR/bin/taskreg" <<-'END'
		#!/bin/sh
		[ "$*" = "list --json" ] && printf '{"type":"task","task_id":"dock-vina","version":1}\n{"type":"task","task_id":"sum"}\n'
		[ "$1" = -h ] && echo 'usage: taskreg [option ...] add|check|list [FILE ...] [TASK[@VERSION] ...]'
	END
	cat >"$BATS_TEST_TMPDIR/bin/taskstat" <<-'END'
		#!/bin/sh
		[ "$1" = -h ] && echo 'usage: taskstat [option ...] [ID ... | why ID ... | artifact ID [NAME]] --format FORMAT|--bundle ZIP'
	END
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	touch ligand.sdf
}

# what bash offers for the words; the last is the one being typed
in_bash() {
	run_split bash --norc -c '
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_dockline
		printf "%s\n" "${COMPREPLY[@]}"' bash "$scripts/dockline.bash" "$@"
	assert_status 0
	assert_err ''
}

in_fish() {
	run_split fish --no-config -c "ln -sf '$scripts/dockline.fish' '$scripts/${1%% *}.fish'
		set -p fish_complete_path '$scripts'; complete -C '$1'"
	assert_status 0
	assert_err ''
}

in_zsh() {
	run_split timeout 60 zsh -f "$root/tests/tree/complete.zsh" "$scripts" "$1"
	assert_status 0
}

@test "completion: bash offers options, files and tasks" {
	in_bash taskrun --jo
	assert_out $'--job\n--jobs'
	in_bash taskrun -
	assert_out $'--job\n--jobs\n-j\n--quiet\n-q'
	in_bash taskrun --job li
	assert_out ligand.sdf
	in_bash taskrun -j 2 ''
	assert_out $'dock-vina\nsum'
	in_bash taskrun -q sum lig
	assert_out ligand.sdf
	in_bash taskrun --job = lig
	assert_out ligand.sdf
}

@test "completion: bash knows every program, and loads the file" {
	run_split bash --norc -c '. "$1"; complete -p | sed "s/.* //" | sort' bash "$scripts/dockline.bash"
	assert_status 0
	assert_out "$(names)"
	PATH=$BUILD/bin:$PATH
	for program in $(programs); do
		in_bash "$program" --
		assert_out -l --help
	done
}

@test "completion: fish offers options with their help, files and tasks" {
	need fish
	in_fish 'taskrun --jo'
	assert_out $'--job\tresumable [name]\n--jobs\tat most: N'
	in_fish 'taskrun -j lig'
	assert_out ligand.sdf
	in_fish 'taskrun '
	assert_out -l dock-vina
	in_fish 'taskrun sum lig'
	assert_out ligand.sdf
}

@test "completion: zsh offers options with their help, files and tasks" {
	need zsh
	zsh -f -c 'zmodload zsh/zpty && zpty shell true' || skip "there are no pseudo terminals here"
	in_zsh 'taskrun --'
	assert_out -r '--job +-- resumable \[name\]'
	assert_out -r '--jobs +-j|--jobs +-- at most: N'
	in_zsh 'taskrun --qui'
	assert_out -r 'DONE taskrun --quiet'
	in_zsh 'taskrun --job lig'
	assert_out -r 'DONE taskrun --job ligand\.sdf'
	in_zsh 'taskrun dock'
	assert_out -r 'DONE taskrun dock-vina'
	in_zsh 'taskrun sum lig'
	assert_out -r 'DONE taskrun sum ligand\.sdf'
}

@test "completion: harmless without registry and with a program that fails" {
	printf '#!/bin/sh\necho broken >&2\nexit 3\n' | tee "$BATS_TEST_TMPDIR/bin/taskreg" >"$BATS_TEST_TMPDIR/bin/taskrun"
	in_bash taskrun lig
	assert_out ligand.sdf
	in_bash taskrun --x
	assert_out ''
}

@test "completion: the commands of a program that has some, then files" {
	in_bash taskreg c
	assert_out check
	in_bash taskreg check lig
	assert_out ligand.sdf
	in_bash taskstat ''
	assert_out $'why\nartifact'
	if type -P fish >/dev/null; then
		in_fish 'taskreg a'
		assert_out -l add
		in_fish 'taskstat w'
		assert_out -l why
	fi
	if type -P zsh >/dev/null; then
		in_zsh 'taskreg ch'
		assert_out -r 'DONE taskreg check'
		in_zsh 'taskstat ar'
		assert_out -r 'DONE taskstat artifact'
	fi
}
