/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_RECORDS_H
#define HUD_FORMAT_WIRE_RECORDS_H

#include "format/wire/chunk.h"

#include <stdbool.h>

/*
 * What is known of each record type: its group, its size, its fields, and what it refers to.
 * Reader, writer and `hud-analyze dump` need no more.
 */

enum record_group {
	RECORD_UNKNOWN = 0,
	RECORD_DEFINITION,
	RECORD_EVENT,
	RECORD_RECORDING, /* about the recording itself */
	RECORD_SYMBOL,
};

enum reference_kind {
	REFERENCE_NONE = 0,
	REFERENCE_STRING,
	REFERENCE_PROCESS,
	REFERENCE_THREAD, /* by tid and process */
	REFERENCE_USER_STACK,
	REFERENCE_KERNEL_STACK,
	REFERENCE_MAPPING, /* by address and process */
};

/* A field (or each element of the record's array) that refers to a definition; 0 refers to none. */
struct record_reference {
	enum reference_kind kind;
	uint16_t offset;  /* of the field */
	uint16_t process; /* THREAD, MAPPING: offset of the process id */
	bool each;        /* the field is an array, with the record's count of elements */
	uint16_t when;    /* if not 0: refers only if the u32 at this offset is `equals` */
	uint32_t equals;
};

/* A record's count: so many elements of `element` bytes follow its fixed part (0: none do). */
struct record_count {
	uint16_t offset;
	uint8_t width; /* of the count; 0: the record has none */
	uint8_t element;
	uint32_t max;
};

enum field_form {
	FIELD_NUMBER,
	FIELD_SIGNED,
	FIELD_HEX,
	/* Arrays, of as many elements as the record's count says. */
	FIELD_BYTES,     /* printed as hex digits */
	FIELD_TEXT,      /* bytes of a text */
	FIELD_ADDRESSES, /* u64 each */
	FIELD_NUMBERS,   /* u32 each */
};

struct record_field {
	const char *name;
	uint16_t offset;
	uint8_t bytes; /* of the number, or of one element */
	uint8_t form;  /* enum field_form */
};

#define RECORD_REFERENCES 8

struct record_kind {
	const char *name;
	enum record_group group;
	uint16_t bytes;                    /* of the fixed part; 0: not a known type */
	const struct record_field *fields; /* the last has no name */
	struct record_count count;
	struct record_reference reference[RECORD_REFERENCES]; /* up to the first NONE */
};

/* NULL: not a type this code knows. */
const struct record_kind *record_kind(uint16_t type);

/* RECORD_UNKNOWN: not a type this code knows. */
enum record_group record_group(uint16_t type);

/* The record's own count, 0 where its type has none. The fixed part must be there. */
uint32_t record_count(const struct record_kind *kind, const struct hud_record *record);

/* True: it has the size that its type and its count require. `size` bytes must be readable. */
bool record_is_whole(const struct record_kind *kind, const struct hud_record *record);

/* The u32 at `offset` of a record. */
uint32_t record_u32(const struct hud_record *record, uint16_t offset);

#endif
