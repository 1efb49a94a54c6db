/* SPDX-License-Identifier: MIT */
/* buf, vec, strtab, path, clock, digest, err: the small modules. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strtab.h"
#include "base/vec.h"
#include "tap.h"

static void
test_buf(void)
{
	struct buf b = BUF_INIT;
	char *text;

	is_str(buf_str(&b), "", "an empty buf is an empty text");
	text = buf_take(&b);
	is_str(text, "", "and gives one away");
	free(text);
	buf_add(&b, "a\0b", 3);
	is_int((long long)b.len, 3, "bytes are counted, NUL too");
	buf_add(&b, "", 0);
	buf_add_char(&b, 'c');
	buf_add_str(&b, "de");
	buf_addf(&b, "%s-%d", "f", 7);
	ok(b.len == 9 && memcmp(b.data, "a\0bcdef-7", 10) == 0, "all of it, with a NUL behind");
	buf_reset(&b);
	is_str(buf_str(&b), "", "reset");
	for (int i = 0; i < 100000; i++)
		buf_addf(&b, "%d,", i % 10);
	is_int((long long)b.len, 200000, "grows");
	memcpy(buf_reserve(&b, 2), "xy", 2);
	b.len += 2;
	ok(b.data[b.len - 1] == 'y', "room for the caller to write into");
	buf_clear(&b);
	ok(!b.data && b.len == 0, "clear");
}

static void
test_vec(void)
{
	VEC(int) numbers = VEC_INIT;
	long long sum = 0;

	for (int i = 0; i < 1000; i++)
		vec_add(&numbers, i);
	for (size_t i = 0; i < numbers.len; i++)
		sum += numbers.at[i];
	is_int(sum, 499500, "a thousand numbers");
	vec_clear(&numbers);
	ok(!numbers.at && numbers.len == 0 && numbers.room == 0, "clear");
}

static void
test_strtab(void)
{
	static const char *const names[] = { "none", NULL, "fixed", "both" };
	char *list = strtab_list(names, COUNT(names));

	is_int(strtab_find(names, COUNT(names), "fixed"), 2, "found");
	is_int(strtab_find(names, COUNT(names), "fix"), -1, "a part is not found");
	is_int(strtab_find(names, COUNT(names), ""), -1, "nothing is not found");
	is_str(list, "none, fixed, both", "list");
	free(list);
}

static void
test_nearest(void)
{
	static const char *const names[] = { "retry.delay", NULL, "retry.max_delay", "list.limit",
		"on" };
	static const struct {
		const char *name, *nearest;
	} rows[] = {
		{ "retry.delay", "retry.delay" },
		{ "retry.dealy", "retry.delay" },
		{ "rety.delay", "retry.delay" },
		{ "retry.delays", "retry.delay" },
		{ "retry.maxdelay", "retry.max_delay" },
		{ "limit", NULL },
		{ "List.Limit", "list.limit" },
		{ "off", NULL },
		{ "", NULL },
		{ "retry.delay.retry.delay.retry.delay.retry.delay.retry.delay.retry.delay.x",
		    NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		is_str(strtab_nearest(names, COUNT(names), rows[i].name), rows[i].nearest,
		    "nearest to '%s'", rows[i].name);
}

static void
test_join(void)
{
	static const struct {
		const char *dir, *name, *joined;
	} rows[] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "", "b", "b" },
		{ "a", "/b", "/b" },
		{ "/", "b", "/b" },
		{ "a/b", "c/d", "a/b/c/d" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *joined = path_join(rows[i].dir, rows[i].name);

		is_str(joined, rows[i].joined, "join '%s' '%s'", rows[i].dir, rows[i].name);
		free(joined);
	}
}

static void
test_absolute(void)
{
	static const struct {
		const char *name, *full;
	} rows[] = {
		{ "/a/b", "/a/b" },
		{ "a", "/usr/a" },
		{ "./a", "/usr/a" },
		{ "././a", "/usr/a" },
		{ ".//a", "/usr/a" },
		{ "../a", "/usr/../a" },
		{ ".", "/usr" },
		{ "./", "/usr" },
		{ ".hidden", "/usr/.hidden" },
		{ "a/./b", "/usr/a/./b" },
	};

	if (chdir("/usr") < 0)
		exit(1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *full = path_absolute(rows[i].name);

		is_str(full, rows[i].full, "absolute '%s'", rows[i].name);
		free(full);
	}
}

static void
test_stem(void)
{
	static const struct {
		const char *path, *base, *stem;
	} rows[] = {
		{ "a/library.sdf.gz", "library.sdf.gz", "library" },
		{ "library.sdf", "library.sdf", "library" },
		{ "library", "library", "library" },
		{ "a.b/c", "c", "c" },
		{ "lib.v2.smi", "lib.v2.smi", "lib.v2" },
		{ "x.tar.xz", "x.tar.xz", "x" },
		{ ".gz", ".gz", ".gz" },
		{ ".hidden", ".hidden", ".hidden" },
		{ "x.zst", "x.zst", "x" },
		{ "/x.zip", "x.zip", "x" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char *stem = path_stem(rows[i].path);

		is_str(path_base(rows[i].path), rows[i].base, "base of '%s'", rows[i].path);
		is_str(stem, rows[i].stem, "stem of '%s'", rows[i].path);
		free(stem);
	}
}

static void
test_program(void)
{
	char *found;

	setenv("PATH", "/nonexistent::/bin", 1);
	found = path_program("sh");
	is_str(found, "/bin/sh", "the first on PATH");
	free(found);
	found = path_program("/bin/sh");
	is_str(found, "/bin/sh", "as given");
	free(found);
	ok(!path_program("/bin"), "a directory is no program");
	ok(!path_program("/etc/passwd"), "a file that cannot be run is none");
	ok(!path_program("no-such-program-here"), "not there");
	ok(!path_program(""), "no name");
	setenv("DOCKLINE_SHARE", "/etc", 1);
	found = path_share("passwd");
	is_str(found, "/etc/passwd", "installed data where the environment says");
	free(found);
	ok(!path_share("no/such/file"), "or not");
	unsetenv("DOCKLINE_SHARE");
}

#define NOON INT64_C(1769860800000000) /* 2026-01-31T12:00:00Z */
#define NO_TIME "' is not a time (+2h, 2026-01-31T09:30:00Z, 2026-01-31T09:30:00+01:00)"

