/* SPDX-License-Identifier: MIT */
/* page: which part of a list is shown, and how much stays behind it. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct app;

struct page {
	int64_t limit;  /* show at most so many, 0: all */
	int64_t offset; /* pass over so many first */

	int64_t passed, shown, more; /* its own */
};

/* The next item of the list: is it shown? */
bool page_takes(struct page *page);

/* Would the next item be shown? For skipping the work of making it. */
bool page_wants(const struct page *page);

/* Say how many there are behind the last one shown, if any. */
void page_say(const struct page *page, const struct app *app);

#endif
