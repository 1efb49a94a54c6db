# SPDX-License-Identifier: MIT
load ../helper

@test "chaos: workers and all others are killed at any instant, nothing is lost, nothing is left" {
	local kills=40

	[[ $BUILD != *asan* ]] || kills=12 # they start slowly
	KILLS=$kills run_split "$root/tests/chaos/storm.sh"
	assert_status 0
	assert_out -r '^storm: [0-9]+ killed in .* all there'
}

@test "chaos: many submit, work and watch at once, nobody gets an error" {
	LASTS=4 run_split "$root/tests/chaos/writers.sh"
	assert_status 0
	assert_err ''
	assert_out -r '^writers: 16 for 4 s: [0-9]+ executions .* no error'
}

@test "chaos: a run of a pipeline is killed and taken up again, every item is there once, nothing is run again" {
	local kills=10 items=300

	[[ $BUILD != *asan* ]] || kills=4 items=60
	ITEMS=$items run_split "$root/tests/chaos/pipeline.sh" $kills
	assert_status 0
	assert_err ''
	assert_out -r "^pipeline: $items items, killed [0-9]+ times"
}
