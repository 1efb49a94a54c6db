/* SPDX-License-Identifier: MIT */
/* shape: the jq programs of a task that is served over HTTP. */
#include "cli/shape.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/jq.h"
#include "task/remote.h"
#include "task/task.h"

struct shape {
	struct jq *request, *response, *failure;
};

static int
compile(struct jq **jq, const char *text, const char *member, struct err *err)
{
	if (!text)
		return 0;
	*jq = jq_new(text, err);
	return *jq ? 0 : err_wrap(err, "'%s'", member);
}

struct shape *
shape_new(const struct task *task, struct err *err)
{
	struct shape *shape = xcalloc(1, sizeof(*shape));
	const struct remote *remote = task->remote;

	if (compile(&shape->request, remote->request, "request", err) == 0 &&
	    compile(&shape->response, remote->response, "response", err) == 0 &&
	    compile(&shape->failure, remote->failure, "failure", err) == 0)
		return shape;
	shape_free(shape);
	return NULL;
}

void
shape_free(struct shape *shape)
{
	if (!shape)
		return;
	jq_free(shape->request);
	jq_free(shape->response);
	jq_free(shape->failure);
	free(shape);
}

json_t *
shape_request(struct shape *shape, json_t *params, struct err *err)
{
	json_t *body = shape->request ? jq_one(shape->request, params, err) : json_incref(params);

	if (!body)
		err_wrap(err, "'request'");
	return body;
}

json_t *
shape_response(struct shape *shape, json_t *reply, struct err *err)
{
	json_t *result = shape->response ? jq_one(shape->response, reply, err) : json_incref(reply);

	if (!result)
		err_wrap(err, "'response'");
	return result;
}

json_t *
shape_failure(struct shape *shape, int status, json_t *body)
{
	json_t *input, *error;

	if (!shape->failure)
		return NULL;
	input = json_pack("{s:i, s:O}", "status", status, "body", body);
	error = jq_one(shape->failure, input, NULL);
	json_decref(input);
	if (json_is_object(error))
		return error;
	json_decref(error);
	return NULL;
}
