/* SPDX-License-Identifier: MIT */
/* room: what a worker has to give to the executions it runs. */
#include "cli/room.h"

#include <string.h>

#include "base/err.h"
#include "base/num.h"
#include "task/task.h"

#define ROUNDING 1e-9 /* fractions of cores and GPUs are added and taken many times */

void
room_of_task(const struct task *task, int64_t memory, struct room *room)
{
	*room = (struct room){
		.cpus = task->cpus, .gpus = task->gpus, .memory = memory ? memory : task->memory
	};
	for (size_t i = 0; i < task->rules.nlimits && i < ROOM_LIMITS; i++)
		room->limits[room->nlimits++] = (struct room_limit){ task->rules.limits[i].name,
			task->rules.limits[i].count };
}

double
room_limit(const struct room *room, const char *name)
{
	for (int i = 0; i < room->nlimits; i++)
		if (strcmp(room->limits[i].name, name) == 0)
			return room->limits[i].amount;
	return 0;
}

/* How often an amount goes into what is free. */
static int
times(double free, double amount, int most)
{
	double n = amount > 0 ? (free + ROUNDING) / amount : most;

	if (n >= most)
		return most;
	return n > 0 ? (int)n : 0;
}

int
room_fits(const struct room *free, const struct room *one, int most)
{
	most = times(free->cpus, one->cpus, most);
	most = times(free->gpus, one->gpus, most);
	most = times((double)free->memory, (double)one->memory, most);
	for (int i = 0; i < one->nlimits; i++)
		most = times(room_limit(free, one->limits[i].name), one->limits[i].amount, most);
	return most;
}

static void
add(struct room *free, const struct room *one, int count)
{
	free->cpus += count * one->cpus;
	free->gpus += count * one->gpus;
	free->memory += count * one->memory;
	for (int i = 0; i < one->nlimits; i++)
		for (int k = 0; k < free->nlimits; k++)
			if (strcmp(free->limits[k].name, one->limits[i].name) == 0)
				free->limits[k].amount += count * one->limits[i].amount;
}

void
room_take(struct room *free, const struct room *one, int count)
{
	add(free, one, -count);
}

void
room_give(struct room *free, const struct room *one, int count)
{
	add(free, one, count);
}

int
room_parse_limits(char *const *options, struct room *room, struct err *err)
{
	for (size_t i = 0; options && options[i]; i++) {
		char *eq = strchr(options[i], '=');
		struct room_limit *limit = &room->limits[room->nlimits];

		if (!eq || eq == options[i])
			return err_set(
			    err, ERR_USAGE, "--limit takes NAME=NUMBER, found '%s'", options[i]);
		if (room->nlimits == ROOM_LIMITS)
			return err_set(err, ERR_USAGE, "at most %d limits", ROOM_LIMITS);
		if (num_double(eq + 1, &limit->amount, err) < 0 || limit->amount < 0)
			return err_set(err, ERR_USAGE,
			    "--limit '%s': '%s' is not a number of 0 or more", options[i], eq + 1);
		*eq = '\0';
		limit->name = options[i];
		room->nlimits++;
	}
	return 0;
}

json_t *
room_json(const struct room *room)
{
	json_t *json = json_object(), *limits = json_object();

	json_object_set_new(json, "cpus", json_real(room->cpus));
	json_object_set_new(json, "memory", json_integer(room->memory));
	json_object_set_new(json, "gpus", json_real(room->gpus));
	for (int i = 0; i < room->nlimits; i++)
		json_object_set_new(
		    limits, room->limits[i].name, json_real(room->limits[i].amount));
	json_object_set_new(json, "limits", limits);
	return json;
}

void
room_read(const json_t *json, struct room *room)
{
	const char *name;
	json_t *amount;

	*room = (struct room){ .cpus = json_number_value(json_object_get(json, "cpus")),
		.gpus = json_number_value(json_object_get(json, "gpus")),
		.memory = (int64_t)json_number_value(json_object_get(json, "memory")) };
	json_object_foreach(json_object_get(json, "limits"), name, amount)
		if (room->nlimits < ROOM_LIMITS)
			room->limits[room->nlimits++] = (struct room_limit){ name,
				json_number_value(amount) };
}
