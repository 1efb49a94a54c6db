# SPDX-License-Identifier: MIT
# Executions that go to a cluster and come home; the cluster is processes of this host.
load ../helper

setup() {
	fresh
	need jq sqlite3
}

square='echo "said $1" >&2; echo "{\"square\": $(($1 * $1))}"'

# submit N squares
submit() { seq "$1" | jq -c '{n: .}' | taskrun -q --job "${2:-j}" --detach -- sh -c "$square" square '{n}' >/dev/null; }

out_there() { timeout 20 taskwork --on local "$@"; }

sql() { sqlite3 -cmd '.timeout 10000' .dockline/state.db "$1"; }

# the account closes, with so many completed, and nothing is left in spool/
assert_home() {
	run_split taskstat --json
	assert_json ".completed == $1 and .submitted == .completed and .running + .waiting == 0"
	[[ -z $(ls .dockline/spool) ]] || complain "left in spool/: $(ls .dockline/spool)"
	[[ -z $(ls "$TMPDIR") ]] || complain "left in TMPDIR: $(ls "$TMPDIR")"
}

same() { jq -cS 'del(.created, .started, .ended, .job)' "$1" | sort; }

@test "cluster: two elements, and the records are those of a plain run" {
	seq 6 | jq -c '{n: .}' >params
	DOCKLINE_STATE=$PWD/plain taskrun --job j params -- sh -c "$square" square '{n}' >plain.jsonl
	submit 6
	run_split out_there -v --chunk-size 3
	assert_status 0
	assert_err -r 'submitted 2 elements as '
	assert_home 6
	run_split taskstat --job j --status completed --json
	diff <(same plain.jsonl) <(same "$out")
	run_split tasklog 2
	assert_out -r 'said 2'
}

@test "cluster: poses are byte-equal, inputs go along, and paths are those of home" {
	need vina
	cp "$data/vina/protein.pdbqt" rec.pdbqt
	jq -nc --rawfile text "$data/vina/caffeine.pdbqt" 'range(2) | {key: "k\(.)", seed: (. + 1),
		ligand: {name: "k\(.)", text: $text}}' >requests
	dock=(taskrun --job j --set receptor=rec.pdbqt --set 'box={"center":[11,90.5,57.5],"size":[14,14,14]}'
		--set exhaustiveness=1 --set max_evals=2000 dock-vina requests)
	DOCKLINE_STATE=$PWD/plain "${dock[@]}" >plain.jsonl
	"${dock[@]}" -q --detach >/dev/null
	# a file that goes away afterwards is in the state
	mv rec.pdbqt elsewhere
	run_split out_there --chunk-size 1
	assert_status 0
	assert_home 2
	mv elsewhere rec.pdbqt
	run_split "${dock[@]}"
	diff <(same plain.jsonl | jq -S 'del(.result.elapsed)') <(same "$out" | jq -S 'del(.result.elapsed)')
	run_split taskstat artifact 1 --json
	assert_json 'select(.kind == "output") | .stored'
}
