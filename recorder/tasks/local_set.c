/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "recorder/tasks/descend.h"

#include <errno.h>

/*
 * Tasks of LocalSets, which are in no list of a runtime. While a thread is parked no variable of it
 * leads to its LocalSet; the future that it drives does.
 */

void descent_local_set(struct descent *d, const struct value *v)
{
	struct task_reading *r = d->r;
	const struct hud_plan_task_node *n = descent_node(d, v);
	uint64_t context = descent_number(d, v, n->tag, POINTER_BYTES), shared;

	if (!n->edges || d->failed || !task_read_word(r, context + n->field[0], &shared))
		return;
	/* The same future is read more than once. */
	for (size_t i = 0; i < r->local_sets; i++)
		if (r->local_set[i].address == shared)
			return;
	if (!array_grow(&r->local_set, r->local_sets, &r->local_set_room, sizeof(*r->local_set))) {
		r->no_memory = true;
		return;
	}
	r->local_set[r->local_sets++] = (struct task_local_set) {shared, n};
}

/* False: it is none any more. */
static bool list_place(struct task_reading *r, const struct task_local_set *s,
		       struct task_list *out)
{
	const struct hud_plan_task_edge *id = &r->plan->edge[s->node->first];

	*out = (struct task_list) {.first = s->address + s->node->field[1],
				   .last = s->address + s->node->field[2],
				   .runtime = (uint32_t)r->dump->runtimes};
	return task_read_word(r, s->address + id->offset, &out->owner) && out->owner;
}

int task_local_sets_read(struct task_reading *r)
{
	struct task_dump *d = r->dump;

	for (size_t i = 0; i < r->local_sets && task_within_limits(r); i++) {
		struct task_list list;

		if (!list_place(r, &r->local_set[i], &list))
			continue;
		if (!array_grow(&d->runtime, d->runtimes, &d->runtime_room, sizeof(*d->runtime)))
			return -ENOMEM;
		d->runtime[d->runtimes++] = (struct task_runtime) {
			.handle = r->local_set[i].address,
			.owner = list.owner,
			.kind = HUD_SCHEDULER_LOCAL_SET,
			.threads = 1,
			.lists = 1,
			.expected = HUD_NOT_KNOWN,
			.broken = !task_list_walk(r, &list),
		};
	}
	if (task_cells_decode(r))
		return -ENOMEM;
	task_cells_count(r);
	return 0;
}
