/* SPDX-License-Identifier: MIT */
/* poses: how fast files of poses are read. usage: poses SECONDS FILE ... prints megabytes a second
 */
#include "dock/pose.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"

/* Read each file again and again for so long; what was read, or -1. */
static double
read_for(double seconds, char **files, int n)
{
	int64_t end = clock_boot() + (int64_t)(seconds * 1e6);
	double bytes = 0;
	struct buf *text = calloc((size_t)n, sizeof(*text));
	struct err err = { 0 };

	for (int i = 0; i < n; i++)
		if (file_read(files[i], 0, &text[i], &err) < 0)
			bytes = -1;
	while (bytes >= 0 && clock_boot() < end)
		for (int i = 0; i < n; i++) {
			struct poses poses = POSES_INIT;

			if (poses_read(buf_str(&text[i]), text[i].len, &poses, &err) < 0)
				bytes = -1e300;
			bytes += (double)text[i].len;
			poses_clear(&poses);
		}
	for (int i = 0; i < n; i++)
		buf_clear(&text[i]);
	free(text);
	if (bytes < 0)
		fprintf(stderr, "poses: %s\n", err.text);
	return bytes;
}

int
main(int argc, char **argv)
{
	double seconds = argc > 2 ? strtod(argv[1], NULL) : 0, bytes;

	if (seconds <= 0) {
		fprintf(stderr, "usage: poses SECONDS FILE ...\n");
		return EXIT_USAGE;
	}
	bytes = read_for(seconds, argv + 2, argc - 2);
	printf("%.0f\n", bytes / seconds / 1e6);
	return bytes < 0;
}
