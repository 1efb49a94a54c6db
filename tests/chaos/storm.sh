#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [KILLS=100] [SEED=...] tests/chaos/storm.sh
# kill -9 at random instants of workers and of those who submit, cancel and look, over a mixed load:
# processes, coprocesses, retries, dependencies, escapees. Then one worker drains it: every account
# closes, what was acknowledged is there, both files are sound, and no process is left.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} KILLS=${KILLS:-100} SEED=${SEED:-$RANDOM}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
RANDOM=$SEED
export PATH=$BUILD/bin:$PATH DOCKLINE_SHARE=$PWD/share DOCKLINE_ORG=storm
odd=$PWD/tests/fakes/stream-odd
work=$(mktemp -d) || exit 5
cd "$work" || exit 5
export TMPDIR=$work/tmp DOCKLINE_STATE=$work/state STORM=$work
mkdir tmp
# shellcheck disable=SC2329 # called by the trap
end() {
	jobs -p | xargs -r kill -9 2>/dev/null
	wait
	rm -rf "$work"
} 2>/dev/null
trap end EXIT

die() {
	echo "storm: $* (SEED=$SEED)"
	exit 1
}
sql() { sqlite3 -cmd '.timeout 20000' "$1" "$2"; }

printf '{"task_id":"echoes","version":"1","service_config":{"command":["%s"],"stream":{"window":8}}}' "$odd" >echoes.json
cat >flaky.json <<'END'
{"task_id":"flaky","version":"1","service_config":{"command":["sh","-c","sleep 0.0$(($$ % 5)); exit $(($$ % 4 ? 0 : 75))"],
 "retry":{"strategy":"immediate","max_retries":9},"breaker":{"failures":1000000}}}
END
cat >strays.json <<'END'
{"task_id":"strays","version":"1","service_config":{"command":["sh","-c","setsid sleep 600.125 & sleep 0.02"]}}
END
taskreg -q add flaky.json strays.json >/dev/null || die 'cannot register'
taskreg -q add echoes.json >/dev/null || die 'cannot register'

lines() { seq "$1" | sed 's/.*/{"n":&}/'; }
worker() { exec taskwork -q -j $((RANDOM % 4 + 1)) --forever 2>>said; }
# what was printed is acknowledged, also by one that is killed: half a record is none
submitter() {
	local task=(flaky echoes strays)

	lines $((RANDOM % 60 + 1)) | exec taskrun -q -d --job "j$((RANDOM % 5))-$1" \
		"${task[$1 % 3]}" >"acked.$1" 2>>said
}
meddler() {
	case $((RANDOM % 4)) in
	0) exec taskctl -q cancel --no-wait --job "j$((RANDOM % 5))-$((RANDOM % ($1 + 1)))" ;;
	1) exec taskctl -q retry --job "j$((RANDOM % 5))-$((RANDOM % ($1 + 1)))" --status cancelled ;;
	2) exec taskstat -q --limit 50 ;;
	*) exec taskrun -q -j 2 --job "own$((RANDOM % 9))" --lines -- true < <(seq 20) ;;
	esac >/dev/null 2>>said
}

killed=0
for ((i = 0; killed < KILLS; i++)); do
	victims=()
	worker & victims+=($!)
	worker & victims+=($!)
	submitter "$i" & victims+=($!)
	meddler "$i" & victims+=($!)
	env sleep "0.$(printf %03d $((RANDOM % 400 + 10)))"
	for pid in "${victims[@]}"; do
		kill -9 "$pid" 2>/dev/null && killed=$((killed + 1))
	done
	wait "${victims[@]}" 2>/dev/null
done 2>/dev/null

taskwork -q -j 4 2>>said || die "the last worker ended $?: $(tail -n 3 said)"
left=$(sql state/state.db "SELECT count(*) FROM execution WHERE status NOT IN ('completed', 'failed', 'timeout', 'cancelled', 'skipped')")
[[ $left == 0 ]] || die "$left executions still wait or run: $(tail -n 1 said)"
for db in state objects; do
	[[ $(sql "state/$db.db" 'PRAGMA integrity_check') == ok ]] || die "$db.db is damaged"
done
sql state/state.db "SELECT job, status, ifnull(class, ''), count(*) FROM execution GROUP BY 1, 2, 3 ORDER BY 1, 2, 3" >counted
sql state/state.db "SELECT job, status, class, sum(count) FROM tally GROUP BY 1, 2, 3 HAVING sum(count) <> 0 ORDER BY 1, 2, 3" >kept
diff counted kept >&2 || die 'an account does not close'
[[ $(sql state/state.db 'SELECT sum(ready) FROM lane') == 0 ]] || die 'lanes count what is not queued'
[[ $(sql state/state.db 'SELECT count(*) FROM worker WHERE ended IS NULL') == 0 ]] || die 'a dead worker is still open'
cat acked.* | jq -cR 'fromjson? // empty | .id' | sort -n >acked
sql state/state.db 'SELECT id FROM execution' | sort -n >there
[[ -z $(sort acked | comm -23 - <(sort there)) ]] || die 'an acknowledged submission is not there'
lost=$(sql state/state.db "SELECT count(*) FROM execution WHERE class = 'lost'")
env sleep 1
strays=$(pgrep -fc 'sleep 600\.125$')
[[ $strays == 0 ]] || die "$strays processes were left behind"
[[ -z $(ls -A tmp) ]] || die "a folder was left behind: $(ls tmp)"
echo "storm: $killed killed in $i rounds, $(wc -l <acked) acknowledged of $(wc -l <there) executions, all there," \
	"$lost given up as lost; accounts close, both files are sound, no process is left (SEED=$SEED)"
