# SPDX-License-Identifier: MIT
load ../helper

ligands=$data/ligands

@test "dock-ligands: what every program promises" {
	assert_front dock-ligands
}

@test "dock-ligands: an SDF file, byte by byte" {
	cp "$ligands/good.sdf" .
	run_split dock-ligands good.sdf
	assert_status 0
	assert_err ''
	assert_out -f "$ligands/good.jsonl"
	jq -rj .ligand.text "$out" | cmp - good.sdf
	while read -r sum index; do
		jq -rj "select(.source.index == $index) | .ligand.text" "$out" | sha256sum --quiet -c <(echo "$sum  -")
	done < <(jq -r '"\(.ligand.sha256) \(.source.index)"' "$out")
}

@test "dock-ligands: MOL2, SMILES and PDBQT" {
	cp "$ligands"/{mixed.mol2,names.smi,models.pdbqt,row.pdbqt} .
	run_split dock-ligands -q mixed.mol2 names.smi models.pdbqt row.pdbqt
	assert_status 1
	assert_out -f "$ligands/formats.jsonl"
	assert_err -f "$ligands/formats.err"
}

@test "dock-ligands: a PDBQT text is what an engine takes" {
	run_split dock-ligands "$ligands/models.pdbqt" "$ligands/row.pdbqt"
	assert_status 0
	assert_json '.ligand.text | test("^(REMARK|ROOT)") and (split("\n") | .[-2] | startswith("TORSDOF"))'
	assert_json -s 'map(.ligand.text | test("MODEL|ENDMDL|END\n") | not) | all'
}

@test "dock-ligands: bad molecules are named, travel on, and the rest is read" {
	cp "$ligands/broken.sdf" .
	run_split dock-ligands broken.sdf
	assert_status 1
	assert_out -f "$ligands/broken.jsonl"
	assert_err -f "$ligands/broken.err"
	assert_json 'if .error then .error.class == "input" and (.ligand | has("text") | not) else .ligand.text end'
}

@test "dock-ligands: bad PDBQT" {
	cp "$ligands"/{cut,flexible,receptor}.pdbqt .
	run_split dock-ligands cut.pdbqt flexible.pdbqt receptor.pdbqt
	assert_status 1
	assert_err -l 'dock-ligands: cut.pdbqt:1 (line 9): cut off: no TORSDOF'
	assert_err -l 'dock-ligands: flexible.pdbqt:1 (line 11): a flexible residue, not a ligand'
	assert_err -l 'dock-ligands: receptor.pdbqt:1 (line 1): an atom before ROOT: a receptor?'
	assert_err -l 'dock-ligands: 3 of 3 molecules were bad'
	assert_json -s 'map(.key) == ["cut", "lig", "receptor"]'
}

@test "dock-ligands: --allow-failed and --strict" {
	printf 'C a\nX b\nC c\nX d\n' >lib.smi
	run_split dock-ligands --allow-failed 50% lib.smi
	assert_status 0
	run_split dock-ligands --allow-failed 1 lib.smi
	assert_status 1
	run_split dock-ligands --strict lib.smi
	assert_status 1
	assert_json -s 'map(.key) == ["a", "b"]'
}

@test "dock-ligands: compressed files, by content" {
	local prog

	need bzip2 xz zstd
	for prog in gzip bzip2 xz 'zstd -q'; do
		$prog -c <"$ligands/good.sdf" >good
		run_split dock-ligands good
		assert_status 0
		jq -rj .ligand.text "$out" | cmp - "$ligands/good.sdf"
		run_split dock-ligands <good
		assert_status 0
		jq -rj .ligand.text "$out" | cmp - "$ligands/good.sdf"
		assert_json '.source.file == "-"'
	done
}

@test "dock-ligands: standard input, sniffed and told" {
	local name

	for name in good.sdf models.pdbqt row.pdbqt; do
		run_split dock-ligands <"$ligands/$name"
		assert_status 0
		assert_json ".ligand.format == \"${name##*.}\""
	done
	run_split dock-ligands - <"$ligands/names.smi"
	assert_status 1
	assert_json '.ligand.format == "smi"'
	run_split dock-ligands <"$ligands/mixed.mol2"
	assert_json '.ligand.format == "mol2"'
	run_split dock-ligands <<<'Dear reader,'
	assert_status 3
	assert_err "dock-ligands: cannot tell the format of 'standard input': give --format"
	run_split dock-ligands --format smi <<<'ION'
	assert_status 0
	assert_json '.key == "stdin" and .heavy_atoms == 3'
	run_split dock-ligands
	assert_status 0
	assert_out ''
	assert_err 'dock-ligands: no molecules on standard input'
	run_split dock-ligands --format pdb
	assert_status 2
	assert_err -l "dock-ligands: --format takes one of sdf, mol2, smi, pdbqt, not 'pdb'"
}

