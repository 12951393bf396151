/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_CHUNK_H
#define HUD_FORMAT_WIRE_CHUNK_H

/*
 * What a .hud capture contains, byte for byte. docs/FORMAT.md is the normative text.
 *
 * All integers are little-endian and of fixed width; times are CLOCK_MONOTONIC nanoseconds unless
 * a field says otherwise; sizes are bytes. Records are 8-byte aligned. A reader skips types it does
 * not know by their size, and reads the known part of a longer record.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the format is little-endian and used in place: big-endian hosts need a codec"
#endif

#define HUD_ASSERT_SIZE(type, bytes)                                                               \
	_Static_assert(sizeof(type) == (bytes), "wire layout of " #type " drifted")
#define HUD_ASSERT_OFFSET(type, field, bytes)                                                      \
	_Static_assert(offsetof(type, field) == (bytes),                                           \
		       "wire layout of " #type "." #field " drifted")

/* The naming frame: a zstd skippable frame with this magic and payload opens a capture. */
#define HUD_NAMING_MAGIC 0x184D2A5Du
#define HUD_NAMING_TEXT "hud capture 1\n\0\0" /* 16 bytes, the NULs included */
#define HUD_NAMING_TEXT_BYTES 16

#define HUD_CHUNK_MAGIC "HUDCHUNK"
#define HUD_FORMAT_VERSION 1u
#define HUD_CHUNK_CONTENT_MAX (4u << 20) /* a reader refuses to inflate more than this */
#define HUD_STACK_FRAMES_MAX 256u
#define HUD_STRING_BYTES_MAX 4096u
#define HUD_SYMBOL_TEXT_BYTES_MAX 65536u
#define HUD_SYMBOL_CALLS_MAX 256u
#define HUD_BUILD_ID_BYTES_MAX 32u

/* First thing in the content of each zstd frame. */
struct hud_chunk {
	uint8_t magic[8];       /* HUD_CHUNK_MAGIC, no NUL */
	uint8_t capture_id[16]; /* random, the same in all chunks of one capture */
	uint64_t sequence;      /* 0, 1, 2, …: a gap is loss */
	uint64_t start_ns;      /* when the chunk was opened */
	uint64_t end_ns;        /* when it was closed */
	uint32_t version;       /* HUD_FORMAT_VERSION */
	uint32_t records;       /* how many follow */
	uint64_t bytes;         /* all of them together, this header not included */
};
HUD_ASSERT_SIZE(struct hud_chunk, 64);

enum hud_record_flags {
	/* a reader that does not know the type refuses the capture */
	HUD_MUST_UNDERSTAND = 1u << 15,
};

/* Before every record. `size` includes this header and is a multiple of 8. */
struct hud_record {
	uint16_t type; /* numbers: with the structs of each group; docs/FORMAT.md has all */
	uint16_t flags;
	uint32_t size;
};
HUD_ASSERT_SIZE(struct hud_record, 8);

/* The head of a record of a fixed size: the initializer of its first member. */
#define HUD_RECORD_HEAD(number, wire)                                                              \
	{                                                                                          \
		.type = (number), .size = (uint32_t)sizeof(wire)                                   \
	}

#endif
