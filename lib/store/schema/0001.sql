-- SPDX-License-Identifier: MIT
-- The state file: registry, jobs, executions, their attempts, workers.
-- Times are microseconds since 1970 (UTC). JSON is compact text, or zstd when
-- it is longer than 1 KiB (a zstd frame never starts like JSON).

CREATE TABLE task (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,            -- tenant
	name       TEXT NOT NULL,            -- task_id
	version    TEXT NOT NULL,
	status     TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'deprecated')),
	origin     TEXT NOT NULL CHECK (origin IN ('registered', 'shipped', 'adhoc')),
	definition BLOB NOT NULL,            -- JSON
	sha256     TEXT NOT NULL,            -- of the canonical definition
	created    INTEGER NOT NULL,
	removed    INTEGER,                  -- when it left the registry; executions keep it
	UNIQUE (org, name, sha256, origin)
) STRICT;

CREATE TABLE job (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,
	name       TEXT,                     -- NULL: one run of taskrun without --job
	generation INTEGER NOT NULL DEFAULT 1, -- the newest; --new-inputs opens another
	created    INTEGER NOT NULL,
	UNIQUE (org, name)
) STRICT;

-- What a generation of a job was started with; the same again resumes it.
CREATE TABLE job_setting (
	job        INTEGER NOT NULL REFERENCES job,
	generation INTEGER NOT NULL,
	task       INTEGER NOT NULL REFERENCES task,
	settings   TEXT NOT NULL,            -- JSON {"set": {...}, "inputs": {path: sha256}}
	created    INTEGER NOT NULL,
	PRIMARY KEY (job, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
	id         INTEGER PRIMARY KEY,
	host       TEXT NOT NULL,
	boot       TEXT NOT NULL,            -- boot id: a worker of another boot is dead
	pid        INTEGER NOT NULL,
	pid_start  INTEGER NOT NULL,         -- start time of pid: a reused pid is another process
	job        INTEGER REFERENCES job,   -- what it works on, NULL: whatever there is
	generation INTEGER,
	scratch    TEXT,                     -- its folder of slots, removed by who finds it dead
	started    INTEGER NOT NULL,
	heartbeat  INTEGER NOT NULL,
	ended      INTEGER                   -- NULL: alive, or dead and not yet noticed
) STRICT;

CREATE INDEX worker_open ON worker (id) WHERE ended IS NULL;

-- Words are compared one by one: of an IN list SQLite would build a table for
-- every row that is written.
CREATE TABLE execution (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	task       INTEGER NOT NULL REFERENCES task,
	job        INTEGER NOT NULL REFERENCES job,
	generation INTEGER NOT NULL,
	key        TEXT NOT NULL,            -- the caller's, or SHA-256 of the canonical params
	digest     INTEGER NOT NULL,         -- 63 bits of SHA-256 of the canonical params
	status     TEXT NOT NULL CHECK (status = 'submitted' OR status = 'scheduled'
	               OR status = 'blocked' OR status = 'held' OR status = 'queued'
	               OR status = 'preparing' OR status = 'running' OR status = 'retrying'
	               OR status = 'paused' OR status = 'completed' OR status = 'failed'
	               OR status = 'timeout' OR status = 'cancelled' OR status = 'skipped'),
	class      TEXT CHECK (class = 'input' OR class = 'engine' OR class = 'result'
	               OR class = 'timeout' OR class = 'memory' OR class = 'signal' OR class = 'lost'
	               OR class = 'service' OR class = 'rejected' OR class = 'dependency'),
	attempts   INTEGER NOT NULL DEFAULT 0, -- tries begun; also the fencing token of a claim
	lost       INTEGER NOT NULL DEFAULT 0, -- of them, ended by the death of a worker
	worker     INTEGER REFERENCES worker,  -- who holds it while preparing or running
	not_before INTEGER,                  -- retrying or scheduled: not claimed earlier
	created    INTEGER NOT NULL,
	started    INTEGER,                  -- of the last try
	ended      INTEGER,
	error      TEXT,                     -- JSON {"class", "reason", ...} of the last failure
	metrics    TEXT                      -- JSON, by x-metrics of the task
) STRICT;

CREATE UNIQUE INDEX execution_key ON execution (job, generation, task, key);
CREATE INDEX execution_job ON execution (job, generation, id);
CREATE INDEX execution_ready ON execution (job, generation, id) WHERE status = 'queued';
CREATE INDEX execution_due ON execution (job, generation, not_before)
	WHERE status = 'retrying';
-- ended, but not well: few, and asked for by name
CREATE INDEX execution_unwell ON execution (job, generation, id)
	WHERE status IN ('failed', 'timeout', 'cancelled', 'skipped');
CREATE INDEX execution_held ON execution (worker) WHERE status IN ('preparing', 'running');

CREATE TABLE params (
	execution  INTEGER PRIMARY KEY REFERENCES execution,
	data       BLOB NOT NULL             -- JSON
) STRICT;

CREATE TABLE result (
	execution  INTEGER PRIMARY KEY REFERENCES execution,
	data       BLOB NOT NULL             -- JSON
) STRICT;

CREATE TABLE attempt (
	execution  INTEGER NOT NULL REFERENCES execution,
	number     INTEGER NOT NULL,
	worker     INTEGER REFERENCES worker,
	started    INTEGER,
	ended      INTEGER NOT NULL,
	exit_code  INTEGER,
	signal     INTEGER,
	class      TEXT,
	reason     TEXT,
	user_time  REAL,                     -- seconds
	system_time REAL,                    -- seconds
	max_rss    INTEGER,                  -- bytes
	stderr     BLOB,                     -- its tail, zstd when long
	PRIMARY KEY (execution, number)
) STRICT, WITHOUT ROWID;

-- How many executions of a generation stand where: kept by every change, never counted.
CREATE TABLE tally (
	job        INTEGER NOT NULL,
	generation INTEGER NOT NULL,
	status     TEXT NOT NULL,
	class      TEXT NOT NULL,            -- '' when it has none
	count      INTEGER NOT NULL,
	PRIMARY KEY (job, generation, status, class)
) STRICT, WITHOUT ROWID;
