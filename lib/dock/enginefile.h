/* SPDX-License-Identifier: MIT */
/*
 * enginefile: the row of an engine that is not compiled in, from a file (dockline-engine(5)).
 */
#ifndef DOCK_ENGINEFILE_H
#define DOCK_ENGINEFILE_H

struct engine;
struct err;

/* Read a YAML file. NULL with ERR_INPUT that names file, line and what is wrong; the row is to be
 * freed with enginefile_free. */
struct engine *enginefile_read(const char *path, struct err *err);
void enginefile_free(struct engine *engine);

#endif
