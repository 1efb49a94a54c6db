# SPDX-License-Identifier: MIT
# Tasks that are served over HTTP: what is sent, and what becomes of each kind of reply.
load ../helper
load ../services

setup() {
	fresh
	need python3
}

teardown() {
	end_services
	spotless
}

quick='retry: {delay: 50ms, jitter: 0}'

# ask JSON ...: run the task t on these, with a limit of time
ask() {
	printf '%s\n' "$@" >asked
	run_split timeout 30 taskrun t asked
}

# of ID EXPR: it is true of that record of stdout
of() {
	jq -es --argjson id "$1" "map(select(.id == \$id)) | length == 1 and all(.[]; $2)" "$out" >/dev/null || complain "not true of $1: $2"
}

@test "http: a request is the parameters, the reply the result" {
	serve a
	task t 'headers: {X-Site: basel}'
	ask '{"n": 1}' '{"n": 2, "big": 9007199254740993}'
	assert_status 0
	assert_err ''
	assert_json '.status == "completed" and .attempts == 1 and .result.headers["X-Site"] == "basel"'
	assert_json '.result.headers["X-Execution-ID"] == (.id | tostring) and .result.headers["X-Org-ID"] == .org'
	grep -q '"big":9007199254740993},"result":{"body":{"n":2,"big":9007199254740993}' "$out" || complain "an integer changed"
}

@test "http: what fails has a class, and only service is tried again" {
	serve a
	task t "$quick"$'\nmax_reply: 10K\nbreaker: {failures: 50}'
	ask '{"do":"status","status":400}' '{"do":"status","status":422,"says":{"detail":"no receptor"}}' \
		'{"do":"status","status":404}' '{"do":"status","status":500}' '{"do":"status","status":408}' \
		'{"do":"reset"}' '{"do":"half"}' '{"do":"bad"}' '{"do":"huge","bytes":20000}' '{"do":"empty"}'
	assert_status 1
	assert_json -s 'length == 10'
	jq -r '[.id, .error.class // "-", .attempts] | @tsv' "$out" | sort -n >got
	diff - got <<-'END'
		1	input	1
		2	input	1
		3	rejected	1
		4	service	4
		5	service	4
		6	service	4
		7	service	4
		8	result	1
		9	result	1
		10	-	1
	END
	of 2 '.error.reason | endswith("answers 422: no receptor")'
	of 8 '.error.reason | test("no JSON")'
	of 10 '.result == null and .status == "completed"'
}

@test "http: a service that comes back is asked again, as late as it says" {
	serve a
	task t "$quick"
	ask '{"do":"flaky","times":2}' '{"do":"flaky","times":1,"wait":1,"status":502}'
	assert_status 0
	assert_json '.status == "completed"'
	of 1 '.attempts == 3'
	of 2 '.attempts == 2 and ((.ended | .[0:19] + "Z" | fromdate) - (.created | .[0:19] + "Z" | fromdate)) >= 1'
}

@test "http: 429 lets a service rest, and nothing counts as tried" {
	serve a
	task t 'max_in_flight: 60'
	for i in $(seq 60); do echo "{\"do\":\"flaky\",\"times\":1,\"status\":429,\"i\":$i}"; done >storm
	run_split timeout 30 taskrun t storm
	assert_status 0
	assert_json '.status == "completed" and .attempts == 1 and .result.tries == 2'
	assert_json -s 'length == 60'
	(($(wc -l <a/log) == 120)) || complain "$(wc -l <a/log) requests"
}

@test "http: connections are kept and used again" {
	serve a
	task t 'max_in_flight: 2'
	for i in $(seq 30); do echo "{\"i\":$i}"; done >lines
	run_split timeout 30 taskrun t lines
	assert_status 0
	assert_json -s 'length == 30 and (map(.result.port) | unique | length) <= 2'
}

@test "http: a connection that is not made in time, its TLS included" {
	python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True); time.sleep(30)' >port 3>&- &
	served+=($!)
	wait_until 10 test -s port
	url=https://127.0.0.1:$(<port)
	task t $'retry: none\nconnect_timeout: 200ms'
	run_split timeout 20 taskrun -n t
	assert_status 1
	assert_json '.error.class == "service" and (.error.reason | test("time"))'
}

