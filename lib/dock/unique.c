/* SPDX-License-Identifier: MIT */
/* unique: which molecules were seen, and by what name, in little memory. */
#include "dock/unique.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

#define OFFSET_BITS 40
#define OFFSET_MASK (((uint64_t)1 << OFFSET_BITS) - 1)

/* An empty place has where == 0: offsets are counted from 1. */
struct entry {
	uint64_t hash;
	uint64_t where; /* 24 more bits of the hash, then the offset of the name */
};

struct unique {
	struct entry *table;
	size_t room, count;
	FILE *names; /* each ends with a newline */
	uint64_t end;
};

struct unique *
unique_new(void)
{
	return xcalloc(1, sizeof(struct unique));
}

void
unique_free(struct unique *u)
{
	if (!u)
		return;
	if (u->names)
		fclose(u->names);
	free(u->table);
	free(u);
}

static struct entry
hash_key(const char *key)
{
	char hex[DIGEST_HEX], part[17];
	struct entry e;

	digest_bytes(key, strlen(key), hex);
	memcpy(part, hex, 16);
	part[16] = '\0';
	e.hash = strtoull(part, NULL, 16);
	memcpy(part, hex + 16, 6);
	part[6] = '\0';
	e.where = strtoull(part, NULL, 16) << OFFSET_BITS;
	return e;
}

/* The place of e, or the empty place where it belongs. */
static struct entry *
place_of(struct entry *table, size_t room, struct entry e)
{
	size_t i = (size_t)(((e.hash >> 32) * room) >> 32); /* room < 2^32 */

	while (table[i].where &&
	    (table[i].hash != e.hash || ((table[i].where ^ e.where) & ~OFFSET_MASK) != 0))
		i = i + 1 == room ? 0 : i + 1;
	return &table[i];
}

static void
grow(struct unique *u)
{
	size_t room = u->room ? u->room + u->room / 4 : 1024;
	struct entry *table = xcalloc(room, sizeof(*table));

	for (size_t i = 0; i < u->room; i++)
		if (u->table[i].where)
			*place_of(table, room, u->table[i]) = u->table[i];
	free(u->table);
	u->table = table;
	u->room = room;
}

static int
read_name(struct unique *u, uint64_t offset, struct buf *name, struct err *err)
{
	int c;

	if (fseeko(u->names, (off_t)offset, SEEK_SET) < 0)
		return err_sys(err, "cannot read the temporary file of names");
	while ((c = getc(u->names)) != EOF && c != '\n')
		buf_add_char(name, (char)c);
	return c == EOF ? err_sys(err, "cannot read the temporary file of names") : 1;
}

int
unique_find(struct unique *u, const char *key, struct buf *name, struct err *err)
{
	struct entry *at;

	if (!u->room)
		return 0;
	at = place_of(u->table, u->room, hash_key(key));
	if (!at->where)
		return 0;
	return read_name(u, (at->where & OFFSET_MASK) - 1, name, err);
}

int
unique_add(struct unique *u, const char *key, const char *name, struct err *err)
{
	struct entry e = hash_key(key);

	if (!u->names && !(u->names = tmpfile()))
		return err_sys(err, "cannot make a temporary file");
	if (fseeko(u->names, (off_t)u->end, SEEK_SET) < 0)
		return err_sys(err, "cannot write the temporary file of names");
	for (const char *c = name; *c; c++)
		putc(*c == '\n' ? ' ' : *c, u->names);
	if (putc('\n', u->names) == EOF || ferror(u->names))
		return err_sys(err, "cannot write the temporary file of names");
	e.where |= u->end + 1;
	u->end += strlen(name) + 1;
	if ((u->count + 1) * 4 > u->room * 3)
		grow(u);
	*place_of(u->table, u->room, e) = e;
	u->count++;
	return 0;
}

size_t
unique_count(const struct unique *u)
{
	return u->count;
}

size_t
unique_memory(const struct unique *u)
{
	return u->room * sizeof(*u->table);
}
