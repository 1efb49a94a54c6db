/* SPDX-License-Identifier: MIT */
/* service: definitions of services, what is known of them, and what goes with requests. */
#include "task/service.h"

#include "base/err.h"
#include "tap.h"
#include "task/remote.h"

#define MINIMAL "\"service\":\"a\",\"task\":\"t\",\"url\":\"http://h\""

static json_t *
parse(const char *text)
{
	struct err err = { 0 };
	json_t *json = json_parse(text, strlen(text), &err);

	if (!json)
		printf("# %s: %s\n", text, err.text);
	return json;
}

static void
add_fault(const char *pointer, const char *what, void *ctx)
{
	struct buf *faults = ctx;

	buf_addf(
	    faults, "%s%s %.*s", faults->len ? "; " : "", pointer, (int)strcspn(what, ",;:"), what);
}

static const struct {
	const char *definition, *faults;
} definitions[] = {
	{ "{" MINIMAL "}", "" },
	{ "{" MINIMAL ",\"x-note\":1,\"weight\":1000,\"rate\":\"10/s\",\"breaker\":false}", "" },
	{ "[]", " must be an object that defines a service" },
	{ "{}", " lacks 'service';  lacks 'task';  lacks 'url'" },
	{ "{" MINIMAL ",\"colour\":1}", "/colour is not a member here" },
	{ "{" MINIMAL ",\"weight\":0}", "/weight must be between 1 and 1000" },
	{ "{" MINIMAL ",\"max_in_flight\":2001}", "/max_in_flight must be between 1 and 2000" },
	{ "{" MINIMAL ",\"max_in_flight\":\"8\"}", "/max_in_flight must be an integer" },
	{ "{\"service\":\"a b\",\"task\":\"t\",\"url\":\"http://h\"}", "/service must be letters" },
	{ "{\"service\":\"a\",\"task\":\"t\",\"url\":\"ftp://h\"}", "/url must begin with http" },
	{ "{\"service\":\"a\",\"task\":\"t\",\"url\":\"http://u:p@h/x\"}",
	    "/url must not hold a user or password" },
	{ "{\"service\":\"a\",\"task\":\"t\",\"url\":\"http://h/x@y\"}", "" },
	{ "{\"service\":\"a\",\"task\":\"t\",\"url\":\"http://h/a b\"}",
	    "/url must not hold blanks" },
	{ "{" MINIMAL ",\"health_check_url\":\"health\"}",
	    "/health_check_url must begin with http" },
	{ "{" MINIMAL ",\"health\":{\"interval\":0,\"often\":1}}",
	    "/health/often is not a member here; /health/interval must be more than 0" },
	{ "{" MINIMAL ",\"capabilities\":[\"a\",1]}", "/capabilities/1 must be a string" },
	{ "{" MINIMAL
	  ",\"headers\":{\"A\":\"b\",\"Host\":\"x\",\"C D\":\"x\",\"E\":\"a\\nb\",\"F\":1}}",
	    "/headers/Host is no header that can be set; /headers/C D is no header that can be set;"
	    " /headers/E must be one line; /headers/F must be a string or {secret_env" },
	{ "{" MINIMAL ",\"headers\":{\"A\":{\"secret\":\"b\"}}}",
	    "/headers/A/secret is not a member here; /headers/A lacks 'secret_env'" },
	{ "{" MINIMAL ",\"rate\":\"often\"}", "/rate is wrong" },
	{ "{" MINIMAL ",\"tls\":{\"ca\":1}}", "/tls/ca must be a string" },
};

static void
test_definitions(void)
{
	for (size_t i = 0; i < COUNT(definitions); i++) {
		json_t *json = parse(definitions[i].definition);
		struct buf faults = BUF_INIT;
		struct service *s;

		service_lint(json, add_fault, &faults);
		is_str(buf_str(&faults), definitions[i].faults, "faults of %s",
		    definitions[i].definition);
		s = service_parse(json, NULL);
		is_int(s != NULL, !*definitions[i].faults, "parsed or not");
		service_free(s);
		buf_clear(&faults);
		json_decref(json);
	}
}

/* h: it is well, -: not. What it is thought to be after each. */
static const struct {
	int unhealthy, healthy;
	const char *checks, *known;
} courses[] = {
	{ 1, 1, "h-h", "hUh" },
	{ 2, 1, "h-h--h", "hhhhUh" },
	{ 2, 2, "-h--hh", "?hhUUh" },
	{ 3, 2, "hh-----hh", "hhhhUUUUh" },
};

