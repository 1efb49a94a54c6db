# SPDX-License-Identifier: MIT
load ../helper

@test "chaos: workers and all others are killed at any instant, nothing is lost, nothing is left" {
	KILLS=40 run_split "$root/tests/chaos/storm.sh"
	assert_status 0
	assert_out -r '^storm: [0-9]+ killed in .* all there'
}
