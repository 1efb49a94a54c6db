-- SPDX-License-Identifier: MIT
-- Stored files, addressed by what is in them.

CREATE TABLE object (
	sha256  BLOB PRIMARY KEY,            -- 32 bytes, of the content
	size    INTEGER NOT NULL,            -- bytes of the content
	stored  INTEGER NOT NULL,            -- microseconds since 1970
	data    BLOB NOT NULL                -- zstd
) STRICT;
