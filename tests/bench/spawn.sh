#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [N=10000] [ROUNDS=3] [REDIS_FSYNC=always] tests/bench/spawn.sh
# What a task costs: N runs of `true`, two at a time, by taskrun (lines read, submitted, worked on,
# every record durable and printed), by a bare posix_spawn loop, and by what people use instead.
# All in turn, the median of the rounds. Prints a table; a slow machine fails nothing.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} N=${N:-10000} ROUNDS=${ROUNDS:-3}
[[ $BUILD == /* ]] || BUILD=$PWD/$BUILD
PATH=$BUILD/bin:$PATH
export DOCKLINE_SHARE=$PWD/share
work=$(mktemp -d) || exit 5
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null; rm -rf "$work"' EXIT
true=$(type -P true)

seq "$N" >"$work/lines"
seq "$N" | sed 's/.*/{"n":&}/' >"$work/records"
{
	printf 'all: %s\n' "$(seq -s ' ' -f 't%.0f' "$N")"
	seq -f "t%.0f:; @$true" "$N"
} >"$work/makefile"

# each runs `true` N times, two at once
loop() { "$BUILD/bench/spawn_loop" "$N" 2 "$true"; }
taskrun_j2() { taskrun -q --state "$work/state.$round" --job bench -j 2 "$work/records" -- "$true" >"$work/out"; }
make_j2() { MAKEFLAGS='' make -s -j2 -f "$work/makefile"; }
xargs_p2() { xargs -P2 -n1 "$true" <"$work/lines"; }
parallel_j2() { parallel -j2 "$true" <"$work/lines"; }
celery_j2() { (cd tests/bench && "$python" celery_tasks.py "$N" "$true"); }

# Redis that keeps what it acknowledged as we do (REDIS_FSYNC=everysec: all but the last second), and
# two workers, warm before the clock runs
python=/usr/bin/python3
start_celery() {
	type -P redis-server >/dev/null && "$python" -c 'import celery, redis' 2>/dev/null || return
	export REDIS_SOCKET=$work/redis.sock PYTHONDONTWRITEBYTECODE=1
	redis-server --port 0 --unixsocket "$REDIS_SOCKET" --dir "$work" --appendonly yes --appendfsync "${REDIS_FSYNC:-always}" --save '' \
		--daemonize yes --pidfile "$work/redis.pid" >/dev/null || return
	(cd tests/bench && exec "$python" -m celery -A celery_tasks worker -c 2 -l error --without-gossip \
		--without-mingle --without-heartbeat --pidfile "$work/celery.pid" >"$work/celery.log" 2>&1) &
	(cd tests/bench && timeout 30 "$python" celery_tasks.py 20 "$true") >/dev/null 2>&1
}

declare -A times what=(
	[loop]='posix_spawn loop, nothing else'
	[taskrun_j2]='taskrun -j2, every record durable'
	[make_j2]='make -j2'
	[xargs_p2]='xargs -P2 -n1'
	[parallel_j2]='GNU parallel -j2'
	[celery_j2]='Celery -c 2 with Redis'
)
all=(loop taskrun_j2 make_j2 xargs_p2)
if parallel --version 2>/dev/null | grep -q '^GNU parallel'; then
	all+=(parallel_j2)
else
	echo 'spawn: GNU parallel is not installed: left out'
fi
if start_celery; then
	all+=(celery_j2)
else
	echo 'spawn: Celery and Redis are not installed: left out'
fi

echo "spawn: $N x true, two at a time, median of $ROUNDS; load $(cut -d' ' -f1-2 /proc/loadavg), $(nproc) cores"
for ((round = 0; round < ROUNDS; round++)); do
	for run in "${all[@]}"; do
		begin=$EPOCHREALTIME
		"$run" >/dev/null 2>"$work/err" || { echo "spawn: $run failed: $(tail -n1 "$work/err")" && exit 1; }
		times[$run]+="$begin $EPOCHREALTIME"$'\n'
	done
	[[ $(grep -c '"status":"completed"' "$work/out") == "$N" ]] || { echo 'spawn: not all were completed' && exit 1; }
done

# seconds, the median round
median() { awk 'NF == 2 { print $2 - $1 }' <<<"${times[$1]}" | sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }

ours=$(median taskrun_j2)
printf '%-36s %9s %9s  %s\n' '' 'per s' 'ms each' 'taskrun is'
for run in "${all[@]}"; do
	awk -v what="${what[$run]}" -v t="$(median "$run")" -v n="$N" -v ours="$ours" -v self="$run" 'BEGIN {
		printf "%-36s %9.0f %9.3f  %s\n", what, n / t, 1000 * t / n,
			self == "taskrun_j2" ? "" : sprintf("%.2f times as fast", t / ours) }'
done
echo 'aims: 0.85 of the loop (a task costs what its process costs), 1.5 x xargs, 8 x parallel, 5 x Celery'
