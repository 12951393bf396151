/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_FRAME_CURSOR_H
#define HUD_ANALYZER_UNWIND_EH_FRAME_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads call frame information that may be anything. Behind its end, or after a value that has no
 * meaning, it is `bad` for good and gives zeroes: one check after many reads is enough.
 */
struct eh_cursor {
	const uint8_t *at;
	const uint8_t *end;
	uint64_t address; /* of `at` when the object is loaded where it says */
	bool bad;
};

/* 1, 2, 4 or 8 bytes. */
uint64_t eh_cursor_fixed(struct eh_cursor *c, size_t bytes);
uint64_t eh_cursor_uleb(struct eh_cursor *c);
int64_t eh_cursor_sleb(struct eh_cursor *c);
/* Passes over so many bytes and returns where they begin; NULL: there are fewer. */
const uint8_t *eh_cursor_skip(struct eh_cursor *c, uint64_t bytes);

enum {
	EH_POINTER_ABSOLUTE = 0x00,
	EH_POINTER_FORMAT = 0x0f,
	EH_POINTER_PCREL = 0x10,
	EH_POINTER_BASE = 0x70,
	EH_POINTER_INDIRECT = 0x80,
	EH_POINTER_OMIT = 0xff,
};

/* A DW_EH_PE pointer. What wants a base other than the place itself, or memory, is bad. */
uint64_t eh_cursor_pointer(struct eh_cursor *c, uint8_t encoding);
/* Passes over one, whatever its base is. */
void eh_cursor_skip_pointer(struct eh_cursor *c, uint8_t encoding);

#endif
