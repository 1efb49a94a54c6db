-- SPDX-License-Identifier: MIT
-- How many a blocked execution waits for, apart from it: each end writes a few bytes for all behind
-- it instead of their rows.

CREATE TABLE waiting (
	execution  INTEGER PRIMARY KEY REFERENCES execution, -- blocked; of another it says nothing
	awaits     INTEGER NOT NULL          -- of its dependencies, how many have not ended
) STRICT;
INSERT INTO waiting (execution, awaits)
	SELECT id, awaits FROM execution WHERE status = 'blocked' ORDER BY id;
ALTER TABLE execution DROP COLUMN awaits;
