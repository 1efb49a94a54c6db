-- SPDX-License-Identifier: MIT
-- What the elements of an array job get, so that it is submitted again with the same; and
-- elements that the cluster was told not to begin.

ALTER TABLE cluster_job ADD COLUMN need TEXT; -- JSON: {"cpus", "gpus", "memory", "seconds"}; NULL: as the profile says
ALTER TABLE cluster_element ADD COLUMN rests INTEGER NOT NULL DEFAULT 0; -- the cluster was told to hold it
