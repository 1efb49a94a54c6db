# SPDX-License-Identifier: MIT
# common: what the scripts that start a scheduler have in common. $folder is theirs.
# shellcheck shell=bash

folder=${folder-}

usage() { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
fail() { echo "${0##*/}: $*" >&2; exit 5; }

until_true() { # SECONDS COMMAND ...
	local deadline=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		(($(date +%s) < deadline)) || return 1
		read -rt 0.05 <> <(:) || true
	done
}

free_ports() { # a base with so many free ports behind it
	local base port try
	for try in {1..50}; do
		base=$((20000 + (RANDOM * 4 + try) % 12000))
		for ((port = base; port < base + $1; port++)); do
			! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
		done
		echo "$base"
		return
	done
	fail "no free ports"
}

daemon() { # NAME COMMAND ...: in a session of its own, with no file of ours open
	local name=$1
	shift
	(
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			((fd < 3)) || eval "exec $fd>&-"
		done
		exec setsid "$@" </dev/null >>"$folder/log/$name.out" 2>&1
	) &
	echo $! >"$folder/pid/$name"
}

alive() { # is it there, and not a zombie?
	local stat
	read -r stat <"/proc/$1/stat" && [[ ${stat##*) } != Z* ]]
} 2>/dev/null

has() { # PID NAME=VALUE ...: in its environment
	local pid=$1 pair
	shift
	for pair; do
		grep -qazFx "$pair" "/proc/$pid/environ" || return 1
	done
} 2>/dev/null
