# SPDX-License-Identifier: MIT
# front: what every program does the same way at its front door.
load ../helper

@test "what stands behind -- is an operand, whatever it looks like" {
	printf 'not json\n' >-q
	run_split dock-rank -- -q
	assert_status 3
	assert_err -r '^dock-rank: -q:1:'
	run_split dock-rank -- -missing
	assert_status 3
	assert_err "dock-rank: cannot open '-missing': No such file or directory"
}

@test "options may follow operands" {
	run_split dock-rank missing -q
	assert_status 3
	assert_err "dock-rank: cannot open 'missing': No such file or directory"
}

@test "a closed standard output is an error, and nothing is written elsewhere" {
	run_split sh -c 'dock-rank --help >&-'
	assert_status 5
	assert_err 'dock-rank: cannot write standard output: Bad file descriptor'
}

@test "a closed standard input is an error" {
	run_split sh -c 'dock-rank <&-'
	assert_status 5
	assert_err "dock-rank: cannot read 'standard input': Bad file descriptor"
}

@test "a pipe that never waits is waited for all the same" {
	need perl
	jq -nc 'range(2000) | {n: ., pad: ("x" * 200)}' >in
	run_split sh -c 'perl -MFcntl -e '\''fcntl(STDOUT, F_SETFL, O_NONBLOCK); exec @ARGV'\'' \
		taskrun -q --detach in -- true | { read -r first; wc -l; }'
	assert_out 1999
	assert_err ''
}

@test "a pipe that is closed early ends a program silently" {
	run_split sh -c 'dock-rank --help | true'
	assert_err ''
}
