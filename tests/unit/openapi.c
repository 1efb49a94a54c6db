/* SPDX-License-Identifier: MIT */
/* openapi: what is an OpenAPI 3.0 document and what is not, and what a task takes from one. */
#include "task/openapi.h"

#include "tap.h"
#include "task/fault.h"
#include "task/schema.h"

#define HEAD "\"openapi\":\"3.0.3\",\"info\":{\"title\":\"t\",\"version\":\"1\"}"
#define OK "\"responses\":{\"200\":{\"description\":\"d\"}}"
/* members of the POST operation, and of the document behind its paths */
#define POST(inside, behind) "{" HEAD ",\"paths\":{\"/p\":{\"post\":{" inside "}}}" behind "}"
#define PARAMETER(inside) POST(OK ",\"parameters\":[{" inside "}]", "")
#define AT "/s/paths/~1p/post"

static const struct {
	const char *spec, *faults;
} rows[] = {
	{ POST(OK, ""), "" },
	{ "{}", "/s lacks 'openapi'\n/s lacks 'info'\n/s lacks 'paths'\n" },
	{ "{\"swagger\":\"2.0\"," HEAD ",\"paths\":[]}",
	    "/s/swagger is not a member here; there are: openapi, info, servers, paths, "
	    "components, "
	    "security, tags, externalDocs\n/s/paths must be an object, found array\n" },
	{ "{" HEAD ",\"paths\":{\"p\":{}}}",
	    "/s/paths/p is no path: it must begin with '/'\n"
	    "/s/paths must hold a POST operation, at a path without {parts}\n" },
	{ "{" HEAD ",\"paths\":{\"/a/{b}\":{\"post\":{" OK "}},\"/c\":{\"get\":{" OK "}}}}",
	    "/s/paths must hold a POST operation, at a path without {parts}\n" },
	{ POST("\"responses\":{}", ""), AT "/responses must not be empty\n" },
	{ POST("\"responses\":{\"99\":{\"description\":\"d\"},\"2XX\":{},\"default\":[]}", ""),
	    AT "/responses/99 is no status: it must be 100 to 599, 1XX to 5XX or default\n" AT
	       "/responses/2XX lacks 'description'\n" AT
	       "/responses/default must be an object, found array\n" },
	{ POST(OK ",\"operationId\":\"x\",\"tags\":[1],\"deprecated\":\"no\",\"x-own\":{}", ""),
	    AT "/tags/0 must be a string, found integer\n" AT
	       "/deprecated must be true or false, found string\n" },
	{ "{" HEAD ",\"paths\":{\"/p\":{\"post\":{" OK ",\"operationId\":\"x\"},\"get\":{" OK
	  ",\"operationId\":\"x\"}}}}",
	    AT "/operationId is that of another operation, found 'x'\n" },
	{ PARAMETER("\"name\":\"n\",\"in\":\"query\",\"schema\":{}"), "" },
	{ PARAMETER("\"name\":\"n\",\"in\":\"body\",\"schema\":{\"type\":\"int\"}"),
	    AT "/parameters/0/in must be query, header, path or cookie, found 'body'\n" AT
	       "/parameters/0/schema/type must be one of string, number, integer, boolean, array, "
	       "object, found \"int\"\n" },
	{ PARAMETER("\"in\":\"path\",\"schema\":{},\"content\":{}"),
	    AT "/parameters/0 lacks 'name'\n" AT
	       "/parameters/0 lacks 'required: true', as it is part of the path\n" AT
	       "/parameters/0/content does not go together with 'schema'\n" },
	{ PARAMETER("\"name\":\"n\",\"in\":\"cookie\""),
	    AT "/parameters/0 lacks 'schema' or 'content'\n" },
	{ PARAMETER("\"$ref\":\"#/components/parameters/N\""),
	    AT "/parameters/0/$ref leads nowhere: '#/components/parameters/N'\n" },
	{ PARAMETER("\"$ref\":\"#/components/schemas/N\""),
	    AT "/parameters/0/$ref must be a reference to #/components/parameters/...\n" },
	{ POST(OK ",\"requestBody\":{\"$ref\":\"#/components/requestBodies/A\"}",
	      ",\"components\":{\"requestBodies\":{\"A\":{\"$ref\":\"#/components/requestBodies/"
	      "B\"},"
	      "\"B\":{\"$ref\":\"#/components/requestBodies/A\"}}}"),
	    AT "/requestBody/$ref leads nowhere: '#/components/requestBodies/A'\n"
	       "/s/components/requestBodies/A/$ref leads nowhere: "
	       "'#/components/requestBodies/B'\n"
	       "/s/components/requestBodies/B/$ref leads nowhere: "
	       "'#/components/requestBodies/A'\n" },
	{ POST(OK ",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
		  "\"#/info\"}}}}",
	      ""),
	    AT "/requestBody/content/application~1json/schema/$ref must be a reference into "
	       "#/components/, found \"#/info\"\n" },
	{ POST(OK,
	      ",\"components\":{\"schemas\":{\"a b\":{},\"A\":{\"allOf\":[{\"$ref\":"
	      "\"#/components/schemas/A\"}]}}}"),
	    "/s/components/schemas/a b must be named with letters, digits, '.', '-' and '_'\n"
	    "/s/components/schemas/A must be a schema that does not need itself to judge a "
	    "value\n" },
	{ POST(OK,
	      ",\"components\":{\"securitySchemes\":{\"a\":{\"type\":\"apiKey\",\"in\":"
	      "\"header\"},\"b\":{\"type\":\"oauth2\",\"flows\":{\"implicit\":{}}},\"c\":{"
	      "\"type\":\"magic\"}}}"),
	    "/s/components/securitySchemes/a lacks 'name'\n"
	    "/s/components/securitySchemes/b/flows/implicit lacks 'scopes'\n"
	    "/s/components/securitySchemes/c/type must be apiKey, http, oauth2 or openIdConnect, "
	    "found 'magic'\n" },
	{ POST(OK ",\"callbacks\":{\"done\":{\"{$request.body#/url}\":{\"post\":{}}}},\"security\":"
		  "[{\"key\":[\"a\",2]}]",
	      ",\"servers\":[{\"variables\":{\"v\":{}}}],\"tags\":[{}],\"externalDocs\":{}"),
	    "/s/servers/0 lacks 'url'\n/s/servers/0/variables/v lacks 'default'\n" AT
	    "/callbacks/done/{$request.body#~1url}/post lacks 'responses'\n" AT
	    "/security/0/key/1 must be a string, found integer\n"
	    "/s/tags/0 lacks 'name'\n/s/externalDocs lacks 'url'\n" },
};

