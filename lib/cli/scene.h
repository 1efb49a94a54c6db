/* SPDX-License-Identifier: MIT */
/*
 * scene: poses in their receptor, in three dimensions, for a web page.
 *
 * 3Dmol.js is embedded from share/report/3Dmol-min.js (`make report-assets`
 * fetches it); where it is absent the page says so.
 */
#ifndef CLI_SCENE_H
#define CLI_SCENE_H

#include <jansson.h>
#include <stddef.h>

struct app;
struct buf;
struct err;

/* Append the section that shows the best pose of n records, the receptor that of the first. What
 * cannot be read is said in the page, and on standard error. -1: nothing goes any more. */
int scene_write(
    struct app *app, json_t *const *records, size_t n, struct buf *out, struct err *err);

#endif