@test "dock-ligands: a zip, and what is left out of it" {
	cp "$ligands/library.zip" .
	run_split dock-ligands -v library.zip
	assert_status 0
	assert_json -s 'map([.key, .source.file, .source.index]) == [
		["ethanol", "library.zip:a.smi", 1], ["methanol", "library.zip:a.smi", 2],
		["ethane", "library.zip:sub/b.smi.gz", 1]]'
	assert_err -l "dock-ligands: 'library.zip:nested.tar' is skipped: an archive in an archive"
	assert_err -l "dock-ligands: 'library.zip:README.txt' is skipped: of no known format"
	assert_err -l "dock-ligands: 3 members of 'library.zip' were skipped"
	jq -c .ligand "$out" >named
	run_split dock-ligands <library.zip
	assert_status 0
	jq -c .ligand "$out" | cmp - named
	run_split dock-ligands --format smi library.zip
	assert_json -s 'any(.[]; .source.file == "library.zip:README.txt")'
}

@test "dock-ligands: tar, compressed or not, with odd names" {
	mkdir lib
	printf 'C methane\n' >lib/$'a\e.smi'
	cp "$ligands/models.pdbqt" lib/b.pdbqt
	gzip -c "$ligands/good.sdf" >lib/c.sdf.gz
	ln -s b.pdbqt lib/d.pdbqt
	tar -cf lib.tar lib/$'a\e.smi' lib/b.pdbqt lib/c.sdf.gz lib/d.pdbqt
	run_split dock-ligands lib.tar
	assert_status 0
	assert_json -s 'length == 8 and .[0].source.file == "lib.tar:lib/a\\x1b.smi"'
	assert_err -l "dock-ligands: 'lib.tar:lib/d.pdbqt' is skipped: not a regular file"
	sed 's/lib\.tar/-/' "$out" >plain
	gzip lib.tar
	run_split dock-ligands <lib.tar.gz
	assert_status 0
	assert_out -f plain
}

@test "dock-ligands: without a libarchive that works, all but archives is read" {
	mkdir broken
	echo none >broken/libarchive.so.13
	cp "$ligands/library.zip" .
	LD_LIBRARY_PATH=$PWD/broken run_split dock-ligands library.zip
	assert_status 5
	assert_out ''
	assert_err -r "^dock-ligands: cannot load 'libarchive.so.13': .*broken/libarchive.so.13"
	dock-ligands -q "$ligands/good.sdf" >whole
	LD_LIBRARY_PATH=$PWD/broken run_split dock-ligands -q "$ligands/good.sdf"
	assert_status 0
	assert_out -f whole
}

@test "dock-ligands: archives without molecules, and damaged ones" {
	echo hello >x.txt
	tar -cf none.tar x.txt
	run_split dock-ligands none.tar
	assert_status 3
	assert_err "dock-ligands: no molecule files in 'none.tar'"
	head -c 10240 /dev/zero >empty.tar
	run_split dock-ligands empty.tar
	assert_status 3
	assert_err "dock-ligands: 'empty.tar' is no tar or zip archive"
	head -c 300 "$ligands/library.zip" >cut.zip
	run_split dock-ligands cut.zip
	assert_status 3
	assert_err -r "'cut.zip' is damaged"
	assert_json -s 'map(.key) == ["ethanol", "methanol", "ethane"]'
	cp "$ligands/good.sdf" .
	cp good.sdf more.sdf
	tar -cf two.tar good.sdf more.sdf
	head -c 7500 two.tar >cut.tar
	run_split dock-ligands cut.tar
	assert_status 3
	assert_err -r "'cut.tar' is damaged"
	assert_json -s 'length > 5 and all(.[]; .error | not)'
	head -c 4608 two.tar >one.tar # between the members
	run_split dock-ligands one.tar
	assert_status 3
	assert_err "dock-ligands: 'one.tar' is cut off: the end of the tar is missing"
	assert_json -s 'length == 5'
	tar -cf three.tar -C "$ligands" row.pdbqt
	cat two.tar three.tar >all.tar
	run_split dock-ligands all.tar
	assert_status 0
	assert_json -s 'length == 13'
}

@test "dock-ligands: an archive that unpacks without end" {
	need zstd
	head -c 270M /dev/zero | zstd -q >bomb.sdf.zst
	tar -cf bomb.tar bomb.sdf.zst
	run_split dock-ligands bomb.tar
	assert_status 3
	assert_out ''
	assert_err "dock-ligands: 'bomb.tar' unpacks to more than 1000 times its size"
}

@test "dock-ligands: a file cut off gives what was before the cut" {
	seq -f 'CCO m%g' 100 | gzip >lib.smi.gz
	head -c 200 lib.smi.gz >cut.smi.gz
	run_split dock-ligands cut.smi.gz
	assert_status 3
	assert_err -r "^dock-ligands: after molecule [0-9]+: 'cut.smi.gz' is cut off: .*gzip"
	assert_json '.heavy_atoms == 3'
	printf 'nonsense' >>lib.smi.gz
	run_split dock-ligands lib.smi.gz
	assert_json -s 'length == 100'
}

