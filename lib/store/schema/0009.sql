-- SPDX-License-Identifier: MIT
-- Results that are there already, in a fifth of the room: a row for each docking of a campaign.

CREATE TABLE cache_made (
	id         INTEGER PRIMARY KEY,
	parts      TEXT NOT NULL UNIQUE      -- JSON: what was hashed, but for the parameters, to tell why another missed
) STRICT;

ALTER TABLE cache RENAME TO cache_text;
DROP INDEX cache_execution;
CREATE TABLE cache (
	execution  INTEGER PRIMARY KEY REFERENCES execution, -- the newest that has the result
	digest     BLOB NOT NULL UNIQUE,     -- the first 16 bytes of a SHA-256, see task/fingerprint
	made       INTEGER NOT NULL REFERENCES cache_made
) STRICT;
INSERT INTO cache_made (parts) SELECT DISTINCT parts FROM cache_text;
INSERT INTO cache (execution, digest, made)
	SELECT c.execution, substr(hash_bytes(c.digest), 1, 16), m.id
	FROM cache_text c JOIN cache_made m ON m.parts = c.parts ORDER BY 1;
DROP TABLE cache_text;
