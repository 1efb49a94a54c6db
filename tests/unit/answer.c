/* SPDX-License-Identifier: MIT */
/* answer: what is one, and what is wrong with what is none. */
#include "exec/answer.h"

#include "base/err.h"
#include "tap.h"

static const struct {
	const char *line;
	long long id;
	const char *result, *fault; /* both NULL: an error */
} answers[] = {
	{ "{\"id\":17,\"result\":{\"sum\":3}}", 17, "{\"sum\":3}", NULL },
	{ "{\"result\":[],\"id\":-1}", -1, "[]", NULL },
	{ " { \"id\" : 9223372036854775807 , \"result\" : null, \"x\": 1 }\r", 9223372036854775807,
	    "null", NULL },
	{ "{\"id\":17,\"error\":{\"class\":\"input\"}}", 17, NULL, NULL },
	{ "{\"id\":17,\"error\":{},\"result\":1}", 17, NULL, NULL },
	{ "{\"id\":17,\"error\":null,\"result\":1}", 17, "1", NULL },
	{ "{\"id\":17,\"error\":\"no\",\"result\":1}", 17, NULL,
	    "the 'error' of the answer is no object" },
	{ "{\"id\":17}", 17, NULL, "the answer has neither 'result' nor 'error'" },
	{ "{\"id\":17,\"attempt\":1,\"params\":{}}", 17, NULL,
	    "the answer has neither 'result' nor 'error'" },
};

static void
test_answers(void)
{
	for (size_t i = 0; i < COUNT(answers); i++) {
		struct err err = { 0 };
		struct answer a = { 0 };

		if (!is_int(answer_read(answers[i].line, strlen(answers[i].line), &a, &err), 0,
			"%s %s", answers[i].line, err.text))
			continue;
		is_int(a.id, answers[i].id, "id");
		is_json(a.result, answers[i].result, "result");
		is_str(a.fault, answers[i].fault, "fault");
		json_decref(a.message);
	}
}

static const struct {
	const char *line, *what;
} wrong[] = {
	{ "oops", "'oops' is no answer: 1:4: not JSON: " },
	{ "", "'' is no answer: " },
	{ "17", "'17' is no answer: it has no integer 'id'" },
	{ "[17]", "'[17]' is no answer: it has no integer 'id'" },
	{ "{\"result\":1}", "'{\"result\":1}' is no answer: it has no integer 'id'" },
	{ "{\"id\":\"17\"}", "'{\"id\":\"17\"}' is no answer: it has no integer 'id'" },
	{ "{\"id\":17.0}", "'{\"id\":17.0}' is no answer: it has no integer 'id'" },
	{ "{\"id\":9223372036854775808}",
	    "'{\"id\":9223372036854775808}' is no answer: 1:25: not JSON" },
	{ "{\"id\":1,\"id\":2,\"result\":3}", "'{\"id\":1,\"id\":2,\"result\":3}' is no answer: " },
	{ "{\"id\":1,\"result\":1}{", "'{\"id\":1,\"result\":1}{' is no answer: 1:20: not JSON" },
	{ "{\"id\":1,\"result\":\"\xe4\"}", "'{\"id\":1,\"result\":\"\\xe4\"}' is no answer: " },
	{ "\x1b[31mwarning: this line is rather longer than what anyone wants to see",
	    "'\\x1b[31mwarning: this line is rather longer than what anyone wa...' is no" },
};

static void
test_wrong(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct err err = { 0 };
		struct answer a;

		is_int(answer_read(wrong[i].line, strlen(wrong[i].line), &a, &err), -1, "refused");
		ok(strncmp(err.text, wrong[i].what, strlen(wrong[i].what)) == 0, "%s", err.text);
		is_int(err.kind, ERR_INPUT, "as bad input");
	}
	is_int(answer_read("x", 1, &(struct answer){ 0 }, NULL), -1, "nobody wants to know");
}

int
main(void)
{
	test_answers();
	test_wrong();
	return done_testing();
}
