/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/draft.h"

#include <dwarf.h>
#include <string.h>

/* How deep what a coroutine keeps is looked into, and how many members of it, at most. */
enum { WRAPPERS = 8, MEMBERS = 512 };

/* Variables of a coroutine that are told apart; with more of them all are taken as they are. */
enum { CAPTURES = 32, LOCALS = 256, CAPTURE_DEPTH = 3 };

/*
 * What a coroutine was made with: arguments, and what it captured. Every variant has them, also
 * where their value has been moved into a variable of the body, and their bytes are only left over.
 */
struct captures {
	struct variable {
		uint64_t type, offset;
	} captured[CAPTURES];
	struct variable local[LOCALS]; /* of the body, up to the variant that is read */
	size_t count, locals;
	int depth;
};

/* A node whose type is being read. */
struct reading {
	struct draft *d;
	uint32_t index;
	/* of a coroutine's variant */
	struct dwarf_tag tag;
	uint32_t edge_flags;
	size_t edges_before;
	struct captures captures;
};

static const char *name_of(const struct dwarf_entry *type)
{
	const char *name = dwarf_entry_name(type);

	return name ? name : "";
}

static struct hud_plan_task_node *node_of(const struct reading *r)
{
	return &r->d->node[r->index].node;
}

static void edge_add(struct reading *r, uint32_t node, uint64_t offset, uint32_t flags)
{
	struct hud_plan_task_edge edge = {
		.value = r->tag.value,
		.node = node,
		.offset = (uint32_t)offset,
		.edge_flags = r->edge_flags | flags,
	};

	draft_edge(r->d, r->index, &edge);
}

static bool tag_read(struct reading *r, const struct dwarf_tag *tag)
{
	struct hud_plan_task_node *n = node_of(r);

	if (tag->bytes > 8 || (tag->bytes & (tag->bytes - 1)) || tag->offset >= HUD_NO_NODE)
		return false;
	n->tag = (uint32_t)tag->offset;
	n->tag_bytes = (uint8_t)tag->bytes;
	r->tag = *tag;
	r->edge_flags = tag->bytes && !tag->known ? HUD_EDGE_OTHERWISE : 0;
	return true;
}

/* A member of a struct. */
static int member_take(void *context, const char *name, const struct dwarf_place *member)
{
	struct reading *r = context;
	uint16_t tag = member->type.kind->tag;

	(void)name;
	if (tag == DW_TAG_structure_type || tag == DW_TAG_pointer_type)
		edge_add(r, draft_node(r->d, &member->type, false), member->offset, 0);
	return 0;
}

static int variant_take(void *context, const struct dwarf_variant *variant)
{
	struct reading *r = context;

	if (tag_read(r, &variant->tag))
		edge_add(r, draft_node(r->d, &variant->value.type, false), variant->value.offset,
			 0);
	return 0;
}

/* What a stage has in it: the future, where it runs. */
static int stage_take(void *context, const struct dwarf_variant *variant)
{
	struct reading *r = context;
	bool running = !strcmp(variant->name, r->d->names->running);
	struct dwarf_place future;

	if (!tag_read(r, &variant->tag))
		return 0;
	if (running && dwarf_place_member(&variant->value, NULL, &future))
		edge_add(r, draft_node(r->d, &future.type, false), future.offset,
			 HUD_EDGE_RUNNING | HUD_EDGE_AWAITED);
	else
		edge_add(r, HUD_NO_NODE, 0, running ? HUD_EDGE_RUNNING : 0);
	return 0;
}

/* A search behind pointers and wrappers, and in what has a guard among its members. */
struct kept_search {
	struct draft *d;
	int depth;
	int members;   /* looked into so far */
	bool borrowed; /* behind a reference: what is in there may be another task's */
	bool within;   /* a member of a type that the rules do not know */
};

static int kept_find(struct kept_search *s, const struct dwarf_place *place);

static int kept_member(void *context, const char *name, const struct dwarf_place *member)
{
	(void)name;
	return kept_find(context, member);
}

static int kept_variant(void *context, const struct dwarf_variant *variant)
{
	return dwarf_members_each(&variant->value, kept_member, context);
}

static int kept_members(struct kept_search *s, const struct dwarf_place *place)
{
	return dwarf_has_variants(&place->type) ? dwarf_variants_each(place, kept_variant, s)
						: dwarf_members_each(place, kept_member, s);
}

static int kept_in_struct(struct kept_search *s, const struct dwarf_place *place)
{
	const struct descent_rules *rules = &s->d->rules;
	bool within = s->within;
	enum descent_word word;
	int found;

	descent_rules_type(rules, draft_path(s->d, &place->type), &word);
	if (word == WORD_GUARD || (!within && (word == WORD_HOLDER || word == WORD_FD)))
		return 1;
	if (word == WORD_TRANSPARENT)
		return kept_members(s, place);
	/* A future that is kept has what it keeps itself. */
	if (word != WORD_NONE || s->borrowed ||
	    descent_rules_match(rules, WORD_COROUTINE, name_of(&place->type)))
		return 0;
	s->within = true;
	found = kept_members(s, place);
	s->within = within;
	return found;
}

