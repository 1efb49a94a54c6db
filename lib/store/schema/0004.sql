-- SPDX-License-Identifier: MIT
-- Searches for parameters, and their points.

CREATE TABLE study (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,
	name       TEXT NOT NULL,
	definition TEXT NOT NULL,            -- JSON, as the sweep file says it
	created    INTEGER NOT NULL,
	UNIQUE (org, name)
) STRICT;

CREATE TABLE trial (
	study      INTEGER NOT NULL REFERENCES study,
	number     INTEGER NOT NULL,         -- from 1 on, without gaps
	change     INTEGER NOT NULL,         -- the last one of the study that was about it: who read up to one reads on there
	status     TEXT NOT NULL CHECK (status IN ('open', 'completed', 'failed', 'pruned')),
	asked      INTEGER,                  -- the how manieth that was asked for, from 0 on; NULL: told without
	point      BLOB NOT NULL,            -- a little-endian double for each axis, see plan/axis
	value      REAL,                     -- what came of it; pruned: so far
	error      TEXT,                     -- JSON {"class", "reason"} of what failed
	execution  INTEGER,                  -- that told it; no reference, gc may remove it
	created    INTEGER NOT NULL,
	ended      INTEGER,
	PRIMARY KEY (study, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX trial_change ON trial (study, change);

-- What a trial had reached on its way.
CREATE TABLE trial_step (
	study      INTEGER NOT NULL,
	number     INTEGER NOT NULL,
	step       INTEGER NOT NULL,
	value      REAL NOT NULL,
	PRIMARY KEY (study, number, step),
	FOREIGN KEY (study, number) REFERENCES trial
) STRICT, WITHOUT ROWID;
