/* SPDX-License-Identifier: MIT */
/*
 * profile: what there is to know about a scheduler, from share/clusters/NAME.yaml.
 *
 * A profile that extends another is put over it as JSON: members of mappings
 * count one by one, lists as a whole. All texts are those of the merged value;
 * an error is told where the value stood, in this file or the one below it.
 */
#include "grid/profile.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "exec/cmdline.h"
#include "grid/profile_parts.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Put what is below under it: mappings member by member. */
static void
merge(json_t *over, const json_t *below)
{
	const char *key;
	json_t *value, *mine;

	json_object_foreach((json_t *)below, key, value) {
		mine = json_object_get(over, key);
		if (!mine)
			json_object_set(over, key, value);
		else if (json_is_object(mine) && json_is_object(value))
			merge(mine, value);
	}
}

static struct profile_file *read_at(const char *path, int depth, struct err *err);
static char *find_path(const char *name, struct err *err);

static int
read_below(struct profile_file *f, int depth, struct err *err)
{
	const char *extends = NULL;
	char *path;

	if (!json_object_get(f->value, "extends"))
		return 0;
	if (profile_text(f, "/extends", &extends, err) < 0)
		return -1;
	if (depth > 4)
		return profile_bad(f, "/extends", err, "profiles extend each other without end");
	path = find_path(extends, err);
	f->below = path ? read_at(path, depth + 1, err) : NULL;
	free(path);
	if (!f->below)
		return err && err->kind == ERR_USAGE
		    ? profile_bad(f, "/extends", err, "%s", err->text)
		    : -1;
	merge(f->value, f->below->value);
	return 0;
}

static struct profile_file *
read_at(const char *path, int depth, struct err *err)
{
	struct profile_file *f = xcalloc(1, sizeof(*f));

	if (yaml_read(path, &f->docs, err) == 0) {
		if (f->docs.len != 1 || !json_is_object(f->docs.at[0].value)) {
			err_set(err, ERR_INPUT, "'%s' must hold one mapping", path);
		} else {
			f->value = json_deep_copy(f->docs.at[0].value);
			if (read_below(f, depth, err) == 0 && profile_fill(f, err) == 0)
				return f;
		}
	}
	profile_free(&f->profile);
	return NULL;
}

struct profile *
profile_read(const char *path, struct err *err)
{
	struct profile_file *f = read_at(path, 0, err);

	return f ? &f->profile : NULL;
}

void
profile_free(struct profile *profile)
{
	struct profile_file *f = (struct profile_file *)profile;

	if (!f)
		return;
	if (f->has_id)
		regfree(&profile->id);
	for (size_t i = 0; i < f->lists.len; i++)
		free(f->lists.at[i]);
	vec_clear(&f->lists);
	vec_clear(&profile->live);
	vec_clear(&profile->history);
	vec_clear(&profile->find);
	vec_clear(&profile->limits);
	vec_clear(&profile->rooms);
	if (f->below)
		profile_free(&f->below->profile);
	json_decref(f->value);
	yaml_docs_clear(&f->docs);
	free(f);
}

/* ---- where they are ---- */

/* The folder of one's own; NULL: no home. */
static char *
own_folder(void)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg && *xdg == '/')
		return path_join(xdg, "dockline/clusters");
	return home && *home == '/' ? path_join(home, ".config/dockline/clusters") : NULL;
}

static char *
file_in(const char *folder, const char *name)
{
	char *file = xasprintf("%s/%s.yaml", folder, name);

	if (access(file, F_OK) == 0)
		return file;
	free(file);
	return NULL;
}

static int
no_profile(const char *name, struct err *err)
{
	json_t *names = profile_names();
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < json_array_size(names); i++)
		buf_addf(&list, "%s%s", i ? ", " : "", json_string_value(json_array_get(names, i)));
	err_set(err, ERR_USAGE, "no cluster profile '%s' (there is %s)", name,
	    list.len > 0 ? list.data : "none");
	buf_clear(&list);
	json_decref(names);
	return -1;
}

static char *
find_path(const char *name, struct err *err)
{
	char *folders[2], *path = NULL;

	if (strchr(name, '/'))
		return xstrdup(name);
	folders[0] = own_folder();
	folders[1] = path_share("clusters");
	for (size_t i = 0; i < COUNT(folders); i++) {
		if (folders[i] && !path)
			path = file_in(folders[i], name);
		free(folders[i]);
	}
	if (!path)
		no_profile(name, err);
	return path;
}

struct profile *
profile_find(const char *name, struct err *err)
{
	char *path = find_path(name, err);
	struct profile *profile = path ? profile_read(path, err) : NULL;

	free(path);
	return profile;
}

char *
profile_element(const struct profile *profile, const char *job, int64_t element)
{
	const char *how = element < 0 ? profile->job : profile->element;
	char *pattern[] = { (char *)how, NULL }, **full, *id;
	json_t *values;

	values = json_pack(
	    "{s:s, s:I}", "job", job, "element", (json_int_t)(element + profile->first));
	full = cmdline_expand(pattern, values, NULL);
	id = xstrdup(full ? full[0] : job);
	cmdline_free(full);
	json_decref(values);
	return id;
}

static void
add_names(char *folder, json_t *found)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len > 5 && entry->d_name[0] != '.' &&
		    strcmp(entry->d_name + len - 5, ".yaml") == 0) {
			char *name = xstrndup(entry->d_name, len - 5);

			json_object_set_new(found, name, json_true());
			free(name);
		}
	}
	if (dir)
		closedir(dir);
	free(folder);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *
profile_names(void)
{
	json_t *found = json_object(), *names = json_array(), *value;
	VEC(const char *) list = VEC_INIT;
	const char *name;

	add_names(own_folder(), found);
	add_names(path_share("clusters"), found);
	json_object_foreach(found, name, value)
		vec_add(&list, name);
	if (list.len > 0)
		qsort(list.at, list.len, sizeof(*list.at), by_name);
	for (size_t i = 0; i < list.len; i++)
		json_array_append_new(names, json_string(list.at[i]));
	vec_clear(&list);
	json_decref(found);
	return names;
}
