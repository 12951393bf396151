/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_BYTES_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A reader of a part of a section. Little-endian, as all supported machines are. */
struct dwarf_bytes {
	const uint8_t *at;
	const uint8_t *end;
	bool failed; /* a read went past the end: all further reads give 0 */
};

static inline struct dwarf_bytes dwarf_bytes_of(const uint8_t *start, size_t bytes)
{
	return (struct dwarf_bytes) {.at = start, .end = start ? start + bytes : start};
}

static inline size_t dwarf_left(const struct dwarf_bytes *b)
{
	return (size_t)(b->end - b->at);
}

static inline void dwarf_fail(struct dwarf_bytes *b)
{
	b->failed = true;
	b->at = b->end;
}

static inline void dwarf_skip(struct dwarf_bytes *b, uint64_t bytes)
{
	if (bytes > dwarf_left(b))
		dwarf_fail(b);
	else
		b->at += bytes;
}

/* An unsigned number of 1 to 8 bytes. */
static inline uint64_t dwarf_fixed(struct dwarf_bytes *b, unsigned int bytes)
{
	uint64_t value = 0;

	if (bytes > sizeof(value) || bytes > dwarf_left(b)) {
		dwarf_fail(b);
		return 0;
	}
	memcpy(&value, b->at, bytes);
	b->at += bytes;
	return value;
}

static inline uint64_t dwarf_uleb(struct dwarf_bytes *b)
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
	dwarf_fail(b);
	return 0;
}

static inline int64_t dwarf_sleb(struct dwarf_bytes *b)
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
	dwarf_fail(b);
	return 0;
}

/* A terminated string; NULL: its end is missing. */
static inline const char *dwarf_text(struct dwarf_bytes *b)
{
	const char *text = (const char *)b->at;
	const uint8_t *zero = dwarf_left(b) ? memchr(b->at, 0, dwarf_left(b)) : NULL;

	if (!zero) {
		dwarf_fail(b);
		return NULL;
	}
	b->at = zero + 1;
	return text;
}

#endif
