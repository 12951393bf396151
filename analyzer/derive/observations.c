/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/observations.h"
#include "analyzer/rules/classify.h"
#include "format/names.h"
#include "format/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order of enum column. */
static const char sleeps_sql[] =
	"SELECT thread, start_ns, end_ns, run_queue_ns, id, user_stack, 1, unsure, poll_ns, preempted, "
	"cause, runtime_state FROM offcpu_span WHERE capture = ?1";

static const char samples_sql[] =
	"SELECT thread, time_ns, time_ns, 0, id, user_stack, 0, unsure, poll_ns, 0, cause, "
	"runtime_state FROM sample WHERE capture = ?1";

/* By thread, so that it costs the same in a database of many captures. */
static const char classified_sql[] =
	"SELECT e.thread, e.start_ns, e.end_ns, e.run_queue_ns, coalesce(e.offcpu_span, e.sample), "
	"e.stack, e.offcpu_span IS NOT NULL, 0, 0, 0, NULL, NULL, e.class, e.pool_idle, e.without_core, "
	"e.as_worker, e.clear_ns "
	"FROM thread AS t CROSS JOIN observation AS e ON e.thread = t.id WHERE t.capture = ?1";

enum column {
	COLUMN_THREAD,
	COLUMN_START_NS,
	COLUMN_END_NS,
	COLUMN_RUN_QUEUE_NS,
	COLUMN_ID,
	COLUMN_STACK,
	COLUMN_SLEPT,
	COLUMN_UNSURE,
	COLUMN_POLL_NS,
	COLUMN_PREEMPTED,
	COLUMN_CAUSE,
	COLUMN_WHERE,
	/* in classified_sql only */
	COLUMN_CLASS,
	COLUMN_POOL_IDLE,
	COLUMN_WITHOUT_CORE,
	COLUMN_AS_WORKER,
	COLUMN_CLEAR_NS,
};

static const char stacks_sql[] =
	"SELECT id, class, coalesce(pool_idle, 0) FROM stack WHERE capture = ?1 ORDER BY id";

/* What the stacks of the capture tell, by their ids, which lie close together. */
struct stacks {
	struct stack_class_of {
		uint8_t class;
		bool pool_idle;
	} * told;
	int64_t first, count;
};

static int stack_note(struct stacks *all, int64_t id, struct stack_class_of told)
{
	int64_t first = all->told ? all->first : id, count = id - first + 1;
	struct stack_class_of *grown = sqlite3_realloc64(all->told, (size_t)count * sizeof(*grown));

	if (!grown)
		return SQLITE_NOMEM;
	memset(grown + all->count, 0, (size_t)(count - all->count) * sizeof(*grown));
	grown[count - 1] = told;
	*all = (struct stacks) {grown, first, count};
	return SQLITE_OK;
}

static int stacks_read(sqlite3 *db, int64_t capture, struct stacks *all)
{
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(db, stacks_sql, -1, &q, NULL), end;

	if (err)
		return err;
	sqlite3_bind_int64(q, 1, capture);
	while (!err && sqlite3_step(q) == SQLITE_ROW)
		err = stack_note(
			all, sqlite3_column_int64(q, 0),
			(struct stack_class_of) {
				(uint8_t)stack_class_named((const char *)sqlite3_column_text(q, 1)),
				sqlite3_column_int(q, 2)});
	end = sqlite3_finalize(q);
	return err ? err : end;
}

/* The rows of a thread, which are new when none was seen before. NULL: no memory. */
static struct thread_observations *thread_of(struct observations *all, int64_t thread)
{
	uint64_t place = id_map_get(&all->places, (uint64_t)thread, 0);
	struct thread_observations *t;

	if (place)
		return &all->thread[place - 1];
	if (all->count == all->room) {
		size_t room = all->room ? 2 * all->room : 64;

		t = reallocarray(all->thread, room, sizeof(*t));
		if (!t)
			return NULL;
		all->thread = t;
		all->room = room;
	}
	t = &all->thread[all->count++];
	*t = (struct thread_observations) {.thread = thread};
	return id_map_set(&all->places, (uint64_t)thread, 0, all->count) ? NULL : t;
}

/* SQLite's code. */
static int observation_add(struct observation_list *list, const struct observation *s,
			   struct spill_budget *budget)
{
	if (spill_grow_within(&list->memory, list->count, sizeof(*s), budget))
		return SQLITE_NOMEM;
	*observation_at(list, list->count++) = *s;
	return SQLITE_OK;
}

static struct observation_list *list_of(struct thread_observations *t, const struct observation *s)
{
	return s->slept ? &t->sleeps : &t->samples;
}

static uint8_t where_named(const char *name)
{
	uint8_t where = HUD_WHERE_OUTSIDE;

	while (name && where > HUD_WHERE_UNKNOWN && strcmp(name, hud_where_name(where)) != 0)
		where--;
	return name ? where : HUD_WHERE_UNKNOWN;
}

