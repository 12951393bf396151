/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_frame_cursor.h"

#include <string.h>

enum pointer_format {
	FORMAT_ADDRESS = 0x0,
	FORMAT_ULEB = 0x1,
	FORMAT_UDATA2 = 0x2,
	FORMAT_UDATA4 = 0x3,
	FORMAT_UDATA8 = 0x4,
	FORMAT_SLEB = 0x9,
	FORMAT_SDATA2 = 0xa,
	FORMAT_SDATA4 = 0xb,
	FORMAT_SDATA8 = 0xc,
};

const uint8_t *eh_cursor_skip(struct eh_cursor *c, uint64_t bytes)
{
	const uint8_t *start = c->at;

	if (c->bad || bytes > (size_t)(c->end - c->at)) {
		c->bad = true;
		return NULL;
	}
	c->at += bytes;
	c->address += bytes;
	return start;
}

uint64_t eh_cursor_fixed(struct eh_cursor *c, size_t bytes)
{
	const uint8_t *start = eh_cursor_skip(c, bytes);
	uint64_t value = 0;

	if (start)
		memcpy(&value, start, bytes);
	return value;
}

/* The value's bits and how many there are; bits over 64 are lost, as everybody loses them. */
static uint64_t leb(struct eh_cursor *c, unsigned int *bits, bool *negative)
{
	uint64_t value = 0;
	uint8_t byte;

	*bits = 0;
	do {
		byte = (uint8_t)eh_cursor_fixed(c, 1);
		if (c->bad)
			return 0;
		if (*bits < 64)
			value |= (uint64_t)(byte & 0x7f) << *bits;
		*bits += 7;
	} while (byte & 0x80);
	*negative = byte & 0x40;
	return value;
}

uint64_t eh_cursor_uleb(struct eh_cursor *c)
{
	unsigned int bits;
	bool negative;

	return leb(c, &bits, &negative);
}

int64_t eh_cursor_sleb(struct eh_cursor *c)
{
	bool negative = false;
	unsigned int bits;
	uint64_t value = leb(c, &bits, &negative);

	if (!c->bad && negative && bits < 64)
		value |= UINT64_MAX << bits;
	return (int64_t)value;
}

static uint64_t pointer_value(struct eh_cursor *c, uint8_t encoding)
{
	switch ((enum pointer_format)(encoding & EH_POINTER_FORMAT)) {
	case FORMAT_ADDRESS:
	case FORMAT_UDATA8:
	case FORMAT_SDATA8:
		return eh_cursor_fixed(c, 8);
	case FORMAT_ULEB:
		return eh_cursor_uleb(c);
	case FORMAT_SLEB:
		return (uint64_t)eh_cursor_sleb(c);
	case FORMAT_UDATA2:
		return eh_cursor_fixed(c, 2);
	case FORMAT_SDATA2:
		return (uint64_t)(int16_t)eh_cursor_fixed(c, 2);
	case FORMAT_UDATA4:
		return eh_cursor_fixed(c, 4);
	case FORMAT_SDATA4:
		return (uint64_t)(int32_t)eh_cursor_fixed(c, 4);
	}
	c->bad = true;
	return 0;
}

uint64_t eh_cursor_pointer(struct eh_cursor *c, uint8_t encoding)
{
	uint64_t place = c->address;
	uint64_t value = pointer_value(c, encoding);

	switch (encoding & (EH_POINTER_BASE | EH_POINTER_INDIRECT)) {
	case EH_POINTER_ABSOLUTE:
		return value;
	case EH_POINTER_PCREL:
		return place + value;
	}
	c->bad = true;
	return 0;
}

void eh_cursor_skip_pointer(struct eh_cursor *c, uint8_t encoding)
{
	enum { BASE_ALIGNED = 0x50 };

	if (encoding == EH_POINTER_OMIT)
		return;
	if ((encoding & EH_POINTER_BASE) == BASE_ALIGNED)
		eh_cursor_skip(c, -c->address & 7);
	pointer_value(c, encoding);
}