/* Times as people write them, at noon of the last day of January 2026. */
static const struct {
	const char *text;
	int64_t since_noon; /* microseconds */
	const char *error;
} times[] = {
	{ "+2h", 7200000000, NULL },
	{ "+1d12h", 129600000000, NULL },
	{ "+0", 0, NULL },
	{ "-90", -90000000, NULL },
	{ "+0.5ms", 500, NULL },
	{ "+36500d", 36500 * INT64_C(86400000000), NULL },
	{ "2026-01-31T12:00:00Z", 0, NULL },
	{ "2026-01-31t12:00:00z", 0, NULL },
	{ "2026-01-31 12:00:01Z", 1000000, NULL },
	{ "2026-01-31T12:00:00.5Z", 500000, NULL },
	{ "2026-01-31T12:00:00.1234569Z", 123456, NULL },
	{ "2026-01-31T13:30:00+01:30", 0, NULL },
	{ "2026-01-31T00:00:00-12:00", 0, NULL },
	{ "2026-01-31T12:00:00-00:00", 0, NULL },
	{ "2026-02-01T11:59:00+23:59", 0, NULL },
	{ "2026-01-31T23:59:60Z", 43200000000, NULL },
	{ "2026-02-01T05:29:60+05:30", 43200000000, NULL },
	{ "1969-12-31T23:59:59.000001Z", -NOON - 999999, NULL },
	{ "2024-02-29T12:00:00Z", -702 * INT64_C(86400000000), NULL },
	{ "+", 0, "'+' is no time from now: '' is not a duration (90, 55m, 2h, 1h30m)" },
	{ "+-1h", 0, "'+-1h' is no time from now: '-1h' is not a duration (90, 55m, 2h, 1h30m)" },
	{ "+36501d", 0, "'+36501d' is no time from now: '36501d' is longer than 36500 days" },
	{ "", 0, "'" NO_TIME },
	{ "tomorrow", 0, "'tomorrow" NO_TIME },
	{ "2h", 0, "'2h" NO_TIME },
	{ "2026-01-31", 0, "'2026-01-31" NO_TIME },
	{ "2026-01-31T12:00Z", 0, "'2026-01-31T12:00Z" NO_TIME },
	{ "2026-01-31T12:00:00", 0,
	    "'2026-01-31T12:00:00' has no offset from UTC: add Z, or one such as +01:00" },
	{ "2026-01-31T12:00:00+1", 0, "'2026-01-31T12:00:00+1" NO_TIME },
	{ "2026-01-31T12:00:00+24:00", 0, "'2026-01-31T12:00:00+24:00" NO_TIME },
	{ "2026-01-31T12:00:00+0100", 0, "'2026-01-31T12:00:00+0100" NO_TIME },
	{ "2026-01-31T12:00:00Zulu", 0, "'2026-01-31T12:00:00Zulu" NO_TIME },
	{ "2026-01-31T12:00:00.Z", 0, "'2026-01-31T12:00:00.Z" NO_TIME },
	{ "2026-01-31T12:00:60Z", 0, "'2026-01-31T12:00:60Z" NO_TIME },
	{ "2026-01-31T24:00:00Z", 0, "'2026-01-31T24:00:00Z" NO_TIME },
	{ "2026-02-29T12:00:00Z", 0, "'2026-02-29T12:00:00Z" NO_TIME },
	{ "1900-02-29T12:00:00Z", 0, "'1900-02-29T12:00:00Z" NO_TIME },
	{ "2026-13-01T12:00:00Z", 0, "'2026-13-01T12:00:00Z" NO_TIME },
	{ "2026-04-31T12:00:00Z", 0, "'2026-04-31T12:00:00Z" NO_TIME },
	{ "2026-00-10T12:00:00Z", 0, "'2026-00-10T12:00:00Z" NO_TIME },
	{ "26-01-31T12:00:00Z", 0, "'26-01-31T12:00:00Z" NO_TIME },
	{ " 2026-01-31T12:00:00Z", 0, "' 2026-01-31T12:00:00Z" NO_TIME },
};

