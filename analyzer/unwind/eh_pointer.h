/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_EH_POINTER_H
#define HUD_ANALYZER_UNWIND_EH_POINTER_H

#include "analyzer/base/bytes.h"

#include <stdbool.h>

/* The bytes of .eh_frame or .debug_frame, and what has to be known to read them. */
struct eh_section {
	const uint8_t *data;
	size_t bytes;
	uint64_t address; /* of `data`, as the object is linked */
	uint32_t machine; /* ELF e_machine: EM_X86_64 or EM_AARCH64 */
	bool debug_frame; /* .debug_frame: CIE ids and CIE pointers differ from .eh_frame's */
	bool unbounded;   /* `bytes` is an upper bound only: a terminator ends the section */
};

/* DW_EH_PE_*: how a pointer is encoded. */
enum {
	EH_POINTER_ABSOLUTE = 0x00,
	EH_POINTER_FORMAT = 0x0f,
	EH_POINTER_PCREL = 0x10,
	EH_POINTER_BASE = 0x70,
	EH_POINTER_INDIRECT = 0x80,
	EH_POINTER_OMIT = 0xff,
};

/*
 * The pointer at `from`, which lies in the section. It fails for a pointer that is relative to
 * anything but its own address, and for an indirect one.
 */
uint64_t eh_pointer_read(const struct eh_section *section, struct byte_reader *from,
			 uint8_t encoding);
/* Skips a pointer, whatever it is relative to. */
void eh_pointer_skip(const struct eh_section *section, struct byte_reader *from, uint8_t encoding);

#endif