static void
add_fault(const char *pointer, const char *what, void *ctx)
{
	buf_addf(ctx, "%s %s\n", pointer, what);
}

static void
test_faults(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_t *spec = json_loads(rows[i].spec, 0, NULL);
		struct buf got = BUF_INIT;
		struct faults faults = { add_fault, &got, 0 };
		struct interface interface = { .path = NULL };

		ok(spec != NULL, "%s is JSON", rows[i].spec);
		openapi_read(spec, "/s", &interface, &faults);
		is_str(buf_str(&got), rows[i].faults, "faults of %s", rows[i].spec);
		schema_free(interface.params);
		schema_free(interface.results);
		buf_clear(&got);
		json_decref(spec);
	}
}

/* Which schemas are found: by the type they say. */
static void
test_interface(void)
{
#define JSON(type) "{\"schema\":{\"type\":\"" type "\"}}"
#define BODY(content) "\"requestBody\":{\"content\":{" content "}}"
#define ANSWER(code, type) \
	"\"" code "\":{\"description\":\"d\",\"content\":{\"application/json\":" JSON(type) "}}"
	static const struct {
		const char *spec, *params, *results;
	} cases[] = {
		{ POST(OK, ""), NULL, NULL },
		{ POST(OK "," BODY("\"text/plain\":" JSON("string")), ""), NULL, NULL },
		{ POST(OK "," BODY("\"*/*\":" JSON(
			   "number") ",\"application/json; charset=utf-8\":" JSON("object")),
		      ""),
		    "object", NULL },
		{ POST(OK "," BODY("\"application/problem+json\":" JSON("boolean")), ""), "boolean",
		    NULL },
		{ POST("\"responses\":{" ANSWER("default", "string") "," ANSWER(
			   "202", "string") "," ANSWER("2XX", "integer") "}",
		      ""),
		    NULL, "integer" },
		{ POST("\"responses\":{" ANSWER("201", "integer") "," ANSWER("200", "number") "}",
		      ""),
		    NULL, "number" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *spec = json_loads(cases[i].spec, 0, NULL);
		struct faults faults = { NULL, NULL, 0 };
		struct interface interface = { .path = NULL };
		char *params, *results;

		openapi_read(spec, "", &interface, &faults);
		params = interface.params ? schema_type_words(interface.params) : NULL;
		results = interface.results ? schema_type_words(interface.results) : NULL;
		is_int(faults.count, 0, "%s is good", cases[i].spec);
		is_str(interface.path, "/p", "its path");
		is_str(params, cases[i].params, "its parameters");
		is_str(results, cases[i].results, "its results");
		free(params);
		free(results);
		schema_free(interface.params);
		schema_free(interface.results);
		json_decref(spec);
	}
}

int
main(void)
{
	test_faults();
	test_interface();
	return done_testing();
}