static struct observation row_of(sqlite3_stmt *q)
{
	return (struct observation) {
		.start_ns = sqlite3_column_int64(q, COLUMN_START_NS),
		.end_ns = sqlite3_column_int64(q, COLUMN_END_NS),
		.run_queue_ns = sqlite3_column_int64(q, COLUMN_RUN_QUEUE_NS),
		.id = sqlite3_column_int64(q, COLUMN_ID),
		.stack = sqlite3_column_int64(q, COLUMN_STACK),
		.poll_ns = sqlite3_column_int64(q, COLUMN_POLL_NS),
		.where = where_named((const char *)sqlite3_column_text(q, COLUMN_WHERE)),
		.slept = sqlite3_column_int(q, COLUMN_SLEPT),
		.unsure = sqlite3_column_int(q, COLUMN_UNSURE),
		.preempted = sqlite3_column_int(q, COLUMN_PREEMPTED),
	};
}

static int cause_note(struct observations *all, const char *cause, struct observation *s)
{
	int64_t index = text_set_index(&all->causes, cause);

	s->cause = (uint16_t)index;
	return index < 0 ? (int)index : 0;
}

static void stack_tell(const struct stacks *stacks, struct observation *s)
{
	if (s->stack < stacks->first || s->stack - stacks->first >= stacks->count)
		return;
	s->stack_class = stacks->told[s->stack - stacks->first].class;
	s->pool_idle = stacks->told[s->stack - stacks->first].pool_idle;
}

int observations_add(struct observations *all, int64_t thread, const struct observation *row,
		     const char *cause, bool again)
{
	struct thread_observations *t = thread_of(all, thread);
	struct observation s = *row;

	if (!t || cause_note(all, cause, &s))
		return -ENOMEM;
	for (size_t i = again ? t->sleeps.count : 0; i-- > 0;) {
		struct observation *given = observation_at(&t->sleeps, i);

		if (given->id != s.id)
			continue;
		*given = s;
		return 0;
	}
	return observation_add(list_of(t, &s), &s, &all->budget) ? -ENOMEM : 0;
}

static void row_classified(sqlite3_stmt *q, struct observation *s)
{
	s->class = (uint8_t)stack_class_named((const char *)sqlite3_column_text(q, COLUMN_CLASS));
	s->pool_idle = sqlite3_column_int(q, COLUMN_POOL_IDLE);
	s->without_core = sqlite3_column_int(q, COLUMN_WITHOUT_CORE);
	s->as_worker = sqlite3_column_int(q, COLUMN_AS_WORKER);
	s->clear_ns = sqlite3_column_int64(q, COLUMN_CLEAR_NS);
}

/* `told`: with what is in classified_sql only. */
static int rows_read(sqlite3 *db, const char *sql, int64_t capture, bool told,
		     struct observations *all)
{
	struct thread_observations *t = NULL;
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(db, sql, -1, &q, NULL), end;

	if (err)
		return err;
	sqlite3_bind_int64(q, 1, capture);
	while (!err && sqlite3_step(q) == SQLITE_ROW) {
		int64_t thread = sqlite3_column_int64(q, COLUMN_THREAD);
		struct observation s = row_of(q);

		if (!t || t->thread != thread)
			t = thread_of(all, thread);
		if (told)
			row_classified(q, &s);
		else if (cause_note(all, (const char *)sqlite3_column_text(q, COLUMN_CAUSE), &s))
			err = SQLITE_NOMEM;
		if (!err)
			err = t ? observation_add(told ? &t->list : list_of(t, &s), &s,
						  &all->budget)
				: SQLITE_NOMEM;
	}
	end = sqlite3_finalize(q);
	return err ? err : end;
}

