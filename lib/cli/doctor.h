/* SPDX-License-Identifier: MIT */
/*
 * doctor: what this machine has for docking, and what is known to be wrong with it.
 *
 * Every program is asked for its version with a time limit; a program that
 * hangs costs ten seconds and is said to be broken.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

struct app;
struct err;

/* A record for each thing that was looked at, as dock-doctor(1) describes them: {"type":"check",
 * "group","check","status", ...}. The caller owns the array; NULL when we were interrupted. */
json_t *doctor_examine(const struct app *app, struct err *err);

/* Whether a docking can be done here: nothing that is needed for it is missing or broken. */
bool doctor_can_dock(const json_t *checks);

#endif
