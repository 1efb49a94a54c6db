# SPDX-License-Identifier: MIT
# helper: what every bats file loads first (`load ../helper`).
# Each test runs in an empty folder with its own state directory, HOME and PATH ($BUILD/bin first); stdin is /dev/null
# unless redirected. A file that needs more defines its own setup/teardown around `fresh` and `spotless`.
#
#   run_split CMD ARG ...      sets $status, $output, $stderr, ${lines[@]}; the exact
#                              bytes are in the files $out and $err. A crash or a
#                              sanitizer report fails the test on the spot.
#   assert_status N            also in front: `assert_status 0` shows both streams
#   assert_out TEXT            stdout is exactly TEXT ('' for nothing)
#   assert_out -l LINE         ... has exactly this line
#   assert_out -r REGEX        ... matches this extended regular expression
#   assert_out -f FILE         ... has the bytes of FILE (`make expect` rewrites FILE)
#   assert_err ...             the same for stderr
#   assert_json EXPR           jq EXPR is true for every record of stdout, and there is one
#   assert_json -s EXPR        ... for the array of all records (empty allowed)
#   holds EXPR [FILE ...]      jq EXPR is true for every record of the files or of stdin, and there is one
#   assert_front PROG          -h, -V, an unknown option and a full disk behave
#   wait_until SECONDS CMD ... until CMD succeeds; fails after the deadline
#   refute CMD ...             CMD fails (a bare `! CMD` fails no test but as its last line)
#   settle                     waits for what runs in the background (not for the countdown)
#   need PROG ...              skip without PROG; fail where everything must be there (CI)
# shellcheck shell=bash disable=SC2034 # the variables are for the tests

bats_require_minimum_version 1.5.0

root=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
data=$root/tests/data
BUILD=${BUILD:-build}
[[ $BUILD == /* ]] || BUILD=$root/$BUILD
SANITIZER_STATUS=99
everything_is_there=${DOCKLINE_CI-}${CI-} # as a test sees it: fail, do not skip

# An empty folder and an environment in which only this test exists.
fresh() {
	local name

	for name in ${!DOCKLINE_@} ${!SLURM_@} ${!CUDA_@}; do
		unset "$name"
	done
	unset XDG_{CACHE,CONFIG,DATA}_HOME MAKEFLAGS COLUMNS LINES CDPATH NSLOTS PBS_NP {http,https,all,no}_proxy
	export LC_ALL=C.UTF-8 TZ=UTC
	export HOME=$BATS_TEST_TMPDIR/home XDG_STATE_HOME=$BATS_TEST_TMPDIR/home/state
	export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$root/share BUILD
	export DOCKLINE_STATE=$BATS_TEST_TMPDIR/here/.dockline
	# its reading of the TLS of libraries crashes now and then with glibc from 2.25 on (google/sanitizers issue 1322)
	export ASAN_OPTIONS=exitcode=$SANITIZER_STATUS:log_path=$BATS_TEST_TMPDIR/sanitizer:intercept_tls_get_addr=0
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:$ASAN_OPTIONS
	export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp:print_suppressions=0
	out=$BATS_TEST_TMPDIR/stdout err=$BATS_TEST_TMPDIR/stderr
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir -p "$HOME" "$TMPDIR" "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
	exec </dev/null
	set -o pipefail
	countdown=${BATS_killer_pid-}
}

# No process of this test, seen or unseen, left a sanitizer report.
spotless() {
	local report found=0

	still
	for report in "$BATS_TEST_TMPDIR"/sanitizer.*; do
		[[ -e $report ]] || continue
		head -n 40 "$report"
		found=1
	done
	return $found
}

# Nothing that this test started goes on after it: one that lives would keep the whole run waiting.
still() {
	local environment environments pid

	environments=$(grep -laF "$BATS_TEST_TMPDIR/" /proc/[0-9]*/environ 2>/dev/null) || :
	for environment in $environments; do
		pid=${environment//[!0-9]/}
		((pid == $$ || pid == BASHPID)) || kill -KILL "$pid" 2>/dev/null || :
	done
}

setup() { fresh; }
teardown() { spotless; }
refute() { ! "$@"; }
sqlite3() { command sqlite3 -cmd '.timeout 10000' "$@"; } # workers write, too

complain() {
	printf '%s\n' "$@" "command: ${command_line-}" "status:  ${status-}"
	printf 'stdout:  %s\nstderr:  %s\n' "${output:0:4000}" "${stderr:0:4000}"
	return 1
}

run_split() {
	command_line="$*"
	status=0
	"$@" >"$out" 2>"$err" || status=$?
	output=$(tr -d '\0' <"$out")
	stderr=$(tr -d '\0' <"$err")
	mapfile -t lines <<<"$output"
	[[ -n $output ]] || lines=()
	case $status in
	132 | 133 | 134 | 135 | 136 | 139 | 159 | "$SANITIZER_STATUS") complain "it crashed" ;;
	esac
	[[ $stderr != *AddressSanitizer* && $stderr != *"runtime error"* ]] ||
		complain "the sanitizer found something"
}

