# SPDX-License-Identifier: MIT
# bash completion: asks the program for its options, so that it never needs a change.

# task names for taskrun, one a line; nothing where there is no taskreg
_dockline_tasks() {
	taskreg list --json 2>/dev/null </dev/null | sed -n 's/.*"task_id": *"\([^"]*\)".*/\1/p'
}

# what the first operand may be, one a line: a task for taskrun, else a command named in the usage
_dockline_first() {
	if [[ ${1##*/} == taskrun ]]; then
		_dockline_tasks
	else
		"$1" -h 2>/dev/null </dev/null | sed -n '1s/^[^]]*\] //p' | tr '| ' '\n\n' | sed -n '/^[a-z][a-z]*$/p'
	fi
}

# how many operands stand before the current word, given the options that take an argument
_dockline_operands() {
	local i count=0

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) [[ " $1 " != *" ${COMP_WORDS[i]} "* ]] || ((i++)) ;;
		*) ((count++)) ;;
		esac
	done
	echo "$count"
}

_dockline() {
	local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]} long short arg help names='' taking=''

	while IFS=$'\t' read -r long short arg help; do
		names+="--$long "
		[[ $short == - ]] || names+="-$short "
		[[ $arg == - ]] || taking+="--$long -$short "
	done < <("${program/#\~/$HOME}" --list-options 2>/dev/null </dev/null)

	COMPREPLY=()
	if [[ " $taking " != *" $previous "* ]]; then
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
			return
		fi
		if [[ $(_dockline_operands "$taking") == 0 ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_dockline_first "${program/#\~/$HOME}")" -- "$current")
		fi
	fi
	[[ $current != = ]] || current=
	[[ -n ${COMPREPLY[*]} ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
	compopt -o filenames 2>/dev/null
}

complete -F _dockline @PROGRAMS@
