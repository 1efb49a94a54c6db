/* SPDX-License-Identifier: MIT */
/* rules: priority, queue, limits, rate, breaker, cache, container and hooks in a definition. */
#include "task/rules.h"

#include "base/err.h"
#include "task/task.h"
#include "tap.h"

#define TASK(service) "{\"task_id\":\"t\",\"service_config\":{\"command\":[\"x\"]" service "}}"

/* Every fault on a line of its own: pointer, blank, what. */
static const struct {
	const char *json, *faults;
} lints[] = {
	{ TASK(",\"priority\":\"urgent\",\"queue\":\"a,b\",\"cache\":\"yes\","
	       "\"rate\":\"10\",\"breaker\":{\"failures\":0,\"pause\":-1,\"x\":1}"),
	    "/service_config/priority is wrong: 'urgent' is not a priority (low, medium, high, "
	    "critical, or -1000..1000)\n"
	    "/service_config/queue must be letters, digits, '.', '_', '-' or ':' and begin with a "
	    "letter or digit, found 'a,b'\n"
	    "/service_config/rate is wrong: '10' is not a rate (10/s, 100/m, 5/30s)\n"
	    "/service_config/breaker/failures is wrong: breaker: 'failures' must be an integer in "
	    "1..1000000\n"
	    "/service_config/breaker/pause is wrong: breaker: 'pause' must be between 0 and 36500 "
	    "days\n"
	    "/service_config/breaker/x is wrong: breaker: 'x' is unknown; known are failures, "
	    "pause\n"
	    "/service_config/cache must be true or false, found string\n" },
	{ TASK(",\"breaker\":7,\"rate\":{\"limit\":0},\"limits\":[],\"priority\":1.5"),
	    "/service_config/priority must be low, medium, high, critical or an integer, found "
	    "number\n"
	    "/service_config/limits must be an object, found array\n"
	    "/service_config/rate is wrong: rate: 'limit' must be a number above 0\n"
	    "/service_config/breaker is wrong: 'breaker' must be an object or false, found "
	    "integer\n" },
	{ TASK(",\"limits\":{\"licence\":0,\"a/b\":1,\"disk\":\"1\",\"io\":0.5}"),
	    "/service_config/limits/licence must be in 1..1000000\n"
	    "/service_config/limits/a~1b has a name that is none: it must be letters, digits, "
	    "'.', '_', '-' or ':' and begin with a letter or digit\n"
	    "/service_config/limits/disk must be an integer, found string\n"
	    "/service_config/limits/io must be an integer, found number\n" },
	{ TASK(",\"container\":{\"runtime\":\"chroot\",\"network\":true,\"mount\":1}"),
	    "/service_config/container/mount is not a member here; there are: image, runtime, "
	    "network\n"
	    "/service_config/container lacks 'image'\n"
	    "/service_config/container/runtime must be one of apptainer, podman, docker, found "
	    "'chroot'\n"
	    "/service_config/container/network must be a string, found boolean\n" },
	{ TASK(",\"cache\":{\"programs\":[\"\"],\"parameters\":\"some\",\"ignore\":\"x\","
	       "\"names\":{\"sdf\":0},\"result\":1,\"unles\":[]}"),
	    "/service_config/cache/unles is not a member here: 'unless'?\n"
	    "/service_config/cache/programs must be an array of texts\n"
	    "/service_config/cache/ignore must be an array, found string\n"
	    "/service_config/cache/names must give the number of a line, or how it begins, for "
	    "'sdf'\n"
	    "/service_config/cache/parameters must be one of all, declared, found 'some'\n"
	    "/service_config/cache/result must be a string, found integer\n" },
	{ TASK(",\"container\":{\"image\":\"--privileged\"}"),
	    "/service_config/container/image must name an image, found '--privileged'\n" },
	{ TASK(",\"hooks\":{\"before\":[],\"after\":\"x\",\"on_failure\":[\"\",1],\"on\":[]}"),
	    "/service_config/hooks/on is not a member here; there are: before, after, on_failure\n"
	    "/service_config/hooks/before must hold a program and its arguments, at most 4096, "
	    "found 0\n"
	    "/service_config/hooks/after must be an array, found string\n"
	    "/service_config/hooks/on_failure/1 must be a string, found integer (quote it)\n"
	    "/service_config/hooks/on_failure/0 must name a program\n" },
	{ TASK(",\"resources\":{\"gpus\":1.5}"),
	    "/service_config/resources/gpus must be a part of one, or a whole number up to "
	    "1024\n" },
	{ TASK(",\"resources\":{\"gpus\":-1}"),
	    "/service_config/resources/gpus must be more than 0\n" },
	{ TASK(",\"resources\":{\"gpus\":1e300}"),
	    "/service_config/resources/gpus must be a part of one, or a whole number up to "
	    "1024\n" },
};

