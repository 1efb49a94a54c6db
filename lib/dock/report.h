/* SPDX-License-Identifier: MIT */
/*
 * report: a campaign, or several, as one page: what came of it, how good, how made.
 *
 * Results that were docked alike (engine, scoring, mode, receptor, box) and have the
 * same default score are one group, with its own order and plot; what groups say of the same
 * molecules is compared.
 */
#ifndef DOCK_REPORT_H
#define DOCK_REPORT_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;
struct report;

enum { REPORT_GROUPS = 16 };

/* The best `top` molecules of each group are shown. */
struct report *report_new(size_t top);
void report_free(struct report *report);

/* A result; -1 with ERR_INPUT when it has no score, or ERR_USAGE with more groups than there is
 * room for. */
int report_add(struct report *report, const json_t *record, const json_t *result, struct err *err);
/* A record that has none: its class and reason, or the status it has. */
void report_failed(struct report *report, const json_t *record);

/* After the last: groups, and the records shown of each, borrowed. */
size_t report_groups(struct report *report);
size_t report_shown(const struct report *report, size_t group);
json_t *report_record(const struct report *report, size_t group, size_t i);

/* What was drawn of a shown record: SVG, taken over. */
void report_depict(struct report *report, size_t group, size_t i, char *svg);

/* The parts of the page between page_begin and page_end. */
void report_write(const struct report *report, struct buf *out);

#endif
