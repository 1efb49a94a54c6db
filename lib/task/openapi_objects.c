/* SPDX-License-Identifier: MIT */
/*
 * openapi_objects: the objects of OpenAPI 3.0.3 and their members, as tables.
 *
 * Each object is a list of fields; a field says what stands there, alone, in
 * a list or under names, and whether a reference may stand for it. What tables
 * cannot say is a function in the row of the object.
 */
#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/strtab.h"
#include "task/fault.h"
#include "task/openapi_parts.h"

#define END \
	{ \
		NULL, S_ANY, 0 \
	}
#define DOCS \
	{ \
		"externalDocs", S_EXTERNAL, 0 \
	}

static const struct field document[] = { { "openapi", S_TEXT, F_MUST }, { "info", S_INFO, F_MUST },
	{ "servers", S_SERVER, F_LIST }, { "paths", S_PATHS, F_MUST },
	{ "components", S_COMPONENTS, 0 }, { "security", S_REQUIREMENT, F_LIST },
	{ "tags", S_TAG, F_LIST }, DOCS, END };
static const struct field info[] = { { "title", S_TEXT, F_MUST }, { "description", S_TEXT, 0 },
	{ "termsOfService", S_TEXT, 0 }, { "contact", S_CONTACT, 0 }, { "license", S_LICENSE, 0 },
	{ "version", S_TEXT, F_MUST }, END };
static const struct field contact[] = { { "name", S_TEXT, 0 }, { "url", S_TEXT, 0 },
	{ "email", S_TEXT, 0 }, END };
static const struct field license[] = { { "name", S_TEXT, F_MUST }, { "url", S_TEXT, 0 }, END };
static const struct field server[] = { { "url", S_TEXT, F_MUST }, { "description", S_TEXT, 0 },
	{ "variables", S_VARIABLE, F_MAP }, END };
static const struct field variable[] = { { "enum", S_TEXT, F_LIST }, { "default", S_TEXT, F_MUST },
	{ "description", S_TEXT, 0 }, END };
static const struct field path[] = { { "summary", S_TEXT, 0 }, { "description", S_TEXT, 0 },
	{ "get", S_OPERATION, 0 }, { "put", S_OPERATION, 0 }, { "post", S_OPERATION, 0 },
	{ "delete", S_OPERATION, 0 }, { "options", S_OPERATION, 0 }, { "head", S_OPERATION, 0 },
	{ "patch", S_OPERATION, 0 }, { "trace", S_OPERATION, 0 }, { "servers", S_SERVER, F_LIST },
	{ "parameters", S_PARAMETER, F_LIST | F_REF }, END };
static const struct field operation[] = { { "tags", S_TEXT, F_LIST }, { "summary", S_TEXT, 0 },
	{ "description", S_TEXT, 0 }, DOCS, { "operationId", S_TEXT, 0 },
	{ "parameters", S_PARAMETER, F_LIST | F_REF }, { "requestBody", S_BODY, F_REF },
	{ "responses", S_RESPONSES, F_MUST }, { "callbacks", S_CALLBACK, F_MAP | F_REF },
	{ "deprecated", S_BOOL, 0 }, { "security", S_REQUIREMENT, F_LIST },
	{ "servers", S_SERVER, F_LIST }, END };
static const struct field external[] = { { "description", S_TEXT, 0 }, { "url", S_TEXT, F_MUST },
	END };

/* what parameters and headers have in common */
#define CARRIER \
	{ "description", S_TEXT, 0 }, { "required", S_BOOL, 0 }, { "deprecated", S_BOOL, 0 }, \
	    { "allowEmptyValue", S_BOOL, 0 }, { "style", S_TEXT, 0 }, { "explode", S_BOOL, 0 }, \
	    { "allowReserved", S_BOOL, 0 }, { "schema", S_SCHEMA, 0 }, { "example", S_ANY, 0 }, \
	    { "examples", S_EXAMPLE, F_MAP | F_REF }, \
	{ \
		"content", S_MEDIA, F_MAP \
	}

static const struct field parameter[] = { { "name", S_TEXT, F_MUST }, { "in", S_TEXT, F_MUST },
	CARRIER, END };
