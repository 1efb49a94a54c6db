-- SPDX-License-Identifier: MIT
-- Long parameters and results are packed by what they have in common with others of
-- their task; see store/alike and store/text.

CREATE TABLE dictionary (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again: others remember it
	family     TEXT NOT NULL,            -- whose texts are alike
	data       BLOB NOT NULL             -- some of them, one behind the other: zstd
) STRICT;

CREATE INDEX dictionary_family ON dictionary (family, id);

-- Artifacts by the bytes of a hash and the number of a kind: half of what they took.
-- Nobody asked by the index on hashes.
DROP INDEX artifact_object;
ALTER TABLE artifact RENAME TO artifact_text;
CREATE TABLE artifact (
	execution  INTEGER NOT NULL REFERENCES execution,
	kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), -- output, input, log
	name       TEXT NOT NULL,
	sha256     BLOB NOT NULL,            -- 32 bytes
	size       INTEGER,
	PRIMARY KEY (execution, kind, name)
) STRICT, WITHOUT ROWID;
INSERT INTO artifact (execution, kind, name, sha256, size)
	SELECT execution, CASE kind WHEN 'output' THEN 0 WHEN 'input' THEN 1 ELSE 2 END, name,
		hash_bytes(sha256), size FROM artifact_text ORDER BY 1, 2, 3;
DROP TABLE artifact_text;