assert_status() {
	((status == $1)) || complain "expected status $1"
}

# compare WHAT TEXT FILE [-l|-r|-f] EXPECTED
compare() {
	local what=$1 text=$2 file=$3 how=
	shift 3
	if (($# == 2)); then
		how=$1
		shift
	fi
	case $how in
	-l) grep -qxF -e "$1" "$file" || complain "$what lacks the line: $1" ;;
	-r) [[ $text =~ $1 ]] || complain "$what does not match: $1" ;;
	-f)
		[[ -z ${EXPECT-} ]] || cp "$file" "$1"
		diff -u "$1" "$file" || complain "$what differs from ${1#"$root"/}"
		;;
	'') [[ $text == "$1" ]] || complain "expected $what: $1" ;;
	*) complain "unknown form $how" ;;
	esac
}

assert_out() { compare stdout "$output" "$out" "$@"; }
assert_err() { compare stderr "$stderr" "$err" "$@"; }

holds() { jq -es "[.[] | ($1)] | length > 0 and all" "${@:2}" >/dev/null; }
assert_json() {
	need jq
	if [[ $1 == -s ]]; then jq -es "$2" "$out" >/dev/null; else holds "$1" "$out"; fi || complain "not true: ${*: -1}"
}

# What every program promises: help on stdout, the version, wrong usage ends 2, a full disk 5.
assert_front() {
	run_split "$1" -h
	assert_status 0
	assert_err ''
	assert_out -r "^usage: $1 "
	cp "$out" "$BATS_TEST_TMPDIR/short"
	run_split "$1" --help
	assert_status 0
	assert_out "$(cat "$BATS_TEST_TMPDIR/short")"
	run_split "$1" -V
	assert_status 0
	assert_err ''
	assert_out -r "^$1 \(dockline\) [0-9]+\.[0-9]+\.[0-9]+\$"
	run_split "$1" --no-such-option
	assert_status 2
	assert_out ''
	assert_err -r "^$1: .*no-such-option.*$1 -h"
	status=0
	"$1" -h >/dev/full 2>"$err" || status=$?
	assert_status 5
}

wait_until() {
	local deadline=$((SECONDS + $1 + 1))

	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < deadline)) || {
			printf 'still not true: %s\n' "$*"
			return 1
		}
		read -rt 0.05 <> <(:) || true
	done
}

# As `wait`, but not for the countdown of the runner, and whatever the children's status.
settle() {
	local pid

	for pid in $(jobs -p); do
		[[ $pid == "$countdown" ]] || wait "$pid" 2>/dev/null || true
	done
}

need() {
	local prog

	for prog; do
		type -P "$prog" >/dev/null && continue
		if [[ -n $everything_is_there ]]; then
			printf "'%s' is missing (make deps installs it)\n" "$prog"
			return 1
		fi
		skip "'$prog' is missing (make deps installs it)"
	done
}
