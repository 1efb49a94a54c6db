# SPDX-License-Identifier: MIT
# n docking results as taskstat prints those of a job: nine poses each, in no order of score.
BEGIN {
	hash = sprintf("%064d", 0)
	for (i = 1; i <= n; i++) {
		seed = (seed * 48271 + 11) % 2147483647
		best = -3 - 9 * seed / 2147483647
		poses = ""
		for (k = 1; k <= 9; k++)
			poses = poses sprintf("%s{\"rank\":%d,\"affinity\":%.3f,\"affinity_raw\":%.3f,\"rmsd_lb\":%.3f,\"rmsd_ub\":%.3f}",
			    k > 1 ? "," : "", k, best + k / 8, best + k / 8 - 0.431, k > 1 ? k * 1.317 : 0, k > 1 ? k * 1.913 : 0)
		printf "{\"type\":\"execution\",\"id\":%d,\"key\":\"ZINC%09d\",\"task\":\"dock-vina\",\"version\":\"1\",\"job\":\"bench\",\"org\":\"chem\",\"status\":\"completed\",\"params\":{\"key\":\"ZINC%09d\",\"receptor\":\"/data/rec.pdbqt\",\"exhaustiveness\":8},", i, i, i
		printf "\"result\":{\"type\":\"docking\",\"key\":\"ZINC%09d\",\"engine\":\"vina\",\"version\":\"1.2.3\",\"sha256\":\"%s\",\"argv\":[\"/usr/bin/vina\",\"--receptor\",\"/data/rec.pdbqt\",\"--ligand\",\"ligand.pdbqt\",\"--center_x\",\"15.19\",\"--center_y\",\"53.903\",\"--center_z\",\"16.917\",\"--size_x\",\"20\",\"--size_y\",\"20\",\"--size_z\",\"20\",\"--scoring\",\"vina\",\"--exhaustiveness\",\"8\",\"--seed\",\"42\",\"--cpu\",\"1\",\"--out\",\"poses.pdbqt\"],\"seed\":42,", i, hash
		printf "\"receptor\":{\"file\":\"/data/rec.pdbqt\",\"sha256\":\"%s\"},\"box\":{\"center\":[15.19,53.903,16.917],\"size\":[20.0,20.0,20.0],\"sha256\":\"%s\"},\"ligand\":{\"name\":\"ZINC%09d\",\"parent\":\"ZINC%09d\",\"state\":0,\"format\":\"pdbqt\",\"sha256\":\"%s\"},", hash, hash, i, i, hash
		printf "\"request\":{\"mode\":\"dock\",\"scoring\":\"vina\",\"exhaustiveness\":8,\"max_evals\":0,\"num_modes\":9,\"seed\":42,\"cpu\":1,\"repair\":\"yes\",\"keep_poses\":3,\"receptor_sha256\":\"%s\",\"ligand_sha256\":\"%s\",\"box_sha256\":\"%s\"},", hash, hash, hash
		printf "\"best\":{\"affinity\":{\"value\":%.3f,\"pose\":1}},\"poses\":[%s],\"units\":{\"affinity\":\"kcal/mol\",\"rmsd_lb\":\"Å\",\"rmsd_ub\":\"Å\"},\"files\":{\"poses\":{\"format\":\"pdbqt\",\"sha256\":\"%s\",\"object\":\"%s\"}},\"warnings\":[],\"repaired\":true,\"elapsed\":12.345,\"host\":\"node17\",\"smiles\":\"CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O\"},\"error\":null,\"attempts\":1}\n", best + 1 / 8, poses, hash, hash
	}
}
