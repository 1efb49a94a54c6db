/* SPDX-License-Identifier: MIT */
/* json: what is read is written and read again as the same, also by the YAML reader. */
#include "base/json.h"

#include "base/yaml.h"
#include "fuzz.h"

static void
check_yaml(const json_t *value, const char *text, size_t len)
{
	struct yaml_docs docs = YAML_DOCS_INIT;

	if ((json_is_object(value) || json_is_array(value)) &&
	    yaml_parse("fuzz", text, len, &docs, NULL) == 0)
		MUST(docs.len == 1 && json_equal(docs.at[0].value, value));
	yaml_docs_clear(&docs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	json_t *value = json_parse((const char *)data, size, &err), *again;
	struct buf text = BUF_INIT;
	char *canonical;

	if (!value) {
		MUST(err.kind == ERR_INPUT && err.text[0]);
		return 0;
	}
	check_yaml(value, (const char *)data, size);
	json_put(value, &text);
	MUST(!memchr(text.data, '\n', text.len));
	again = json_parse(text.data, text.len, NULL);
	MUST(json_equal(value, again));
	canonical = json_canonical(again);
	json_decref(again);
	again = json_parse(canonical, strlen(canonical), NULL);
	MUST(json_equal(value, again));
	json_decref(again);
	json_decref(value);
	buf_clear(&text);
	free(canonical);
	return 0;
}
