/* SPDX-License-Identifier: MIT */
/* fixture: a folder of small files that stands for / . */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/path.h"

/* An empty folder; fixture_free removes it. */
__attribute__((unused)) static char *
fixture_root(void)
{
	const char *tmp = getenv("TMPDIR");
	char *root = xasprintf("%s/dockline-unit-XXXXXX", tmp ? tmp : "/tmp");

	if (mkdtemp(root))
		return root;
	perror(root);
	exit(5);
}

__attribute__((unused)) static void
fixture_free(char *root)
{
	file_remove_tree(root, NULL);
	free(root);
}

/* Write root/path, with the folders above it. */
__attribute__((unused)) static void
fixture_put(const char *root, const char *path, const char *text)
{
	char *full = path_join(root, path);

	for (char *p = full + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0700);
	}
	if (file_write(full, text, strlen(text), NULL) < 0) {
		perror(full);
		exit(5);
	}
	free(full);
}

#endif
