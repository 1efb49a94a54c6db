-- SPDX-License-Identifier: MIT
-- Outputs of a task are packed by what they have in common; what stands in the
-- parameters of an execution already is not kept again. See store/object.

CREATE TABLE dictionary (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again: others remember it
	family     TEXT NOT NULL,            -- whose contents are alike
	data       BLOB NOT NULL             -- some of them, one behind the other: zstd
) STRICT;

CREATE INDEX dictionary_family ON dictionary (family, id);
