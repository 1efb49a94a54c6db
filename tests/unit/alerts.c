/* SPDX-License-Identifier: MIT */
/* alerts: what a worker does with them; taskstat --alerts is tested as a program. */
#include "cli/alerts.h"

#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "cli/config.h"
#include "fixture.h"
#include "store/store.h"
#include "tap.h"
#include "task/workers.h"

static int64_t
enter(struct store *store)
{
	struct worker_entry entry = { .org = "o" };
	struct err err = { 0 };
	int64_t id = -1;

	if (store_begin(store, &err) == 0) {
		id = worker_enter(store, &entry, &err);
		store_commit(store, &err);
	}
	ok(id > 0, "a worker enters: %s", err.text);
	return id;
}

static void
count(const json_t *record, void *ctx)
{
	is_str(json_string_value(json_object_get(record, "alert")), "disk", "the disk is told of");
	++*(int *)ctx;
}

static void
test_tick(struct store *store)
{
	int64_t first = enter(store), second = enter(store);
	struct config *config = config_open(store_dir(store), NULL);
	struct alerts *a = alerts_new(config, "o", store, 0),
		      *b = alerts_new(config, "o", store, 0);
	struct alerts *late = alerts_new(config, "o", store, ALERTS_EVERY);
	struct err err = { 0 };
	int told = 0;

	if (ok(config && a && b && late, "a threshold is set")) {
		is_int(alerts_tick(b, second, count, &told, &err), 0, "the second worker %s",
		    err.text);
		is_int(told, 0, "leaves it to the first");
		is_int(alerts_tick(late, first, count, &told, &err), 0, "the first worker %s",
		    err.text);
		is_int(told, 0, "does not look before its time");
		is_int(alerts_tick(a, first, count, &told, &err), 0, "when it does %s", err.text);
		is_int(told, 1, "it tells once");
		is_int(alerts_tick(a, first, count, &told, &err), 0, "at once again");
		is_int(told, 1, "nothing is looked at");
	}
	alerts_free(a);
	alerts_free(b);
	alerts_free(late);
	config_free(config);
}

int
main(void)
{
	char *root = fixture_root(), *dir = path_join(root, "state");
	struct err err = { 0 };
	struct store *store = store_open(dir, STORE_CREATE, &err);

	setenv("DOCKLINE_ALERTS_DISK", "100%", 1);
	if (ok(store != NULL, "a new state: %s", err.text))
		test_tick(store);
	store_close(store);
	free(dir);
	fixture_free(root);
	return done_testing();
}
