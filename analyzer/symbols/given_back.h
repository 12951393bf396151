/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_GIVEN_BACK_H
#define HUD_ANALYZER_SYMBOLS_GIVEN_BACK_H

#include "analyzer/base/text_set.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/rules/rules.h"

#include <stdbool.h>

/*
 * The coroutines that give a guard of a lock back by hand, drop(guard), and not at the end of a
 * block. Over an await after that they keep the bytes of the guard, as if they had it.
 */
struct given_back {
	bool everywhere; /* which ones is not known: any may */
	struct text_set bodies, crates;
};

/*
 * Reads the units of the crate that this one is of, which have its coroutines' code, if they were
 * not read before. 0 or -ENOMEM.
 */
int given_back_read(struct given_back *out, struct dwarf_unit *unit, const struct rules *rules,
		    dwarf_container_source source, void *context);
/* May the coroutine of this type, a full path, be one of them? */
bool given_back_by(const struct given_back *g, const char *type);
void given_back_close(struct given_back *g);

#endif
