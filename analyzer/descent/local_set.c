/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/bytes.h"
#include "analyzer/descent/draft.h"

/* A LocalSet: the way to the list of its tasks, which is behind two pointers. */

/* The offset of a number, or an address, in a member. */
static bool word_within(struct draft *d, const struct dwarf_place *in, enum descent_word word,
			uint32_t *out)
{
	struct dwarf_place member;

	return dwarf_place_within(in, DWARF_KIND_MEMBER, descent_rules_name(&d->rules, word),
				  &member) &&
	       dwarf_is_word(&member.type) && dwarf_offset_narrow(member.offset, out);
}

void draft_local_set_read(struct draft *d, uint32_t index, const struct rules_line *rule,
			  const struct dwarf_place *value)
{
	struct hud_plan_task_edge edge = {.node = HUD_NO_NODE};
	struct hud_plan_task_node n = d->node[index].node;
	struct dwarf_place context, shared, list;

	if (!draft_pointer(d, value, rule->words[2], &n.tag, &context) ||
	    !draft_pointer(d, &context, rule->words[3], &n.field[0], &shared) ||
	    !dwarf_place_within(&shared, DWARF_KIND_MEMBER,
				descent_rules_name(&d->rules, WORD_OWNED), &list) ||
	    !word_within(d, &list, WORD_FIRST, &n.field[1]) ||
	    !word_within(d, &list, WORD_LAST, &n.field[2]) ||
	    !word_within(d, &list, WORD_ID, &edge.offset))
		return;
	n.kind = HUD_NODE_TASKS;
	d->node[index].node = n;
	draft_edge(d, index, &edge);
}
