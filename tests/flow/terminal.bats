# SPDX-License-Identifier: MIT
# What people see who sit at a terminal, with several programs on it.
load ../helper

setup() {
	fresh
	export TERM=xterm
	export COLUMNS=80
}

teardown() {
	rm -f hold
	exec 7>&-
	settle
	spotless
}

# on_terminal COMMAND: on a terminal, stdin too; what it shows goes into `shown`, lines of it into
# `drawn` when it is asked for by look
on_terminal() { script -qefc "$1" shown >/dev/null 2>&1; }
look() { tr '\r' '\n' <shown | sed 's/\x1b\[K//g' >drawn; }
shows() {
	look
	grep -qE -e "$1" drawn
}

# feed PATTERN: a molecule more to the pipe 7, and is the pattern drawn now?
feed() {
	echo CC >&7
	shows "$1"
}

@test "terminal: of the programs in a pipe one draws, and it is who works" {
	mkfifo molecules
	touch hold
	hold='while [ -e hold ]; do env sleep 0.02; done'
	on_terminal "dock-ligands -f smi molecules | taskrun -j 1 -- sh -c '$hold' >records" &
	terminal=$!
	exec 7>molecules
	printf 'CC a-name-that-fills-the-block-in-which-archives-are-recognised-%d\n' {1..20} >&7
	wait_until 20 feed '^dock-ligands: [0-9]+ molecules, '
	rm hold
	wait_until 20 feed '^taskrun: [1-9][0-9]* executions'
	wait_until 20 feed '^taskrun: [0-9]{2}[0-9]* executions'
	look
	run ! grep '^dock-ligands: [0-9]* molecules' <(sed '1,/^taskrun: /d' drawn)
	exec 7>&-
	wait $terminal
	shows '^taskrun: [0-9]+ executions, none failed$'
}

@test "terminal: a message of one program wipes the line of another" {
	mkfifo lines
	on_terminal "{ cat lines; dock-rank missing; } | taskrun -j 1 -- true >records" &
	terminal=$!
	exec 7>lines
	echo '{}' >&7
	wait_until 20 shows '^taskrun: 1 executions'
	exec 7>&-
	wait $terminal
	grep -aq $'\r\x1b\\[Kdock-rank: cannot open' shown
}

@test "terminal: what never runs says nothing about the time that is left" {
	touch hold hold-1
	seq 300 | sed 's/.*/{"skipped":{}}/' >in
	printf '{"a":"%s"}\n' -1 '' '' >>in
	hold='while [ -e hold$1 ]; do env sleep 0.02; done'
	on_terminal "taskrun -j 1 in -- sh -c '$hold' sh '{a}' >records" &
	terminal=$!
	wait_until 20 shows '^taskrun: 300/303 \(99%\) executions$'
	run ! grep -e left -e '/s$' drawn
	rm hold-1
	wait_until 20 shows '^taskrun: 301/303 \(99%\) executions, 0.[0-9]+/s, [1-9][0-9m.]*s left$'
	rm hold
	wait $terminal
}

@test "terminal: nothing is drawn from the background" {
	touch hold
	hold='while [ -e hold ]; do env sleep 0.02; done'
	cat >behind <<-END
		set -m
		echo '{}' | taskrun -- sh -c '$hold' >records &
		until taskstat 1; do :; done >/dev/null 2>&1
		timeout 5 taskwait 1
		rm hold
		wait
	END
	on_terminal 'bash behind'
	look
	grep -q '^taskwait: 0/1 (0%) executions$' drawn
	run ! grep '^taskrun: 0/1' drawn
}
