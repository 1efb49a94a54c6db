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
