/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_DECLARED_H
#define HUD_ANALYZER_PLAN_DECLARED_H

#include "analyzer/debuginfo/dwarf_entry.h"
#include "analyzer/plan/runtime_names.h"
#include "analyzer/plan/tls.h"

/* Where the debug information describes the thread-locals and types that the rules name. */
struct plan_declared {
	bool found;
	struct dwarf_entry entry;
	uint64_t value; /* of a thread-local: its place in the block */
	enum plan_declared_by {
		DECLARED_VARIABLE, /* by the entry of the variable, or of the type */
		DECLARED_TYPE,     /* a thread-local by its symbol, and the entry of its type */
		DECLARED_WORD,     /* by its symbol: one word, an address */
	} by;
};

struct plan_declarations {
	struct plan_declared of[NAMES];
};

/*
 * Looks through the units of the crate itself, and through all of that language when those do not
 * say enough. The file's units must have been read.
 */
void plan_declarations_read(struct plan_declarations *out, struct dwarf_file *file,
			    const struct plan_names *names, const struct plan_tls *tls);

#endif
