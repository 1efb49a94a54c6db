# SPDX-License-Identifier: MIT
# register: tasks made in a line, for tests of what the engine does with them.
# shellcheck shell=bash

# register NAME COMMAND MEMBER ...: a task whose program is sh -c COMMAND
register() {
	local name=$1 command=$2

	shift 2
	{
		printf 'task_id: %s\nservice_config:\n' "$name"
		printf '  command: [sh, -c, %s]\n' "$(jq -Rn --arg c "$command" '$c')"
		(($# == 0)) || printf '  %s\n' "$@"
	} >"$name.yaml"
	taskreg -q add "$name.yaml" >/dev/null
}

lines() { seq "$1" | jq -c '{n: .}'; }
