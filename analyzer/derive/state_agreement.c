/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/state_agreement.h"
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "format/wire/events.h"

/*
 * A stack agrees with the state when its innermost role (park, poll) is what the state says. Three
 * combinations neither agree nor contradict, since they occur with a correct layout too:
 * - no scheduler's context, and the runtime's own code: a pool thread between two closures;
 * - parked, and a root future: linkers fold a closure of block_on with one of the scheduler's;
 * - in a poll, and block_in_place: it still has its core, and is about to give it away.
 */

struct rows {
	const struct observations *all;
	size_t next;
	int64_t state_known, unsure, parks, polls, contradicting; /* thread before `next` */
};

bool state_agrees(const struct observation *s)
{
	return (s->where == HUD_WHERE_PARK && s->stack_class == STACK_PARK) ||
	       (s->where == HUD_WHERE_POLL && s->stack_class == STACK_POLL);
}

bool state_contradicts(const struct observation *s)
{
	switch (s->where) {
	case HUD_WHERE_PARK:
		return (s->stack_class == STACK_POLL && !s->callback) ||
		       s->stack_class == STACK_POOL || s->stack_class == STACK_BLOCK_IN_PLACE;
	case HUD_WHERE_POLL:
		return s->stack_class == STACK_PARK || s->stack_class == STACK_POOL;
	case HUD_WHERE_OUTSIDE:
		return s->stack_class == STACK_PARK;
	default:
		return false;
	}
}

static int rows_open(sqlite3 *db, void *context, int64_t capture, void **rows)
{
	struct rows *r = sqlite3_malloc(sizeof(*r));

	if (r)
		*r = (struct rows) {.all = context};
	*rows = r;
	return r ? observations_load_raw(context, db, capture) : SQLITE_NOMEM;
}

static int rows_next(void *rows)
{
	struct rows *r = rows;
	struct thread_observations *t;

	if (r->next == r->all->count)
		return SQLITE_DONE;
	t = &r->all->thread[r->next];
	*r = (struct rows) {.all = r->all, .next = r->next + 1};
	for (size_t i = 0; i < t->list.count; i++) {
		const struct observation *s = observation_at(&t->list, i);

		r->state_known = r->state_known || s->where != HUD_WHERE_UNKNOWN;
		r->unsure = r->unsure || s->unsure;
		r->parks += s->where == HUD_WHERE_PARK && s->stack_class == STACK_PARK;
		r->polls += s->where == HUD_WHERE_POLL && s->stack_class == STACK_POLL;
		r->contradicting += state_contradicts(s);
	}
	return SQLITE_ROW;
}

static void rows_column(const void *rows, int column, sqlite3_context *out)
{
	const struct rows *r = rows;
	const int64_t value[] = {r->all->thread[r->next - 1].thread,
				 r->state_known,
				 r->unsure,
				 r->parks,
				 r->polls,
				 r->contradicting};

	sqlite3_result_int64(out, value[column]);
}

const struct row_source state_agreement = {
	.name = "state_agreement",
	.columns = "thread, state_known, unsure, agreeing_parks, agreeing_polls, contradicting",
	.open = rows_open,
	.next = rows_next,
	.column = rows_column,
	.close = sqlite3_free,
};
