/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_RULE_TABLE_H
#define HUD_ANALYZER_UNWIND_RULE_TABLE_H

#include "format/plan/plan.h"

/* The distinct rules of an object, numbered in the order of their first use. */

enum { UNWIND_RULE_NONE = 0, UNWIND_RULE_UNSUPPORTED = 1 }; /* in every table */

struct rule_table {
	struct hud_plan_rule *rule;
	uint32_t count;
	uint16_t *slot;   /* hash table of numbers; 0: free */
	uint64_t dropped; /* calls whose rule found no room, and became unsupported */
};

/* 0 or -ENOMEM. */
int rule_table_open(struct rule_table *r);
/*
 * The number of a rule, which is added when it is new. UNWIND_RULE_UNSUPPORTED: the table is full.
 */
uint16_t rule_table_intern(struct rule_table *r, struct hud_plan_rule rule);
/* Hands the array of rules over to the caller, who frees it. */
void rule_table_take(struct rule_table *r, struct hud_plan_rule **rule, size_t *count);
void rule_table_close(struct rule_table *r);

#endif
