/* SPDX-License-Identifier: MIT */
/* digest: what FIPS 180-4 has for examples. */
#include "base/digest.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "tap.h"

enum { MILLION = 1000000 };

static const struct {
	const char *text, *sum;
} examples[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

/* A million times a. */
static const char million[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void
check_file(const char *text, size_t len, const char *sum)
{
	char path[] = "/tmp/dockline-digest-XXXXXX", hex[DIGEST_HEX];
	int fd = mkstemp(path);
	struct err err = { 0 };

	ok(fd >= 0 && write(fd, text, len) == (ssize_t)len, "a file of %zu bytes", len);
	is_int(digest_file(path, hex, &err), 0, "is read");
	is_str(hex, sum, "and its digest is right");
	close(fd);
	unlink(path);
	is_int(digest_file(path, hex, &err), -1, "a file that is gone");
}

int
main(void)
{
	char hex[DIGEST_HEX], *text = xmalloc(MILLION);

	memset(text, 'a', MILLION);
	for (size_t i = 0; i < COUNT(examples); i++)
		is_str(digest_bytes(examples[i].text, strlen(examples[i].text), hex),
		    examples[i].sum, "example %zu", i);
	is_str(digest_bytes(text, MILLION, hex), million, "a million letters");
	check_file("abc", 3, examples[1].sum);
	check_file(text, MILLION, million);
	free(text);
	return done_testing();
}
