# SPDX-License-Identifier: MIT
# What goes in, what runs, what comes out. Resuming and stopping: tests/flow/resume.bats; the state
# directory: tests/flow/state.bats.
load ../helper

setup() {
	fresh
	export DOCKLINE_SHARE=$BATS_TEST_TMPDIR/share
	mkdir -p "$DOCKLINE_SHARE/tasks"
	cp "$data/tasks/sum.yaml" "$DOCKLINE_SHARE/tasks/"
}

# Register a task: NAME SCRIPT [MEMBER-OF-SERVICE_CONFIG ...]; the script gets {a} as $1
task() {
	jq -n --arg n "$1" --arg s "$2" '{task_id: $n, service_config: {command: ["sh", "-c", $s, "sh", "{a}"]}}' |
		jq "$(printf '.service_config += {%s} | ' "${@:3}") ." | taskreg add -q >/dev/null
}

# the field of the records in order of id
column() { jq -sr "sort_by(.id)[] | $1" "$out" | paste -sd' '; }

@test "taskrun: what every program promises" {
	assert_front taskrun
}

@test "taskrun: wrong usage ends 2 before anything is made" {
	local wrong

	for wrong in '' '--' 'sum -j 0x' 'sum -j -1' 'sum -j 5000' '-n sum file' 'sum --retry-failed' \
		'--job= sum' 'sum --allow-failed x'; do
		run_split taskrun $wrong
		assert_status 2
		assert_out ''
		assert_err -r "try 'taskrun -h'"
	done
	[[ ! -e .dockline ]]
	run_split taskrun -j many sum
	assert_status 2
	assert_err $'taskrun: -j many: invalid numeric value\ntry \'taskrun -h\''
	run_split taskrun --jobs=many sum
	assert_err -l 'taskrun: --jobs=many: invalid numeric value'
	run_split taskrun nothing
	assert_status 2
	assert_err "taskrun: no task 'nothing'; there are: sum"
	run_split taskrun sum --set a
	assert_status 2
	assert_err "taskrun: --set takes key=value, found 'a'"
}

@test "taskrun: names that are not UTF-8 are refused: no record could hold them" {
	local bad=$'\xff'

	refused() {
		run_split taskrun -n "$@"
		assert_status 2
		assert_out ''
		assert_err -l "taskrun: $said"
	}
	said='the name of the job is not UTF-8' refused --job "$bad" -- true
	said='--org takes a name, in UTF-8' refused --org "$bad" -- true
	said='--org takes a name, in UTF-8' refused --org '' -- true
	said='--set: the name of a parameter is not UTF-8' refused --set "$bad=1" -- true
	said='--tag: is not UTF-8' refused --tag "$bad" -- true
	said='--meta: the key is not UTF-8' refused --meta "$bad=1" -- true
	said='argument 2 is not UTF-8' refused -- true a "$bad" b
	mkdir "$bad"
	cd "$bad"
	said='the path of the working directory is not UTF-8' refused -- true
}

@test "taskrun: a line of params each becomes an execution, printed when it ends" {
	printf '{"a":1,"b":2}\n\n{"a":3,"b":4.5,"more":[1]}\n' >in
	run_split taskrun sum in
	assert_status 0
	assert_err ''
	assert_json '.type == "execution" and .task == "sum" and .version == "2" and .job == null and
		.status == "completed" and .attempts == 1 and .metrics.total == .result.sum'
	[[ $(column .id) == "1 2" ]]
	[[ $(column .result.sum) == "3 7.5" ]]
	assert_json 'keys_unsorted == ["type", "id", "key", "task", "version", "job", "org", "status", "params",
		"result", "attempts", "metrics", "created", "started", "ended"]'
	assert_json '[.created, .started, .ended | test("^20[0-9-]{8}T[0-9:]{8}\\.[0-9]+Z$")] | all'
	assert_json '.created <= .started and .started <= .ended'
	run_split taskrun sum <in
	assert_status 0
	[[ $(column .id) == "3 4" ]]
	run_split taskrun sum in in
	[[ $(column .result.sum) == "3 7.5 3 7.5" ]]
	gzip in
	run_split taskrun sum in.gz
	[[ $(column .result.sum) == "3 7.5" ]]
}

