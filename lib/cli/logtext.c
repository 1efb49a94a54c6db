/* SPDX-License-Identifier: MIT */
/* logtext: logs of executions as people read them. */
#include "cli/logtext.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "cli/app.h"

enum { LINE_MAX_KEPT = 1 << 20 }; /* a longer line is searched in pieces */

struct logtext {
	struct app *app;
	bool single, terminal, greps;
	regex_t regex;
	/* whose text was written last; execution 0: nobody's yet */
	int64_t execution;
	int attempt;
	enum attempt_stream stream;
	bool in_line; /* it did not end with a newline */
	int64_t count;
};

struct logtext *
logtext_new(struct app *app, const char *pattern, bool single, struct err *err)
{
	struct logtext *t = xcalloc(1, sizeof(*t));
	char why[200];
	int rc;

	t->app = app;
	t->single = single;
	t->terminal = isatty(STDOUT_FILENO);
	if (!pattern)
		return t;
	rc = regcomp(&t->regex, pattern, REG_EXTENDED);
	t->greps = rc == 0;
	if (rc == 0)
		return t;
	regerror(rc, &t->regex, why, sizeof(why));
	err_set(err, ERR_USAGE, "--grep '%s': %s", pattern, why);
	free(t);
	return NULL;
}

void
logtext_free(struct logtext *t)
{
	if (!t)
		return;
	if (t->greps)
		regfree(&t->regex);
	free(t);
}

static void
write_out(struct logtext *t, const char *data, size_t len)
{
	struct buf shown = BUF_INIT;

	if (t->terminal) {
		buf_add(&shown, data, len);
		for (size_t i = 0; i < shown.len; i++)
			if (((unsigned char)shown.data[i] < ' ' &&
				!strchr("\n\t", shown.data[i])) ||
			    shown.data[i] == 0x7f || shown.data[i] == '\0')
				shown.data[i] = '?';
		data = shown.data;
	}
	if (len > 0 && fwrite(data, 1, len, stdout) < len)
		app_output_failed(t->app);
	if (len > 0)
		t->in_line = data[len - 1] != '\n';
	buf_clear(&shown);
}

static const char *
stream_word(enum attempt_stream stream)
{
	return stream == ATTEMPT_STDOUT ? "stdout" : "stderr";
}

static bool
is_last(const struct logtext *t, const struct log_part *part)
{
	return t->execution == part->execution && t->attempt == part->attempt &&
	    t->stream == part->stream;
}

/* Say whose text follows, where that changes. */
static void
introduce(struct logtext *t, const struct log_part *part)
{
	bool first = t->execution == 0;

	if (is_last(t, part))
		return;
	t->execution = part->execution;
	t->attempt = part->attempt;
	t->stream = part->stream;
	if (first && t->single)
		return;
	if (t->in_line)
		putchar('\n');
	t->in_line = false;
	printf("%s==> %lld, try %d, %s <==\n", first ? "" : "\n", (long long)part->execution,
	    part->attempt, stream_word(part->stream));
}

/* A line without its newline. */
static void
match(struct logtext *t, const struct log_part *part, const char *line, size_t len)
{
	regmatch_t at = { .rm_so = 0, .rm_eo = (regoff_t)len };
	char head[64];
	int n;

	if (regexec(&t->regex, line, 1, &at, REG_STARTEND) != 0)
		return;
	t->count++;
	n = snprintf(head, sizeof(head), "%lld/%d %s: ", (long long)part->execution, part->attempt,
	    stream_word(part->stream));
	if (!t->single)
		write_out(t, head, (size_t)n);
	write_out(t, line, len);
	write_out(t, "\n", 1);
}

static void
match_lines(struct logtext *t, struct log_part *part, const char *data, size_t len)
{
	const char *end;

	while ((end = memchr(data, '\n', len))) {
		size_t line = (size_t)(end - data);

		if (part->rest.len > 0) {
			buf_add(&part->rest, data, line);
			match(t, part, part->rest.data, part->rest.len);
			buf_reset(&part->rest);
		} else {
			match(t, part, data, line);
		}
		data += line + 1;
		len -= line + 1;
	}
	buf_add(&part->rest, data, len);
	if (part->rest.len > LINE_MAX_KEPT) {
		match(t, part, part->rest.data, part->rest.len);
		buf_reset(&part->rest);
	}
}

void
logtext_add(struct logtext *t, struct log_part *part, const char *data, size_t len)
{
	if (len == 0)
		return;
	if (t->greps) {
		match_lines(t, part, data, len);
		return;
	}
	introduce(t, part);
	write_out(t, data, len);
	t->count++;
}

void
logtext_end(struct logtext *t, struct log_part *part)
{
	if (t->greps && part->rest.len > 0)
		match(t, part, part->rest.data, part->rest.len);
	buf_clear(&part->rest);
}

int64_t
logtext_count(const struct logtext *t)
{
	return t->count;
}
