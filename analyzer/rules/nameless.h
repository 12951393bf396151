/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_NAMELESS_H
#define HUD_ANALYZER_RULES_NAMELESS_H

#include "analyzer/rules/rules.h"

/*
 * The class of a stack of a stripped program, by what is known of its functions without a name
 * (symbol_frame.code): a task is polled in a function that its table has, whatever it is called.
 *
 * A worker is itself a closure of the blocking pool. So of two polls on a stack the inner one is of
 * a task, on a worker; a closure's poll alone is a worker between two polls, or another closure.
 */

/* Is anything known of one of these functions that classifies the stack? */
bool nameless_is(const struct symbol_frame *const *frames, size_t count);

/*
 * Sets class, pool_idle, poll, scheduler, task, site, entry and boundary. `complete` is set: does
 * the stack reach the outermost function of its thread?
 */
void nameless_classify(const struct rules *r, const struct symbol_frame *const *frames,
		       size_t count, struct stack_verdict *v);

#endif