@test "taskrun: numbers are stored as short as they were written" {
	run_split taskrun sum <<<'{"a":0,"b":-6.1}'
	assert_status 0
	run_split taskrun -n -- sh -c 'echo "{\"error\":{\"class\":\"result\",\"reason\":\"high\",\"score\":-6.1}}"'
	assert_status 1
	run_split taskrun <<<'{"error":{"class":"input","reason":"bad","score":-6.1}}' -- true
	assert_status 1
	run_split sqlite3 "$DOCKLINE_STATE/state.db" 'SELECT coalesce(metrics, error) FROM execution ORDER BY id'
	assert_out -l '{"total":-6.1}'
	assert_out -l '{"class":"result","reason":"high","score":-6.1}'
	assert_out -l '{"class":"input","reason":"bad","score":-6.1}'
}

@test "taskrun: zero lines are zero executions, and that is said" {
	run_split taskrun sum
	assert_status 0
	assert_out ''
	assert_err 'taskrun: no parameters were given: no executions'
}

@test "taskrun: --detach prints the records that taskstat tells, to the byte" {
	printf '%s\n' '{"a":1,"b":-13.293,"text":"\u00e9 \"q\" \u0007"}' '{"b":2.50,"a":2,"key":"mine"}' '{"a":1,"b":1e22}' \
		'{"a":4,"b":1,"error":{"class":"engine","reason":"it failed","at":[0.1,-3.0]}}' \
		'{"a":5,"b":1,"skipped":{"reason":"not here"}}' '{"a":1,"b":1e22}' >in
	jq -nc '{a: 6, b: 1, long: ("x" * 3000)}' >>in
	run_split taskrun -d -q --job j sum in
	assert_status 0
	[[ $(column .status) == "queued queued queued failed skipped queued queued" ]]
	cp "$out" first
	taskstat --list --job j --json | diff - first
	run_split taskrun -d -q --job j sum in
	assert_out -f first
	echo '{"a":7,"b":1}' >more
	run_split taskrun -d -q --job j sum more in
	[[ $(jq .params.a "$out" | paste -sd' ') == "7 1 2 1 4 5 1 6" ]]
	run_split taskrun -d -q --job j --new-inputs --set mode=loud sum in
	[[ $(jq -s '.[0].generation, length' "$out" | paste -sd' ') == "2 7" ]]
	taskstat --list --job j --json | diff - "$out"
	run_split taskrun -d -q sum in
	assert_status 0
	taskstat --list --json | tail -n 7 | diff - "$out"
}

@test "taskrun: a bad line is told, the others go on, the end is 3" {
	printf '%s\n' '{"a":1,"b":1}' 'not json' '[1]' '{"a":2,"b":1} x' '{"a":3,"b":1}' >in
	run_split taskrun sum in
	assert_status 3
	[[ $(column .params.a) == "1 3" ]]
	assert_err -r '^taskrun: in:2:[0-9]+: not JSON'
	assert_err -r 'taskrun: in:3:.*object'
	assert_err -r 'taskrun: in:4:'
	run_split taskrun --strict sum in
	assert_status 3
	[[ $(column .params.a) == "1" ]]
	[[ $(wc -l <"$err") == 1 ]]
	run_split taskrun sum <<<'{'
	assert_status 3
	assert_out ''
	[[ $(wc -l <"$err") == 1 ]]
}

@test "taskrun: params are held against the schema, all errors with their pointers" {
	printf '%s\n' '{"a":"x","b":1}' '{"b":1}' '{"a":1,"b":1,"mode":"quiet"}' '{"a":-1,"b":null}' \
		'{"a":1001,"b":"x"}' '{"a":1.5,"b":1}' '{"a":1000,"b":1,"mode":"loud"}' >in
	run_split taskrun sum in
	assert_status 3
	[[ $(column .params.a) == "1000" ]]
	[[ $(column .id) == "1" ]]
	assert_err "$(cat <<-'END'
		taskrun: in:1: '/a' must be an integer, found "x" (type)
		taskrun: in:2: '/a' must be given (required)
		taskrun: in:3: '/mode' must be one of "plain", "loud", found "quiet" (enum)
		taskrun: in:4: '/a' must be at least 0, found -1 (minimum); '/b' must be a number, found null (type)
		taskrun: in:5: '/a' must be at most 1000, found 1001 (maximum); '/b' must be a number, found "x" (type)
		taskrun: in:6: '/a' must be an integer, found 1.5 (type)
	END
	)"
}

