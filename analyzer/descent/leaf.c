/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/bytes.h"
#include "analyzer/descent/draft.h"

enum { FD_BYTES = 4 };

static const enum hud_task_leaf leaves[WORD_TYPES] = {
	[WORD_SLEEP] = HUD_LEAF_SLEEP,
	[WORD_ACQUIRE] = HUD_LEAF_ACQUIRE,
	[WORD_NOTIFIED] = HUD_LEAF_NOTIFIED,
	[WORD_ONESHOT] = HUD_LEAF_ONESHOT,
	[WORD_CHANNEL] = HUD_LEAF_CHANNEL,
	[WORD_BROADCAST] = HUD_LEAF_BROADCAST,
	[WORD_JOIN] = HUD_LEAF_JOIN,
	[WORD_READY] = HUD_LEAF_READY,
	[WORD_FD] = HUD_LEAF_FD,
	[WORD_SET] = HUD_LEAF_SET,
	[WORD_GUARD] = HUD_LEAF_GUARD,
};

/* A member at any depth; `name` "": the value itself. */
static bool member(const struct dwarf_place *in, const char *name, struct dwarf_place *out)
{
	*out = *in;
	return !*name || dwarf_place_within(in, DWARF_KIND_MEMBER, name, out);
}

/* As draft_pointer(); `*add` is to be added to the address. */
static bool pointer(struct draft *d, const struct dwarf_place *in, const char *name, uint32_t *at,
		    struct dwarf_place *target, uint32_t *add)
{
	return draft_pointer(d, in, name, at, target) && dwarf_offset_narrow(target->offset, add);
}

/* The free permits of a semaphore; the offset counts from it. */
static void permits_read(struct draft *d, const struct dwarf_place *semaphore, uint32_t *out)
{
	struct dwarf_place in = {.type = semaphore->type}, value, number;

	*out = HUD_NO_NODE;
	if (member(&in, descent_rules_name(&d->rules, WORD_PERMITS), &value) &&
	    dwarf_place_within(&value, DWARF_KIND_NUMBER, NULL, &number) &&
	    dwarf_type_bytes(&number.type) == POINTER_BYTES)
		dwarf_offset_narrow(number.offset, out);
}

static bool sleep_read(struct draft *d, const char *name, const struct dwarf_place *value,
		       struct hud_plan_task_node *out)
{
	struct dwarf_place until, seconds, nanoseconds;

	return member(value, name, &until) &&
	       member(&until, descent_rules_name(&d->rules, WORD_SECONDS), &seconds) &&
	       member(&until, descent_rules_name(&d->rules, WORD_NANOSECONDS), &nanoseconds) &&
	       dwarf_type_bytes(&seconds.type) == POINTER_BYTES &&
	       dwarf_offset_narrow(seconds.offset, &out->field[0]) &&
	       dwarf_offset_narrow(nanoseconds.offset, &out->field[1]);
}

static bool acquire_read(struct draft *d, const struct rules_line *rule,
			 const struct dwarf_place *value, struct hud_plan_task_node *out)
{
	struct dwarf_place semaphore, asked;
	uint32_t add;
	uint64_t bytes;

	if (!pointer(d, value, rule->words[2], &out->field[0], &semaphore, &add) || add ||
	    !member(value, rule->words[3], &asked))
		return false;
	bytes = dwarf_type_bytes(&asked.type);
	if ((bytes != 4 && bytes != POINTER_BYTES) ||
	    !dwarf_offset_narrow(asked.offset, &out->field[1]))
		return false;
	out->tag_bytes = (uint8_t)bytes;
	permits_read(d, &semaphore, &out->field[2]);
	return true;
}

static bool guard_read(struct draft *d, const struct rules_line *rule,
		       const struct dwarf_place *value, struct hud_plan_task_node *out)
{
	struct dwarf_place target, semaphore;
	uint32_t add;

	if (!pointer(d, value, rule->words[2], &out->field[0], &target, &add))
		return false;
	if (!member(&target, rule->words[3], &semaphore))
		return false;
	permits_read(d, &semaphore, &out->field[2]);
	return dwarf_offset_narrow(semaphore.offset, &out->field[1]);
}

/* What all receivers share: behind the receiver that is waited with. */
static bool broadcast_read(struct draft *d, const struct rules_line *rule,
			   const struct dwarf_place *value, struct hud_plan_task_node *out)
{
	struct dwarf_place receiver, shared;
	uint32_t add;

	return pointer(d, value, rule->words[2], &out->field[0], &receiver, &add) && !add &&
	       pointer(d, &receiver, rule->words[3], &out->field[1], &shared, &out->field[2]);
}

static bool fd_read(const char *name, const struct dwarf_place *value,
		    struct hud_plan_task_node *out)
{
	struct dwarf_place fd;

	return member(value, name, &fd) && dwarf_place_within(&fd, DWARF_KIND_NUMBER, NULL, &fd) &&
	       dwarf_type_bytes(&fd.type) == FD_BYTES &&
	       dwarf_offset_narrow(fd.offset, &out->field[0]);
}

bool draft_leaf_read(struct draft *d, enum descent_word word, const struct rules_line *rule,
		     const struct dwarf_place *value, struct hud_plan_task_node *out)
{
	struct dwarf_place target;

	out->kind = word == WORD_GUARD ? HUD_NODE_GUARD : HUD_NODE_LEAF;
	out->leaf = (uint8_t)leaves[word];
	switch (word) {
	case WORD_SLEEP:
		return sleep_read(d, rule->words[2], value, out);
	case WORD_ACQUIRE:
		return acquire_read(d, rule, value, out);
	case WORD_GUARD:
		return guard_read(d, rule, value, out);
	case WORD_BROADCAST:
		return broadcast_read(d, rule, value, out);
	case WORD_FD:
		return fd_read(rule->words[2], value, out);
	case WORD_SET:
		return true;
	default:
		return pointer(d, value, rule->words[2], &out->field[0], &target, &out->field[1]);
	}
}
