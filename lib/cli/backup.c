/* SPDX-License-Identifier: MIT */
/* backup: a copy of the state that is a state directory itself. */
#include "cli/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "cli/session.h"
#include "store/space.h"
#include "store/store.h"

static const char *const files[] = { "state.db", "objects.db", "config.yaml" };

/* The settings go along. */
static int
copy_config(const char *from, const char *to, struct err *err)
{
	char *source = path_join(from, "config.yaml"), *target = path_join(to, "config.yaml");
	struct buf text = BUF_INIT;
	int rc = 0;

	if (access(source, F_OK) == 0) {
		rc = file_read(source, 0, &text, err);
		if (rc == 0)
			rc = file_write(target, buf_str(&text), text.len, err);
	}
	buf_clear(&text);
	free(source);
	free(target);
	return rc;
}

static int
sync_dir(const char *dir, struct err *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = fd < 0 ? -1 : fsync(fd);

	if (rc < 0)
		err_sys(err, "cannot write '%s'", dir);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* The directory above a path that begins with a slash. The caller frees. */
static char *
dir_above(const char *path)
{
	char *above = xstrdup(path), *slash = strrchr(above, '/');

	slash[slash == above] = '\0';
	return above;
}

/* A filled folder gets its name, for good. */
static int
publish(const char *temporary, const char *dir, struct err *err)
{
	char *above = dir_above(dir);
	int rc = sync_dir(temporary, err);

	if (rc == 0 && rename(temporary, dir) < 0)
		rc = err_sys(err, "cannot create '%s'", dir);
	if (rc == 0)
		rc = sync_dir(above, err);
	free(above);
	return rc;
}

static int
copy(struct store *store, const char *dir, struct err *err)
{
	char *temporary = xasprintf("%s.XXXXXX", dir);
	int rc = -1;

	if (!mkdtemp(temporary)) {
		err_sys(err, "cannot create '%s'", dir);
	} else {
		if (space_copy(store, temporary, err) == 0 &&
		    copy_config(store_dir(store), temporary, err) == 0)
			rc = publish(temporary, dir, err);
		if (rc < 0)
			file_remove_tree(temporary, NULL);
	}
	free(temporary);
	return rc;
}

static void
print_record(struct app *app, const char *dir)
{
	int64_t bytes = 0;
	char time[CLOCK_TEXT];
	struct stat st;
	json_t *r;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char *path = path_join(dir, files[i]);

		bytes += stat(path, &st) == 0 ? st.st_size : 0;
		free(path);
	}
	r = json_pack("{s:s, s:s, s:I, s:s}", "type", "backup", "path", dir, "bytes",
	    (json_int_t)bytes, "time", clock_format(clock_wall(), time));
	app_record(app, r);
	json_decref(r);
}

int
backup_run(struct app *app, const char *name, struct err *err)
{
	struct store *store = session_open(app, false, err);
	char *dir = path_absolute(name);
	size_t len = strlen(dir);
	int rc = -1;

	while (len > 1 && dir[len - 1] == '/')
		dir[--len] = '\0';
	if (store && access(dir, F_OK) == 0)
		err_set(err, ERR_USAGE, "'%s' is there already", name);
	else if (store)
		rc = copy(store, dir, err);
	if (rc == 0)
		print_record(app, dir);
	free(dir);
	session_close(store);
	return rc;
}
