/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_KINDS_H
#define HUD_FORMAT_WIRE_KINDS_H

#include "format/wire/records.h"

/* How the files of this folder say what their records hold; records.c puts them together. */

#define AT(type, field) ((uint16_t)offsetof(struct type, field))
#define ID(what, type, field)                                                                      \
	{                                                                                          \
		.kind = REFERENCE_##what, .offset = AT(type, field)                                \
	}
#define THREAD(type, tid_field, process_field)                                                     \
	{                                                                                          \
		.kind = REFERENCE_THREAD, .offset = AT(type, tid_field),                           \
		.process = AT(type, process_field)                                                 \
	}

#define ONE(type, field, form)                                                                     \
	{                                                                                          \
#field, AT(type, field), sizeof(((struct type *)0)->field), form                   \
	}
#define ARRAY(type, field, form)                                                                   \
	{                                                                                          \
#field, AT(type, field), sizeof(((struct type *)0)->field[0]), form                \
	}

/* The kinds of one group, by their number; those without a name are no types. */
struct record_kinds {
	uint16_t first; /* number of the first */
	uint16_t count;
	const struct record_kind *kind;
};

extern const struct record_kinds definitions_kinds;
extern const struct record_kinds events_kinds;
extern const struct record_kinds recording_kinds;
extern const struct record_kinds tasks_kinds;
extern const struct record_kinds symbols_kinds;

#endif
