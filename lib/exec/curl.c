/* SPDX-License-Identifier: MIT */
/* curl: libcurl, loaded when the first request is made. */
#include "exec/curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define LIBRARY "libcurl.so.4"
#define OLDEST 0x074200 /* 7.66.0: CURLINFO_RETRY_AFTER */

static const struct {
	const char *name;
	size_t at;
} functions[] = {
#define CURL_ROW(name) { "curl_" #name, offsetof(struct curl, name) },
	CURL_FUNCTIONS(CURL_ROW)
};

/* Find all functions. 0 or -1. */
static int
bind_all(void *library, struct curl *curl, struct err *err)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		void *found = dlsym(library, functions[i].name);

		if (!found)
			return err_set(err, ERR_SYSTEM, "%s has no %s", LIBRARY, functions[i].name);
		*(void **)((char *)curl + functions[i].at) = found;
	}
	return 0;
}

static int
load(struct curl *curl, struct err *err)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const curl_version_info_data *info;

	if (!library)
		return err_set(
		    err, ERR_SYSTEM, "libcurl is needed to call a service: %s", dlerror());
	if (bind_all(library, curl, err) < 0)
		return -1;
	info = curl->version_info(CURLVERSION_NOW);
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
	static bool loaded;

	if (!loaded && load(&curl, err) < 0)
		return NULL;
	loaded = true;
	return &curl;
}
