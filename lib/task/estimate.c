/* SPDX-License-Identifier: MIT */
/* estimate: what executions of a task have taken. */
#include "task/estimate.h"

#include <math.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

#define SURE 0.95
#define MEMORY_STEP (16 << 20)

static const struct {
	const char *key;
	size_t offset;
} parts[] = {
	{ "elapsed", offsetof(struct estimate, elapsed) },
	{ "cpu", offsetof(struct estimate, cpu) },
	{ "memory", offsetof(struct estimate, memory) },
};

enum { PARTS = sizeof(parts) / sizeof(*parts) };

static struct histogram *
part(const struct estimate *e, int i)
{
	return (struct histogram *)((char *)e + parts[i].offset);
}

void
estimate_add(struct estimate *e, double elapsed, double cpu, int64_t memory)
{
	histogram_add(&e->elapsed, elapsed);
	histogram_add(&e->cpu, cpu);
	if (memory > 0)
		histogram_add(&e->memory, (double)memory);
}

void
estimate_merge(struct estimate *e, const struct estimate *other)
{
	for (int i = 0; i < PARTS; i++)
		histogram_merge(part(e, i), part(other, i));
}

bool
estimate_fits(const struct estimate *e, double seconds)
{
	return e->elapsed.count == 0 || histogram_quantile(&e->elapsed, SURE) <= seconds;
}

double
estimate_left(const struct estimate *e, int64_t executions, double at_once)
{
	double mean = histogram_mean(&e->elapsed), rounds = (double)executions;

	if (executions <= 0)
		return 0;
	if (e->elapsed.count == 0)
		return -1;
	if (at_once > 1)
		rounds /= at_once;
	return mean * (rounds > 1 ? rounds : 1);
}

void
estimate_suggest(const struct estimate *e, struct estimate_room *room)
{
	*room = (struct estimate_room){ 0 };
	if (e->elapsed.sum > 0 && e->cpu.count > 0)
		room->cpus = fmax(0.1, ceil(e->cpu.sum / e->elapsed.sum * 10 - 0.25) / 10);
	if (e->memory.count)
		room->memory = (int64_t)ceil(e->memory.max * 1.125 / MEMORY_STEP) *
		    (int64_t)MEMORY_STEP;
	if (e->elapsed.count)
		room->timeout = fmax(1, ceil(e->elapsed.max * 2 / 60)) * 60;
}

json_t *
estimate_json(const struct estimate *e)
{
	json_t *out = json_object();

	for (int i = 0; i < PARTS; i++)
		json_object_set_new(out, parts[i].key, histogram_json(part(e, i)));
	return out;
}

int
estimate_parse(const json_t *json, struct estimate *e, struct err *err)
{
	*e = (struct estimate){ 0 };
	if (!json || json_is_null(json))
		return 0;
	if (!json_is_object(json))
		return err_set(err, ERR_INPUT, "an estimate must be an object, found %s",
		    json_type_name(json));
	for (int i = 0; i < PARTS; i++) {
		const json_t *value = json_object_get(json, parts[i].key);

		if (!value || histogram_parse(value, part(e, i), err) == 0)
			continue;
		*e = (struct estimate){ 0 };
		return err_wrap(err, "estimate: '%s'", parts[i].key);
	}
	return 0;
}