static int in_time(const void *first, const void *second)
{
	const struct observation *a = first, *b = second;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	if (a->slept != b->slept)
		return a->slept ? 1 : -1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* They were written nearly in the order of time. */
static void list_sort(struct observation_list *list)
{
	struct observation before = {.start_ns = INT64_MIN};

	for (size_t i = 0; i < list->count; i++) {
		const struct observation *s = observation_at(list, i);

		if (in_time(&before, s) > 0) {
			qsort(list->memory.at, list->count, sizeof(*s), in_time);
			return;
		}
		before = *s;
	}
}

/* Of two sleeps that began at once the later row takes the place of the earlier one. */
static int sleep_merge(struct observation_list *to, const struct observation *s,
		       struct spill_budget *budget)
{
	const struct observation *last = to->count ? observation_at(to, to->count - 1) : NULL;

	if (last && last->slept && last->start_ns == s->start_ns)
		to->count--;
	return observation_add(to, s, budget);
}

/* The next of a list, and what its stack says. False: there is no more. */
static bool list_next(struct observation_list *list, size_t at, const struct stacks *stacks,
		      struct observation *s)
{
	if (at == list->count)
		return false;
	*s = *observation_at(list, at);
	stack_tell(stacks, s);
	return true;
}

/* Sleeps and looks are each nearly in order, so they are sorted apart. */
static int thread_sort(struct thread_observations *t, const struct stacks *stacks,
		       struct spill_budget *budget)
{
	struct observation sleep, sample;
	size_t sleeps = 0, samples = 0;
	bool slept, looked;
	int err = SQLITE_OK;

	list_sort(&t->sleeps);
	list_sort(&t->samples);
	slept = list_next(&t->sleeps, 0, stacks, &sleep);
	looked = list_next(&t->samples, 0, stacks, &sample);
	while (!err && (slept || looked)) {
		if (slept && (!looked || in_time(&sleep, &sample) < 0)) {
			err = sleep_merge(&t->list, &sleep, budget);
			slept = list_next(&t->sleeps, ++sleeps, stacks, &sleep);
		} else {
			err = observation_add(&t->list, &sample, budget);
			looked = list_next(&t->samples, ++samples, stacks, &sample);
		}
	}
	spill_free_within(&t->sleeps.memory, budget);
	spill_free_within(&t->samples.memory, budget);
	t->sleeps.count = t->samples.count = 0;
	return err;
}

static int by_thread(const void *first, const void *second)
{
	const struct thread_observations *a = first, *b = second;

	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

static void threads_sort(struct observations *s)
{
	id_map_free(&s->places);
	if (s->count)
		qsort(s->thread, s->count, sizeof(*s->thread), by_thread);
}

static int all_sort(struct observations *s, sqlite3 *db, int64_t capture)
{
	struct stacks stacks = {0};
	int err = stacks_read(db, capture, &stacks);

	for (size_t i = 0; !err && i < s->count; i++)
		err = thread_sort(&s->thread[i], &stacks, &s->budget);
	threads_sort(s);
	sqlite3_free(stacks.told);
	return err;
}

int observations_load_raw(struct observations *s, sqlite3 *db, int64_t capture)
{
	int err = SQLITE_OK;

	if (s->capture == capture && !s->told && !s->given)
		return SQLITE_OK;
	if (s->capture != capture || s->told) {
		observations_free(s);
		err = rows_read(db, sleeps_sql, capture, false, s);
		if (!err)
			err = rows_read(db, samples_sql, capture, false, s);
	}
	if (!err)
		err = all_sort(s, db, capture);
	s->capture = capture;
	s->given = false;
	if (err)
		observations_free(s);
	return err;
}

int observations_load_classified(struct observations *s, sqlite3 *db, int64_t capture)
{
	int err;

	if (s->capture == capture && s->told)
		return SQLITE_OK;
	observations_free(s);
	err = rows_read(db, classified_sql, capture, true, s);
	threads_sort(s);
	s->capture = capture;
	s->told = true;
	if (err)
		observations_free(s);
	return err;
}

struct thread_observations *observations_of_thread(const struct observations *s, int64_t thread)
{
	const struct thread_observations wanted = {.thread = thread};

	return s->count ? bsearch(&wanted, s->thread, s->count, sizeof(*s->thread), by_thread)
			: NULL;
}

static int by_poll(const void *first, const void *second)
{
	const struct polled *a = first, *b = second;

	if (a->poll_ns != b->poll_ns)
		return a->poll_ns < b->poll_ns ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int polled_make(struct thread_observations *t, struct spill_budget *budget)
{
	struct polled before = {.poll_ns = INT64_MIN};
	bool sorted = true;

	for (size_t i = 0; i < t->list.count; i++) {
		struct polled one = {observation_at(&t->list, i)->poll_ns, i};

		if (!one.poll_ns)
			continue;
		if (spill_grow_within(&t->polled, t->polled_count, sizeof(one), budget))
			return -ENOMEM;
		*(struct polled *)spill_at(&t->polled, t->polled_count++, sizeof(one)) = one;
		sorted = sorted && by_poll(&before, &one) < 0;
		before = one;
	}
	if (!sorted)
		qsort(t->polled.at, t->polled_count, sizeof(before), by_poll);
	return 0;
}

int64_t observations_of_poll(struct observations *all, struct thread_observations *t,
			     int64_t poll_ns, size_t *first)
{
	const struct polled *polled;
	size_t low = 0, high, end;

	if (!t->polled.at && polled_make(t, &all->budget))
		return -ENOMEM;
	polled = t->polled.at;
	high = t->polled_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (polled[middle].poll_ns < poll_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < t->polled_count && polled[end].poll_ns == poll_ns;)
		end++;
	*first = low;
	return (int64_t)(end - low);
}

void observations_free(struct observations *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct thread_observations *t = &s->thread[i];
		struct spill *const memory[] = {&t->list.memory, &t->sleeps.memory,
						&t->samples.memory, &t->polled};

		for (size_t k = 0; k < sizeof(memory) / sizeof(*memory); k++)
			spill_free(memory[k]);
	}
	free(s->thread);
	id_map_free(&s->places);
	text_set_free(&s->causes);
	*s = (struct observations) {0};
}
