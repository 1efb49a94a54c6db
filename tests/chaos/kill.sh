#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [SEED=n] [LINES=3000] tests/chaos/kill.sh [KILLS]
# taskrun is killed by -9 at a random instant, 20 times or KILLS, and then left to end its job. Ends
# 1 with the seed when a record is missing, doubled or another than was printed before, when an
# execution that was reported ran again, when the account does not close or the file is damaged.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} SEED=${SEED:-$RANDOM} LINES=${LINES:-3000} kills=${1:-20}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
work=$(mktemp -d) || exit 5
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp DOCKLINE_STATE=$work/state
mkdir "$TMPDIR"
cd "$work" || exit 5
RANDOM=$SEED

die() {
	printf 'kill: %s (SEED=%s)\n' "$*" "$SEED" >&2
	exit 1
}

sql() { sqlite3 -cmd '.timeout 10000' state/state.db "$1"; }

# the job, by way of $@; of each number that ran there is a line in the file ran.
taskrun_job() {
	# shellcheck disable=SC2016 # for sh
	"$@" taskrun -q --job chaos -j 2 lines -- sh -c 'echo "$1" >>ran; echo "$1"' sh '{n}'
}

seq "$LINES" | sed 's/.*/{"key":"k&","n":&}/' >lines
: >told
killed=0
for ((i = 0; i < kills; i++)); do
	status=0
	{ taskrun_job timeout -s KILL "0.$(printf %03d $((RANDOM % 250 + 1)))" >first 2>err || status=$?; } 2>/dev/null
	((status == 0 || status == 137)) || die "run $i ended $status: $(cat err)"
	((killed += status == 137))
	# the last line may be half a record
	jq -cR 'fromjson? // empty | select(.status == "completed")' first >>told
	[[ ! -e state/state.db || $(sql 'PRAGMA integrity_check') == ok ]] || die "state.db is damaged after kill $i"
done
sort -u told -o told
cp ran ran.before 2>/dev/null || : >ran.before

status=0
taskrun_job env >last || status=$?
# what ran, or was about to, three times that taskrun was killed is given up: that is rare, and 1
jq -r 'select(.status == "failed" and .error.class == "lost").params.n' last >lost
(($(wc -l <lost) <= 1 + kills / 20)) || die "$(wc -l <lost) were given up as lost"
((status == (0 < $(wc -l <lost)))) || die "the last run ended $status, $(wc -l <lost) given up as lost"
(($(jq -r .key last | sort -u | wc -l) == LINES && $(wc -l <last) == LINES)) ||
	die "$(jq -r .key last | sort -u | wc -l) keys in $(wc -l <last) records, not $LINES"
(($(jq -r .status last | grep -cx completed) == LINES - $(wc -l <lost))) || die "not everything was completed"
jq -c . last | sort >known
[[ -z $(comm -23 told known) ]] || die "$(comm -23 told known | wc -l) records were printed otherwise before"
jq .params.n told | sort >reported
[[ -z $(tail -n +$(($(wc -l <ran.before) + 1)) ran | sort | comm -12 - reported) ]] || die "what was reported ran again"
[[ $(sql 'PRAGMA integrity_check') == ok ]] || die "state.db is damaged"
sql "SELECT status, coalesce(class, ''), count(*) FROM execution GROUP BY 1, 2 ORDER BY 1, 2" >counted
sql "SELECT status, class, sum(count) FROM tally GROUP BY 1, 2 HAVING sum(count) <> 0 ORDER BY 1, 2" >kept
diff counted kept >&2 || die "the account does not close"
[[ $(sql 'SELECT count(*) FROM worker WHERE ended IS NULL') == 0 ]] || die "a dead worker is still open"
[[ -z $(ls -A "$TMPDIR") ]] || die "a folder was left behind"
echo "kill: $killed of $kills runs killed, $(wc -l <told) of $LINES records told before: all there, each once," \
	"$(($(wc -l <ran) - LINES)) ran again, $(wc -l <lost) given up as lost (SEED=$SEED)"
