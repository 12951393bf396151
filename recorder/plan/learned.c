/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/learned.h"

#include <stdlib.h>
#include <string.h>

static bool tag_equal(const struct hud_plan_tag *a, const struct hud_plan_tag *b)
{
	return a->offset == b->offset && a->bytes == b->bytes && a->value == b->value;
}

static bool scheduler_equal(const struct hud_plan_scheduler *a, const struct hud_plan_scheduler *b)
{
	return a->kind == b->kind && a->context == b->context && a->core == b->core &&
	       tag_equal(&a->variant, &b->variant) && tag_equal(&a->parked, &b->parked) &&
	       a->tick == b->tick;
}

static void queue_take(struct hud_plan_scheduler *to, const struct hud_plan_identity *guessed)
{
	for (uint16_t i = 0; i < guessed->schedulers; i++) {
		if (!scheduler_equal(to, &guessed->scheduler[i]))
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
