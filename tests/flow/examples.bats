# SPDX-License-Identifier: MIT
load ../helper

# the words behind the program in a line that runs taskwork
words() { sed -n "s/^$1taskwork //p" "$root/share/examples/$2"; }

@test "examples: the command of the systemd unit is a worker that goes on until it is told" {
	local options
	read -ra options < <(words 'ExecStart=[^ ]* ' taskwork.service)
	seq 3 | taskrun -q -d --job j --lines -- true >/dev/null
	taskwork "${options[@]}" &
	worker=$!
	run_split taskwait -q --job j --timeout 20
	assert_status 0
	kill $worker
	wait $worker || status=$?
	[[ $status == 143 ]]
}

@test "examples: systemd finds nothing wrong in the unit" {
	type -P systemd-analyze || skip 'systemd is not installed here'
	cp "$root/share/examples/taskwork.service" .
	run_split systemd-analyze --user verify ./taskwork.service
	[[ $stderr != *taskwork.service* ]]
}

@test "examples: the lines of the crontab do what is queued and end" {
	local line n=0
	while read -r line; do
		seq 3 | taskrun -q -d --job "j$n" --lines -- true >/dev/null
		run_split timeout 20 sh -c "taskwork ${line/10m/0.1}"
		assert_status 0
		assert_err ''
		run_split taskwait -q --job "j$n" --timeout 0
		assert_status 0
		n=$((n + 1))
	done < <(words '[0-9*/]* [0-9*]* \* \* \* ' crontab)
	[[ $n == 2 ]]
}
