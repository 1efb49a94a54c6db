/* SPDX-License-Identifier: MIT */
/* digest: SHA-256 by nettle, which is as fast as libcrypto and costs no program its start. */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

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

static char *
end(struct sha256_ctx *sha, char hex[DIGEST_HEX])
{
	unsigned char raw[DIGEST_RAW];

	sha256_digest(sha, sizeof(raw), raw);
	return digest_text(raw, hex);
}

char *
digest_bytes(const void *data, size_t len, char hex[DIGEST_HEX])
{
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, len, data);
	return end(&sha, hex);
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
digest_fd(int fd, struct sha256_ctx *sha)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		sha256_update(sha, (size_t)n, (const uint8_t *)chunk);
	}
	return 0;
}

int
digest_file(const char *path, char hex[DIGEST_HEX], struct err *err)
{
	struct sha256_ctx sha;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_file(err, "cannot open '%s'", path);
	sha256_init(&sha);
	rc = digest_fd(fd, &sha);
	if (rc < 0)
		err_file(err, "cannot read '%s'", path);
	close(fd);
	end(&sha, hex);
	return rc;
}
