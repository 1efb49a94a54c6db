/* SPDX-License-Identifier: MIT */
/* file: read whole, written whole or not at all, removed. */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "tap.h"

static void
is_file(const char *path, const char *want, const char *name)
{
	struct buf text = BUF_INIT;

	is_int(file_read(path, 0, &text, NULL), 0, "%s: is there", name);
	is_str(buf_str(&text), want, "%s: contents", name);
	buf_clear(&text);
}

static int
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
test_write(void)
{
	struct err err = { 0 };
	struct stat st;

	umask(027);
	is_int(file_write("new", "text", 4, &err), 0, "a new file");
	is_file("new", "text", "new file");
	is_int(mode_of("new"), 0640, "has the mode of the umask");
	chmod("new", 0604);
	is_int(file_write("new", "other", 5, &err), 0, "over an old file");
	is_file("new", "other", "old file");
	is_int(mode_of("new"), 0604, "keeps the mode");
	is_int(file_write("empty", NULL, 0, &err), 0, "an empty file");
	is_file("empty", "", "empty file");

	is_int(symlink("new", "link"), 0, "a link");
	is_int(file_write("link", "through", 7, &err), 0, "through a link");
	is_file("new", "through", "what the link names");
	ok(lstat("link", &st) == 0 && S_ISLNK(st.st_mode), "the link is still a link");
	is_int(symlink("dangling-target", "dangling"), 0, "a link to nothing");
	is_int(file_write("dangling", "x", 1, &err), 0, "through it");
	is_file("dangling-target", "x", "makes what it names");

	is_int(file_write("/dev/null", "x", 1, &err), 0, "a device");
	ok(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "stays a device");
	is_int(file_write("/dev/full", "x", 1, &err), -1, "a full one");
	is_str(err.text, "cannot write '/dev/full': No space left on device", "message");
	is_int(err.kind, ERR_SYSTEM, "kind");
	is_int(file_write("none/x", "x", 1, &err), -1, "no such directory");
	is_str(err.text, "cannot create 'none/x': No such file or directory", "message");
	is_int(file_write(".", "x", 1, &err), -1, "a directory");
	is_str(err.text, "cannot write '.': Is a directory", "message");
	is_int(count_entries("."), 5, "nothing else is left behind");
}

/* When the disk is full the old file is still there, whole. */
static void
test_atomic(void)
{
	struct rlimit limit = { 1000, RLIM_INFINITY };
	static char much[100000];
	struct err err = { 0 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	is_int(file_write("new", much, sizeof(much), &err), -1, "no room");
	is_str(err.text, "cannot write 'new': File too large", "message");
	is_file("new", "through", "the old file");
	is_int(count_entries("."), 5, "no half file is left behind");
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
test_read(void)
{
	struct buf text = BUF_INIT;
	struct err err = { 0 };

	buf_add_str(&text, "before ");
	is_int(file_read("new", 7, &text, &err), 0, "up to the limit");
	is_str(buf_str(&text), "before through", "appended");
	is_int(file_read("new", 6, &text, &err), -1, "above the limit");
	is_str(err.text, "'new' is larger than 6 bytes", "message");
	is_int(err.kind, ERR_INPUT, "kind");
	is_int(file_read("none", 0, &text, &err), -1, "not there");
	is_int(err.kind, ERR_INPUT, "kind");
	is_int(file_read(".", 0, &text, &err), -1, "a directory");
	is_str(err.text, "cannot read '.': Is a directory", "message");
	is_int(err.kind, ERR_INPUT, "kind");
	buf_clear(&text);
}

static void
test_remove(void)
{
	struct err err = { 0 };

	mkdir("tree", 0777);
	mkdir("tree/a", 0777);
	mkdir("tree/a/b", 0777);
	is_int(file_write("tree/a/b/file", "x", 1, &err), 0, "a tree");
	is_int(symlink("../../new", "tree/a/link"), 0, "with a link to a file outside");
	is_int(symlink("../..", "tree/a/up"), 0, "and to a directory");
	is_int(file_remove_tree("tree", &err), 0, "is removed");
	ok(access("tree", F_OK) < 0, "all of it");
	is_file("new", "through", "what the link named");
	is_int(file_remove_tree("tree", &err), 0, "nothing to remove is fine");
}

/* Folders that their owner may not write to, or not even read; root may, so nobody does it. */
static void
test_remove_protected(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (geteuid() == 0 && (chmod(".", 0777) < 0 || setuid(65534) < 0))
			_exit(2);
		mkdir("shut", 0700);
		mkdir("shut/a", 0700);
		mkdir("shut/a/b", 0700);
		mkdir("shut/a/b/c", 0700);
		file_write("shut/a/b/c/file", "x", 1, NULL);
		chmod("shut/a/b/c", 0);
		chmod("shut/a/b", 0500);
		chmod("shut/a", 0);
		_exit(file_remove_tree("shut", NULL) < 0 || access("shut", F_OK) == 0);
	}
	is_int(waitpid(pid, &status, 0), pid, "somebody else");
	is_int(status, 0, "removes folders that were protected");
}

/* The same pipe, seen by somebody else through another descriptor. */
static void
test_wait(void)
{
	int pair[2], other;

	if (pipe(pair) < 0)
		return;
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	other = dup(pair[1]);
	file_wait(pair[1]);
	ok(!(fcntl(pair[1], F_GETFL) & O_NONBLOCK), "we wait");
	ok(fcntl(other, F_GETFL) & O_NONBLOCK, "others do not");
	is_int(write(pair[1], "x", 1), 1, "it is the same pipe");
	is_int(read(pair[0], &(char){ 0 }, 1), 1, "which can be read");
	close(pair[0]);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	file_wait(pair[1]);
	ok(!(fcntl(pair[1], F_GETFL) & O_NONBLOCK), "also when nobody reads it any more");
	close(pair[1]);
	close(other);
	file_wait(pair[1]);
	is_int(fcntl(pair[1], F_GETFL), -1, "what is closed stays closed");
}

int
main(void)
{
	char dir[] = "/tmp/unit-file.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) < 0)
		return 1;
	test_write();
	test_atomic();
	test_read();
	test_remove();
	test_remove_protected();
	test_wait();
	if (chdir("/") == 0)
		file_remove_tree(dir, NULL);
	return done_testing();
}
