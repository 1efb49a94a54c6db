/* SPDX-License-Identifier: MIT */
/* called: what a result is called, and what it counts as when one of each is wanted. */
#include "dock/called.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { LINE_MAX_BYTES = 80 };

static struct scan_found
text_found(const char *text)
{
	return (struct scan_found){ text, text ? strlen(text) : 0 };
}

static const char *
text_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

void
called_read(struct called *c, const json_t *record, const json_t *result)
{
	const json_t *ligand = json_object_get(result, "ligand");
	const json_t *state = json_object_get(ligand, "state");
	const char *key = text_member(record, "key");

	c->held = json_is_integer(state)
	    ? xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(state))
	    : NULL;
	c->key = text_found(key ? key : text_member(result, "key"));
	c->name = text_found(text_member(ligand, "name"));
	c->parent = text_found(text_member(ligand, "parent"));
	c->state = text_found(c->held ? c->held : json_string_value(state));
}

void
called_clear(struct called *c)
{
	free(c->held);
	c->held = NULL;
}

static void
add_part(struct buf *all, const struct scan_found *part)
{
	if (part->at)
		buf_add(all, part->at, part->len);
}

char *
called_names(
    const struct called *c, enum rank_unit unit, const char **state, const char **unit_text)
{
	const struct scan_found *name = c->name.at ? &c->name : &c->key;
	struct buf all = BUF_INIT;
	size_t state_at, unit_at;
	char *key;

	add_part(&all, c->key.at ? &c->key : name);
	buf_add_char(&all, '\0');
	state_at = all.len;
	add_part(&all, &c->state);
	buf_add_char(&all, '\0');
	unit_at = all.len;
	if (unit != RANK_RECORD)
		add_part(&all, c->parent.at ? &c->parent : name);
	if (unit == RANK_STATE) {
		buf_add_char(&all, '\n');
		add_part(&all, &c->state);
		buf_add_char(&all, '\n');
		add_part(&all, name);
	}
	buf_add_char(&all, '\0');
	key = buf_take(&all);
	*state = key + state_at;
	*unit_text = key + unit_at;
	return key;
}

void
called_line(const char *name, struct buf *out)
{
	size_t len = strlen(name);

	if (len > LINE_MAX_BYTES)
		for (len = LINE_MAX_BYTES; ((unsigned char)name[len] & 0xc0) == 0x80; len--)
			;
	for (size_t i = 0; i < len; i++)
		buf_add_char(out, (unsigned char)name[i] < ' ' ? '_' : name[i]);
}
