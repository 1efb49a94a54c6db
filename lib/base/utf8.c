/* SPDX-License-Identifier: MIT */
/* utf8: bytes from outside, made fit for a JSON string. */
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

/* How many bytes the character at data takes; 0 when there is none (RFC 3629, section 4). */
static size_t
character(const unsigned char *data, size_t len)
{
	static const unsigned char low[] = { [0xe0 - 0xc2] = 0xa0, [0xf0 - 0xc2] = 0x90 };
	static const unsigned char high[] = { [0xed - 0xc2] = 0x9f, [0xf4 - 0xc2] = 0x8f };
	unsigned char lead = data[0], from = 0x80, to = 0xbf;
	size_t size;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (len < size)
		return 0;
	if ((size_t)(lead - 0xc2) < sizeof(low) && low[lead - 0xc2])
		from = low[lead - 0xc2];
	if ((size_t)(lead - 0xc2) < sizeof(high) && high[lead - 0xc2])
		to = high[lead - 0xc2];
	if (data[1] < from || data[1] > to)
		return 0;
	for (size_t i = 2; i < size; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* How many bytes from the start are ASCII, in steps of a word. */
static size_t
ascii(const unsigned char *data, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < len && data[i] < 0x80)
		i++;
	return i;
}

bool
utf8_valid(const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;

	for (size_t i = ascii(p, len); i < len; i += ascii(p + i, len - i)) {
		size_t n = character(p + i, len - i);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static bool
is_within(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
utf8_whole(const char *data, size_t len)
{
	size_t begin = len, size;
	unsigned char lead;

	while (begin > 0 && len - begin < 3 && is_within(data[begin - 1]))
		begin--;
	if (begin == 0)
		return len;
	lead = (unsigned char)data[--begin];
	size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	return begin + size > len ? begin : len;
}

size_t
utf8_cut(const char *data, size_t len, size_t most)
{
	return len <= most ? len : utf8_whole(data, most);
}

size_t
utf8_tail(const char *data, size_t len, size_t most)
{
	size_t from = len <= most ? 0 : len - most;

	for (int i = 0; i < 3 && from > 0 && from < len && is_within(data[from]); i++)
		from++;
	return from;
}

void
utf8_repair(char *data, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t size = character((const unsigned char *)data + i, len - i);

		if (size == 0)
			data[i] = '?';
		i += size ? size : 1;
	}
}

bool
utf8_visible(const char *data, size_t len, unsigned flags, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)data;
	bool changed = false;

	for (size_t i = 0; i < len;) {
		size_t n = character(p + i, len - i);

		if (n == 0 || p[i] == 0 ||
		    ((flags & UTF8_CONTROLS) && (p[i] < 0x20 || p[i] == 0x7f))) {
			buf_addf(out, "\\x%02x", p[i]);
			changed = true;
			n = 1;
		} else {
			buf_add(out, p + i, n);
		}
		i += n;
	}
	return changed;
}
