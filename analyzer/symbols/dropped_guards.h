/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_DROPPED_GUARDS_H
#define HUD_ANALYZER_SYMBOLS_DROPPED_GUARDS_H

#include "analyzer/base/text_set.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/rules/rules.h"

#include <stdbool.h>

/*
 * The coroutines that drop a guard of a lock, drop(guard), before the end of its block. Over an
 * await after that they keep the bytes of the guard, as if they had it.
 */
struct dropped_guards {
	bool everywhere; /* which ones is not known: any may */
	struct text_set bodies, crates;
};

/*
 * Reads the units of the crate that this one is of, which have its coroutines' code, if they were
 * not read before. 0 or -ENOMEM.
 */
int dropped_guards_read(struct dropped_guards *out, struct dwarf_unit *unit,
			const struct rules *rules, dwarf_container_source source, void *context);
/* May the coroutine of this type, a full path, be one of them? */
bool dropped_guards_by(const struct dropped_guards *g, const char *type);
void dropped_guards_close(struct dropped_guards *g);

#endif
