-- SPDX-License-Identifier: MIT
-- Pipelines: stored ones, and runs with their steps and items.

CREATE TABLE pipeline (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,
	name       TEXT NOT NULL,
	version    TEXT NOT NULL,
	text       TEXT NOT NULL,            -- of the file
	created    INTEGER NOT NULL,
	removed    INTEGER                   -- when it was removed; runs keep their own text
) STRICT;

CREATE UNIQUE INDEX pipeline_name ON pipeline (org, name, version) WHERE removed IS NULL;

-- One walk through a pipeline. Its executions are those of its job.
CREATE TABLE run (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	org        TEXT NOT NULL,
	job        INTEGER NOT NULL UNIQUE REFERENCES job,
	generation INTEGER NOT NULL,
	name       TEXT NOT NULL,            -- of the pipeline
	version    TEXT NOT NULL,
	source     TEXT,                     -- its file, NULL: none that can be read again
	text       TEXT NOT NULL,            -- of the file as it was last read
	params     TEXT NOT NULL,            -- JSON, as they were given
	dir        TEXT NOT NULL,            -- where it was started
	status     TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'interrupted',
	               'completed', 'failed', 'cancelled')),
	request    TEXT CHECK (request = 'cancel'), -- for who conducts it
	worker     INTEGER REFERENCES worker, -- who conducts it, or did last
	created    INTEGER NOT NULL,
	started    INTEGER,
	ended      INTEGER,
	error      TEXT                      -- what went wrong first
) STRICT;

-- How far the steps of a run are: written now and then by who conducts it.
CREATE TABLE run_step (
	run        INTEGER NOT NULL REFERENCES run,
	place      INTEGER NOT NULL,         -- in the file, from 0
	step       TEXT NOT NULL,            -- its id
	status     TEXT NOT NULL CHECK (status IN ('waiting', 'held', 'running', 'completed',
	               'failed', 'skipped', 'cancelled')),
	total      INTEGER NOT NULL,         -- items known so far
	completed  INTEGER NOT NULL,
	failed     INTEGER NOT NULL,
	skipped    INTEGER NOT NULL,
	cancelled  INTEGER NOT NULL,
	started    INTEGER,
	ended      INTEGER,
	reason     TEXT,                     -- why it failed or was skipped
	result     TEXT,                     -- JSON, of a step that starts nothing
	PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- Which execution stands for an item of a step, in the order of the items.
CREATE TABLE run_item (
	run        INTEGER NOT NULL,
	place      INTEGER NOT NULL,
	item       INTEGER NOT NULL,         -- from 0
	execution  INTEGER NOT NULL,
	PRIMARY KEY (run, place, item)
) STRICT, WITHOUT ROWID;
