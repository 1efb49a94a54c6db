/* SPDX-License-Identifier: MIT */
/* object_path: a stored object in the place of a path. */
#include "task/object_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "task/schema.h"

enum { HEX = DIGEST_HEX - 1, NAME_LIMIT = 128 };

static const char prefix[] = "object:";

bool
object_path_is(const char *text)
{
	return strncmp(text, prefix, sizeof(prefix) - 1) == 0;
}

bool
object_path_hash(const char *text, char hex[DIGEST_HEX])
{
	unsigned char raw[DIGEST_RAW];
	const char *hash = text + sizeof(prefix) - 1;

	if (!object_path_is(text) || strlen(hash) < HEX || (hash[HEX] != '\0' && hash[HEX] != '/'))
		return false;
	memcpy(hex, hash, HEX);
	hex[HEX] = '\0';
	return digest_raw(hex, raw) == 0;
}

const char *
object_path_name(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash ? slash + 1 : text + sizeof(prefix) - 1;
}

static bool
is_file_name(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	    strlen(name) <= NAME_LIMIT;
}

int
object_path_check(const char *text, struct err *err)
{
	char hex[DIGEST_HEX];

	if (object_path_hash(text, hex) && is_file_name(object_path_name(text)))
		return 0;
	return err_set(err, ERR_INPUT,
	    "'%.200s' is no object: expected object:SHA256 or object:SHA256/NAME", text);
}

char *
object_path_of(const json_t *value)
{
	const char *hash = json_string_value(json_object_get(value, "object"));
	const char *name = json_string_value(json_object_get(value, "name"));
	const char *format = json_string_value(json_object_get(value, "format"));

	if (!hash)
		return NULL;
	if (name)
		return xasprintf("%s%s/%s", prefix, hash, name);
	if (format)
		return xasprintf("%s%s/%s.%s", prefix, hash, hash, format);
	return xasprintf("%s%s", prefix, hash);
}

/* What stands for a value; NULL: the value itself. */
static json_t *
text_form(json_t *value, void *ctx)
{
	char *text = object_path_of(value);
	json_t *string = text ? json_string(text) : NULL;

	(void)ctx;
	free(text);
	return string;
}

void
object_path_replace(const struct schema *schema, json_t *value)
{
	schema_replace_paths(schema, value, text_form, NULL);
}
