/* SPDX-License-Identifier: MIT */
/* curl: libcurl, loaded when the first request is made. */
#include "exec/curl.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/dynamic.h"
#include "base/err.h"

#define LIBRARY "libcurl.so.4"
#define OLDEST 0x074200 /* 7.66.0: CURLINFO_RETRY_AFTER */

static const struct dynamic_function functions[] = {
#define CURL_ROW(name) { "curl_" #name, offsetof(struct curl, name) },
	CURL_FUNCTIONS(CURL_ROW)
};

static int
start(const struct curl *curl, struct err *err)
{
	const curl_version_info_data *info = curl->version_info(CURLVERSION_NOW);

	if (info->version_num < OLDEST)
		return err_set(
		    err, ERR_SYSTEM, "libcurl is %s, 7.66 or newer is needed", info->version);
	if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, ERR_SYSTEM, "libcurl cannot be started");
	return 0;
}

const struct curl *
curl_load(struct err *err)
{
	static struct curl curl;
	static struct dynamic library = { LIBRARY, functions,
		sizeof(functions) / sizeof(*functions), &curl, DYNAMIC_UNTRIED, { 0 } };
	static bool started;

	if (!dynamic_load(&library, err)) {
		err_wrap(err, "libcurl is needed to call a service");
		return NULL;
	}
	if (!started && start(&curl, err) < 0)
		return NULL;
	started = true;
	return &curl;
}