static int kept_in_target(struct kept_search *s, const struct dwarf_place *place)
{
	bool borrowed = s->borrowed;
	struct dwarf_place target;
	enum descent_word word;
	int found;

	if (!dwarf_place_target(place, &target))
		return 0;
	descent_rules_type(&s->d->rules, draft_path(s->d, &place->type), &word);
	s->borrowed = borrowed || word != WORD_TRANSPARENT; /* Box */
	found = kept_find(s, &target);
	s->borrowed = borrowed;
	return found;
}

/* 1: it is something that others may wait for, or a socket, or wraps one, or has a guard in it. */
static int kept_find(struct kept_search *s, const struct dwarf_place *place)
{
	uint64_t tag = place->type.kind->tag;
	int found = 0;

	if (++s->depth <= WRAPPERS && ++s->members <= MEMBERS) {
		if (tag == DW_TAG_pointer_type)
			found = kept_in_target(s, place);
		else if (tag == DW_TAG_structure_type)
			found = kept_in_struct(s, place);
	}
	s->depth--;
	return found;
}

static bool edge_is_known(const struct reading *r, uint32_t node, uint64_t offset)
{
	for (size_t i = r->edges_before; i < r->d->edges; i++)
		if (r->d->edge[i].node == node && r->d->edge[i].offset == offset)
			return true;
	return false;
}

static bool is_listed(const struct variable *list, size_t count, const struct dwarf_place *member)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].type == member->type.offset && list[i].offset == member->offset)
			return true;
	return false;
}

static int capture_note(void *context, const char *name, const struct dwarf_place *member)
{
	struct captures *c = context;

	(void)name;
	if (c->count < CAPTURES)
		c->captured[c->count++] = (struct variable) {member->type.offset, member->offset};
	return 0;
}

static int local_note(void *context, const char *name, const struct dwarf_place *member);

static int local_variant_note(void *context, const struct dwarf_variant *variant)
{
	return dwarf_members_each(&variant->value, local_note, context);
}

/* A variable of the body, and what is in it: what was captured may have been moved there. */
static int local_note(void *context, const char *name, const struct dwarf_place *member)
{
	struct captures *c = context;

	(void)name;
	if (c->depth == CAPTURE_DEPTH || c->locals == LOCALS ||
	    member->type.kind->tag != DW_TAG_structure_type ||
	    is_listed(c->captured, c->count, member) || is_listed(c->local, c->locals, member))
		return 0;
	c->local[c->locals++] = (struct variable) {member->type.offset, member->offset};
	c->depth++;
	if (dwarf_has_variants(&member->type))
		dwarf_variants_each(member, local_variant_note, c);
	else
		dwarf_members_each(member, local_note, c);
	c->depth--;
	return 0;
}

static size_t count_of_type(const struct variable *list, size_t count, uint64_t type)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += list[i].type == type;
	return found;
}

/*
 * Was the value moved into a variable of the body? It was if so many of its type were captured as
 * there have been variables of it, here or at an await before.
 */
static bool is_moved(const struct captures *c, const struct dwarf_place *member)
{
	uint64_t type = member->type.offset;

	return is_listed(c->captured, c->count, member) &&
	       count_of_type(c->local, c->locals, type) >=
		       count_of_type(c->captured, c->count, type);
}

/* A variable of a coroutine that is kept over an await, or what is awaited there. */
static int variable_take(void *context, const char *name, const struct dwarf_place *member)
{
	struct reading *r = context;
	bool awaited = descent_rules_match(&r->d->rules, WORD_AWAITED, name);
	struct kept_search kept = {.d = r->d};
	uint32_t node;

	if (!awaited && (is_moved(&r->captures, member) || !kept_find(&kept, member)))
		return 0;
	node = draft_node(r->d, &member->type, false);
	if (node != HUD_NO_NODE && !edge_is_known(r, node, member->offset))
		edge_add(r, node, member->offset, awaited ? HUD_EDGE_AWAITED : HUD_EDGE_HELD);
	return 0;
}

