# SPDX-License-Identifier: MIT
load ../helper

box=$data/box

@test "dock-box: what every program promises" {
	assert_front dock-box
}

@test "dock-box: a ligand of any format gives the same box" {
	run_split dock-box --ligand "$box/aspirin.sdf" --padding 4 --min-size 0
	assert_status 0
	assert_err ''
	assert_json '.type == "box" and .method == "ligand" and .padding == 4 and .warnings == []'
	assert_json ".reference_sha256 == \"$(sha256sum <"$box/aspirin.sdf" | cut -d' ' -f1)\""
	jq -c '[.center, .size]' "$out" >sdf
	dock-box --ligand "$box/aspirin.mol2" --min-size 0 | jq -c '[.center, .size]' >mol2
	cmp sdf mol2
}

@test "dock-box: padding is per side, on heavy atoms, and no side is shorter than 20" {
	cp "$box/aspirin.pdbqt" lig.pdbqt
	run_split dock-box --ligand lig.pdbqt --padding 0 --min-size 0
	jq -c .size "$out" >tight
	run_split dock-box --ligand lig.pdbqt --padding 1.5 --min-size 0
	assert_json "(.size | map(. - 3 | . * 1000 | round)) == ($(cat tight) | map(. * 1000 | round))"
	run_split dock-box --ligand lig.pdbqt
	assert_json '.size == [20, 20, 20] and .padding == 4'
}

@test "dock-box: of several molecules the first, and it says so" {
	run_split dock-box --ligand "$box/two.sdf"
	assert_status 0
	assert_err -r "two.sdf' holds several molecules"
	assert_json '.warnings == ["first_molecule"]'
}

@test "dock-box: compressed files and V3000" {
	gzip -c "$box/aspirin.sdf" >aspirin.sdf.gz
	run_split dock-box --ligand aspirin.sdf.gz
	assert_status 0
	cat >v3000.sdf <<-'END'
		x

		c
		  0  0  0     0  0            999 V3000
		M  V30 BEGIN CTAB
		M  V30 COUNTS 2 1 0 0 0
		M  V30 BEGIN ATOM
		M  V30 1 C 1.0 2.0 3.0 0
		M  V30 2 O 3.0 2.0 3.0 0
		M  V30 END ATOM
		M  V30 END CTAB
		M  END
	END
	run_split dock-box --ligand v3000.sdf --min-size 0 --padding 1
	assert_status 0
	assert_json '.center == [2, 2, 3] and .size == [4, 2, 2]'
}

@test "dock-box: residues, with insertion codes, negative numbers and no chain" {
	run_split dock-box --receptor "$box/pocket.pdb" --residues A:82,A:82A --padding 1 --min-size 0
	assert_status 0
	assert_err ''
	assert_json '.center == [11, 15, 10] and .size == [4, 12, 2] and .method == "residues"'
	assert_json '.from == "A:82,A:82A" and (.receptor_sha256 | length) == 64'
	run_split dock-box --receptor "$box/pocket.pdb" --residues B:-5,:9 --padding 0 --min-size 1
	assert_json '.center == [9, 10, 13] and .size == [2, 1, 6]'
	run_split dock-box --receptor "$box/pocket.pdb" --residues A:82,A:83
	assert_status 3
	assert_out ''
	assert_err "dock-box: $box/pocket.pdb: no residue 'A:83'"
	run_split dock-box --receptor "$box/pocket.pdb" --residues 82
	assert_status 2
	assert_err -r "'82' is not CHAIN:NUMBER"
}

@test "dock-box: a blind box holds all but water, with a warning" {
	run_split dock-box --receptor "$box/pocket.pdb" --padding 0 --min-size 0
	assert_status 0
	assert_err -r 'warning: a blind box'
	assert_json '.center == [11, 15, 13] and .size == [6, 10, 6] and .warnings == ["blind"]'
}

@test "dock-box: numbers, a large box and a receptor that is far away" {
	run_split dock-box --center 1,-2,3.5 --size 31,31,31 --receptor "$box/pocket.pdb"
	assert_status 0
	assert_json '.center == [1, -2, 3.5] and .warnings == ["large_box"]'
	assert_err -r '29791 Å³'
	run_split dock-box --center 500,0,0 --size 20,20,20 --receptor "$box/pocket.pdb"
	assert_status 0
	assert_json '.warnings == ["far_from_receptor"]'
	for size in 20,20 20,20,20,20 20,x,20 20,0,20 20,nan,20; do
		run_split dock-box --center 1,2,3 --size $size
		assert_status 2
		assert_out ''
	done
}

@test "dock-box: to a vina configuration and back" {
	run_split dock-box --ligand "$box/aspirin.sdf" --format conf
	assert_status 0
	cp "$out" conf.txt
	grep -qx 'size_z = 20.000' conf.txt
	(echo 'receptor = r.pdbqt # center_x = 9' && cat conf.txt) >more.txt
	run_split dock-box --from more.txt
	assert_status 0
	assert_json '.method == "conf" and .from == "more.txt"'
	dock-box --ligand "$box/aspirin.sdf" | jq -c .center >center
	assert_json ".center == $(cat center)"
	sed -i 's/^center_y.*/center_y = 12 Å/' more.txt
	run_split dock-box --from more.txt
	assert_status 3
	assert_err -r '^dock-box: more.txt:3: center_y'
	grep -v size_x conf.txt >less.txt
	run_split dock-box --from less.txt
	assert_status 3
	assert_err "dock-box: less.txt: no 'size_x'"
}

@test "dock-box: what is no molecule names file and line" {
	sed '6s/  2.3535/     nan/' "$box/aspirin.sdf" >nan.sdf
	run_split dock-box --ligand nan.sdf
	assert_status 3
	assert_out ''
	assert_err "dock-box: nan.sdf:6: coordinate 'nan' is not a finite number"
	head -n 10 "$box/aspirin.sdf" >cut.sdf
	run_split dock-box --ligand cut.sdf
	assert_status 3
	assert_err -r '^dock-box: cut.sdf:1[01]: the file ends inside the molecule'
	: >empty.pdb
	run_split dock-box --ligand empty.pdb
	assert_status 3
	assert_err -r '^dock-box: empty.pdb:1: no atoms'
	run_split dock-box --ligand nowhere.sdf
	assert_status 3
	assert_err -r "^dock-box: cannot open 'nowhere.sdf'"
	run_split dock-box --ligand ligand.xyz
	assert_status 3
	assert_err -r "cannot tell the format"
}

@test "dock-box: wrong usage" {
	for args in '' '--ligand a --center 1,2,3' '--residues A:1' '--center 1,2,3' \
		'--from c --size 1,2,3' '--ligand a --padding x' '--ligand a --format xml' 'file'; do
		# shellcheck disable=SC2086 # words
		run_split dock-box $args
		assert_status 2
		assert_out ''
		assert_err -r "try 'dock-box -h'"
	done
}
