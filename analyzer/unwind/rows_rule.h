/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_ROWS_RULE_H
#define HUD_ANALYZER_UNWIND_ROWS_RULE_H

#include "format/plan.h"

/* The distinct rules of an object, numbered in the order in which they came. */

enum { UNWIND_RULE_NONE = 0, UNWIND_RULE_UNSUPPORTED = 1 }; /* always there */

struct unwind_rules {
	struct hud_plan_rule *rule;
	uint32_t count;
	uint16_t *slot;   /* hash table of numbers; 0: free */
	uint64_t dropped; /* rules that found no room and were made unsupported */
};

int unwind_rules_open(struct unwind_rules *r);
uint16_t unwind_rules_intern(struct unwind_rules *r, struct hud_plan_rule rule);
/* The array becomes the caller's. */
void unwind_rules_take(struct unwind_rules *r, struct hud_plan_rule **rule, size_t *count);
void unwind_rules_close(struct unwind_rules *r);

#endif