/* The first edge of a variant has no node: it says what the variant is. */
static int state_take(void *context, const struct dwarf_variant *variant)
{
	struct reading *r = context;
	const char *name = name_of(&variant->value.type);

	if (!tag_read(r, &variant->tag))
		return 0;
	if (descent_rules_match(&r->d->rules, WORD_STARTED, name))
		r->edge_flags |= HUD_EDGE_START;
	if (descent_rules_match(&r->d->rules, WORD_SUSPENDED, name))
		r->edge_flags |= HUD_EDGE_SUSPENDED;
	r->edges_before = r->d->edges;
	edge_add(r, HUD_NO_NODE, 0, 0);
	if (r->edge_flags & HUD_EDGE_START)
		dwarf_members_each(&variant->value, capture_note, &r->captures);
	if (r->edge_flags & HUD_EDGE_SUSPENDED)
		dwarf_members_each(&variant->value, local_note, &r->captures);
	if (r->edge_flags & (HUD_EDGE_START | HUD_EDGE_SUSPENDED))
		dwarf_members_each(&variant->value, variable_take, r);
	return 0;
}

static void pointer_read(struct reading *r, const struct dwarf_place *value)
{
	struct dwarf_place target;

	if (!dwarf_place_target(value, &target) ||
	    (target.type.kind->tag != DW_TAG_structure_type &&
	     target.type.kind->tag != DW_TAG_pointer_type))
		return;
	node_of(r)->kind = HUD_NODE_POINTER;
	edge_add(r, draft_node(r->d, &target.type, false), 0, 0);
}

/* The pointer and the vtable of a trait object. False: it is none. */
static bool dyn_read(struct reading *r, const struct dwarf_place *value)
{
	const struct descent_rules *rules = &r->d->rules;
	struct hud_plan_task_node *n = node_of(r);
	struct dwarf_place data, table;

	if (!descent_rules_dyn(rules, name_of(&value->type)) ||
	    !dwarf_place_member(value, descent_rules_name(rules, WORD_DATA), &data) ||
	    !dwarf_place_member(value, descent_rules_name(rules, WORD_TABLE), &table))
		return false;
	n->kind = HUD_NODE_DYN;
	n->tag = (uint32_t)data.offset;
	n->field[0] = (uint32_t)table.offset;
	return true;
}

static void variants_read(struct reading *r, const struct dwarf_place *value)
{
	struct hud_plan_task_node *n = node_of(r);

	if (r->d->node[r->index].stage) {
		n->kind = HUD_NODE_ENUM;
		dwarf_variants_each(value, stage_take, r);
	} else if (descent_rules_match(&r->d->rules, WORD_COROUTINE, name_of(&value->type))) {
		n->kind = HUD_NODE_COROUTINE;
		dwarf_variants_each(value, state_take, r);
	} else {
		n->kind = HUD_NODE_ENUM;
		dwarf_variants_each(value, variant_take, r);
	}
}

/* A set whose members are not those that the rules know is one thing that is waited for. */
static void set_read(struct reading *r, const struct rules_line *rule,
		     const struct dwarf_place *value)
{
	struct hud_plan_task_node *n;

	if (draft_list_read(r->d, r->index, rule, value))
		return;
	n = node_of(r);
	r->d->edges -= n->edges;
	n->edges = 0;
	n->kind = HUD_NODE_LEAF;
	n->leaf = HUD_LEAF_SET;
}

static void struct_read(struct reading *r, const struct dwarf_place *value)
{
	const struct rules_line *rule;
	enum descent_word word;

	rule = descent_rules_type(&r->d->rules, draft_path(r->d, &value->type), &word);
	if (dyn_read(r, value) || word == WORD_STOP)
		return;
	if (word == WORD_TRANSPARENT)
		node_of(r)->node_flags |= HUD_NODE_TRANSPARENT;
	if (word == WORD_LIST || word == WORD_LISTS) {
		set_read(r, rule, value);
		return;
	}
	if (word == WORD_TASKS) {
		draft_local_set_read(r->d, r->index, rule, value);
		return;
	}
	if (word != WORD_NONE && word != WORD_TRANSPARENT && word != WORD_HOLDER) {
		if (!draft_leaf_read(r->d, word, rule, value, node_of(r)))
			node_of(r)->kind = HUD_NODE_STOP;
		return;
	}
	if (dwarf_has_variants(&value->type)) {
		variants_read(r, value);
		return;
	}
	if (draft_slice_read(r->d, r->index, value))
		return;
	node_of(r)->kind = HUD_NODE_STRUCT;
	dwarf_members_each(value, member_take, r);
}

void draft_node_read(struct draft *d, uint32_t index)
{
	struct reading r = {.d = d, .index = index};
	struct dwarf_place value = {.type = d->node[index].type};
	struct hud_plan_task_node *n = node_of(&r);
	uint64_t bytes = dwarf_type_bytes(&value.type);

	n->kind = HUD_NODE_STOP;
	n->first = (uint32_t)d->edges;
	n->bytes = bytes < HUD_NO_NODE ? (uint32_t)bytes : 0;
	if (value.type.kind->tag == DW_TAG_pointer_type)
		pointer_read(&r, &value);
	else if (value.type.kind->tag == DW_TAG_structure_type)
		struct_read(&r, &value);
}