@test "http: first byte, whole reply, and an execution's own time" {
	serve a
	task t $'retry: none\nfirst_byte_timeout: 200ms'
	ask '{"do":"slow","seconds":5}'
	assert_status 1
	assert_json '.error.class == "service" and (.error.reason | test("no reply within 200ms"))'
	task u $'retry: none\ntimeout: 300ms'
	run_split timeout 20 taskrun -n u --set do=slow --set seconds=5
	assert_status 1
	assert_json '.status == "timeout" and .error.class == "timeout" and (.error.reason | test("longer than 0.3 s"))'
}

@test "http: redirects stay with the service" {
	serve b
	other=$url
	serve a
	task t 'retry: none'
	ask '{"do":"redirect","to":"/run"}' "{\"do\":\"redirect\",\"to\":\"$other/run\"}" \
		"{\"do\":\"redirect\",\"to\":\"https://${url#*://}/run\"}" '{"do":"redirect","to":"file:///etc/passwd"}'
	assert_status 1
	assert_json '.error.class == "rejected" and (.error.reason | test("redirect"))'
	[[ ! -e b/log ]] || complain "the other service was asked"
}

polled() { (($(grep -c '^GET /jobs/[0-9]* 1$' a/log) == $1)); }

@test "http: a job that is accepted is asked after, and its progress told" {
	serve a
	task t $'poll: {interval: 50ms}\nretry: none'
	ask '{"do":"job"}' '{"do":"job","fails":true}' '{"do":"job","at":"http://example.org/jobs/1"}'
	assert_status 1
	of 1 '.status == "completed" and .result == {"score": -7.5} and .attempts == 1'
	of 2 '.error.class == "engine" and .error.reason == "no pose"'
	of 3 '.error.class == "rejected" and (.error.reason | test("status URL is refused"))'
	wait_until 20 polled 3 # the service may write it down after its answer
}

@test "http: a job that nobody wants is taken back" {
	serve a
	task t 'poll: {interval: 50ms}'
	taskrun --detach -n t --set do=job --set polls=100000 >/dev/null
	taskwork -q --idle-exit 0 &
	worker=$!
	wait_until 10 grep -q '^GET /jobs/1' a/log
	run_split taskstat --json --status running
	assert_json '.id == 1'
	taskctl cancel 1 >/dev/null
	wait_until 10 grep -q '^DELETE /jobs/1 ' a/log
	wait "$worker"
	run_split taskwait 1
	assert_json '.status == "cancelled"'
}

@test "http: a job that cannot be followed any more, or takes too long, is taken back" {
	serve a
	task t $'poll: {interval: 50ms}\nretry: none\nmax_reply: 4K'
	ask '{"do":"job","breaks":200}' '{"do":"job","breaks":403}' '{"do":"job","breaks":410}'
	assert_status 1
	of 1 '.error.class == "result" and (.error.reason | test("longer than"))'
	of 2 '.error.class == "rejected"'
	of 3 '.error.class == "service" and (.error.reason | test("knows nothing of the job"))'
	deleted() { (($(grep -c '^DELETE /jobs/[123]' a/log) == 2)); }
	wait_until 20 deleted
	task u $'poll: {interval: 50ms}\nretry: none\ntimeout: 300ms'
	run_split timeout 20 taskrun -n u --set do=job --set polls=100000
	assert_json '.status == "timeout"'
	wait_until 20 grep -q '^DELETE /jobs/4' a/log
}

@test "http: a worker that is told to stop gives back what it asked for" {
	serve a
	task t 'poll: {interval: 50ms}'
	taskrun --detach -n t --set do=job --set polls=100000 >/dev/null
	taskrun --detach -n t --set do=slow --set seconds=60 >/dev/null
	taskwork -q --forever &
	worker=$!
	wait_until 10 grep -q '^GET /jobs/1' a/log
	wait_until 10 grep -q '^POST /run 2' a/log
	kill -TERM "$worker"
	wait "$worker" || true
	grep -q '^DELETE /jobs/1' a/log
	run_split taskstat --json --status queued
	assert_json '.attempts == 0'
	assert_json -s 'length == 2'
}