@test "taskrun: --set is typed by the schema and fills what lines lack, --force overrides" {
	printf '%s\n' '{"a":1}' '{"a":2,"b":9}' >in
	run_split taskrun sum in --set b=5 --set mode=plain
	assert_status 0
	[[ $(column .params.b) == "5 9" ]]
	assert_json '.params.mode == "plain"'
	run_split taskrun sum in --force b=0.5 --set strict=true --force key=k1 --strict
	assert_status 3
	assert_err "taskrun: in:2: key 'k1' was given already, with other parameters: not submitted"
	[[ $(column .params.b) == 0.5 ]]
	assert_json '.params.strict == true and .key == "k1"'
	for pair in a=x a=1.5 a=-1 b= mode=quiet strict=yes; do
		run_split taskrun sum in --set $pair
		assert_status 3
		assert_out ''
		[[ $(wc -l <"$err") == 1 ]]
		assert_err -r "${pair%%=*}"
	done
}

@test "taskrun: --set without a schema is JSON where it is JSON, else text; @ is a file" {
	echo '{"center": [1, 2, 3]}' >box.json
	run_split taskrun -n --set n=1 --set t=true --set s=text --set 'l=[1,{}]' --set e= --set eq=a=b \
		--set box=@box.json --set q='"7"' -- cat
	assert_status 0
	assert_json '.result == {n: 1, t: true, s: "text", l: [1, {}], e: "", eq: "a=b",
		box: {center: [1, 2, 3]}, q: "7"}'
	run_split taskrun -n --set box=@missing.json -- cat
	assert_status 3
	assert_out ''
	assert_err "taskrun: --set box: cannot open 'missing.json': No such file or directory"
	echo '{' >bad.json
	run_split taskrun -n --set box=@bad.json -- cat
	assert_status 3
	assert_err -r '^taskrun: --set box: bad.json: ?[0-9:]+ not JSON'
}

