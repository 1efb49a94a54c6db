#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: [BUILD=build] [SEEDS=20] [TRIALS=100] tests/bench/tpe.sh
# Does the search of tasksweep beat chance? Of one trial at a time, and of eight. The numbers in
# tasksweep(1) are these; the same seeds give the same ones. Ends 1 where p is not below 0.01.
set -u
cd "$(dirname "$0")/../.." || exit 5
BUILD=${BUILD:-build} SEEDS=${SEEDS:-20} TRIALS=${TRIALS:-100}
"$BUILD/bench/tpe" "$SEEDS" "$TRIALS" 1 && "$BUILD/bench/tpe" "$SEEDS" "$TRIALS" 8
