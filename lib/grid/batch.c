/* SPDX-License-Identifier: MIT */
/* batch: array jobs of a batch system, however it is spoken to. */
#include "grid/batch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "grid/local.h"
#include "grid/remote.h"

struct batch *
batch_open(const char *profile, const char *state, const json_t *order, char *const *options,
    struct err *err)
{
	if (strcmp(profile, "local") == 0)
		return local_open(state, options, err);
	return remote_open(profile, state, order, options, err);
}

/* ---- room ---- */

static bool
is_enough(double most, double need)
{
	return most <= 0 || need <= most;
}

static bool
holds(const struct batch_need *most, const struct batch_need *need)
{
	/* no GPUs are a number, too */
	bool gpus = most->gpus < 0 || need->gpus <= most->gpus;

	return gpus && is_enough(most->cpus, need->cpus) &&
	    is_enough((double)most->memory, (double)need->memory) &&
	    is_enough(most->seconds, need->seconds);
}

/* The larger of both; what has no end stays so. */
static void
widen(struct batch_need *most, const struct batch_need *room, bool first)
{
	if (first || (room->cpus > most->cpus && most->cpus > 0) || room->cpus <= 0)
		most->cpus = room->cpus;
	if (first || (room->memory > most->memory && most->memory > 0) || room->memory <= 0)
		most->memory = room->memory;
	if (first || (room->seconds > most->seconds && most->seconds > 0) || room->seconds <= 0)
		most->seconds = room->seconds;
	if (first || (room->gpus > most->gpus && most->gpus >= 0) || room->gpus < 0)
		most->gpus = room->gpus;
}

static void
add_amounts(struct buf *text, const struct batch_need *need)
{
	char number[NUM_TEXT];
	size_t begin = text->len;

	if (need->cpus > 0)
		buf_addf(text, "%g core%s", ceil(need->cpus), need->cpus > 1 ? "s" : "");
	if (need->gpus > 0)
		buf_addf(text, "%s%g GPU%s", text->len > begin ? ", " : "", ceil(need->gpus),
		    need->gpus > 1 ? "s" : "");
	if (need->memory > 0)
		buf_addf(text, "%s%lldM", text->len > begin ? ", " : "",
		    (long long)(need->memory + 1048575) >> 20);
	if (need->seconds > 0)
		buf_addf(
		    text, "%s%s", text->len > begin ? ", " : "", num_span(need->seconds, number));
}

static int
refuse(const struct batch_need *need, const struct batch_need *most, struct err *err)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, "no partition has room for an element of ");
	add_amounts(&text, need);
	buf_add_str(&text, " (the most there is: ");
	add_amounts(&text, most);
	buf_add_str(&text, ")");
	err_set(err, ERR_USAGE, "%s", buf_str(&text));
	buf_clear(&text);
	return 0;
}

int
batch_fits(
    const struct batch *b, const struct batch_need *need, struct batch_need *most, struct err *err)
{
	struct batch_need all = { 0 };
	bool found = false;

	*most = all;
	for (size_t i = 0; i < b->rooms.len; i++) {
		const struct batch_need *room = &b->rooms.at[i].most;

		widen(&all, room, i == 0);
		if (!holds(room, need))
			continue;
		widen(most, room, !found);
		found = true;
	}
	return found || b->rooms.len == 0 ? 1 : refuse(need, &all, err);
}

void
batch_close(struct batch *b)
{
	if (b)
		b->ops->close(b);
}

int
batch_name(char name[BATCH_UUID], struct err *err)
{
	unsigned char raw[16];
	char *at = name;

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return err_sys(err, "cannot read random numbers");
	raw[6] = (raw[6] & 0x0f) | 0x40;
	raw[8] = (raw[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(raw); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		at += snprintf(at, 3, "%02x", raw[i]);
	}
	return 0;
}
