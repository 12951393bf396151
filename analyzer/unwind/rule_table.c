/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/rule_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* HUD_PLAN_RULES_MAX fills half of it at most. */
enum { SLOT_BITS = 17, SLOTS = 1 << SLOT_BITS };

static const struct hud_plan_rule unsupported = {.type = HUD_RULE_UNSUPPORTED};

int rule_table_open(struct rule_table *r)
{
	static const struct hud_plan_rule none;

	memset(r, 0, sizeof(*r));
	r->rule = malloc(HUD_PLAN_RULES_MAX * sizeof(*r->rule));
	r->slot = calloc(SLOTS, sizeof(*r->slot));
	if (!r->rule || !r->slot) {
		rule_table_close(r);
		return -ENOMEM;
	}
	r->rule[r->count++] = none;
	rule_table_intern(r, unsupported);
	return 0;
}

static bool same(const struct hud_plan_rule *left, const struct hud_plan_rule *right)
{
	return memcmp(left, right, sizeof(*left)) == 0;
}

uint16_t rule_table_intern(struct rule_table *r, struct hud_plan_rule rule)
{
	static const struct hud_plan_rule none;
	uint64_t key;
	uint32_t at;

	if (same(&rule, &none))
		return UNWIND_RULE_NONE;
	memcpy(&key, &rule, sizeof(key));
	at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SLOT_BITS));
	while (r->slot[at]) {
		if (same(&r->rule[r->slot[at]], &rule))
			return r->slot[at];
		at = (at + 1) % SLOTS;
	}
	if (r->count == HUD_PLAN_RULES_MAX) {
		r->dropped++;
		return UNWIND_RULE_UNSUPPORTED;
	}
	r->rule[r->count] = rule;
	r->slot[at] = (uint16_t)r->count;
	return (uint16_t)r->count++;
}

void rule_table_take(struct rule_table *r, struct hud_plan_rule **rule, size_t *count)
{
	struct hud_plan_rule *fitted = realloc(r->rule, r->count * sizeof(*fitted));

	*rule = fitted ? fitted : r->rule;
	*count = r->count;
	r->rule = NULL;
}

void rule_table_close(struct rule_table *r)
{
	free(r->rule);
	free(r->slot);
	memset(r, 0, sizeof(*r));
}
