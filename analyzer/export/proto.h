/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_PROTO_H
#define HUD_ANALYZER_EXPORT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of a protobuf message, written in order. All zeros is an empty one.
 *
 * By hand, since a message of libprotobuf-c is a tree of objects, which would be built and freed
 * for each event, while the formats here need a dozen messages with a few fields.
 */
struct proto {
	uint8_t *bytes;
	size_t length, room;
	bool failed; /* out of memory: what is added is ignored */
};

void proto_close(struct proto *p);

/* A field of any integer type but the fixed ones and sint. A negative number takes ten bytes. */
void proto_number(struct proto *p, uint32_t field, uint64_t value);
void proto_fixed64(struct proto *p, uint32_t field, uint64_t value);
/* A string or bytes. */
void proto_bytes(struct proto *p, uint32_t field, const void *bytes, size_t length);
void proto_text(struct proto *p, uint32_t field, const char *text); /* NULL: nothing */
/* A number without a field, of a packed list that was begun with proto_begin(). */
void proto_packed(struct proto *p, uint64_t value);
/* What another one holds. */
void proto_append(struct proto *p, const struct proto *other);

/* Begins and ends a message, or a packed list, in a field. `at`: what proto_begin() returned. */
size_t proto_begin(struct proto *p, uint32_t field);
void proto_end(struct proto *p, size_t at);

/* The same for one that is shorter than 128 bytes. */
size_t proto_begin_short(struct proto *p, uint32_t field);
void proto_end_short(struct proto *p, size_t at);

#endif
