/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_BYTES_H
#define HUD_ANALYZER_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { POINTER_BYTES = 8 }; /* of all supported machines, whose usize is a u64 */

/*
 * Reads what lies in memory, such as a section, from its start on. Little-endian, as all supported
 * machines are.
 */
struct byte_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed; /* a read went past the end: all further reads give 0 */
};

static inline struct byte_reader bytes_of(const uint8_t *start, size_t bytes)
{
	return (struct byte_reader) {.at = start, .end = start ? start + bytes : start};
}

static inline size_t bytes_left(const struct byte_reader *b)
{
	return (size_t)(b->end - b->at);
}

static inline void bytes_fail(struct byte_reader *b)
{
	b->failed = true;
	b->at = b->end;
}

static inline void bytes_skip(struct byte_reader *b, uint64_t bytes)
{
	if (bytes > bytes_left(b))
		bytes_fail(b);
	else
		b->at += bytes;
}

/* An unsigned number of 1 to 8 bytes. */
static inline uint64_t bytes_fixed(struct byte_reader *b, unsigned int bytes)
{
	uint64_t value = 0;

	if (bytes > sizeof(value) || bytes > bytes_left(b)) {
		bytes_fail(b);
		return 0;
	}
	memcpy(&value, b->at, bytes);
	b->at += bytes;
	return value;
}

static inline uint64_t bytes_uleb(struct byte_reader *b)
{
	uint64_t value = 0;

	if (b->at < b->end && !(*b->at & 0x80)) /* most numbers take one byte */
		return *b->at++;
	for (unsigned int shift = 0; b->at < b->end; shift += 7) {
		uint8_t byte = *b->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	bytes_fail(b);
	return 0;
}

static inline int64_t bytes_sleb(struct byte_reader *b)
{
	uint64_t value = 0;
	unsigned int shift = 0;

	while (b->at < b->end) {
		uint8_t byte = *b->at++;

		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (byte & 0x80)
			continue;
		if (shift < 64 && byte & 0x40)
			value |= UINT64_MAX << shift;
		return (int64_t)value;
	}
	bytes_fail(b);
	return 0;
}

/* A terminated string; NULL: its end is missing. */
static inline const char *bytes_text(struct byte_reader *b)
{
	const char *text = (const char *)b->at;
	const uint8_t *zero = bytes_left(b) ? memchr(b->at, 0, bytes_left(b)) : NULL;

	if (!zero) {
		bytes_fail(b);
		return NULL;
	}
	b->at = zero + 1;
	return text;
}

#endif
