/* SPDX-License-Identifier: MIT */
/* strtab: names of enum values, looked up both ways. */
#include "base/strtab.h"

#include <string.h>

#include "base/buf.h"

int
strtab_find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

char *
strtab_list(const char *const *names, size_t count)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (!names[i])
			continue;
		if (text.len)
			buf_add_str(&text, ", ");
		buf_add_str(&text, names[i]);
	}
	return buf_take(&text);
}
