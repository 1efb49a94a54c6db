/* SPDX-License-Identifier: MIT */
/*
 * digest: SHA-256, by our own code or by libcrypto.
 *
 * libcrypto is several times faster, and costs a program that loads it as much time as our own code
 * needs for some hundred kilobytes. So it is loaded when a program has had that many; where it is
 * not installed, our own code goes on.
 */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/opensslv.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dynamic.h"
#include "base/err.h"
#include "base/sha256.h"

#ifdef OPENSSL_SHLIB_VERSION
#define NUMBER_TEXT(number) #number
#define NUMBER(number) NUMBER_TEXT(number)
#define LIBRARY "libcrypto.so." NUMBER(OPENSSL_SHLIB_VERSION)
#else
#define LIBRARY "libcrypto.so." SHLIB_VERSION_NUMBER
#endif

enum { ENOUGH = 256 * 1024 }; /* bytes from which the library is worth its while */

/* Of the library; add is NULL when it is not there. */
static struct crypto {
	int (*init)(SHA256_CTX *ctx);
	int (*add)(SHA256_CTX *ctx, const void *data, size_t len);
	int (*end)(unsigned char *sum, SHA256_CTX *ctx);
} crypto;

/* One digest. */
struct work {
	bool by_library;
	union {
		struct sha256 own;
		SHA256_CTX library;
	} as;
};

static void
load(void)
{
	static const struct dynamic_function functions[] = {
		{ "SHA256_Init", offsetof(struct crypto, init) },
		{ "SHA256_Update", offsetof(struct crypto, add) },
		{ "SHA256_Final", offsetof(struct crypto, end) },
	};
	struct crypto found;

	if (dynamic_load(LIBRARY, functions, 3, &found, NULL) == 0)
		crypto = found;
}

/* Begin a digest of about len bytes. */
static void
begin(struct work *work, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static atomic_size_t sum;

	if (atomic_load_explicit(&sum, memory_order_relaxed) < ENOUGH &&
	    atomic_fetch_add_explicit(&sum, len, memory_order_relaxed) + len < ENOUGH) {
		work->by_library = false;
	} else {
		pthread_once(&once, load);
		work->by_library = crypto.add != NULL;
	}
	if (work->by_library)
		crypto.init(&work->as.library);
	else
		sha256_init(&work->as.own);
}

static void
add(struct work *work, const void *data, size_t len)
{
	if (work->by_library)
		crypto.add(&work->as.library, data, len);
	else
		sha256_add(&work->as.own, data, len);
}

static char *
end(struct work *work, char hex[DIGEST_HEX])
{
	unsigned char raw[DIGEST_RAW];

	if (work->by_library)
		crypto.end(raw, &work->as.library);
	else
		sha256_end(&work->as.own, raw);
	return digest_text(raw, hex);
}

char *
digest_text(const unsigned char raw[DIGEST_RAW], char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_RAW; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[2 * DIGEST_RAW] = '\0';
	return hex;
}

char *
digest_bytes(const void *data, size_t len, char hex[DIGEST_HEX])
{
	struct work work;

	begin(&work, len);
	add(&work, data, len);
	return end(&work, hex);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
digest_raw(const char *hex, unsigned char raw[DIGEST_RAW])
{
	if (strlen(hex) != 2 * DIGEST_RAW)
		return -1;
	for (int i = 0; i < DIGEST_RAW; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		raw[i] = (unsigned char)(hi << 4 | lo);
	}
	return 0;
}

static int
digest_fd(int fd, struct work *work)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		add(work, chunk, (size_t)n);
	}
	return 0;
}

int
digest_file(const char *path, char hex[DIGEST_HEX], struct err *err)
{
	struct stat st = { 0 };
	struct work work;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_file(err, "cannot open '%s'", path);
	fstat(fd, &st);
	begin(&work, S_ISREG(st.st_mode) ? (size_t)st.st_size : ENOUGH);
	rc = digest_fd(fd, &work);
	if (rc < 0)
		err_file(err, "cannot read '%s'", path);
	close(fd);
	end(&work, hex);
	return rc;
}
