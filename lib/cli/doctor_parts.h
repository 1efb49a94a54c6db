/* SPDX-License-Identifier: MIT */
/* doctor_parts: what the parts of the doctor share (cli/doctor.h). */
#ifndef CLI_DOCTOR_PARTS_H
#define CLI_DOCTOR_PARTS_H

#include <jansson.h>

struct err;

/* A record for one thing; its status is yet to be set. The caller's. */
json_t *doctor_check(const char *group, const char *name);
void doctor_set(json_t *check, const char *key, const char *text);

/* Add a note, and set the status. */
void doctor_note(json_t *check, const char *status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Add a check of each program. -1: we were interrupted. */
int doctor_programs(json_t *checks, struct err *err);

#endif
