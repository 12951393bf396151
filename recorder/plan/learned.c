/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/learned.h"

#include <stdlib.h>
#include <string.h>

static bool tag_equal(const struct hud_plan_tag *a, const struct hud_plan_tag *b)
{
	return a->offset == b->offset && a->bytes == b->bytes && a->value == b->value;
}

/* But for the tick. */
static bool scheduler_equal(const struct hud_plan_scheduler *a, const struct hud_plan_scheduler *b)
{
	return a->kind == b->kind && a->context == b->context && a->core == b->core &&
	       tag_equal(&a->variant, &b->variant) && tag_equal(&a->parked, &b->parked);
}

static void queue_take(struct hud_plan_scheduler *to, const struct hud_plan_identity *guessed)
{
	for (uint16_t i = 0; i < guessed->schedulers; i++) {
		if (!scheduler_equal(to, &guessed->scheduler[i]) ||
		    to->tick != guessed->scheduler[i].tick)
			continue;
		*to = guessed->scheduler[i];
		return;
	}
}

struct hud_plan_identity *learned_identity(const struct hud_plan_identity *learned,
					   const struct hud_plan_identity *guessed)
{
	size_t bytes = sizeof(*learned) + learned->schedulers * sizeof(learned->scheduler[0]);
	struct hud_plan_identity *out = malloc(bytes);

	if (!out)
		return NULL;
	memcpy(out, learned, bytes);
	for (uint16_t i = 0; guessed && i < out->schedulers; i++)
		queue_take(&out->scheduler[i], guessed);
	return out;
}

static bool within(const struct hud_plan_block *block, int64_t word)
{
	return word >= block->first && (uint64_t)(word - block->first) < block->bytes;
}

bool learned_fits(const struct hud_plan_identity *learned, const struct hud_plan_block *block)
{
	if (!learned || !(learned->identity_flags & HUD_IDENTITY_LEARNED) ||
	    !(learned->identity_flags & HUD_IDENTITY_MODULE) != !block->module_slot ||
	    (learned->identity_flags & HUD_IDENTITY_TASK && !within(block, learned->task)))
		return false;
	for (uint16_t i = 0; i < learned->schedulers; i++)
		if (!within(block, learned->scheduler[i].context))
			return false;
	return true;
}

static uint32_t unknowns(const struct hud_plan_identity *identity)
{
	uint32_t count = !(identity->identity_flags & HUD_IDENTITY_TASK);

	count += (identity->identity_flags & HUD_IDENTITY_UNEXPLAINED) != 0;
	for (uint16_t i = 0; i < identity->schedulers; i++)
		count += identity->scheduler[i].tick == HUD_NO_OFFSET;
	return count;
}

bool learned_lacks(const struct hud_plan_identity *identity)
{
	return unknowns(identity) > 0;
}

static bool has_scheduler(const struct hud_plan_identity *identity,
			  const struct hud_plan_scheduler *wanted)
{
	for (uint16_t i = 0; i < identity->schedulers; i++) {
		const struct hud_plan_scheduler *s = &identity->scheduler[i];

		if (scheduler_equal(s, wanted) &&
		    (wanted->tick == HUD_NO_OFFSET || s->tick == wanted->tick))
			return true;
	}
	return false;
}

bool learned_extends(const struct hud_plan_identity *more, const struct hud_plan_identity *known)
{
	for (uint16_t i = 0; i < known->schedulers; i++)
		if (!has_scheduler(more, &known->scheduler[i]))
			return false;
	if (known->identity_flags & HUD_IDENTITY_TASK &&
	    (!(more->identity_flags & HUD_IDENTITY_TASK) || more->task != known->task))
		return false;
	return more->schedulers > known->schedulers || unknowns(more) < unknowns(known);
}

static bool schedulers_contradict(const struct hud_plan_scheduler *a,
				  const struct hud_plan_scheduler *b)
{
	if (a->context != b->context || a->core != b->core || !tag_equal(&a->variant, &b->variant))
		return false;
	return a->kind != b->kind || !tag_equal(&a->parked, &b->parked) ||
	       (a->tick != b->tick && a->tick != HUD_NO_OFFSET && b->tick != HUD_NO_OFFSET);
}

bool learned_contradicts(const struct hud_plan_identity *a, const struct hud_plan_identity *b)
{
	for (uint16_t i = 0; i < a->schedulers; i++)
		for (uint16_t k = 0; k < b->schedulers; k++)
			if (schedulers_contradict(&a->scheduler[i], &b->scheduler[k]))
				return true;
	return a->identity_flags & b->identity_flags & HUD_IDENTITY_TASK && a->task != b->task;
}
