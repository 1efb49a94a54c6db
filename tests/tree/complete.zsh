# SPDX-License-Identifier: MIT
# usage: zsh -f complete.zsh FUNCTION_DIR LINE
# Types LINE and TAB into an interactive zsh; prints what it lists and what becomes of the line.
zmodload zsh/zpty

expect() {
	local line

	while zpty -r shell line; do
		print -r -- "$line"
		[[ $line != *$1* ]] || break
	done
}

zpty shell 'PS1= TERM=dumb COLUMNS=200 LINES=100 zsh -f -i'
zpty -w shell "PS1=; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000; print READ''Y"
expect READY >/dev/null
zpty -n -w shell "$2"$'\t\t'
zpty -n -w shell $'\C-aprint -r DO\'\'NE \C-e\n'
expect DONE
zpty -d shell
