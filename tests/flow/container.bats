# SPDX-License-Identifier: MIT
# A command wrapped for a container, run by a runtime that works here.
load ../helper

# An image of nothing but busybox, in $image; $runtime runs it. Or why not, in $reason.
setup_file() {
	local busybox applet

	export runtime='' image='' reason='neither podman nor apptainer is installed'
	busybox=$(type -P busybox) || busybox=''
	type -P podman >/dev/null || type -P apptainer >/dev/null || return 0
	if [[ -z $busybox ]] || ldd "$busybox" >/dev/null 2>&1; then
		reason='busybox is not installed or not static'
		return
	fi
	cd "$BATS_FILE_TMPDIR" || return
	mkdir -p root/{bin,dev,etc,proc,sys,tmp,var/tmp}
	cp "$busybox" root/bin/busybox
	for applet in awk sh cat head id ls sha256sum tail touch; do ln -s busybox root/bin/$applet; done
	cp "$root/tests/fakes/vina-1.1.2" root/bin/vina
	echo 'root:x:0:0:root:/:/bin/sh' >root/etc/passwd
	echo 'root:x:0:' >root/etc/group
	try_podman || try_apptainer || true
}

# What podman keeps is kept below this test's folder; what a container may not raise stays.
try_podman() {
	local oci

	type -P podman >/dev/null || return 1
	oci=$(PATH=$PATH:/usr/sbin:/sbin type -P crun runc | tail -n 1)
	cat >storage.conf <<-END
		[storage]
		driver = "vfs"
		graphroot = "$PWD/graph"
		rootless_storage_path = "$PWD/graph"
		runroot = "$PWD/run"
	END
	cat >containers.conf <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "${oci##*/}"
	END
	export CONTAINERS_STORAGE_CONF=$PWD/storage.conf CONTAINERS_CONF=$PWD/containers.conf
	image=localhost/dockline-test:1
	if ! tar -C root --owner=0 --group=0 -cf - . | podman import - "$image" >podman.log 2>&1 ||
		! podman run --rm --network=none --user=0:0 "$image" /bin/busybox true >podman.log 2>&1; then
		reason="podman does not work here: $(tail -n 1 podman.log)"
		return 1
	fi
	runtime=podman
}

try_apptainer() {
	type -P apptainer >/dev/null || return 1
	image=$PWD/root
	if ! apptainer exec --containall --net --network=none "$image" /bin/busybox true >apptainer.log 2>&1; then
		reason="apptainer does not work here: $(tail -n 1 apptainer.log)"
		return 1
	fi
	runtime=apptainer
}

teardown_file() {
	[[ $runtime != podman ]] || podman rmi --all --force
}

setup() {
	fresh
	[[ -n $runtime ]] || skip "$reason"
	mkdir work input
	echo receptor >input/rec.pdbqt
}

# contained PROGRAM [ARG ...]: with ./work and ./input
contained() { # named here: podman's own names repeat, and cases run side by side
	CONTAINER_NAME=${name-dockline-test-$BATS_TEST_NUMBER-$$} "$BUILD/unit/container" "$runtime" "$image" "$PWD/work" "$PWD/input" "$memory" "$@"
}
memory=

@test "container: stdin comes in, output and files come out as ours" {
	echo '{"n":1}' >params
	run_split contained sh -c 'cat; cat "$1"; pwd; echo "$TMPDIR"; echo pose >out' sh "$PWD/input/rec.pdbqt" <params
	assert_status 0
	assert_out '{"n":1}
receptor
'"$PWD/work
$PWD/work"
	[[ $(cat work/out) == pose ]]
	[[ $(stat -c %u:%g work/out) == $(id -u):$(id -g) ]]
}

@test "container: inputs are read-only, and nothing else of the host is there" {
	touch other
	run_split contained sh -c 'touch "$1/input/new" || touch "$1/input/rec.pdbqt" || ls "$1"' sh "$PWD"
	assert_status 0
	assert_out 'input
work'
	[[ ! -e input/new ]]
}

@test "container: the exit status and arguments with blanks pass unchanged" {
	run_split contained sh -c 'echo "$1"; exit 7' sh 'a  "b" $c'
	assert_status 7
	assert_out 'a  "b" $c'
}

@test "container: only named variables are passed on" {
	SECRET=1 DOCKLINE_EXECUTION=12 run_split contained sh -c 'echo "$DOCKLINE_EXECUTION,$SECRET"'
	assert_status 0
	assert_out '12,'
}

@test "container: progress comes out of podman" {
	[[ $runtime == podman ]] || skip "$runtime does not promise to pass descriptors"
	DOCKLINE_PROGRESS_FD=3 run_split contained sh -c 'echo "$DOCKLINE_PROGRESS_FD" >&3' 3>progress
	assert_status 0
	[[ $(cat progress) == 3 ]]
}

@test "container: there is no network" {
	run_split contained cat /proc/net/dev
	assert_status 0
	[[ $(grep -c : "$out") == 1 ]]
	assert_out -r ' lo:'
}

@test "container: memory is limited" {
	[[ $runtime == podman && $(id -u) == 0 ]] || skip "limits are not ours to set with $runtime"
	memory=64M
	run_split contained sh -c 'cat /sys/fs/cgroup/memory.max || cat /sys/fs/cgroup/memory/memory.limit_in_bytes'
	assert_status 0
	assert_out 67108864
}

