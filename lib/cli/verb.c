/* SPDX-License-Identifier: MIT */
/* verb: what taskctl can be told to do, in words. */
#include "cli/verb.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "base/utf8.h"

enum { ASKED_MAX = 200 };

/* clang-format off */
static const struct {
	const char *cannot, *done;
} verbs[] = {
	[CONTROL_CANCEL] = { "cannot be cancelled", "cancelled" },
	[CONTROL_PAUSE] = { "cannot be paused", "paused" },
	[CONTROL_RESUME] = { "cannot be resumed", "resumed" },
	[CONTROL_RETRY] = { "cannot be retried", "retried" },
	[CONTROL_APPROVE] = { "cannot be approved", "approved" },
	[CONTROL_REJECT] = { "cannot be rejected", "rejected" },
	[VERB_PRIORITY] = { "cannot have another priority", "moved" },
};
/* clang-format on */

static_assert(sizeof(verbs) / sizeof(*verbs) == VERB_COUNT, "a row for every verb");

const char *
verb_name(int verb)
{
	return verb == VERB_PRIORITY ? "priority" : control_name((enum control)verb);
}

const char *
verb_cannot(int verb)
{
	return verbs[verb].cannot;
}

const char *
verb_done(int verb)
{
	return verbs[verb].done;
}

int
verb_find(const char *word)
{
	return strcmp(word, verb_name(VERB_PRIORITY)) == 0 ? VERB_PRIORITY : control_find(word);
}

char *
verb_list(const char *sep)
{
	struct buf list = BUF_INIT;

	for (int i = 0; i < VERB_COUNT; i++)
		buf_addf(&list, "%s%s", i ? sep : "", verb_name(i));
	return buf_take(&list);
}

char *
verb_asked(char *const *argv)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; argv[i] && text.len < ASKED_MAX; i++) {
		if (i > 0)
			buf_add_char(&text, ' ');
		utf8_visible(argv[i], strnlen(argv[i], ASKED_MAX), UTF8_CONTROLS, &text);
	}
	if (text.len > ASKED_MAX) {
		text.len = utf8_cut(text.data, text.len, ASKED_MAX);
		text.data[text.len] = '\0';
		buf_add_str(&text, "..");
	}
	return buf_take(&text);
}

int
verb_force(char *const *pairs, struct control_options *options, struct err *err)
{
	for (; pairs && *pairs; pairs++) {
		const char *value = strchr(*pairs, '=');
		size_t len = value ? (size_t)(value - *pairs) : 0;
		int rc = 0;

		if (len == 7 && strncmp(*pairs, "timeout", len) == 0) {
			rc = num_duration(value + 1, &options->timeout, err);
			if (rc == 0 && options->timeout <= 0)
				rc = err_set(err, ERR_USAGE, "must be above 0");
		} else if (len == 6 && strncmp(*pairs, "memory", len) == 0) {
			rc = num_size(value + 1, &options->memory, err);
			if (rc == 0 && options->memory <= 0)
				rc = err_set(err, ERR_USAGE, "must be above 0");
		} else {
			rc = err_set(err, ERR_USAGE,
			    "expected timeout=4h or memory=4G; nothing else can be forced");
		}
		if (rc < 0)
			return err_wrap(err, "--force %s", *pairs);
	}
	return 0;
}
