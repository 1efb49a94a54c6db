/* SPDX-License-Identifier: MIT */
/* attempt: what was written is found, whether it was short or long. */
#include "task/attempt.h"

#include "base/file.h"
#include "store/object.h"
#include "store/stmt.h"
#include "store/store.h"
#include "tap.h"
#include "task/artifact.h"

static const char sql_attempt[] = "INSERT INTO attempt (execution, number, ended, stdout, stderr)"
				  " VALUES (1, ?, 0, ?, ?)";

static struct store *store;

static void
log_is(int number, enum attempt_stream stream, int rc, const char *text, const char *what)
{
	struct buf out = BUF_INIT;

	is_int(attempt_log(store, 1, number, stream, &out, NULL), rc, "%s", what);
	is_str(buf_str(&out), text, "and what it says");
	buf_clear(&out);
}

int
main(void)
{
	char dir[] = "/tmp/unit-attempt-XXXXXX", name[ATTEMPT_LOG];
	struct artifact artifact = { .kind = ARTIFACT_LOG, .name = name, .size = 4 };

	if (!mkdtemp(dir))
		return 5;
	store = store_open(dir, STORE_CREATE, NULL);
	is_str(attempt_log_name(ATTEMPT_STDOUT, 1, name), "stdout.1", "the log of stdout");
	is_str(attempt_log_name(ATTEMPT_STDERR, 12, name), "stderr.12", "and of stderr");
	is_int(store_begin(store, NULL), 0, "begin");
	stmt_run(store, NULL, sql_attempt, "ibb", (int64_t)1, NULL, (size_t)0, "short", (size_t)5);
	stmt_run(store, NULL, sql_attempt, "ibb", (int64_t)12, "o", (size_t)1, "end", (size_t)3);
	object_put(store, "long", 4, artifact.sha256, NULL);
	is_int(artifact_put(store, 1, &artifact, NULL), 0, "a long one");
	is_int(store_commit(store, NULL), 0, "commit");
	log_is(1, ATTEMPT_STDERR, 1, "short", "a short one");
	log_is(1, ATTEMPT_STDOUT, 0, "", "nothing");
	log_is(12, ATTEMPT_STDERR, 1, "long", "the whole instead of the end");
	log_is(12, ATTEMPT_STDOUT, 1, "o", "of stdout");
	log_is(2, ATTEMPT_STDERR, 0, "", "no such try");
	store_close(store);
	file_remove_tree(dir, NULL);
	return done_testing();
}
