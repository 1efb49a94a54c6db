/* SPDX-License-Identifier: MIT */
/* http_url: where a URL leads. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "exec/http_call.h"

/* A part of a URL in lower case; the caller frees; NULL: it has none. */
static char *
part_of(const struct curl *curl, CURLU *url, CURLUPart part)
{
	char *text = NULL, *copy;

	if (curl->url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return NULL;
	copy = xstrdup(text);
	curl->free(text);
	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

/* "https://host:443" */
static char *
origin_of(const struct curl *curl, CURLU *url)
{
	char *scheme = part_of(curl, url, CURLUPART_SCHEME);
	char *host = part_of(curl, url, CURLUPART_HOST);
	char *port = part_of(curl, url, CURLUPART_PORT);
	char *origin = xasprintf(
	    "%s://%s:%s", scheme ? scheme : "", host ? host : "", port ? port : "");

	free(scheme);
	free(host);
	free(port);
	return origin;
}

char *
http_resolve(struct http *http, const char *from, const char *to, struct err *err)
{
	const struct curl *curl = http->curl;
	CURLU *url = curl->url();
	char *here = NULL, *there = NULL, *text = NULL, *absolute = NULL;

	if (curl->url_set(url, CURLUPART_URL, from, 0) == CURLUE_OK)
		here = origin_of(curl, url);
	if (!here || curl->url_set(url, CURLUPART_URL, to, CURLU_DISALLOW_USER) != CURLUE_OK)
		err_set(err, ERR_INPUT, "'%s' is no URL, or names a user", to);
	else if (strcmp(here, there = origin_of(curl, url)) != 0)
		err_set(err, ERR_INPUT, "it leads from %s to %s", here, there);
	else if (curl->url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK)
		absolute = xstrdup(text);
	curl->free(text);
	curl->url_cleanup(url);
	free(here);
	free(there);
	return absolute;
}
