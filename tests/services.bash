# SPDX-License-Identifier: MIT
# services: HTTP services on this machine, for tests. `load ../services` after ../helper.
#
#   serve NAME [CERT KEY]   start tests/fakes/http-odd with the folder NAME; sets $url
#                           (HTTP_ODD_PORT=N in front: on that port)
#   task NAME [MEMBERS]     register a task served at $url; MEMBERS of service_config, as YAML lines
#   everything_kept FOLDER  all values of all tables of the state, unpacked, as files there
#   end_services            in teardown
# shellcheck shell=bash disable=SC2154 # root is set by helper.bash

served=()

serve() {
	local folder=$PWD/$1 scheme=http

	(($# == 1)) || scheme=https
	mkdir -p "$folder"
	rm -f "$folder/port"
	"$root/tests/fakes/http-odd" "$folder" "${@:2}" 3>&- 2>"$folder/stderr" &
	served+=($!)
	disown
	wait_until 10 test -s "$folder/port"
	url=$scheme://127.0.0.1:$(<"$folder/port")
}

end_services() {
	((${#served[@]} == 0)) || kill -KILL "${served[@]}" 2>/dev/null || true
	served=()
}

task() {
	cat >"$1.yaml" <<-END
		task_id: $1
		interface_spec:
		  openapi: 3.0.3
		  info: {title: $1, version: "1"}
		  paths: {/run: {post: {responses: {"200": {description: a result}}}}}
		service_config:
		  service_url: $url
	END
	while read -r member; do
		[[ -z $member ]] || echo "  $member" >>"$1.yaml"
	done <<<"${2-}"
	taskreg add "$1.yaml" >/dev/null
}

everything_kept() {
	mkdir -p "$1"
	python3 - "$1" .dockline/*.db <<-'END'
		import sqlite3, subprocess, sys
		n = 0
		for path in sys.argv[2:]:
		    db = sqlite3.connect(path)
		    for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
		        for row in db.execute(f'SELECT * FROM "{table}"'):
		            for value in row:
		                data = value if isinstance(value, bytes) else str(value).encode()
		                if data[:4] == b"\x28\xb5\x2f\xfd":
		                    data = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
		                n += 1
		                with open(f"{sys.argv[1]}/{table}.{n}", "wb") as f:
		                    f.write(data)
	END
}
