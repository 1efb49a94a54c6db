/* SPDX-License-Identifier: MIT */
/* answer: what a coprocess says to a request. */
#include "exec/answer.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utf8.h"

enum { SHOWN = 60 }; /* bytes of a wrong line in the message */

/* Why an object is no answer; NULL: it is one. */
static const char *
judge(const json_t *message, json_t **result)
{
	const json_t *error = json_object_get(message, "error");

	if (json_is_object(error))
		return NULL;
	if (error && !json_is_null(error))
		return "the 'error' of the answer is no object";
	*result = json_object_get(message, "result");
	return *result ? NULL : "the answer has neither 'result' nor 'error'";
}

static int
refuse(const char *line, size_t len, const char *what, struct err *err)
{
	struct buf shown = BUF_INIT;

	utf8_visible(line, len < SHOWN ? len : SHOWN, UTF8_CONTROLS, &shown);
	err_set(err, ERR_INPUT, "'%s%s' is no answer: %s", buf_str(&shown),
	    len > SHOWN ? "..." : "", what);
	buf_clear(&shown);
	return -1;
}

int
answer_read(const char *line, size_t len, struct answer *answer, struct err *err)
{
	struct err why = { 0 };
	json_t *message = json_parse(line, len, &why), *id = json_object_get(message, "id");

	if (!message)
		return refuse(line, len, why.text, err);
	if (!json_is_integer(id)) {
		json_decref(message);
		return refuse(line, len, "it has no integer 'id'", err);
	}
	*answer = (struct answer){ .id = json_integer_value(id), .message = message };
	answer->fault = judge(message, &answer->result);
	return 0;
}
