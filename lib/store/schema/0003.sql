-- SPDX-License-Identifier: MIT
-- The registry: the order of versions, who changed what; services.

-- when this version came into the registry; what replaces it takes its place
ALTER TABLE task ADD COLUMN since INTEGER;
UPDATE task SET since = created;

-- What people changed in the registry, in this order.
CREATE TABLE audit (
	id         INTEGER PRIMARY KEY,
	time       INTEGER NOT NULL,
	org        TEXT NOT NULL,
	who        TEXT NOT NULL,            -- login name
	action     TEXT NOT NULL,            -- add, replace, rm, activate, deactivate, deprecate
	kind       TEXT NOT NULL CHECK (kind IN ('task', 'service')),
	name       TEXT NOT NULL,
	version    TEXT,                     -- of a task
	before     TEXT,                     -- SHA-256 of the definition, or the status
	after      TEXT
) STRICT;

CREATE INDEX audit_name ON audit (org, kind, name, id);

-- Where a task is served over HTTP. What is known of it is written by all workers.
CREATE TABLE service (
	id         INTEGER PRIMARY KEY,
	org        TEXT NOT NULL,
	name       TEXT NOT NULL,
	task       TEXT NOT NULL,            -- its name: all versions of it
	origin     TEXT NOT NULL CHECK (origin IN ('task', 'added')), -- it came with the task
	definition TEXT NOT NULL,            -- JSON
	created    INTEGER NOT NULL,
	removed    INTEGER,
	health     TEXT NOT NULL DEFAULT 'unknown' CHECK (health IN ('unknown', 'healthy', 'unhealthy')),
	streak     INTEGER NOT NULL DEFAULT 0, -- checks in a row that say it is not so any more
	checked    INTEGER,                  -- when somebody began to check it last
	cause      TEXT,                     -- why it is unhealthy, or its breaker open
	models     TEXT,                     -- JSON array of words that its models_url listed
	breaker    TEXT NOT NULL DEFAULT 'closed' CHECK (breaker IN ('closed', 'open', 'half-open')),
	failures   INTEGER NOT NULL DEFAULT 0, -- in a row, of those that count
	opened     INTEGER,                  -- when
	probe      INTEGER,                  -- the execution let through while half open
	rests      INTEGER,                  -- until then it asked to be left alone
	filled     INTEGER NOT NULL DEFAULT 0, -- of its rate limit: nanoseconds since 1970, see task/rate
	answered   INTEGER NOT NULL DEFAULT 0, -- requests that it answered
	failed     INTEGER NOT NULL DEFAULT 0  -- requests that it failed
) STRICT;

CREATE UNIQUE INDEX service_name ON service (org, name) WHERE removed IS NULL;
CREATE INDEX service_task ON service (org, task) WHERE removed IS NULL;
