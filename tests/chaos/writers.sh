#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [LASTS=60] [WRITERS=16] tests/chaos/writers.sh
# Writers on one state for so many seconds, half of them submit, half of them work, and one watches:
# nobody gets an error, the write-ahead log stays below 128 MB, all accounts close, both files are
# sound, and who watches takes no more memory at the end than after a while.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} LASTS=${LASTS:-60} WRITERS=${WRITERS:-16}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$PWD/share DOCKLINE_ORG=writers
work=$(mktemp -d) || exit 5
cd "$work" || exit 5
export TMPDIR=$work/tmp DOCKLINE_STATE=$work/state
mkdir tmp
# shellcheck disable=SC2329 # called by the trap
end() {
	jobs -p | xargs -r kill 2>/dev/null
	wait
	rm -rf "$work"
}
trap end EXIT

die() {
	echo "writers: $*"
	exit 1
}
sql() { sqlite3 -cmd '.timeout 20000' "state/$1.db" "$2"; }

# so NUMBER COMMAND ...: what it complains of goes into said.NUMBER
so() {
	local number=$1

	shift
	"$@" >/dev/null 2>>"said.$number" || echo "'$*' ended $?" >>"said.$number"
}
works() { so "$1" taskwork -q -j 1 --for "${LASTS}s" --forever; }
submits() {
	for ((round = 0; SECONDS < LASTS; round++)); do
		seq 200 | so "$1" taskrun -q -d --job "job-$1-$round" --lines -- echo '{line}'
		seq 20 | so "$1" taskrun -q -j 1 --lines -- true
	done
}

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$watcher/status"; }

SECONDS=0 writers=()
echo 1 | taskrun -q -d --job first --lines -- true >/dev/null || die 'cannot begin'
for ((i = 0; i < WRITERS; i++)); do
	if ((i % 2)); then works $i & else submits $i & fi
	writers+=($!)
done
ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=1 taskstat --watch 0.5 >watched 2>said.watch &
watcher=$!
most=0 early=
while ((SECONDS < LASTS)); do
	size=$(stat -c %s state/state.db-wal 2>/dev/null || echo 0)
	((size <= most)) || most=$size
	[[ $early ]] || ((SECONDS * 4 < LASTS)) || early=$(memory)
	env sleep 0.1
done
wait "${writers[@]}"
late=$(memory)
kill "$watcher" 2>/dev/null || die "who watched was gone: $(cat said.watch)"
wait "$watcher"
(($? == 143)) || die 'who watched did not end by the signal'
[[ -z $(cat said.*) ]] || die "somebody complained: $(cat said.* | sort | uniq -c | sort -rn | head -n 5)"
((most < 128 * 1000000)) || die "the write-ahead log grew to $most bytes"
room=2048
[[ $BUILD == */asan ]] && room=65536 # of what was freed, which the sanitizer keeps
((late < early + room)) || die "who watches takes $late KiB, and took $early before"
for db in state objects; do
	[[ $(sql $db 'PRAGMA integrity_check') == ok ]] || die "$db.db is damaged"
done
sql state "SELECT job, status, ifnull(class, ''), count(*) FROM execution GROUP BY 1, 2, 3 ORDER BY 1, 2, 3" >counted
sql state 'SELECT job, status, class, sum(count) FROM tally GROUP BY 1, 2, 3 HAVING sum(count) <> 0 ORDER BY 1, 2, 3' >kept
diff counted kept >&2 || die 'an account does not close'
lanes=$(sql state "SELECT (SELECT sum(ready) FROM lane) - count(*) FROM execution WHERE status = 'queued'")
[[ $lanes == 0 ]] || die 'lanes count what is not queued'
[[ $(sql state 'SELECT count(*) FROM worker WHERE ended IS NULL') == 0 ]] || die 'a worker did not leave'
echo "writers: $WRITERS for $LASTS s: $(sql state 'SELECT count(*) FROM execution') executions submitted," \
	"$(sql state 'SELECT count(*) FROM attempt') run, no error, the log at most $((most / 1000000)) MB," \
	"accounts close, both files are sound, who watched $(wc -l <watched) times takes $late KiB ($early before)"