@test "taskrun: -n runs exactly one execution and reads nothing" {
	echo 'not json' >in
	run_split taskrun -n sum --set a=1 --set b=2 <in
	assert_status 0
	assert_json '.result.sum == 3'
	((${#lines[@]} == 1))
	run_split taskrun -n sum --set a=1
	assert_status 3
	assert_err "taskrun: '/b' must be given (required)"
	assert_out ''
}

@test "taskrun: ad hoc, {key} is one argument whatever it holds, other braces stay" {
	printf '{"x":"a  b; $(c)","y":{"z":[1]},"n":3,"e":"","l":"\\nq"}' >in
	run_split taskrun -- printf '%s|' '{x}' '{y}' '{n}' 'pre{x}{n}post' '{}' '{none}' '{ x }' '{{n}}' '{"n":1}' '{e}' '{l}' <in
	assert_status 0
	assert_json '.result.stdout == "a  b; $(c)|{\"z\":[1]}|3|prea  b; $(c)3post|{}|{none}|{ x }|{3}|{\"n\":1}||\nq|"'
	assert_json '.task | test("^adhoc:[0-9a-f]{16}$")'
	echo '{"x":"touch here"}' >in
	run_split taskrun in -- sh -c '{x}'
	assert_status 2
	assert_out ''
	assert_err "taskrun: in:1: '{x}' inside the script of a shell is refused: write \"\$1\" there and pass {x} behind the script"
	printf '%s\n' '{"x":1}' '{"y":2}' '{"x":3}' '{"x":4,"y":5}' >many
	run_split taskrun many -- sh -c 'echo {x} {y}'
	assert_status 2
	assert_err "$(printf '%s\n' "taskrun: many:1: '{x}' inside" "taskrun: many:2: '{y}' inside" "taskrun: many:3: '{x}' inside" |
		sed -E "s/'\{(.)\}' inside/& the script of a shell is refused: write \"\$1\" there and pass {\1} behind the script/")"
	run_split taskrun in -- env A=1 bash -xec 'echo {x}'
	assert_status 2
	[[ ! -e here ]]
	run_split taskrun in -- sh -c 'echo "{y} $1"' sh '{x}'
	assert_status 0
	assert_json '.result.stdout == "{y} touch here\n"'
	printf '{"x":"a\\u0000b"}' >in
	run_split taskrun in -- echo '{x}'
	assert_status 3
	assert_err "taskrun: in:1: 'x' cannot be an argument: it contains a NUL"
}

@test "taskrun: ad hoc programs run where they were submitted, files stand before --" {
	mkdir sub
	echo '{"k":1}' >sub/in
	cd sub
	run_split taskrun in -j 1 -- sh -c 'pwd'
	assert_json ".result.stdout == \"$PWD\\n\""
	run_split taskrun in -- cat
	assert_json '.result == {k: 1}'
}

@test "taskrun: --lines takes text, as {line} and on stdin" {
	printf 'one\n  two words \r\n{"x":1}\n' >in
	run_split taskrun --lines in -- sh -c 'read -r l; echo "<$l> <$1>"' sh '{line}'
	assert_status 0
	[[ $(column .params.line) == 'one   two words  {"x":1}' ]]
	[[ $(jq -sr 'sort_by(.id)[1].result.stdout' "$out") == '<two words> <  two words >' ]]
	printf 'good\n\xff\n' >in
	run_split taskrun --lines in -- cat
	assert_status 3
	assert_err -r '^taskrun: in:2: .*UTF-8'
	[[ $(column .params.line) == good ]]
}

@test "taskrun: --map makes params of each line, none, one or many" {
	printf '%s\n' '{"p":[1,2]}' '{"p":[]}' '{"p":[3]}' >in
	run_split taskrun sum in --map '.p[] | {a: ., b: 0}'
	assert_status 0
	[[ $(column .result.sum) == "1 2 3" ]]
	run_split taskrun sum in --map '.p['
	assert_status 2
	assert_out ''
	run_split taskrun sum in --map '.p'
	assert_status 3
	assert_err -r "^taskrun: in:1: --map must make objects, it made: array"
	run_split taskrun sum in --map '{a: .p[0], b: (.p[0] / 0)}'
	assert_status 3
	assert_out ''
}

@test "taskrun: execution records as input: the result becomes the params" {
	printf '%s\n' '{"a":1,"b":2,"key":"x"}' '{"a":2,"b":2}' | taskrun -j 1 sum >first
	run_split taskrun --map . first -- jq -c '{double: (.sum * 2), key}'
	assert_status 0
	[[ $(column .result.double) == "6 8" ]]
	[[ $(column .key) == x\ * ]]
	run_split taskrun first --set b=1 --force a=5 sum
	assert_status 2
	run_split taskrun sum first --force a=5 --set b=1
	assert_status 0
	assert_json '.result.sum == 7 and .params.b == 2'
}

@test "taskrun: failed, erroneous and skipped records are accounted for and start nothing" {
	printf '%s\n' \
		'{"type":"execution","id":7,"key":"f","status":"failed","result":null,"error":{"class":"engine","reason":"x"}}' \
		'{"type":"ligand","key":"l","error":{"class":"input","reason":"no atoms"}}' \
		'{"key":"o","error":{"class":"odd","reason":"who knows"}}' \
		'{"key":"s","skipped":{"reason":"duplicate"}}' '{"key":"good"}' >in
	run_split taskrun --job j in -- sh -c 'echo >>started; echo {}'
	assert_status 1
	assert_err ''
	[[ $(wc -l <started) == 1 ]]
	[[ $(column '[.key, .status, .error.class // "-", .attempts] | join(",")') == \
		"f,failed,dependency,0 l,failed,input,0 o,failed,input,0 s,skipped,-,0 good,completed,-,1" ]]
	jq -s '.[1].error' "$out" | grep -q 'no atoms'
	run_split taskrun --allow-failed 3 --job j in -- sh -c 'echo >>started; echo {}'
	assert_status 0
	((${#lines[@]} == 5))
	run_split taskrun --allow-failed 59% --job j in -- sh -c 'echo >>started; echo {}'
	assert_status 1
	[[ $(wc -l <started) == 1 ]]
}

@test "taskrun: programs get the params on stdin and what they are in the environment" {
	export DOCKLINE_EXECUTION=old DOCKLINE_WORK=old DOCKLINE_JOB=old
	task env 'cat; env | grep ^DOCKLINE_ | sort >env.$DOCKLINE_EXECUTION'
	run_split taskrun --job camp --org lab env <<<'{"a":"ü","b":[1,2.0,1e3]}'
	assert_status 2
	DOCKLINE_ORG=lab task env 'cat; env | grep ^DOCKLINE_ | sort >env.$DOCKLINE_EXECUTION'
	run_split taskrun --job camp --org lab env <<<'{"a":"ü","b":[1,2.0,9007199254740993]}'
	assert_status 0
	assert_out -r '"result":\{"a":"ü","b":\[1,2.0,9007199254740993\]\}'
	assert_json '.job == "camp" and .org == "lab"'
	diff - <(grep -vE '^DOCKLINE_(SHARE|STATE|WORKER)' env.1) <<-'END'
		DOCKLINE_ATTEMPT=1
		DOCKLINE_EXECUTION=1
		DOCKLINE_JOB=camp
		DOCKLINE_ORG=lab
		DOCKLINE_PROGRESS_FD=3
	END
	run_split taskrun -n -- sh -c 'env | grep -cE "^DOCKLINE_(JOB|WORK)="; :'
	assert_json '.result == 0'
}

@test "taskrun: children get a clean process: signals, descriptors, their own group" {
	ignored=$(grep ^SigIgn /proc/self/status | cut -f2) # by whoever started the tests
	trap '' TERM PIPE
	run_split taskrun -n -- sh -c 'grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/self/fd | wc -l; test "$(ps -o pgid= -p $$)" -eq $$ && echo leader' 5</dev/null
	trap - TERM PIPE
	assert_status 0
	assert_json '.result.stdout | test("SigBlk:\\t0+\nSigIgn:\\t[0-9a-f]+\n5\nleader\n")'
	theirs=$(jq -r '.result.stdout | capture("SigIgn:\\t(?<mask>[0-9a-f]+)").mask' "$out")
	(((0x$theirs & ~0x$ignored) == 0))
}

@test "taskrun: work folders are given, emptied, and named files become objects" {
	task work 'pwd >where; ls -A "$DOCKLINE_WORK"; [ -d "$DOCKLINE_WORK" ] || exit 1
		mkdir "$DOCKLINE_WORK/d"; printf "pose $1" >"$DOCKLINE_WORK/d/out"
		printf "{\"files\":{\"pose\":{\"format\":\"txt\",\"path\":\"%s\"},\"away\":{\"path\":\"/etc/passwd\"},
			\"link\":{\"path\":\"%s\"}}}" "$DOCKLINE_WORK/d/out" "$DOCKLINE_WORK/l"
		ln -s /etc/passwd "$DOCKLINE_WORK/l"' 'workdir: true'
	printf '{"a":%d}\n' 1 2 3 >in
	run_split taskrun -j 1 work in
	assert_status 0
	assert_json '.result.files.pose | .format == "txt" and .size == 6 and .object == .sha256 and has("path") == false'
	assert_json '.result.files.away == {path: "/etc/passwd"} and (.result.files.link | has("path"))'
	sum=$(printf 'pose 2' | sha256sum | cut -d' ' -f1)
	assert_json -s "map(select(.params.a == 2))[0].result.files.pose.object == \"$sum\""
	[[ $(sqlite3 .dockline/objects.db 'SELECT count(*) FROM object') == 3 ]]
	[[ $(sqlite3 .dockline/objects.db "SELECT size FROM object WHERE sha256 = x'$sum'") == 6 ]]
	[[ -z $(find "${TMPDIR:-/tmp}" -maxdepth 1 -user "$(id -u)" -name 'dockline-*' -newer in) ]]
	task lost 'echo "{\"files\":{\"pose\":{\"path\":\"$DOCKLINE_WORK/none\"}}}"' 'workdir: true'
	run_split taskrun -n lost
	assert_json '.result.files.pose | has("path")'
}

@test "taskrun: --keep leaves the work folder of each try where it was asked for" {
	cat >kept.yaml <<-'END'
		task_id: kept
		version: "1"
		service_config:
		  command: [sh, -c, 'echo "$DOCKLINE_ATTEMPT" >"$DOCKLINE_WORK/note"; [ "$DOCKLINE_ATTEMPT" = 2 ] || exit 75']
		  workdir: true
		  retry: {strategy: immediate, max_retries: 1}
	END
	taskreg -q add kept.yaml >/dev/null
	run_split taskrun -q -n --keep there/ kept
	assert_status 0
	[[ $(head there/*/note | paste -sd' ') == '==> there/1.1/note <== 1  ==> there/1.2/note <== 2' ]]
	[[ -z $(ls "$TMPDIR") ]]
	touch file
	run_split taskrun -q -n --keep file/x kept
	assert_status 5
}

@test "taskrun: what an exit status means" {
	local expected

	for code in 0 1 2 64 65 66 67 70 74 75 76 78 127 255; do
		echo "{\"a\":$code}"
	done >in
	run_split taskrun -j 2 in -- sh -c 'echo "first" >&2; echo "went wrong $1" >&2; exit $1' sh '{a}'
	assert_status 1
	expected='0,completed,- 1,failed,engine 2,failed,engine 64,failed,input 65,failed,input 66,failed,input'
	expected+=' 67,failed,engine 70,failed,engine 74,failed,engine 75,failed,engine 76,failed,engine'
	expected+=' 78,failed,engine 127,failed,engine 255,failed,engine'
	[[ $(column '[.params.a, .status, .error.class // "-"] | join(",")') == "$expected" ]]
	assert_json '.attempts == 1'
	assert_json 'select(.params.a != 0) // {error: {reason: "exit 0", stderr: "went"}, params: {a: 0}} |
		.error.reason | startswith("exit ")'
	jq -s '.[] | select(.params.a == 70) | .error' "$out" >seventy
	diff <(jq -c . seventy) - <<<'{"class":"engine","reason":"exit 70: went wrong 70","stderr":"first\nwent wrong 70\n"}'
}

@test "taskrun: signals, and a program that is not there or cannot be run" {
	run_split taskrun -n -- sh -c 'kill -SEGV $$'
	assert_status 1
	assert_json '.status == "failed" and .error.class == "signal" and (.error.reason | test("^signal 11"))'
	run_split taskrun -n -- sh -c 'kill -KILL $$'
	assert_json '.error.class == "signal" and (.error.reason | test("^signal 9.*out of memory"))'
	run_split taskrun --job typo -n -- no-such-program
	assert_status 2
	assert_out ''
	assert_err "taskrun: cannot run 'no-such-program': no such program"
	touch plain
	run_split taskrun -n -- ./plain
	assert_status 2
	assert_err -r "plain.*Permission denied"
	run_split taskrun -n -- .
	assert_status 2
	printf '#!/no/such/interpreter\n' >bad
	chmod +x bad
	run_split taskrun --job typo -n -- ./bad
	assert_status 1
	assert_json '.error.class == "rejected" and (.error.reason | test("./bad"))'
}

@test "taskrun: stdout is one JSON value or nothing; ad hoc, other text is text" {
	task out 'printf %b "$1"'
	printf '%s\n' '{"a":"[1,2]"}' '{"a":"  \\n"}' '{"a":"null"}' '{"a":"3 4"}' '{"a":"hello"}' '{"a":"{\"x\":1,\"x\":2}"}' >in
	run_split taskrun out in
	assert_status 1
	[[ $(column '[.status, (.error.class // .result | tojson)] | join(" ")' | tr -d '\n') == \
		'completed [1,2] completed null completed null failed "result" failed "result" failed "result"' ]]
	jq -se 'sort_by(.id)[4].error.reason | test("^stdout is not one JSON value: ")' "$out"
	run_split taskrun -- printf '{a}' <<<'{"a":"hello"}'
	assert_json '.result == {stdout: "hello"}'
	run_split taskrun -n -- printf '\377\n'
	assert_json '.result == {stdout: "?\n"}'
	run_split taskrun -n -- printf 'caf\351 é\n'
	assert_json '.result == {stdout: "caf? é\n"}'
}

@test "taskrun: what is cut off from texts is cut between characters" {
	run_split taskrun -n -- sh -c 'for i in $(seq 1000); do echo éé; done >&2; exit 3'
	assert_json '.error | .reason == "exit 3: éé" and (.stderr | length) > 600 and (.stderr | contains("?") | not)'
	for before in '' x; do
		run_split taskrun -n -- sh -c 'printf "$1%0600d\n" 0 | sed "s/0/é/g" >&2; exit 3' sh "$before"
		assert_json '.error.reason | length > 500 and (contains("?") | not)'
	done
}

@test "taskrun: an error on stdout decides over the exit status" {
	task tell 'printf "%s" "$1"; exit 0'
	for e in '{"class":"result","reason":"odd pose"}' '{"class":"nonsense"}' '{"reason":"r","code":7}'; do
		jq -cn --argjson e "$e" '{a: {error: $e}}'
	done >in
	run_split taskrun tell in
	assert_status 1
	[[ $(column '[.error.class, .error.reason, .error.code] | tojson') == \
		'["result","odd pose",null] ["engine","no reason given",null] ["engine","r",7]' ]]
	assert_json '.result == null and .attempts == 1'
}

@test "taskrun: big output is kept, endless output is ended" {
	run_split taskrun -n -- sh -c 'head -c 3000000 /dev/zero | tr "\0" x'
	assert_status 0
	assert_json '.result.stdout | length == 3000000'
	run_split taskrun -n -- sh -c 'head -c 300000 /dev/zero | tr "\0" y >&2; echo the end >&2; exit 1'
	assert_json '.error.stderr | length == 1024 and endswith("ythe end\n")'
	run_split timeout 20 taskrun -n -- yes
	assert_status 1
	assert_json '.error == {class: "result", reason: "wrote more than 64 MiB to stdout or stderr"}'
}

@test "taskrun: a big line of params arrives whole" {
	jq -cn '{x: ("y" * 3000000)}' >in
	run_split taskrun in -- sh -c 'wc -c'
	assert_status 0
	assert_json '.result == 3000009 and (.params.x | length) == 3000000'
}

@test "taskrun: a time limit ends the program, its children, and those that do not listen" {
	task slow 'echo started >&2; exec sleep 100' 'timeout: 0.3' 'retry: "none"'
	run_split timeout 20 taskrun -n slow
	assert_status 1
	assert_json '.status == "timeout" and .error.class == "timeout" and .error.reason == "ran longer than 0.3 s" and
		.error.stderr == "started\n"'
	task deaf 'trap "" TERM; sh -c "trap \"\" TERM; echo \$\$ >grandchild; exec sleep 100" &
		echo $$ >child; while :; do sleep 100; done' 'timeout: {soft: 0.3, hard: 0.8}' 'retry: "none"'
	run_split timeout 20 taskrun -n deaf
	assert_status 1
	assert_json '.status == "timeout"'
	wait_until 20 eval '! kill -0 $(cat child) && ! kill -0 $(cat grandchild)'
	task nice 'trap "echo {\\\"late\\\":true}; exit 0" TERM; echo >ready; sleep 100 & wait' 'timeout: 0.3' 'retry: "none"'
	run_split timeout 20 taskrun -n nice
	assert_json '.status == "timeout"'
}

@test "taskrun: a program that leaves children behind is over when it is over" {
	run_split timeout 20 taskrun -n -- sh -c 'sleep 100 & echo $! >left; echo 1'
	assert_status 0
	assert_json '.result == 1'
	wait_until 20 eval '! kill -0 $(cat left)'
}

@test "taskrun: retries: exit 75, classes, delays, and what is never tried again" {
	fixed='retry: {strategy: "fixed_delay", delay: 0.1, max_retries: 2, on: ["signal"]}'
	task again 'echo $DOCKLINE_ATTEMPT >>tries.$1
		[ $DOCKLINE_ATTEMPT -lt 3 ] && case $1 in
		code) exit 75;; signal) kill -SEGV $$;; engine) exit 3;; no) exit 70;;
		retry) echo "{\"error\":{\"class\":\"engine\",\"reason\":\"x\",\"retry\":true}}"; exit;;
		never) echo "{\"error\":{\"class\":\"signal\",\"reason\":\"x\",\"retry\":false}}"; kill -SEGV $$;;
		esac; echo "[$DOCKLINE_ATTEMPT]"' "$fixed"
	printf '{"a":"%s"}\n' code signal engine no retry never ok >in
	run_split timeout 20 taskrun again in
	assert_status 1
	[[ $(column '[.params.a, .status, .attempts] | join(",")') == \
		"code,completed,3 signal,completed,3 engine,failed,1 no,failed,1 retry,completed,3 never,failed,1 ok,completed,1" ]]
	assert_json -s 'map(select(.attempts == 3)) | all(.result == [3] and .error == null)'
	task dead 'exit 75' "$fixed"
	run_split timeout 20 taskrun -n dead
	assert_status 1
	assert_json '.status == "failed" and .attempts == 3 and .error.reason == "exit 75"'
	[[ $(sqlite3 .dockline/state.db 'SELECT count(*) FROM attempt JOIN execution e ON e.id = execution
		WHERE e.id = (SELECT max(id) FROM execution)') == 3 ]]
	run_split taskrun -n -- sh -c 'exit 75'
	assert_json '.attempts == 1'
}

@test "taskrun: a parameter of format path becomes absolute" {
	echo 1 >f
	run_split taskrun sum --set file=f <<<'{"a":1,"b":1}'
	assert_json ".params.file == \"$PWD/f\""
	run_split taskrun sum <<<'{"a":1,"b":1,"file":"sub/../f"}'
	assert_json '.params.file | startswith("/") and endswith("f")'
	run_split taskrun sum --set file=none <<<'{"a":1,"b":1}'
	assert_status 3
	assert_out ''
	assert_err -r "^taskrun: file: cannot open '.*none': No such file or directory"
}

@test "taskrun: runs at most -j at once, and keeps going" {
	task cork 'mkdir lock.$1 || exit 9; n=$(ls -d lock.* | wc -l); echo $n; rmdir lock.$1'
	seq 40 | jq -c '{a: .}' >in
	run_split taskrun -j 3 cork in
	assert_status 0
	assert_json '.result >= 1 and .result <= 3'
	((${#lines[@]} == 40))
	run_split taskrun -j 1 cork in
	assert_json '.result == 1'
	[[ $(column .params.a) == "$(jq -r .params.a "$out" | paste -sd' ')" ]]
}

@test "taskrun: a task that needs more memory than there is runs one at a time, and says so" {
	task big 'echo 1' 'resources: {memory: "900G"}'
	run_split taskrun -j 4 -n big
	assert_status 0
	assert_err -r "^taskrun: [0-9]+ MiB of memory are free and one execution of 'big' takes [0-9]+ MiB: 1 at once, not 4$"
}

@test "taskrun: inactive tasks take nothing, deprecated ones are told" {
	jq -n '{task_id: "off", status: "inactive", service_config: {command: ["true"]}}' | taskreg add >/dev/null
	jq -n '{task_id: "old", status: "deprecated", service_config: {command: ["true"]}}' | taskreg add >/dev/null
	run_split taskrun -n off
	assert_status 2
	assert_out ''
	assert_err "taskrun: task 'off' is inactive: it takes no executions"
	run_split taskrun -n old
	assert_status 0
	assert_err "taskrun: task 'old' is deprecated"
	assert_json '.result == null'
}

@test "taskrun: a version is chosen with @, and stays known after it was removed" {
	for version in 1 2; do
		echo ---; jq -n --arg v $version '{task_id: "t", version: $v, service_config: {command: ["echo", $v]}}'
	done | taskreg add >/dev/null
	run_split taskrun -n t@1
	assert_json '.version == "1" and .result == 1'
	run_split taskrun -n t
	assert_json '.version == "2" and .result == 2'
	run_split taskrun -n t@3
	assert_status 2
	taskreg rm t
	[[ $(sqlite3 .dockline/state.db "SELECT group_concat(version) FROM task WHERE name = 't'") == 1,2 ]]
}

@test "taskrun: --help-params shows what a task takes" {
	taskreg add "$data/tasks/shapes.yaml" >/dev/null
	run_split taskrun shapes --help-params
	assert_status 0
	assert_err ''
	assert_out -f "$data/tasks/shapes.params"
	run_split taskrun --help-params -- true
	assert_status 2
	assert_err -r 'help-params takes one task'
	run_split taskrun --help-params nothing
	assert_status 2
	printf 'task_id: any\nservice_config: {command: [cat]}\n' | taskreg add >/dev/null
	run_split taskrun --help-params any
	assert_status 0
	assert_out ''
	assert_err "taskrun: task 'any' names no parameters: it takes any"
}

@test "taskrun: a full stdout is an error, after what ran was kept" {
	status=0
	taskrun --job j -n -- echo 1 >/dev/full 2>"$err" || status=$?
	stderr=$(cat "$err")
	assert_status 5
	assert_err 'taskrun: cannot write standard output: No space left on device'
	run_split taskrun --job j -n -- echo 1
	assert_status 0
	assert_json '.attempts == 1'
}

@test "taskrun: the examples of its page" {
	echo hi >a.txt
	echo hello >b.txt
	ls ./*.txt | taskrun --lines -- wc -c '{line}' | jq -r '[.params.line, .result.stdout] | @tsv' | sort >"$out"
	diff - "$out" <<-'END'
		./a.txt	3 ./a.txt\n
		./b.txt	6 ./b.txt\n
	END
	run_split eval "$(sed -n '/^A script with/,/^\.Ed/p' "$root/man/taskrun.1" | sed '/^[.A]/d; s/\\e/\\/g')"
	assert_status 0
	assert_out "hello, it's; safe"
	run_split eval "$(sed -n '/^Work on what/,/^\.Ed/p' "$root/man/taskrun.1" | sed '/^[.W]/d')"
	assert_status 0
	assert_out 60
}
