/* SPDX-License-Identifier: MIT */
/* scan: what is found in a text without reading it is what reading it gives. */
#include "base/scan.h"

#include "base/json.h"
#include "fuzz.h"

static const char *const pointers[] = { "/type", "/key", "/result", "/result/ligand/name",
	"/result/best/affinity/value", "/best/affinity/value", "/best", "/a", "/a/b" };

enum { POINTERS = sizeof(pointers) / sizeof(*pointers) };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan *scan = scan_new(pointers, POINTERS);
	struct scan_found found[POINTERS];
	bool sure = scan_text(scan, (const char *)data, size, found);
	json_t *value = json_parse((const char *)data, size, NULL);

	MUST(!sure || json_is_object(value));
	for (int i = 0; sure && i < POINTERS; i++) {
		json_t *there = json_at(value, pointers[i]), *seen = NULL;

		if (found[i].at)
			seen = json_parse(found[i].at, found[i].len, NULL);
		MUST(!found[i].at == !there);
		MUST(!there || json_equal(seen, there));
		json_decref(seen);
	}
	json_decref(value);
	scan_free(scan);
	return 0;
}
