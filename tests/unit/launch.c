/* SPDX-License-Identifier: MIT */
/* launch: a child has the descriptors it is to have, however many files are open. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "exec/proc.h"
#include "tap.h"

/* The descriptors of a shell, of those that may be ours. */
#define LIST \
	"n=0; while [ $n -lt 400 ]; do [ -e /proc/$$/fd/$n ] && printf '%d ' $n; n=$((n + 1));" \
	" done; exit 0"

/* What the shell command wrote to 1, with `in` as its 0 and `three` as its 3; its exit status is
 * added. */
static char *
said(const char *command, int in, int three, const int *pass)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	int out = memfd_create("out", MFD_CLOEXEC), status = 0;
	struct proc_spec spec = {
		.argv = argv, .in = in, .out = out, .err = -1, .three = three, .pass = pass
	};
	struct buf text = BUF_INIT;
	struct err err = { 0 };
	pid_t pid = proc_start(&spec, &err);

	ok(pid > 0, "started %s", err.text);
	waitpid(pid, &status, 0);
	lseek(out, 0, SEEK_SET);
	file_read_fd(out, "out", 0, &text, NULL);
	close(out);
	buf_addf(&text, "%d", WEXITSTATUS(status));
	return buf_take(&text);
}

static void
says(const char *command, int in, int three, const int *pass, const char *want)
{
	char *got = said(command, in, three, pass);

	is_str(got, want, "%s", command);
	free(got);
}

static int
file_with(const char *text)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	if (write(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -1;
	return fd;
}

static void
test_descriptors(void)
{
	int in = file_with("one\n"), three = file_with("two\n"), more = file_with("three\n");
	int pass[] = { more, -1 };
	char command[64];

	says("cat; cat <&3; exit 7", in, three, NULL, "one\ntwo\n7");
	says("read x || echo nothing", -1, 0, NULL, "nothing\n0");
	says(LIST, -1, 0, NULL, "0 1 2 0");
	says(LIST, in, three, NULL, "0 1 2 3 0");
	snprintf(command, sizeof(command), "cat /proc/self/fd/%d", more);
	says(command, -1, 0, pass, "three\n0");
	close(in);
	close(three);
	close(more);
}

static void
test_failures(void)
{
	char *argv[] = { "sh", NULL }, *none[] = { "/nonexistent/program", NULL };
	struct proc_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	int many = fcntl(0, F_DUPFD_CLOEXEC, 3);
	struct err err = { 0 };

	spec.out = many;
	spec.cwd = "/nonexistent";
	is_int(proc_start(&spec, &err), -1, "no such directory");
	ok(strstr(err.text, "in '/nonexistent'") != NULL && err.kind == ERR_USAGE, "%s", err.text);
	spec = (struct proc_spec){
		.argv = none, .program = none[0], .in = -1, .out = many, .err = -1
	};
	is_int(proc_start(&spec, &err), -1, "no such program");
	ok(strstr(err.text, "'/nonexistent/program'") != NULL, "%s", err.text);
	is_int(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
	is_int(errno, ECHILD, "of either");
	ok(fcntl(many, F_GETFD) == FD_CLOEXEC && fcntl(0, F_GETFD) == 0, "ours stay as they were");
	close(many);
}

int
main(void)
{
	test_descriptors();
	test_failures();
	proc_raise_files();
	for (int i = 0; i < 300; i++)
		ok(fcntl(1, F_DUPFD_CLOEXEC, 3) >= 0 || i > 200, "a file more");
	test_descriptors();
	test_failures();
	return done_testing();
}