@test "dock-ligands: one missing or empty file does not stop the others" {
	: >empty.sdf
	printf 'C a\n' >a.smi
	run_split dock-ligands nope.sdf empty.sdf a.smi
	assert_status 3
	assert_err -l "dock-ligands: cannot open 'nope.sdf': No such file or directory"
	assert_err -l "dock-ligands: no molecules in 'empty.sdf'"
	assert_json '.key == "a"'
}

@test "dock-ligands: a folder, in order of names" {
	mkdir -p lib/sub
	cp "$ligands/row.pdbqt" lib/b.pdbqt
	cp "$ligands/library.zip" lib/c.zip
	printf 'C\n' >lib/A.SMI
	printf 'C\n' >lib/.hidden.smi
	printf 'hello\n' >lib/notes.txt
	run_split dock-ligands lib
	assert_status 0
	assert_json -s 'map(.source.file) == ["lib/A.SMI", "lib/b.pdbqt", "lib/b.pdbqt", "lib/b.pdbqt",
		"lib/c.zip:a.smi", "lib/c.zip:a.smi", "lib/c.zip:sub/b.smi.gz"]'
	assert_json -s 'map(.key)[:4] == ["A", "first", "second", "b-3"]'
	assert_err -l "dock-ligands: 2 entries of 'lib' are skipped"
	run_split dock-ligands lib/sub
	assert_status 3
	assert_err "dock-ligands: no molecule files in 'lib/sub'"
}

@test "dock-ligands: names are unique over all files" {
	printf 'C a\nCC a\n' >one.smi
	printf 'CCC a\nCCCC a-2\n' >two.smi
	run_split dock-ligands one.smi two.smi
	assert_status 0
	assert_json -s 'map(.key) == ["a", "a-2", "a-3", "a-2-2"]'
	assert_json -s 'map(.ligand.original_name) == ["a", "a", "a", "a-2"]'
	assert_json '.key == .ligand.name'
}

@test "dock-ligands: slices have the names of the whole" {
	local part

	seq 20 | sed 's/.*/C same/' >lib.smi
	run_split dock-ligands lib.smi
	cp "$out" whole
	dock-ligands --limit 7 lib.smi >parts
	dock-ligands --skip 7 -n 5 lib.smi >>parts
	dock-ligands -s 12 lib.smi >>parts
	cmp whole parts
	for part in 1 2 3; do
		run_split dock-ligands --shard "$part/3" lib.smi
		assert_status 0
		cat "$out"
	done >parts
	sort -t: -k1 parts | cmp - <(sort -t: -k1 whole)
	run_split dock-ligands --shard 4/3 lib.smi
	assert_status 2
	assert_err -r 'no such shard'
	run_split dock-ligands --shard 3 lib.smi
	assert_status 2
	run_split dock-ligands --limit 0 lib.smi
	assert_status 2
}

@test "dock-ligands: --key and --label" {
	run_split dock-ligands -k ID "$ligands/good.sdf"
	assert_status 0
	assert_json -s 'map(.key) == ["X-1", "X_2", "good-3", "amine__methyl", "ethanol"]'
	assert_json -s 'map(.warnings[0]) == [null, null, "key_missing", "key_missing", "key_missing"]'
	assert_json -s 'map(.label) == ["active", null, null, null, null]'
	run_split dock-ligands --label decoy "$ligands/good.sdf"
	assert_json '.label == "decoy"'
}

@test "dock-ligands: CRLF is read right and stays in the text" {
	sed 's/$/\r/' "$ligands/good.sdf" >crlf.sdf
	run_split dock-ligands crlf.sdf
	assert_status 0
	jq -c 'del(.ligand.text, .ligand.sha256, .source)' "$out" | sed s/crlf/good/g >crlf
	dock-ligands "$ligands/good.sdf" | jq -c 'del(.ligand.text, .ligand.sha256, .source)' | cmp - crlf
	jq -rj .ligand.text "$out" | cmp - crlf.sdf
}

@test "dock-ligands: operands behind -- are files" {
	printf 'C a\n' >-odd.smi
	run_split dock-ligands -- -odd.smi
	assert_status 0
	assert_json '.source.file == "-odd.smi"'
}

@test "dock-ligands: the records are those of the schema" {
	run_split dock-ligands -q "$ligands"
	assert_status 1
	jq -s 'map(keys_unsorted - ($schema[0].properties | keys)) | add' "$out" \
		--slurpfile schema "$root/share/schema/ligand.json" >unknown
	[[ $(cat unknown) == '[]' ]]
	assert_json '.ligand.name | test("^[A-Za-z0-9_+][A-Za-z0-9._+-]*$")'
	assert_json -s '(map(.key) | unique | length) == length'
}

@test "dock-ligands: real molecules of rdkit-data" {
	local sdf=/usr/share/RDKit/Projects/DbCLI/testData/pubchem.200.sdf

	[[ -e $sdf ]] || skip 'rdkit-data is missing'
	run_split dock-ligands "$sdf"
	assert_status 0
	assert_err ''
	assert_json -s 'length == 200 and all(.[]; .heavy_atoms > 5)'
	jq -rj .ligand.text "$out" | cmp - "$sdf"
}
