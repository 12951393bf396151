/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/proto.h"

#include <stdlib.h>
#include <string.h>

enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

#define VARINT_MAX 10
/* The length of a message takes four bytes, whatever it is: so it can be filled in afterwards. */
#define LENGTH_BYTES 4

void proto_close(struct proto *p)
{
	free(p->bytes);
	*p = (struct proto) {0};
}

/* Makes room for more bytes. NULL: there is none. */
static uint8_t *room(struct proto *p, size_t bytes)
{
	size_t wanted = p->length + bytes;
	uint8_t *grown;

	if (p->failed)
		return NULL;
	if (wanted > p->room) {
		wanted = wanted * 2 + 256;
		grown = realloc(p->bytes, wanted);
		if (!grown) {
			p->failed = true;
			return NULL;
		}
		p->bytes = grown;
		p->room = wanted;
	}
	return p->bytes + p->length;
}

void proto_packed(struct proto *p, uint64_t value)
{
	uint8_t *at = room(p, VARINT_MAX);

	if (!at)
		return;
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	p->length = (size_t)(at - p->bytes);
}

static void tag(struct proto *p, uint32_t field, enum wire wire)
{
	proto_packed(p, (uint64_t)field << 3 | wire);
}

void proto_number(struct proto *p, uint32_t field, uint64_t value)
{
	tag(p, field, WIRE_VARINT);
	proto_packed(p, value);
}

void proto_fixed64(struct proto *p, uint32_t field, uint64_t value)
{
	uint8_t *at;

	tag(p, field, WIRE_FIXED64);
	at = room(p, sizeof(value));
	for (size_t i = 0; at && i < sizeof(value); i++)
		at[i] = (uint8_t)(value >> (8 * i));
	p->length += at ? sizeof(value) : 0;
}

static void append(struct proto *p, const void *bytes, size_t length)
{
	uint8_t *at = room(p, length);

	if (at && length)
		memcpy(at, bytes, length);
	p->length += at ? length : 0;
}

void proto_append(struct proto *p, const struct proto *other)
{
	append(p, other->bytes, other->length);
	p->failed |= other->failed;
}

void proto_bytes(struct proto *p, uint32_t field, const void *bytes, size_t length)
{
	tag(p, field, WIRE_BYTES);
	proto_packed(p, length);
	append(p, bytes, length);
}

void proto_text(struct proto *p, uint32_t field, const char *text)
{
	if (text)
		proto_bytes(p, field, text, strlen(text));
}

static size_t begin(struct proto *p, uint32_t field, size_t length_bytes)
{
	uint8_t *at;

	tag(p, field, WIRE_BYTES);
	at = room(p, length_bytes);
	p->length += at ? length_bytes : 0;
	return p->length;
}

static void end(struct proto *p, size_t at, size_t length_bytes)
{
	size_t length = p->length - at;

	if (p->failed || length >= (size_t)1 << (7 * length_bytes)) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < length_bytes; i++)
		p->bytes[at - length_bytes + i] =
			(uint8_t)((length >> (7 * i) & 0x7f) | (i + 1 < length_bytes ? 0x80 : 0));
}

size_t proto_begin(struct proto *p, uint32_t field)
{
	return begin(p, field, LENGTH_BYTES);
}

void proto_end(struct proto *p, size_t at)
{
	end(p, at, LENGTH_BYTES);
}

size_t proto_begin_short(struct proto *p, uint32_t field)
{
	return begin(p, field, 1);
}

void proto_end_short(struct proto *p, size_t at)
{
	end(p, at, 1);
}
