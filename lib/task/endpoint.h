/* SPDX-License-Identifier: MIT */
/*
 * endpoint: what is said of a place where a task is served, by the task and by a service alike.
 *
 *	weight: 2			of the load, relative to the others
 *	max_in_flight: 16		requests at a time
 *	health_check_url: /health	a GET that is answered with 2xx
 *	health: {interval: 30s, timeout: 5s, unhealthy: 2, healthy: 1}
 *	models_url: /v1/models		a GET whose names are capabilities, too
 *	capabilities: [gpu]
 *	headers: {Authorization: {secret_env: TOKEN, prefix: "Bearer "}, X-Site: basel}
 *	tls: {ca: ca.pem, cert: me.pem, key: me.key}
 *
 * URLs that begin with a slash are below that of the service.
 */
#ifndef TASK_ENDPOINT_H
#define TASK_ENDPOINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct faults;

#define ENDPOINT_MEMBERS \
	"weight", "max_in_flight", "health_check_url", "health", "models_url", "capabilities", \
	    "headers", "tls"

enum { ENDPOINT_IN_FLIGHT = 16, ENDPOINT_IN_FLIGHT_MOST = 2000 };

/* Everything is borrowed from the JSON that was read. */
struct endpoint {
	int weight;                          /* 1..1000 */
	int max_in_flight;                   /* 1..ENDPOINT_IN_FLIGHT_MOST */
	const char *health_url, *models_url; /* NULL: none */
	int64_t interval, timeout;           /* of health checks, microseconds */
	int unhealthy, healthy;              /* checks in a row that make it so */
	json_t *capabilities;                /* array of words, NULL: none */
	json_t *headers;                     /* name to text, or {secret_env, prefix}; NULL: none */
	struct {
		const char *ca, *cert, *key; /* paths of PEM files, NULL: none */
	} tls;
};

/* Read the members of an object over the defaults. Faults go to f. */
void endpoint_read(
    struct endpoint *endpoint, const char *pointer, const json_t *object, struct faults *f);

/* Is it the URL of a service: http or https, without user and password? Else a fault of `key`. */
void endpoint_check_url(struct faults *f, const char *pointer, const char *key, const char *url);

/* A URL of the endpoint, at or below `base`; the caller frees. */
char *endpoint_url(const char *base, const char *url);

/* The lines "Name: value" of headers (NULL: none), with the secrets in them, NULL-terminated; the
 * caller frees all with endpoint_free_headers. Those of `over` go before those of `under`. NULL
 * with ERR_INPUT: a variable of the environment is not set. */
char **endpoint_headers(const json_t *over, const json_t *under, struct err *err);
void endpoint_free_headers(char **headers);

/* In text of len bytes all secrets of the headers become asterisks, also with the escapes that most
 * writers of JSON would use. */
void endpoint_hide(const json_t *headers, char *text, size_t len);

/* So in all texts of a value, names of members too, whatever escapes it was written with. Was there
 * one? */
bool endpoint_hide_in(const json_t *headers, json_t *value);

#endif
