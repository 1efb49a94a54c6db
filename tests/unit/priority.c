/* SPDX-License-Identifier: MIT */
/* priority: words and numbers, both ways. */
#include "task/priority.h"

#include "base/err.h"
#include "tap.h"

#define NO_PRIORITY "' is not a priority (low, medium, high, critical, or -1000..1000)"

static const struct {
	const char *json; /* a member; a text is tried by itself too */
	int priority;
	const char *text, *error;
} rows[] = {
	{ "\"low\"", -10, "low", NULL },
	{ "\"medium\"", 0, "medium", NULL },
	{ "\"high\"", 10, "high", NULL },
	{ "\"critical\"", 20, "critical", NULL },
	{ "\"0\"", 0, "medium", NULL },
	{ "\"+7\"", 7, "7", NULL },
	{ "\"-1000\"", -1000, "-1000", NULL },
	{ "1000", 1000, "1000", NULL },
	{ "-10", -10, "low", NULL },
	{ "\"1001\"", 0, NULL, "is wrong: '1001" NO_PRIORITY },
	{ "\"-1001\"", 0, NULL, "is wrong: '-1001" NO_PRIORITY },
	{ "\"High\"", 0, NULL, "is wrong: 'High" NO_PRIORITY },
	{ "\"\"", 0, NULL, "is wrong: '" NO_PRIORITY },
	{ "\"1.5\"", 0, NULL, "is wrong: '1.5" NO_PRIORITY },
	{ "\"99999999999999999999\"", 0, NULL, "is wrong: '99999999999999999999" NO_PRIORITY },
	{ "1001", 0, NULL, "must be in -1000..1000" },
	{ "-9223372036854775808", 0, NULL, "must be in -1000..1000" },
	{ "1.0", 0, NULL, "must be low, medium, high, critical or an integer, found number" },
	{ "null", 0, NULL, "must be low, medium, high, critical or an integer, found null" },
};

int
main(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *value = json_loads(rows[i].json, JSON_DECODE_ANY, NULL);
		char text[PRIORITY_TEXT];
		struct err err = { 0 };
		int priority = 0, again = 0;
		int rc = priority_read(value, &priority, &err);

		is_str(rc < 0 ? err.text : NULL, rows[i].error, "%s", rows[i].json);
		is_int(priority, rows[i].priority, "%s: number", rows[i].json);
		if (rc == 0) {
			is_str(priority_text(priority, text), rows[i].text, "as text");
			priority_parse(text, &again, NULL);
			is_int(again, priority, "and back");
		}
		json_decref(value);
	}
	return done_testing();
}
