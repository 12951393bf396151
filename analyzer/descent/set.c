/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/bytes.h"
#include "analyzer/descent/draft.h"

#include <dwarf.h>

/* Futures that are awaited together: where a recorder finds each of them. */

/* A member of an item, by a line of its name, and of one inside of it. */
static bool item_member(const struct rules_line *line, const struct dwarf_place *item,
			struct dwarf_place *out)
{
	return dwarf_place_member(item, line->words[1], out) &&
	       (!*line->words[2] ||
		dwarf_place_within(out, DWARF_KIND_MEMBER, line->words[2], out));
}

/* The address of another item. */
static bool link_read(struct draft *d, enum descent_word word, const struct dwarf_place *item,
		      uint32_t *at)
{
	const struct rules_line *line;
	struct dwarf_place link;

	for (size_t i = 0; (line = descent_rules_nth(&d->rules, word, i)); i++)
		if (item_member(line, item, &link) &&
		    dwarf_place_within(&link, DWARF_KIND_POINTER, NULL, &link))
			return dwarf_offset_narrow(link.offset, at);
	return false;
}

/* How many items there are, where that is known. */
static void number_read(struct draft *d, uint32_t index, const struct dwarf_place *set,
			const struct dwarf_place *item)
{
	struct hud_plan_task_edge edge = {.node = HUD_NO_NODE};
	const struct rules_line *line;
	struct dwarf_place number;

	for (size_t i = 0; (line = descent_rules_nth(&d->rules, WORD_NUMBER, i)); i++) {
		if (item_member(line, item, &number))
			edge.edge_flags = HUD_EDGE_COUNT_FIRST;
		else if (dwarf_place_within(set, DWARF_KIND_MEMBER, line->words[1], &number))
			edge.edge_flags = HUD_EDGE_COUNT;
		else
			continue;
		if (dwarf_place_within(&number, DWARF_KIND_NUMBER, NULL, &number) &&
		    dwarf_type_bytes(&number.type) == POINTER_BYTES &&
		    dwarf_offset_narrow(number.offset, &edge.offset)) {
			draft_edge(d, index, &edge);
			return;
		}
	}
}

/* The items of a list, whose first one is so far behind the pointer in the set. */
static bool list_add(struct draft *d, uint32_t index, const struct rules_line *rule,
		     const struct dwarf_place *item, uint64_t behind)
{
	struct hud_plan_task_node *n = &d->node[index].node;
	struct hud_plan_task_edge edge = {.value = behind, .edge_flags = HUD_EDGE_AWAITED};
	struct dwarf_place future;

	if (!link_read(d, WORD_NEXT, item, &n->field[0]) ||
	    !link_read(d, WORD_PREVIOUS, item, &n->field[1]) ||
	    !dwarf_offset_narrow(dwarf_type_bytes(&item->type), &n->field[2]) ||
	    !dwarf_place_member(item, rule->words[3], &future) ||
	    !dwarf_offset_narrow(future.offset, &edge.offset))
		return false;
	edge.node = draft_node(d, &future.type, false);
	draft_edge(d, index, &edge);
	return true;
}

/* The lists behind a pointer. */
static bool lists_add(struct draft *d, uint32_t index, const struct rules_line *rule,
		      const struct dwarf_place *behind, struct dwarf_place *item)
{
	const struct rules_line *line;
	struct dwarf_place first;

	for (size_t i = 0; (line = descent_rules_nth(&d->rules, WORD_SEVERAL, i)); i++)
		if (!dwarf_place_within(behind, DWARF_KIND_MEMBER, line->words[1], &first) ||
		    !dwarf_place_within(&first, DWARF_KIND_MEMBER, line->words[2], &first) ||
		    !dwarf_place_within(&first, DWARF_KIND_POINTER, NULL, &first) ||
		    !dwarf_place_target(&first, item) ||
		    !list_add(d, index, rule, item, first.offset))
			return false;
	d->node[index].node.node_flags |= HUD_NODE_BEHIND;
	return true;
}

bool draft_list_read(struct draft *d, uint32_t index, const struct rules_line *rule,
		     const struct dwarf_place *value)
{
	enum descent_word word;
	struct dwarf_place target, item;
	uint32_t tag;

	descent_rules_type(&d->rules, draft_path(d, &value->type), &word);
	if (!draft_pointer(d, value, rule->words[2], &tag, &target))
		return false;
	item = target;
	if (word == WORD_LISTS ? !lists_add(d, index, rule, &target, &item)
			       : !list_add(d, index, rule, &target, 0))
		return false;
	number_read(d, index, value, &item);
	d->node[index].node.kind = HUD_NODE_LIST;
	d->node[index].node.leaf = HUD_LEAF_SET;
	d->node[index].node.tag = tag;
	return true;
}

bool draft_slice_read(struct draft *d, uint32_t index, const struct dwarf_place *value)
{
	const struct rules_line *line = descent_rules_nth(&d->rules, WORD_SLICE, 0);
	struct hud_plan_task_edge edge = {0};
	struct hud_plan_task_node *n = &d->node[index].node;
	struct dwarf_place first, number;
	bool pointers;

	if (!line || !dwarf_place_member(value, line->words[1], &first) ||
	    !dwarf_place_member(value, line->words[2], &number) ||
	    !dwarf_offset_narrow(first.offset, &n->tag) ||
	    !dwarf_offset_narrow(number.offset, &n->field[0]) ||
	    !dwarf_place_target(&first, &first))
		return false;
	pointers = first.type.kind->tag == DW_TAG_pointer_type;
	n->kind = HUD_NODE_SLICE;
	if (!dwarf_offset_narrow(pointers ? POINTER_BYTES : dwarf_type_bytes(&first.type),
				 &n->field[1]) ||
	    (!pointers && first.type.kind->tag != DW_TAG_structure_type))
		return true;
	edge.node = draft_node(d, &first.type, false);
	draft_edge(d, index, &edge);
	return true;
}
