/* SPDX-License-Identifier: MIT */
/* page: which part of a list is shown, and how much stays behind it. */
#include "cli/page.h"

#include "cli/app.h"

bool
page_wants(const struct page *page)
{
	return page->passed == page->offset && (page->limit == 0 || page->shown < page->limit);
}

bool
page_takes(struct page *page)
{
	bool wanted = page_wants(page);

	if (wanted)
		page->shown++;
	else if (page->passed < page->offset)
		page->passed++;
	else
		page->more++;
	return wanted;
}

void
page_say(const struct page *page, const struct app *app)
{
	if (page->more > 0)
		app_say(app, "%lld more: --limit shows them", (long long)page->more);
}