static void
test_health(void)
{
	for (size_t i = 0; i < COUNT(courses); i++) {
		json_t *json = parse("{" MINIMAL "}");
		struct service *s = service_parse(json, NULL);
		char known[32] = "";

		s->endpoint.unhealthy = courses[i].unhealthy;
		s->endpoint.healthy = courses[i].healthy;
		for (size_t k = 0; courses[i].checks[k]; k++) {
			service_checked(s, courses[i].checks[k] == 'h' ? NULL : "why");
			known[k] = "?hU"[s->state.health];
		}
		is_str(known, courses[i].known, "checks %s", courses[i].checks);
		service_free(s);
		json_decref(json);
	}
}

static const struct {
	const char *more, *models, *words;
	bool offers;
} offers[] = {
	{ "", NULL, "[]", true },
	{ "", NULL, "[\"gpu\"]", false },
	{ ",\"capabilities\":[\"gpu\"]", NULL, "[\"gpu\"]", true },
	{ ",\"capabilities\":[\"gpu\"]", NULL, "[\"gpu\",\"big\"]", false },
	{ ",\"capabilities\":[\"gpu\"]", "[\"big\"]", "[\"gpu\",\"big\"]", true },
	{ ",\"models_url\":\"/m\"", NULL, "[\"big\"]", true },
	{ ",\"models_url\":\"/m\"", "[\"small\"]", "[\"big\"]", false },
};

static void
test_offers(void)
{
	for (size_t i = 0; i < COUNT(offers); i++) {
		char text[200];
		json_t *json, *words = parse(offers[i].words);
		struct service *s;

		snprintf(text, sizeof(text), "{" MINIMAL "%s}", offers[i].more);
		json = parse(text);
		s = service_parse(json, NULL);
		s->state.models = offers[i].models ? parse(offers[i].models) : NULL;
		is_int(service_offers(s, words), offers[i].offers, "%s of %s %s", offers[i].words,
		    offers[i].more, offers[i].models ? offers[i].models : "");
		service_free(s);
		json_decref(words);
		json_decref(json);
	}
}

static const struct {
	const char *requires, *params, *words;
} needs[] = {
	{ "[]", "{}", NULL },
	{ "[\"gpu\"]", "{}", "[\"gpu\"]" },
	{ "[\"{model}\",\"gpu\"]", "{\"model\":\"m\"}", "[\"m\",\"gpu\"]" },
	{ "[\"{model}\"]", "{}", NULL },
	{ "[\"{all}\"]", "{\"all\":[\"a\",1,\"b\"]}", "[\"a\",\"b\"]" },
	{ "[\"{}\",\"{\"]", "{\"\":\"x\"}", "[\"{}\",\"{\"]" },
};

static void
test_needs(void)
{
	for (size_t i = 0; i < COUNT(needs); i++) {
		struct remote remote = { .requires = parse(needs[i].requires) };
		json_t *params = parse(needs[i].params);
		json_t *words = remote_requires(&remote, params);

		is_json(words, needs[i].words, "%s with %s", needs[i].requires, needs[i].params);
		json_decref(words);
		json_decref(params);
		json_decref(remote.requires);
	}
}

static void
test_headers(void)
{
	json_t *over = parse("{\"A\":\"1\",\"Authorization\":{\"secret_env\":\"UNIT_TOKEN\","
			     "\"prefix\":\"Bearer \"}}");
	json_t *under = parse("{\"a\":\"2\",\"B\":\"3\"}");
	char text[] = "it said s3cr3t, and s3cr3t again";
	struct err err = { 0 };
	char **lines;

	unsetenv("UNIT_TOKEN");
	lines = endpoint_headers(over, under, &err);
	ok(!lines, "a variable that is not set: %s", err.text);
	setenv("UNIT_TOKEN", "s3cr3t\n", 1);
	lines = endpoint_headers(over, under, &err);
	is_str(lines[0], "A: 1", "of the service");
	is_str(lines[1], "Authorization: Bearer s3cr3t", "a secret, without its newline");
	is_str(lines[2], "B: 3", "of the task, where the service has none of that name");
	ok(!lines[3], "and no more");
	endpoint_free_headers(lines);
	endpoint_hide(over, text, strlen(text));
	is_str(text, "it said ******, and ****** again", "it is hidden");
	json_decref(over);
	json_decref(under);
}

static const struct {
	const char *base, *url, *whole;
} urls[] = {
	{ "http://h", "/run", "http://h/run" },
	{ "http://h/", "/run", "http://h/run" },
	{ "http://h/api//", "/run", "http://h/api/run" },
	{ "http://h/api", "https://other/x", "https://other/x" },
};

static void
test_urls(void)
{
	for (size_t i = 0; i < COUNT(urls); i++) {
		char *whole = endpoint_url(urls[i].base, urls[i].url);

		is_str(whole, urls[i].whole, "%s at %s", urls[i].url, urls[i].base);
		free(whole);
	}
}

int
main(void)
{
	test_definitions();
	test_health();
	test_offers();
	test_needs();
	test_headers();
	test_urls();
	return done_testing();
}