static void
test_times(void)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		struct err err = { 0 };
		int64_t wall = NOON;
		int rc = clock_parse(times[i].text, NOON, &wall, &err);

		is_str(rc < 0 ? err.text : NULL, times[i].error, "time '%s'", times[i].text);
		is_int(wall - NOON, times[i].since_noon, "time '%s': value", times[i].text);
	}
}

static void
test_clock(void)
{
	static const struct {
		int64_t wall;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ 951782400999999, "2000-02-29T00:00:00.999999Z" },
		{ 4102444799000000, "2099-12-31T23:59:59.000000Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -1000000, "1969-12-31T23:59:59.000000Z" },
	};
	char text[CLOCK_TEXT];
	int64_t before = clock_boot();

	for (size_t i = 0; i < COUNT(rows); i++)
		is_str(clock_format(rows[i].wall, text), rows[i].text, "time %lld",
		    (long long)rows[i].wall);
	ok(clock_boot() >= before && before > 0, "boot time goes on");
	ok(clock_wall() > 1700000000000000, "wall time is in microseconds");
}

static void
test_digest(void)
{
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char hex[DIGEST_HEX];
	struct err err = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++)
		is_str(digest_bytes(rows[i].text, strlen(rows[i].text), hex), rows[i].hex,
		    "SHA-256 of '%s'", rows[i].text);
	is_int(digest_file("/dev/null", hex, &err), 0, "of a file");
	is_str(hex, rows[0].hex, "which is empty");
	is_int(digest_file("/nonexistent", hex, &err), -1, "of a file that is not there");
	is_str(err.text, "cannot open '/nonexistent': No such file or directory", "message");
	is_int(err.kind, ERR_INPUT, "kind");
	is_int(digest_file("/", hex, &err), -1, "of a directory");
	is_str(err.text, "cannot read '/': Is a directory", "message");
	is_int(err.kind, ERR_INPUT, "kind");
}

static void
test_err(void)
{
	struct err err = { 0 };
	char *much = xcalloc(1, 5000);

	is_int(err_set(&err, ERR_INPUT, "task '%s'", "a"), -1, "failing is one line");
	is_int(err_wrap(&err, "stage %d", 2), -1, "context");
	is_str(err.text, "stage 2: task 'a'", "in front");
	is_int(err.kind, ERR_INPUT, "the kind stays");
	errno = ENOENT;
	is_int(err_sys(&err, "cannot open '%s'", err.text), -1, "with errno");
	is_str(
	    err.text, "cannot open 'stage 2: task 'a'': No such file or directory", "its own text");
	is_int(errno, ENOENT, "errno is kept");
	memset(much, 'x', 4999);
	err_set(&err, ERR_STORE, "%s", much);
	is_int((long long)strlen(err.text), sizeof(err.text) - 1, "long texts are cut");
	free(much);
	is_int(err_set(NULL, ERR_INPUT, "x"), -1, "NULL is allowed");
	is_int(err_wrap(NULL, "x"), -1, "NULL is allowed");
	is_int(err_exit(ERR_NONE), 0, "exit status 0");
	is_int(err_exit(ERR_NO), 1, "exit status 1");
	is_int(err_exit(ERR_USAGE), 2, "exit status 2");
	is_int(err_exit(ERR_INPUT), 3, "exit status 3");
	is_int(err_exit(ERR_STORE), 4, "exit status 4");
	is_int(err_exit(ERR_SYSTEM), 5, "exit status 5");
}

int
main(void)
{
	test_buf();
	test_vec();
	test_strtab();
	test_nearest();
	test_join();
	test_absolute();
	test_stem();
	test_program();
	test_clock();
	test_times();
	test_digest();
	test_err();
	return done_testing();
}
