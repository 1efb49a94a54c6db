-- SPDX-License-Identifier: MIT
-- The whole queue: lanes, dependencies, orders to running executions, history,
-- tasks that rest, and what a result was made from.

-- Executions of one task in one job that are alike for whoever claims them.
CREATE TABLE lane (
	id         INTEGER PRIMARY KEY,
	job        INTEGER NOT NULL REFERENCES job,
	generation INTEGER NOT NULL,
	task       INTEGER NOT NULL REFERENCES task,
	queue      TEXT NOT NULL,            -- which workers may claim them
	priority   INTEGER NOT NULL,         -- higher goes first
	tags       TEXT NOT NULL,            -- JSON array of words, in order
	metadata   TEXT NOT NULL,            -- JSON object, canonical
	ready      INTEGER NOT NULL DEFAULT 0, -- how many are queued: kept, never counted
	UNIQUE (job, generation, task, queue, priority, tags, metadata)
) STRICT;

CREATE INDEX lane_ready ON lane (priority, id) WHERE ready > 0;

ALTER TABLE execution ADD COLUMN lane INTEGER REFERENCES lane;
ALTER TABLE execution ADD COLUMN awaits INTEGER NOT NULL DEFAULT 0; -- of its dependencies, how many have not ended
ALTER TABLE execution ADD COLUMN approval TEXT CHECK (approval IN ('needed', 'given')); -- a person must say yes first
ALTER TABLE execution ADD COLUMN request TEXT CHECK (request = 'cancel' OR request = 'pause'
	OR request = 'resume');         -- for the worker that holds it
ALTER TABLE execution ADD COLUMN limits TEXT;   -- JSON {"timeout", "memory"}: instead of the task's; "spent": tries that do not count; "cache": false: it is run in any case
ALTER TABLE execution ADD COLUMN cached INTEGER REFERENCES execution; -- whose result this is a copy of

-- Who stands under a key; see task/key.
DROP INDEX execution_key;
CREATE TABLE execution_key (
	place      INTEGER PRIMARY KEY,      -- place(job, generation, task, key), or the next free number
	execution  INTEGER REFERENCES execution -- NULL: removed, but somebody stands behind it
) STRICT;
INSERT INTO execution_key (place, execution)
	SELECT place(job, generation, task, key), id FROM execution ORDER BY 1;

DROP INDEX execution_ready;
DROP INDEX execution_due;
DROP INDEX execution_held;
DROP INDEX execution_unwell;
CREATE INDEX execution_ready ON execution (lane, id) WHERE status = 'queued';
CREATE INDEX execution_due ON execution (not_before)
	WHERE status IN ('retrying', 'scheduled');
CREATE INDEX execution_held ON execution (worker) WHERE worker IS NOT NULL;
-- what waits for a person, or for another execution
CREATE INDEX execution_waiting ON execution (job, generation, id)
	WHERE status = 'submitted' OR status = 'scheduled' OR status = 'blocked'
	OR status = 'held' OR status = 'retrying' OR status = 'paused';
-- ended, but not well: few, and asked for by name
CREATE INDEX execution_unwell ON execution (job, generation, id)
	WHERE status = 'failed' OR status = 'timeout' OR status = 'cancelled' OR status = 'skipped';

INSERT INTO lane (job, generation, task, queue, priority, tags, metadata, ready)
	SELECT job, generation, task, 'default', 0, '[]', '{}', sum(status = 'queued')
	FROM execution GROUP BY job, generation, task;
UPDATE execution SET lane = (SELECT l.id FROM lane l WHERE l.job = execution.job
	AND l.generation = execution.generation AND l.task = execution.task);

-- An execution waits until another has ended so.
CREATE TABLE dependency (
	upon       INTEGER NOT NULL REFERENCES execution, -- what it waits for
	execution  INTEGER NOT NULL REFERENCES execution, -- who waits
	rule       TEXT NOT NULL CHECK (rule = 'ok' OR rule = 'any' OR rule = 'fail'),
	PRIMARY KEY (upon, execution)
) STRICT, WITHOUT ROWID;

CREATE INDEX dependency_of ON dependency (execution);

-- Nobody claims from what rests.
CREATE TABLE pause (
	org        TEXT NOT NULL,
	kind       TEXT NOT NULL CHECK (kind IN ('all', 'queue', 'job', 'task')),
	name       TEXT NOT NULL,            -- '' with all
	who        TEXT NOT NULL,
	since      INTEGER NOT NULL,
	PRIMARY KEY (org, kind, name)
) STRICT, WITHOUT ROWID;

-- Every change of a status, the changes of one transaction in one row: seq is the
-- number of the first of them, the others follow.
CREATE TABLE event (
	seq        INTEGER PRIMARY KEY,
	count      INTEGER NOT NULL,
	time       INTEGER NOT NULL,
	worker     INTEGER REFERENCES worker, -- NULL: a person
	who        TEXT,                     -- login name
	command    TEXT,                     -- what was asked for, NULL: nothing was
	correlation TEXT,
	changes    BLOB NOT NULL             -- packed, see task/journal
) STRICT;

-- What is known of a task besides its definition.
CREATE TABLE task_state (
	task       INTEGER PRIMARY KEY REFERENCES task,
	breaker    TEXT NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half-open')),
	failures   INTEGER NOT NULL DEFAULT 0, -- in a row, of those that count
	opened     INTEGER,                  -- when
	probe      INTEGER,                  -- the execution let through while half open
	cause      TEXT,                     -- of the failures
	tokens     REAL,                     -- of its rate limit
	filled     INTEGER,                  -- when they were counted
	history    BLOB                      -- what its executions took: see task/estimate
) STRICT;

-- Equal task, parameters and input files give an equal result.
CREATE TABLE cache (
	digest     TEXT PRIMARY KEY,         -- SHA-256 of all three
	execution  INTEGER NOT NULL REFERENCES execution,
	parts      TEXT NOT NULL             -- JSON: what was hashed, to tell why another missed
) STRICT, WITHOUT ROWID;

CREATE INDEX cache_execution ON cache (execution);

-- Objects that belong to executions.
CREATE TABLE artifact (
	execution  INTEGER NOT NULL REFERENCES execution,
	kind       TEXT NOT NULL CHECK (kind IN ('input', 'output', 'log')),
	name       TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	size       INTEGER,
	PRIMARY KEY (execution, kind, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX artifact_object ON artifact (sha256);

-- What a running execution last said of itself.
CREATE TABLE progress (
	execution  INTEGER PRIMARY KEY REFERENCES execution,
	percent    REAL,
	message    TEXT,
	time       INTEGER NOT NULL
) STRICT;

ALTER TABLE attempt ADD COLUMN stdout BLOB;      -- its tail, zstd when long; NULL: it is the result
ALTER TABLE attempt ADD COLUMN cpu_peak REAL;    -- cores used on average
ALTER TABLE worker ADD COLUMN org TEXT;
ALTER TABLE worker ADD COLUMN room TEXT;         -- JSON {"cpus", "memory", "gpus", "limits", "queues"}
ALTER TABLE worker ADD COLUMN ends INTEGER;      -- its own deadline
ALTER TABLE worker ADD COLUMN done INTEGER NOT NULL DEFAULT 0; -- attempts that it ended
