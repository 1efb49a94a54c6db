/* SPDX-License-Identifier: MIT */
/* criterion: what values must be, and what residues are called. */
#include "dock/criterion.h"

#include "base/err.h"
#include "base/json.h"
#include "dock/contacts.h"
#include "tap.h"

static const struct {
	const char *text, *value;
	int fits; /* -1: it is no criterion */
} vectors[] = {
	{ "rmsd<2", "{\"is\":1.99}", 1 },
	{ "rmsd<2", "{\"is\":2}", 0 },
	{ "rmsd <= 2", "{\"is\":2.0}", 1 },
	{ "rmsd>-2e1", "{\"is\":-3}", 1 },
	{ "rmsd>=2", "{\"is\":1}", 0 },
	{ "rmsd<2", "{\"is\":\"1.5\"}", 1 },
	{ "rmsd<2", "{\"is\":\"one\"}", 0 },
	{ "rmsd<2", "{\"is\":\"\"}", 0 },
	{ "rmsd<2", "{}", 0 },
	{ "rmsd!=2", "{}", 0 },
	{ "rmsd!~2", "{\"is\":null}", 0 },
	{ "charge=0", "{\"is\":0}", 1 },
	{ "charge==0,1", "{\"is\":1.0}", 1 },
	{ "charge = 0, 1", "{\"is\":-1}", 0 },
	{ "charge!=0,1", "{\"is\":-1}", 1 },
	{ "label=active", "{\"is\":\"active\"}", 1 },
	{ "label=active", "{\"is\":\"inactive\"}", 0 },
	{ "label=active", "{\"is\":\"act\"}", 0 },
	{ "label=active", "{\"is\":\"active2\"}", 0 },
	{ "label!=active", "{\"is\":\"inactive\"}", 1 },
	{ "label=", "{\"is\":\"\"}", 1 },
	{ "name~ASP", "{\"is\":\"aspirin\"}", 1 },
	{ "name~benz,asp", "{\"is\":\"aspirin\"}", 1 },
	{ "name!~benz,asp", "{\"is\":\"aspirin\"}", 0 },
	{ "repaired=true", "{\"is\":true}", 1 },
	{ "repaired=true", "{\"is\":false}", 0 },
	{ "tags.pIC50>6", "{\"is\":\"6.5\"}", 1 },
	{ "contacts>=2", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 1 },
	{ "contacts>2", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 0 },
	{ "contacts=0", "{\"is\":[]}", 1 },
	{ "contacts~ASP25", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 1 },
	{ "contacts~ASP2", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 0 },
	{ "contacts~B:ASP25", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 0 },
	{ "contacts~GLY1,50", "{\"is\":[\"A:ASP25\",\"B:ILE50\"]}", 1 },
	{ "contacts!~A:", "{\"is\":[\"B:ILE50\"]}", 1 },
	{ "warnings~large", "{\"is\":[\"large_box\"]}", 1 },
	{ "warnings!~large", "{\"is\":[]}", 1 },
	{ "rmsd", "{}", -1 },
	{ "<2", "{}", -1 },
	{ "rmsd<", "{}", -1 },
	{ "rmsd<two", "{}", -1 },
	{ "rmsd<2,3", "{}", -1 },
	{ "rmsd=>2x", "{\"is\":3}", 0 },
	{ "a b<2", "{}", -1 },
	{ ".mw<2", "{\"is\":1}", 1 },
	{ "", "{}", -1 },
};

static const struct {
	const char *residue, *called;
	bool is;
} residues[] = {
	{ "A:ASP25", "ASP25", true },
	{ "A:ASP25", "asp25", true },
	{ "A:ASP25", "A:ASP25", true },
	{ "A:ASP25", "B:ASP25", false },
	{ "A:ASP25", "ASP", true },
	{ "A:ASP25", "A:ASP", true },
	{ "A:ASP25", "25", true },
	{ "A:ASP25", "A:25", true },
	{ "A:ASP25", "A:", true },
	{ "A:ASP25", "B:", false },
	{ "A:ASP25", "5", false },
	{ "A:ASP25", "ASP2", false },
	{ "A:ASP25", "", false },
	{ "ASP25", "ASP25", true },
	{ "ASP25", "A:ASP25", false },
	{ "A:SER84B", "84B", true },
	{ "A:SER84B", "84", false },
	{ "A:SER84B", "SER84B", true },
	{ "A:ZN301", "ZN", true },
	{ "A:ZN301", "301", true },
	{ "A:478200", "478", true },
	{ "A:478200", "200", true },
	{ "A:GLY-1", "-1", true },
	{ "A:GLY-1", "GLY", true },
};

int
main(void)
{
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct criterion c;
		struct err err = { 0 };
		json_t *value = json_parse(vectors[i].value, strlen(vectors[i].value), &err);
		struct operand operand = operand_of(json_object_get(value, "is"));
		int fits = criterion_parse(&c, vectors[i].text, &err);

		if (fits == 0)
			fits = criterion_fits(&c, &operand);
		is_int(fits, vectors[i].fits, "'%s' of %s: %s", vectors[i].text, vectors[i].value,
		    err.text);
		criterion_clear(&c);
		json_decref(value);
	}
	for (size_t i = 0; i < COUNT(residues); i++)
		is_int(contacts_names(residues[i].residue, residues[i].called), residues[i].is,
		    "%s is %scalled '%s'", residues[i].residue, residues[i].is ? "" : "not ",
		    residues[i].called);
	return done_testing();
}
