/* SPDX-License-Identifier: MIT */
/* berth: the folder of one engine process, and the files of one docking in it. */
#include "cli/berth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/dockrun.h"

const char *
berth_ligand_name(const struct request *request)
{
	return request->sdf ? "ligand.sdf" : "ligand.pdbqt";
}

const char *
berth_poses_name(const struct request *request)
{
	return request->sdf ? "poses.sdf" : "poses.pdbqt";
}

static void
berth_init(struct berth *f, const struct request *request, char *path)
{
	f->path = path;
	f->ligand = path_join(path, berth_ligand_name(request));
	f->receptor = path_join(path, "receptor.pdbqt");
	f->poses = path_join(path, berth_poses_name(request));
}

int
berth_make(
    struct berth *f, const struct dockrun *run, const struct request *request, struct err *err)
{
	const char *base = run->work ? run->work : getenv("TMPDIR");
	char *absolute = path_absolute(base && *base ? base : "/tmp");
	char *path = xasprintf("%s/%s.XXXXXX", absolute, run->engine->name);
	int rc = 0;

	if (mkdtemp(path))
		berth_init(f, request, path);
	else
		rc = err_sys(err, "cannot make a folder in '%s'", absolute);
	if (rc < 0)
		free(path);
	free(absolute);
	return rc;
}

void
berth_clear(struct berth *f, bool keep)
{
	if (f->path && !keep)
		file_remove_tree(f->path, NULL);
	free(f->path);
	free(f->ligand);
	free(f->receptor);
	free(f->poses);
}

int
berth_put(const char *path, const struct buf *text, struct err *err)
{
	const char *name = path_base(path); /* the folder is another one each time */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), rc;

	if (fd < 0)
		return err_sys(err, "cannot create '%s'", name);
	rc = file_write_fd(fd, name, text->data, text->len, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, "cannot write '%s'", name);
	return rc;
}

const char *
berth_receptor(const struct berth *f, const struct dockjob *job, struct err *err)
{
	if (job->receptor_plain)
		return job->receptor_file;
	return berth_put(f->receptor, &job->receptor, err) < 0 ? NULL : path_base(f->receptor);
}
