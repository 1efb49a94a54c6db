/* SPDX-License-Identifier: MIT */
/*
 * curl: libcurl, loaded when the first request is made.
 *
 * With all it needs it is some thirty libraries, which cost a program milliseconds at its start;
 * most runs of most programs speak to no service. Its functions are called through a table:
 * curl->easy_init().
 */
#ifndef EXEC_CURL_H
#define EXEC_CURL_H

/* 7.66 knows only the older of two names of some options; varargs through a pointer */
#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

struct err;

#define CURL_FUNCTIONS(X) \
	X(global_init) \
	X(version_info) \
	X(slist_append) \
	X(slist_free_all) \
	X(easy_init) \
	X(easy_cleanup) \
	X(easy_reset) \
	X(easy_getinfo) \
	X(easy_setopt) \
	X(easy_strerror) \
	X(multi_init) \
	X(multi_cleanup) \
	X(multi_setopt) \
	X(multi_assign) \
	X(multi_add_handle) \
	X(multi_remove_handle) \
	X(multi_socket_action) \
	X(multi_info_read) \
	X(url) \
	X(url_cleanup) \
	X(url_get) \
	X(url_set) \
	X(free)

#define CURL_MEMBER(name) __typeof__(curl_##name) *name;

struct curl {
	CURL_FUNCTIONS(CURL_MEMBER)
};

/* Load it, once. NULL with ERR_SYSTEM when it is not there or older than 7.66. From one thread. */
const struct curl *curl_load(struct err *err);

#endif
