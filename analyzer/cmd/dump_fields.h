/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CMD_DUMP_FIELDS_H
#define HUD_ANALYZER_CMD_DUMP_FIELDS_H

#include "format/wire.h"

/* Every field of every record, as data: its offset and how it is printed. */

enum field_form {
	FIELD_NUMBER,
	FIELD_SIGNED,
	FIELD_HEX,
	FIELD_BYTES,     /* hex digits; the count field has how many */
	FIELD_TEXT,      /* bytes, escaped; the count field has how many */
	FIELD_ADDRESSES, /* u64 each, hex */
	FIELD_IDS,       /* u32 each */
	FIELD_CALLS,     /* u32 each, HUD_SYMBOL_CALL_WORDS for each of the count field */
};

struct field {
	const char *name;
	uint16_t offset;
	uint8_t bytes;         /* of the number, or of one element */
	uint8_t form;          /* enum field_form */
	uint16_t count_offset; /* of the number of elements, for the forms that have one */
	uint8_t count_bytes;
};

struct record_fields {
	uint16_t type;
	const struct field *fields; /* the last has no name */
};

/* The fields of a type, or NULL. */
const struct field *record_fields(uint16_t type);

#endif
