/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"
#include "format/wire/tasks.h"

#include <errno.h>

/* What tasks did while probes followed them: single tasks, and sums by the function that polls. */

/* No more tasks or polls than this: sums over all functions still fit 63 bits. */
#define COUNT_MOST (INT64_MAX >> 17)

/* Of one task: no longer than it was there. */
static bool is_time(uint64_t ns)
{
	return ns <= LONGEST_NS;
}

static int life(struct ingest *in, const struct capture_state *c, const struct hud_task_life *l)
{
	int64_t process = defined_process_row(&c->defined, l->process), site;
	const struct defined_kernel_stack *none;
	struct row row = ingest_row(in, ROW_FOLLOWED_TASK);

	if (!process || capture_stack_rows(c, l->site, 0, &site, &none) ||
	    !capture_time_plausible(c, l->start_ns) || !capture_time_plausible(c, l->end_ns) ||
	    l->task > INT64_MAX || l->parent > INT64_MAX || !is_time(l->polled_ns) ||
	    !is_time(l->ready_ns) || !is_time(l->await_ns) || !is_time(l->unknown_ns) ||
	    l->ready_max_ns > LONGEST_NS)
		return -EINVAL;
	if (l->end_ns < l->start_ns)
		return -ERANGE;
	row_number(&row, c->row);
	row_id(&row, process);
	row_id(&row, site);
	row_number(&row, (int64_t)l->task);
	row_number_if(&row, l->parent, (int64_t)l->parent);
	row_number(&row, (int64_t)l->start_ns);
	row_number(&row, (int64_t)l->end_ns);
	row_number(&row, (l->life_flags & HUD_LIFE_SPAWNED) != 0);
	row_number(&row, (l->life_flags & HUD_LIFE_ENDED) != 0);
	row_number(&row, (l->life_flags & HUD_LIFE_LOST) != 0);
	row_number(&row, l->polls);
	row_number(&row, l->readies);
	row_number(&row, (int64_t)l->polled_ns);
	row_number(&row, (int64_t)l->ready_ns);
	row_number(&row, (int64_t)l->await_ns);
	row_number(&row, (int64_t)l->unknown_ns);
	row_number(&row, (int64_t)l->ready_max_ns);
	row_number(&row, ingest_row_id(in, ROW_FOLLOWED_TASK));
	return row_insert(&row);
}

static int sum(struct ingest *in, const struct capture_state *c, const struct hud_task_sum *s)
{
	enum { COUNTS = 8 }; /* of these; times follow */
	const uint64_t number[] = {s->spawned,    s->found,       s->ended,    s->written,
				   s->unfollowed, s->polls,       s->readies,  s->lived,
				   s->lived_ns,   s->polled_ns,   s->ready_ns, s->await_ns,
				   s->unknown_ns, s->ready_max_ns};
	int64_t process = defined_process_row(&c->defined, s->process), site;
	const struct defined_kernel_stack *none;
	struct row row = ingest_row(in, ROW_FOLLOWED_COUNT);

	if (!process || capture_stack_rows(c, s->site, 0, &site, &none) ||
	    !capture_time_plausible(c, s->time_ns))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++)
		if (number[i] > (i < COUNTS ? COUNT_MOST : INT64_MAX))
			return -EINVAL;
	row_number(&row, c->row);
	row_id(&row, process);
	row_id(&row, site);
	row_number(&row, (int64_t)s->time_ns);
	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++)
		row_number(&row, (int64_t)number[i]);
	row_number(&row, ingest_row_id(in, ROW_FOLLOWED_COUNT));
	return row_insert(&row);
}

int ingest_life_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	return r->type == HUD_TASK_LIFE ? life(in, c, (const void *)r)
					: sum(in, c, (const void *)r);
}
