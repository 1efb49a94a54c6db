/* SPDX-License-Identifier: MIT */
/* priority: words and numbers. */
#include "task/priority.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/num.h"

static const struct {
	const char *word;
	int priority;
} words[] = { { "low", -10 }, { "medium", PRIORITY_MEDIUM }, { "high", 10 }, { "critical", 20 } };

enum { WORDS = sizeof(words) / sizeof(*words) };

int
priority_parse(const char *text, int *priority, struct err *err)
{
	int64_t n;

	for (int i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, text) != 0)
			continue;
		*priority = words[i].priority;
		return 0;
	}
	if (num_int(text, PRIORITY_LEAST, PRIORITY_MOST, &n, NULL) < 0)
		return err_set(err, ERR_INPUT,
		    "'%s' is not a priority (low, medium, high, critical, or -1000..1000)", text);
	*priority = (int)n;
	return 0;
}

int
priority_read(const json_t *value, int *priority, struct err *err)
{
	json_int_t n = json_integer_value(value);

	if (json_is_string(value)) {
		if (priority_parse(json_string_value(value), priority, err) < 0)
			return err_wrap(err, "is wrong");
		return 0;
	}
	if (!json_is_integer(value))
		return err_set(err, ERR_INPUT,
		    "must be low, medium, high, critical or an integer, found %s",
		    json_type_name(value));
	if (n < PRIORITY_LEAST || n > PRIORITY_MOST)
		return err_set(err, ERR_INPUT, "must be in -1000..1000");
	*priority = (int)n;
	return 0;
}

char *
priority_text(int priority, char text[PRIORITY_TEXT])
{
	snprintf(text, PRIORITY_TEXT, "%d", priority);
	for (int i = 0; i < WORDS; i++)
		if (words[i].priority == priority)
			snprintf(text, PRIORITY_TEXT, "%s", words[i].word);
	return text;
}