static const struct field header[] = { CARRIER, END };
static const struct field body[] = { { "description", S_TEXT, 0 },
	{ "content", S_MEDIA, F_MAP | F_MUST }, { "required", S_BOOL, 0 }, END };
static const struct field media[] = { { "schema", S_SCHEMA, 0 }, { "example", S_ANY, 0 },
	{ "examples", S_EXAMPLE, F_MAP | F_REF }, { "encoding", S_ENCODING, F_MAP }, END };
static const struct field encoding[] = { { "contentType", S_TEXT, 0 },
	{ "headers", S_HEADER, F_MAP | F_REF }, { "style", S_TEXT, 0 }, { "explode", S_BOOL, 0 },
	{ "allowReserved", S_BOOL, 0 }, END };
static const struct field response[] = { { "description", S_TEXT, F_MUST },
	{ "headers", S_HEADER, F_MAP | F_REF }, { "content", S_MEDIA, F_MAP },
	{ "links", S_LINK, F_MAP | F_REF }, END };
static const struct field example[] = { { "summary", S_TEXT, 0 }, { "description", S_TEXT, 0 },
	{ "value", S_ANY, 0 }, { "externalValue", S_TEXT, 0 }, END };
static const struct field link[] = { { "operationRef", S_TEXT, 0 }, { "operationId", S_TEXT, 0 },
	{ "parameters", S_ANY, F_MAP }, { "requestBody", S_ANY, 0 }, { "description", S_TEXT, 0 },
	{ "server", S_SERVER, 0 }, END };
static const struct field tag[] = { { "name", S_TEXT, F_MUST }, { "description", S_TEXT, 0 }, DOCS,
	END };
static const struct field components[] = { { "schemas", S_SCHEMA, F_MAP },
	{ "responses", S_RESPONSE, F_MAP | F_REF }, { "parameters", S_PARAMETER, F_MAP | F_REF },
	{ "examples", S_EXAMPLE, F_MAP | F_REF }, { "requestBodies", S_BODY, F_MAP | F_REF },
	{ "headers", S_HEADER, F_MAP | F_REF }, { "securitySchemes", S_SECURITY, F_MAP | F_REF },
	{ "links", S_LINK, F_MAP | F_REF }, { "callbacks", S_CALLBACK, F_MAP | F_REF }, END };
static const struct field security[] = { { "type", S_TEXT, F_MUST }, { "description", S_TEXT, 0 },
	{ "name", S_TEXT, 0 }, { "in", S_TEXT, 0 }, { "scheme", S_TEXT, 0 },
	{ "bearerFormat", S_TEXT, 0 }, { "flows", S_FLOWS, 0 }, { "openIdConnectUrl", S_TEXT, 0 },
	END };
static const struct field flows[] = { { "implicit", S_FLOW, 0 }, { "password", S_FLOW, 0 },
	{ "clientCredentials", S_FLOW, 0 }, { "authorizationCode", S_FLOW, 0 }, END };
static const struct field flow[] = { { "authorizationUrl", S_TEXT, 0 }, { "tokenUrl", S_TEXT, 0 },
	{ "refreshUrl", S_TEXT, 0 }, { "scopes", S_TEXT, F_MAP | F_MUST }, END };

/* ---- what tables cannot say ---- */

int
openapi_wrong(struct check *c, const char *key, const char *what, const char *found)
{
	return fault(c->faults, buf_str(&c->at), key, "%s%s%s%s", what, found ? ", found '" : "",
	    found ? found : "", found ? "'" : "");
}

static const char *
text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
judge_document(struct check *c, const json_t *value)
{
	const char *version = text_of(value, "openapi");

	if (version && strncmp(version, "3.0.", 4) != 0)
		openapi_wrong(c, "openapi", "must be 3.0.x", version);
}

static void
judge_operation(struct check *c, const json_t *value)
{
	const char *id = text_of(value, "operationId");

	if (!id)
		return;
	if (json_object_get(c->ids, id))
		openapi_wrong(c, "operationId", "is that of another operation", id);
	json_object_set_new(c->ids, id, json_true());
}

