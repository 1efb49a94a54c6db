#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [SECONDS_LONG=60] [WRITERS=16] tests/chaos/writers.sh
# Many writers and one who watches, on one state, for a minute: half of them submit, half of them
# work. Nobody gets an error, the write-ahead log stays below 128 MB, the file is sound.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} long=${SECONDS_LONG:-60} WRITERS=${WRITERS:-16}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
cd "$work" || exit 5
export TMPDIR=$work/tmp DOCKLINE_STATE=$work/state
mkdir tmp
trap 'jobs -p | xargs -r kill 2>/dev/null; wait; rm -rf "$work"' EXIT

die() {
	echo "writers: $*"
	exit 1
}

deadline=$((SECONDS + long))
echo '{}' | taskrun -q --job first -- true >/dev/null || die 'cannot begin'
for ((i = 0; i < WRITERS; i++)); do
	if ((i % 2)); then
		taskwork -q -j 1 --for "${long}s" --idle-exit 1s 2>"said.$i" || echo "ended $?" >>"said.$i" &
	else
		while ((SECONDS < deadline)); do
			seq 200 | taskrun -q -d --job "w$i.$RANDOM$RANDOM" --lines -- true >/dev/null 2>>"said.$i" ||
				echo "ended $?" >>"said.$i"
			seq 20 | taskrun -q -j 1 --lines -- true >/dev/null 2>>"said.$i" || echo "ended $?" >>"said.$i"
		done &
	fi
	writers+=($!)
done
taskstat --watch 1 >watched 2>said.watch &
most=0
while ((SECONDS < deadline)); do
	size=$(stat -c %s state/state.db-wal 2>/dev/null || echo 0)
	((size > most)) && most=$size
	env sleep 0.2
done
wait "${writers[@]}"
[[ -z $(cat said.*) ]] || die "somebody complained: $(cat said.* | sort | uniq -c | sort -rn | head -n 5)"
((most < 128 * 1000000)) || die "the write-ahead log grew to $most bytes"
[[ $(sqlite3 -cmd '.timeout 20000' state/state.db 'PRAGMA integrity_check') == ok ]] || die 'the file is damaged'
echo "writers: $WRITERS for $long s: $(sqlite3 state/state.db 'SELECT count(*) FROM execution') executions," \
	"$(sqlite3 state/state.db 'SELECT count(*) FROM attempt') attempts, the log at most $((most / 1000000)) MB, no error"
