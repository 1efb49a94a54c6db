-- SPDX-License-Identifier: MIT
-- Array jobs on clusters, and their elements: each is a worker in the eyes of its executions.

CREATE TABLE cluster_job (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,
	name       TEXT NOT NULL UNIQUE,     -- UUID: its name on the cluster, and that of its files in spool/
	profile    TEXT NOT NULL,
	options    TEXT NOT NULL,            -- JSON array of "KEY=VALUE" over the profile
	state      TEXT NOT NULL CHECK (state IN ('packing', 'submitting', 'submitted')),
	batch      TEXT,                     -- its id on the cluster, once known
	elements   INTEGER NOT NULL,
	submitter  INTEGER NOT NULL REFERENCES worker, -- who packs and submits it
	created    INTEGER NOT NULL,
	submitted  INTEGER,
	ended      INTEGER                   -- nothing more will come of it
) STRICT;

CREATE INDEX cluster_job_open ON cluster_job (id) WHERE ended IS NULL;

CREATE TABLE cluster_element (
	job        INTEGER NOT NULL REFERENCES cluster_job,
	element    INTEGER NOT NULL,         -- from 0
	worker     INTEGER NOT NULL UNIQUE REFERENCES worker, -- holds its executions
	task       INTEGER REFERENCES task,  -- of the pilot that it is; NULL: it is none
	executions INTEGER NOT NULL,         -- so many it was given
	state      TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'queued', 'running',
	               'paused', 'done', 'failed', 'timeout', 'memory', 'lost', 'cancelled')),
	batch      TEXT,                     -- its id on the cluster
	node       TEXT,
	reason     TEXT,                     -- why it waits, or ended
	restarts   INTEGER NOT NULL DEFAULT 0, -- by the cluster
	known      INTEGER NOT NULL,         -- when the cluster last told of it, or it was submitted
	over       INTEGER,                  -- when the cluster first told that it is over
	handed     INTEGER NOT NULL DEFAULT 0, -- 1: a run was told to end and handed back what it had; 2: a run handed back all; 3: it could begin nothing
	cancelled  INTEGER NOT NULL DEFAULT 0, -- the cluster was asked to end it
	ended      INTEGER,                  -- all it held has come home or was given back
	PRIMARY KEY (job, element)
) STRICT, WITHOUT ROWID;

CREATE INDEX cluster_element_open ON cluster_element (job) WHERE ended IS NULL;

-- Files that were read; they go with the element.
CREATE TABLE cluster_file (
	name       TEXT PRIMARY KEY,
	job        INTEGER NOT NULL,
	element    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a cluster was last asked, by whomever, and how often its programs were called.
CREATE TABLE cluster (
	profile    TEXT PRIMARY KEY,
	asked      INTEGER NOT NULL,
	calls      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