/* One of schema and content, and content has one member. */
static void
judge_header(struct check *c, const json_t *value)
{
	const json_t *content = json_object_get(value, "content");
	bool schema = json_object_get(value, "schema") != NULL;

	if (!schema && !content)
		openapi_wrong(c, NULL, "lacks 'schema' or 'content'", NULL);
	else if (schema && content)
		openapi_wrong(c, "content", "does not go together with 'schema'", NULL);
	else if (content && json_object_size(content) != 1)
		openapi_wrong(c, "content", "must have one member", NULL);
}

static void
judge_parameter(struct check *c, const json_t *value)
{
	static const char *const places[] = { "query", "header", "path", "cookie" };
	const char *in = text_of(value, "in");

	if (in && strtab_find(places, sizeof(places) / sizeof(*places), in) < 0)
		openapi_wrong(c, "in", "must be query, header, path or cookie", in);
	if (in && strcmp(in, "path") == 0 && !json_is_true(json_object_get(value, "required")))
		openapi_wrong(c, NULL, "lacks 'required: true', as it is part of the path", NULL);
	judge_header(c, value);
}

static void
judge_security(struct check *c, const json_t *value)
{
	static const struct {
		const char *type, *needs[2];
	} kinds[] = { { "apiKey", { "name", "in" } }, { "http", { "scheme" } },
		{ "oauth2", { "flows" } }, { "openIdConnect", { "openIdConnectUrl" } } };
	const char *type = text_of(value, "type");

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].type, type) != 0)
			continue;
		for (size_t j = 0; j < 2 && kinds[i].needs[j]; j++)
			fault_missing(c->faults, buf_str(&c->at), value, kinds[i].needs[j]);
		return;
	}
	if (type)
		openapi_wrong(c, "type", "must be apiKey, http, oauth2 or openIdConnect", type);
}

/* The keys of objects whose keys are no fixed names. */
static bool
is_path_key(const char *key)
{
	return *key == '/';
}

static bool
is_status_key(const char *key)
{
	return strcmp(key, "default") == 0 ||
	    (*key >= '1' && *key <= '5' && strlen(key) == 3 &&
		((isdigit((unsigned char)key[1]) && isdigit((unsigned char)key[2])) ||
		    strcmp(key + 1, "XX") == 0));
}

/* ---- the objects ---- */

const struct object openapi_objects[S_COUNT] = {
	[S_SCHEMA] = { .kind = "schemas" },
	[S_DOCUMENT] = { .fields = document, .judge = judge_document },
	[S_INFO] = { .fields = info },
	[S_CONTACT] = { .fields = contact },
	[S_LICENSE] = { .fields = license },
	[S_SERVER] = { .fields = server },
	[S_VARIABLE] = { .fields = variable },
	[S_PATHS] = { .rest = { "", S_PATH, 0 },
	    .is_key = is_path_key,
	    .key_words = "is no path: it must begin with '/'" },
	[S_PATH] = { .fields = path },
	[S_OPERATION] = { .fields = operation, .judge = judge_operation },
	[S_EXTERNAL] = { .fields = external },
	[S_PARAMETER] = { "parameters", parameter, judge_parameter, END, NULL, NULL },
	[S_BODY] = { .kind = "requestBodies", .fields = body },
	[S_MEDIA] = { .fields = media },
	[S_ENCODING] = { .fields = encoding },
	[S_RESPONSES] = { .rest = { "", S_RESPONSE, F_REF | F_MUST },
	    .is_key = is_status_key,
	    .key_words = "is no status: it must be 100 to 599, 1XX to 5XX or default" },
	[S_RESPONSE] = { .kind = "responses", .fields = response },
	[S_CALLBACK] = { .kind = "callbacks", .rest = { "", S_PATH, 0 } },
	[S_EXAMPLE] = { .kind = "examples", .fields = example },
	[S_LINK] = { .kind = "links", .fields = link },
	[S_HEADER] = { .kind = "headers", .fields = header, .judge = judge_header },
	[S_TAG] = { .fields = tag },
	[S_COMPONENTS] = { .fields = components },
	[S_SECURITY] = { .kind = "securitySchemes", .fields = security, .judge = judge_security },
	[S_FLOWS] = { .fields = flows },
	[S_FLOW] = { .fields = flow },
	[S_REQUIREMENT] = { .rest = { "", S_TEXT, F_LIST } },
};