@test "http: events tell of progress and bring the result" {
	serve a
	task t 'retry: none'
	ask '{"do":"events","events":[["progress",{"progress":10,"message":"m"}],["result",{"score":1}]]}' \
		'{"do":"events","events":[["progress",{"progress":10}],["error",{"class":"input","reason":"bad"}]]}' \
		'{"do":"events","events":[["progress",{"progress":10}]]}'
	assert_status 1
	of 1 '.result == {"score": 1}'
	of 2 '.error.class == "input" and .error.reason == "bad"'
	of 3 '.error.class == "result"'
}

@test "http: jq programs shape requests, replies and failures" {
	serve a
	task t $'retry: none
request: "{do: (.do // \\"echo\\"), text: .prompt, status: 418, says: {why: \\"a pot\\"}}"
response: "{answer: .body.text}"
failure: "if .status == 418 then {class: \\"engine\\", reason: .body.why} else null end"'
	ask '{"prompt":"hello"}' '{"prompt":"x","do":"status"}'
	assert_status 1
	of 1 '.result == {"answer": "hello"}'
	of 2 '.error.class == "engine" and .error.reason == "a pot"'
}

@test "http: a secret is sent, and nowhere to be found" {
	need zstd
	serve a
	export SESAME='open/sesame="abracadabra"='
	echo "$SESAME" >a/secret
	echo 'ATOM receptor' >rec.pdbqt
	task t $'headers: {Authorization: {secret_env: SESAME, prefix: "Bearer "}}\nretry: none\ninline: [receptor]\nmodels_url: /models'
	ask '{"n":1,"receptor":"rec.pdbqt"}'
	assert_status 0
	echo other >a/secret # it tells what it was sent in its reply
	ask '{"n":2}'
	assert_status 1
	assert_json '.error.class == "rejected" and (.error.reason | test("who are you. Bearer [*]+"))'
	rm a/secret
	for escaped in false true; do
		for how in body status events location; do
			echo "{\"do\":\"tell\",\"how\":\"$how\",\"escaped\":$escaped,\"status\":422}"
		done
	done >told
	echo '{"do":"tell","how":"bad"}' >>told
	run_split timeout 30 taskrun t told
	assert_status 1
	assert_json -s 'length == 9 and (map(select(.result.in)) | length == 2 and all(.[]; .result | tostring | test("^{.in.:.[*]+.,.[*]+.:\\[.[*]+.\\]}$")))'
	assert_json -s 'map(select(.result.t)) | length == 2 and all(.[]; .result.t | test("^[*]+$"))'
	cp "$out" told.jsonl
	taskreg service check >checked
	taskrun -q -n t --set do=gate >/dev/null 3>&- &
	worker=$!
	wait_until 10 grep -q '^POST /run 12' a/log
	# of our session: elsewhere on this machine somebody may look for the same
	pgrep -s 0 -a >ps
	for pid in $(pgrep -s 0); do
		cat "/proc/$pid/cmdline" >>cmdlines 2>/dev/null || true
	done
	grep -qaF taskrun cmdlines
	for pid in $(pgrep -P "$worker"); do
		cat "/proc/$pid/environ" >>environs
	done
	touch a/open
	wait "$worker"
	for id in $(seq 12); do tasklog "$id"; done >log
	taskstat --json >stat
	everything_kept kept
	grep -q 'ATOM receptor' kept/* || complain "objects were not unpacked"
	grep -q 'xxxxxxxx' kept/* || complain "logs were not unpacked"
	for word in "$SESAME" 'open/sesame' 'sesame=' 'abracadabra'; do # however it is escaped
		run_split grep -rlaF "$word" .dockline kept "$TMPDIR" ps cmdlines log stat told.jsonl checked
		assert_out ''
	done
	if grep -qaF "$SESAME" environs 2>/dev/null; then
		complain "a child of the worker has it"
	fi
	unset SESAME
	ask '{"n":4}'
	assert_status 1
	assert_json '.error.class == "rejected" and (.error.reason | test("no variable .SESAME."))'
}

@test "http: certificates are verified" {
	need openssl
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null
	certify() { # NAME SUBJECT-ALT-NAME OPTION ...
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
		echo "subjectAltName=$2" >"$1.ext"
		openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" \
			-extfile "$1.ext" "${@:3}" 2>/dev/null
	}
	certify good IP:127.0.0.1 -days 1
	certify other DNS:example.org -days 1
	certify old IP:127.0.0.1 -days -1
	for name in good other old; do
		serve "$name" "$PWD/$name.pem" "$PWD/$name.key"
		task "$name" $'retry: none\ntls: {ca: '"$PWD"'/ca.pem}'
		run_split timeout 20 taskrun -n "$name"
		assert_status $([[ $name == good ]] && echo 0 || echo 1)
		if [[ $name == good ]]; then
			assert_json '.status == "completed"'
			trusted=$url
		else
			assert_json '.error.class == "service" and (.error.reason | test("certificate|SSL"))'
		fi
	done
	[[ ! -e old/log && ! -e other/log ]] || complain "something was sent"
	url=$trusted # but not by who does not know its CA
	task stranger 'retry: none'
	run_split timeout 20 taskrun -n stranger
	assert_status 1
	assert_json '.error.class == "service"'
}

@test "http: a service that is not there opens its breaker, not that of the task" {
	serve a
	end_services
	task t $'retry: none\nbreaker: {failures: 3, pause: 1s}\nmax_in_flight: 1'
	for i in $(seq 20); do echo "{\"n\":$i}"; done >lines
	taskrun --detach t lines >/dev/null
	run_split timeout 20 taskwork --once
	assert_err -r "service 'task-t' failed 3 times in a row and rests for 1.0s"
	run_split taskstat --json --status failed
	assert_json -s 'length >= 3 and length < 6 and all(.[]; .error.class == "service")'
	run_split taskstat why 20
	assert_status 0
	assert_out -r "^20: the service of task 't' does not work .'task-t': .*onnect"
}

@test "http: wrong members are told when the task is registered" {
	url=http://127.0.0.1:1
	run_split task t 'request: "{a: "'
	assert_status 3
	assert_err -r "t.yaml:1:.*'request'.*is not a jq expression"
	run_split task t $'command: [true]\nmax_in_flight: 0\ninline: receptor\nstream: {window: 2}'
	assert_status 3
	for what in "'/service_config/command' is not a member here" 'max_in_flight. must be between 1 and 2000' \
		"'/service_config/inline' must be an array" "'/service_config/stream' is not a member"; do
		grep -q -- "$what" "$err" || complain "not told: $what"
	done
}

@test "http: a result that is not what the spec says is none" {
	serve a
	cat >t.yaml <<-END
		task_id: t
		interface_spec:
		  openapi: 3.0.3
		  info: {title: t, version: "1"}
		  paths:
		    /run:
		      post:
		        responses:
		          "200":
		            description: a score
		            content: {application/json: {schema: {type: object, required: [score]}}}
		service_config: {service_url: "$url", retry: none}
	END
	taskreg add t.yaml >/dev/null
	ask '{"do":"status","status":200,"says":{"score":1}}' '{"do":"status","status":200,"says":{"scores":1}}'
	assert_status 1
	of 1 '.status == "completed"'
	of 2 '.error.class == "result"'
}

@test "http: a jq program without end does not stop the worker" {
	serve a
	task t $'retry: none\nresponse: "if .body.n == 1 then (def f: f; f) else .body end"'
	ask '{"n":1}' '{"n":2}' '{"n":3}'
	assert_status 1
	of 1 '.error.class == "result" and (.error.reason | test("does not end within 2 s"))'
	of 2 '.result == {"n": 2}'
	of 3 '.result == {"n": 3}'
}
