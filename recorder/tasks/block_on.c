/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/reader.h"

#include <stdlib.h>

/*
 * The future of a block_on, on the stack of the thread that drives it. Its thread sleeps, so that
 * it stays as it is; tasks in sets that it awaits may not.
 */

enum { ATTEMPTS = 4 };

/* Reads and decodes it; the frames are added to the dump. */
static bool main_decode(struct task_reading *r, const struct hud_plan_task_main *m,
			const struct task_region *future, uint8_t *copy, struct task_seen *out)
{
	enum task_outcome outcome;

	out->frame = r->dump->frames;
	if (!task_read(r, future->address, copy, future->bytes))
		return false;
	outcome = task_descend_main(r, m->node, future, &out->children);
	out->outcome = (uint8_t)outcome;
	out->frames = (uint32_t)(r->dump->frames - out->frame);
	return outcome == TASK_READ || outcome == TASK_CUT;
}

bool task_main_read(struct task_reading *r, const struct hud_plan_task_main *m, uint64_t address,
		    uint64_t pc, struct task_seen *out)
{
	struct task_dump *d = r->dump;
	size_t before = d->frames, bytes = r->plan->node[m->node].bytes;
	struct task_region future = {.address = address, .bytes = bytes};
	struct task_seen again;
	uint8_t *copy = NULL;
	bool alike = false;

	if (bytes && bytes <= d->limits->cell_bytes)
		copy = malloc(bytes);
	future.data = copy;
	*out = (struct task_seen) {.address = address};
	for (int i = 0; copy && i < ATTEMPTS && !alike && task_within_limits(r); i++) {
		r->counting = i >= ATTEMPTS / 2;
		d->frames = before;
		alike = main_decode(r, m, &future, copy, out);
		r->confirming = true;
		alike = main_decode(r, m, &future, copy, &again) && alike &&
			again.outcome == out->outcome && again.frames == out->frames &&
			task_frames_alike(d, out->frame, again.frame, out->frames);
		r->confirming = false;
	}
	r->counting = false;
	free(copy);
	out->poll = alike ? pc : 0;
	d->frames = before + (alike ? out->frames : 0);
	r->children += alike ? out->children : 0;
	return alike;
}
