/* SPDX-License-Identifier: MIT */
/* digest: SHA-256 by libcrypto. */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

char *
digest_text(const unsigned char raw[DIGEST_RAW], char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[2 * SHA256_DIGEST_LENGTH] = '\0';
	return hex;
}

char *
digest_bytes(const void *data, size_t len, char hex[DIGEST_HEX])
{
	unsigned char sum[SHA256_DIGEST_LENGTH];

	SHA256(data, len, sum);
	return digest_text(sum, hex);
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
digest_fd(int fd, EVP_MD_CTX *ctx)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		EVP_DigestUpdate(ctx, chunk, (size_t)n);
	}
	return 0;
}

int
digest_file(const char *path, char hex[DIGEST_HEX], struct err *err)
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	EVP_MD_CTX *ctx;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_file(err, "cannot open '%s'", path);
	ctx = EVP_MD_CTX_new();
	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	rc = digest_fd(fd, ctx);
	if (rc < 0)
		err_file(err, "cannot read '%s'", path);
	EVP_DigestFinal_ex(ctx, sum, NULL);
	EVP_MD_CTX_free(ctx);
	close(fd);
	digest_text(sum, hex);
	return rc;
}