static void
add_fault(const char *pointer, const char *what, void *ctx)
{
	buf_addf(ctx, "%s %s\n", pointer, what);
}

static void
test_lint(void)
{
	for (size_t i = 0; i < COUNT(lints); i++) {
		json_t *json = json_loads(lints[i].json, 0, NULL);
		struct buf got = BUF_INIT;

		task_lint(json, add_fault, &got);
		is_str(buf_str(&got), lints[i].faults, "faults of %s", lints[i].json);
		buf_clear(&got);
		json_decref(json);
	}
}

/* One line for what was read: priority queue limits rate breaker cache container hooks gpus. */
static const struct {
	const char *json, *rules;
} reads[] = {
	{ TASK(""), "0 - [] 0 5/60 0 -,-,- -,-,- 0" },
	{ TASK(",\"priority\":null,\"queue\":null,\"limits\":null,\"rate\":null,\"breaker\":null,"
	       "\"cache\":null,\"container\":null,\"hooks\":null,\"resources\":{\"gpus\":0}"),
	    "0 - [] 0 5/60 0 -,-,- -,-,- 0" },
	{ TASK(",\"priority\":\"high\",\"queue\":\"gpu\",\"limits\":{\"licence\":1,\"x-y\":2},"
	       "\"rate\":\"10/s\",\"breaker\":false,\"cache\":true,\"resources\":{\"gpus\":0.5}"),
	    "10 gpu [licence=1 x-y=2 ] 10 0/60 1 -,-,- -,-,- 0.5" },
	{ TASK(",\"priority\":-7,\"breaker\":{\"pause\":\"5m\"},\"resources\":{\"gpus\":\"2\"},"
	       "\"container\":{\"image\":\"v.sif\",\"runtime\":\"apptainer\",\"network\":\"none\"},"
	       "\"hooks\":{\"before\":[\"b\",\"1\"],\"after\":[\"a\"],\"on_failure\":[\"f\"]}"),
	    "-7 - [] 0 5/300 0 v.sif,apptainer,none b,a,f 2" },
};

#define OR_NONE(text) ((text) ? (text) : "-")
#define FIRST(argv) ((argv) ? (argv)[0] : "-")

static void
test_rules(void)
{
	for (size_t i = 0; i < COUNT(reads); i++) {
		json_t *json = json_loads(reads[i].json, 0, NULL);
		struct err err = { 0 };
		struct task *task = task_parse(json, &err);
		struct buf got = BUF_INIT;

		if (ok(task != NULL, "%s %s", reads[i].json, err.text)) {
			const struct rules *r = &task->rules;

			buf_addf(&got, "%d %s [", r->priority, OR_NONE(r->queue));
			for (size_t j = 0; j < r->nlimits; j++)
				buf_addf(&got, "%s=%d ", r->limits[j].name, r->limits[j].count);
			buf_addf(&got, "] %g %d/%g %d %s,%s,%s %s,%s,%s %g", r->rate.limit,
			    r->breaker.failures, (double)r->breaker.pause / 1e6, r->cache.on,
			    OR_NONE(r->container.image), OR_NONE(r->container.runtime),
			    OR_NONE(r->container.network), FIRST(r->hooks.before),
			    FIRST(r->hooks.after), FIRST(r->hooks.on_failure), task->gpus);
			is_str(buf_str(&got), reads[i].rules, "%s", reads[i].json);
		}
		buf_clear(&got);
		task_free(task);
		json_decref(json);
	}
}

int
main(void)
{
	test_lint();
	test_rules();
	return done_testing();
}