@test "container: one that is removed by name ends, and leaves nothing" {
	local pid name=dockline-test-$$

	[[ $runtime == podman ]] || skip "$runtime has no names"
	contained tail -f /dev/null &
	pid=$!
	wait_until 20 podman exec "$name" /bin/busybox true
	run_split "$BUILD/unit/container" remove "$runtime" "$name"
	assert_status 0
	status=0
	wait "$pid" || status=$?
	((status == 137))
	[[ -z $(podman ps -aq --filter "name=$name") ]]
	run_split "$BUILD/unit/container" remove "$runtime" "$name"
	assert_status 0
}

# the engine's own are named after the process that began them
none_left() { [[ -z $(podman ps -aq --filter 'name=^dockline-[0-9]') ]]; }

# a task that runs in the image; $1: its shell command, $2: further members of service_config
task() {
	cat >contained.yaml <<-END
		task_id: contained
		version: "1"
		interface_spec:
		  openapi: 3.0.3
		  info: {title: t, version: "1"}
		  paths:
		    /run:
		      post:
		        responses: {default: {description: any}}
		        requestBody:
		          content:
		            application/json:
		              schema: {type: object, properties: {receptor: {type: string, format: path}}}
		service_config:
		  command: [sh, -c, '$1']
		  container: {image: $image, runtime: $runtime}
		$2
	END
	taskreg -q add contained.yaml >/dev/null
}

@test "container: a task runs in one, with its parameters, inputs and work folder" {
	task 'cat >params; cat "'"$PWD"'/input/rec.pdbqt" >>params; head -c 4 params >out; printf "{\"files\":{\"out\":{\"path\":\"%s/out\"}}}" "$DOCKLINE_WORK"' \
		'  workdir: true'
	echo '{"receptor":"input/rec.pdbqt"}' >lines
	run_split taskrun -q contained lines
	assert_status 0
	assert_json '.status == "completed" and .result.files.out.size == 4'
}

@test "container: a task that takes too long ends with its container" {
	task 'tail -f /dev/null' '  timeout: {soft: 2, hard: 3}
  retry: none'
	run_split taskrun -q -n contained
	assert_status 1
	assert_json '.status == "timeout"'
	[[ $runtime != podman ]] || wait_until 20 none_left
}

@test "container: none that can be found is class rejected" {
	task 'true' '  retry: none'
	sed -i "s/runtime: $runtime/runtime: docker/" contained.yaml
	taskreg -q add --replace contained.yaml >/dev/null
	type -P docker >/dev/null && skip 'docker is installed'
	run_split taskrun -q -n contained
	assert_status 1
	assert_json '.error.class == "rejected"'
}

# docking with the Vina in the image; what judges it is not in there
@test "container: an engine in an image, its files as they are here" {
	mkdir "with a blank"
	cp "$data/vina/protein.pdbqt" "with a blank/rec.pdbqt"
	local docking=(dock-vina -q --image "$image" --runtime "$runtime" --receptor "with a blank/rec.pdbqt" \
		--ligand "$data/vina/aspirin.pdbqt" --center 11,90.5,57.5)

	run_split "${docking[@]}" --size 22,24,28
	assert_status 0
	assert_json ".version == \"1.1.2\" and .best.affinity.value == -3.9 and .container == {image: \"$image\", runtime: \"$runtime\"}"
	assert_json ".sha256 == \"$(sha256sum <"$root/tests/fakes/vina-1.1.2" | cut -d' ' -f1)\" and .argv[0] == \"vina\""
	[[ -z $(ls "$TMPDIR") ]]
	run_split "${docking[@]}" --size 4,4,4
	assert_json '.error == {class: "result", retry: false, reason: "vina found no conformation that lies within the box"}'
	run_split "${docking[@]}" --size 22,24,28 --engine nosuch
	assert_status 5
	run_split dock-vina --image "$image" --runtime cupboard --ligand x
	assert_status 2
	assert_err -r "container runtime 'cupboard': must be auto, apptainer"
}

@test "container: a shipped task whose file names the image of its engine" {
	sed "s|^  command: \\[dock-vina, --serve|&, --image, '$image', --runtime, $runtime|; s/^task_id: .*/task_id: contained-vina/" \
		"$root/share/tasks/dock-vina.yaml" >contained.yaml
	grep -q "^  command: .*$image" contained.yaml
	taskreg -q add contained.yaml >/dev/null
	jq -nc --arg l "$data/vina/aspirin.pdbqt" '{key: "a", ligand: $l}' >requests
	echo '{"type":"box","center":[11,90.5,57.5],"size":[22,24,28]}' >box.json
	run_split taskrun -q --job c --set receptor="$data/vina/protein.pdbqt" --set box=@box.json contained-vina requests
	assert_status 0
	assert_json ".status == \"completed\" and .result.container.runtime == \"$runtime\" and .metrics.affinity == -3.9"
}

@test "container: an engine in an image of apptainer, with a GPU" {
	need bwrap
	cp -r "$BATS_FILE_TMPDIR/root" image
	bwrap --ro-bind image / /bin/busybox true || skip 'bwrap does not work here'
	export PATH=$root/tests/fakes/bin:$PATH FAKE_LOG=$PWD/log
	CUDA_VISIBLE_DEVICES=3 run_split dock-vina -q --image "$PWD/image" --receptor "$data/vina/protein.pdbqt" \
		--ligand "$data/vina/aspirin.pdbqt" --center 11,90.5,57.5 --size 22,24,28
	assert_status 0
	assert_json ".best.affinity.value == -3.9 and .container == {image: \"$PWD/image\", runtime: \"apptainer\"}"
	grep -q -- "^exec --containall --net --network=none --nv --pwd=$TMPDIR/vina\.[^ ]* --bind .* --bind $data/vina/protein.pdbqt:$data/vina/protein.pdbqt:ro $PWD/image vina --receptor" log ||
		complain "$(<log)"
}
