/* SPDX-License-Identifier: MIT */
/* yaml: every text is values that JSON can say, or one message with a position. */
#include "base/yaml.h"

#include "base/json.h"
#include "fuzz.h"

static void
check_doc(const struct yaml_doc *doc)
{
	size_t line, column;
	struct buf text = BUF_INIT;
	struct yaml_docs docs = YAML_DOCS_INIT;
	json_t *again;

	json_put(doc->value, &text);
	again = json_parse(text.data, text.len, NULL);
	MUST(json_equal(doc->value, again));
	json_decref(again);
	buf_reset(&text);
	yaml_put(doc->value, &text);
	MUST(yaml_parse("put", text.data, text.len, &docs, NULL) == 0 && docs.len == 1);
	MUST(json_equal(doc->value, docs.at[0].value));
	yaml_docs_clear(&docs);
	buf_clear(&text);
	yaml_where(doc, "/a/0/b", &line, &column);
	MUST(line > 0 && column > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_docs docs = YAML_DOCS_INIT;
	struct err err = { 0 };

	if (yaml_parse("fuzz", (const char *)data, size, &docs, &err) < 0)
		MUST(err.kind == ERR_INPUT && strncmp(err.text, "fuzz:", 5) == 0 && docs.len == 0);
	for (size_t i = 0; i < docs.len; i++)
		check_doc(&docs.at[i]);
	yaml_docs_clear(&docs);
	return 0;
}
