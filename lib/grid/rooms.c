/* SPDX-License-Identifier: MIT */
/* rooms: what a cluster has to give to an element, as it says itself. */
#include "grid/rooms.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "grid/limits.h"
#include "grid/profile.h"
#include "grid/scheduler.h"
#include "grid/shared.h"

/* What was said within the last hour. */
static json_t *
known(struct scheduler *s)
{
	json_t *rooms = json_object_get(shared_look(scheduler_shared(s)), "rooms");
	double age = (double)(clock_wall() - json_integer_value(json_object_get(rooms, "asked")));

	return age >= 0 && age < LIMITS_AGE * 1e6 ? json_object_get(rooms, "rows") : NULL;
}

/* All rows; of questions that are not answered there are none. The caller's. */
static json_t *
ask_all(struct scheduler *s)
{
	const struct profile *p = scheduler_profile(s);
	json_t *values = scheduler_values(), *rows = json_array();

	for (size_t i = 0; i < p->rooms.len; i++)
		scheduler_ask(s, SCHEDULER_LIMITS, &p->rooms.at[i], values, rows, NULL);
	json_decref(values);
	if (p->rooms.len > 0) {
		json_object_set_new(shared_begin(scheduler_shared(s)), "rooms",
		    json_pack("{s:I, s:O}", "asked", (json_int_t)clock_wall(), "rows", rows));
		shared_end(scheduler_shared(s));
	}
	return rows;
}

static struct batch_room
room_of(const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	const json_t *gpus = json_object_get(row, "gpus");
	struct batch_room room = { .name = name ? xstrdup(name) : NULL,
		.standard = json_is_true(json_object_get(row, "standard")),
		.timed = json_is_number(json_object_get(row, "seconds")) };

	room.most.cpus = json_number_value(json_object_get(row, "cpus"));
	room.most.gpus = gpus ? json_number_value(gpus) : -1;
	room.most.memory = (int64_t)(json_number_value(json_object_get(row, "mebibytes")) *
	    1048576);
	room.most.seconds = json_number_value(json_object_get(row, "seconds"));
	return room;
}

/* Is it among the names, with commas between them? */
static bool
is_among(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = names; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

static bool
is_meant(const struct batch_room *room, const char *partition, bool standards)
{
	if (!room->name)
		return true;
	return partition ? is_among(partition, room->name) : room->standard || !standards;
}

void
rooms_ask(struct scheduler *scheduler, const char *partition, struct batch_rooms *rooms)
{
	json_t *rows = json_incref(known(scheduler));
	bool standards = false;

	if (!rows)
		rows = ask_all(scheduler);
	for (size_t i = 0; i < json_array_size(rows); i++)
		standards |= json_is_true(json_object_get(json_array_get(rows, i), "standard"));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct batch_room room = room_of(json_array_get(rows, i));

		if (is_meant(&room, partition, standards))
			vec_add(rooms, room);
		else
			free(room.name);
	}
	json_decref(rows);
}

void
rooms_clear(struct batch_rooms *rooms)
{
	for (size_t i = 0; i < rooms->len; i++)
		free(rooms->at[i].name);
	vec_clear(rooms);
}
