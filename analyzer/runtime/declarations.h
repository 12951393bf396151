/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_DECLARATIONS_H
#define HUD_ANALYZER_RUNTIME_DECLARATIONS_H

#include "analyzer/dwarf/type.h"
#include "analyzer/runtime/runtime_names.h"
#include "analyzer/runtime/tls.h"

/* The entries of debug information for the thread-locals and types that runtime_names.h lists. */
struct plan_declared {
	bool found;
	struct dwarf_entry entry;
	uint64_t value; /* of a thread-local: its offset in the thread-local block */
	enum plan_declared_by {
		DECLARED_VARIABLE, /* `entry` is that of the variable, or of the type */
		/* a thread-local found by its symbol; `entry` is that of its type */
		DECLARED_TYPE,
		/* a thread-local found by its symbol: one word, with an address; no `entry` */
		DECLARED_WORD,
	} by;
};

struct plan_declarations {
	struct plan_declared of[NAMES];
};

/*
 * Searches the units of the runtime's crate, and where those are not enough all Rust units. The
 * file's units must have been read.
 */
void plan_declarations_read(struct plan_declarations *out, struct dwarf_file *file,
			    const struct plan_names *names, const struct plan_tls *tls);

/* The value of a thread-local; offsets count from the start of the thread-local block. */
bool plan_declared_place(const struct plan_declared *d, struct dwarf_place *out);

/* A member of 8 bytes; its offset counts from the value that it is in. */
bool plan_member_word(const struct dwarf_place *in, const char *name, uint32_t *out);

#endif
