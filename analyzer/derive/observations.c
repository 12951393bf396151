/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/observations.h"
#include "analyzer/rules/cause.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"
#include "format/wire/events.h"
#include "format/wire/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order of enum column. */
static const char sleeps_sql[] =
	"SELECT thread, start_ns, end_ns, run_queue_ns, id, user_stack, 1, unsure, poll_ns, "
	"preempted, cause, runtime_state, syscall IS NOT NULL FROM offcpu_span WHERE capture = ?1";

static const char samples_sql[] =
	"SELECT thread, time_ns, time_ns, 0, id, user_stack, 0, unsure, poll_ns, 0, cause, "
	"runtime_state, syscall IS NOT NULL FROM sample WHERE capture = ?1";

/* By thread, for which there is an index: other captures in the database cost nothing. */
static const char classified_sql[] =
	"SELECT e.thread, e.start_ns, e.end_ns, e.run_queue_ns, "
	"coalesce(e.offcpu_span, e.sample), e.stack, e.offcpu_span IS NOT NULL, 0, 0, 0, NULL, "
	"NULL, 0, e.class, e.pool_idle, e.without_core, e.as_worker, e.disjoint_from_ns "
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
	COLUMN_IN_CALL,
	/* in classified_sql only */
	COLUMN_CLASS,
	COLUMN_POOL_IDLE,
	COLUMN_WITHOUT_CORE,
	COLUMN_AS_WORKER,
	COLUMN_DISJOINT_FROM_NS,
};

static const char stacks_sql[] =
	"SELECT s.id, s.class, coalesce(s.pool_idle, 0), s.waits_for, "
	"coalesce(k.single_threaded, 0), coalesce(s.callback, 0) FROM stack AS s "
	"LEFT JOIN scheduler AS k ON k.name = s.scheduler WHERE s.capture = ?1 ORDER BY s.id";

/* What the stacks of a capture show. Their ids lie close together, so an array has them. */
struct stacks {
	struct shown {
		uint8_t class;
		bool pool_idle, single_threaded, callback;
		uint16_t waits_for; /* index into causes + 1; 0: the functions do not say it */
	} * shown;
	int64_t first, count; /* ids */
	struct text_set *causes;
};

static int stack_read(void *context, sqlite3_stmt *q)
{
	struct stacks *all = context;
	int64_t id = sqlite3_column_int64(q, 0);
	int64_t first = all->shown ? all->first : id, count = id - first + 1;
	const char *cause = (const char *)sqlite3_column_text(q, 3);
	int64_t waits_for = cause ? text_set_index(all->causes, cause) : -1;
	struct shown *grown = sqlite3_realloc64(all->shown, (size_t)count * sizeof(*grown));

	if (!grown)
		return SQLITE_NOMEM;
	all->shown = grown;
	if (cause && waits_for < 0)
		return SQLITE_NOMEM;
	memset(grown + all->count, 0, (size_t)(count - all->count) * sizeof(*grown));
	grown[count - 1] = (struct shown) {
		.class = (uint8_t)stack_class_named((const char *)sqlite3_column_text(q, 1)),
		.pool_idle = sqlite3_column_int(q, 2),
		.waits_for = (uint16_t)(waits_for + 1),
		.single_threaded = sqlite3_column_int(q, 4),
		.callback = sqlite3_column_int(q, 5),
	};
	all->first = first;
	all->count = count;
	return SQLITE_OK;
}

/* Those of a thread, added where there are none yet. NULL: out of memory. */
static struct thread_observations *thread_of(struct observations *all, int64_t thread)
{
	uint64_t place = id_map_get(&all->places, (uint64_t)thread, 0);

	if (place)
		return &all->thread[place - 1];
	if (!array_grow(&all->thread, all->count, &all->room, sizeof(*all->thread)) ||
	    id_map_set(&all->places, (uint64_t)thread, 0, all->count + 1))
		return NULL;
	all->thread[all->count] = (struct thread_observations) {.thread = thread};
	return &all->thread[all->count++];
}

/* SQLite's code. */
static int list_add(struct observation_list *list, const struct observation *s,
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

static int cause_set(struct observations *all, struct observation *s, const char *cause)
{
	int64_t index = text_set_index(&all->causes, cause);

	s->cause = (uint16_t)index;
	return index < 0 ? SQLITE_NOMEM : SQLITE_OK;
}

int observations_add(struct observations *all, int64_t thread, const struct observation *row,
		     const char *cause, bool again)
{
	struct thread_observations *t = thread_of(all, thread);
	struct observation s = *row;

	if (!t || cause_set(all, &s, cause))
		return -ENOMEM;
	for (size_t i = again ? t->sleeps.count : 0; i-- > 0;) {
		struct observation *before = observation_at(&t->sleeps, i);

		if (before->id != s.id)
			continue;
		*before = s;
		return 0;
	}
	return list_add(list_of(t, &s), &s, &all->budget) ? -ENOMEM : 0;
}

static uint8_t where_of_name(const char *name)
{
	uint8_t where = HUD_WHERE_OUTSIDE;

	while (name && where > HUD_WHERE_UNKNOWN && strcmp(name, hud_where_name(where)) != 0)
		where--;
	return name ? where : HUD_WHERE_UNKNOWN;
}

static struct observation observation_of_row(sqlite3_stmt *q)
{
	return (struct observation) {
		.start_ns = sqlite3_column_int64(q, COLUMN_START_NS),
		.end_ns = sqlite3_column_int64(q, COLUMN_END_NS),
		.run_queue_ns = sqlite3_column_int64(q, COLUMN_RUN_QUEUE_NS),
		.id = sqlite3_column_int64(q, COLUMN_ID),
		.stack = sqlite3_column_int64(q, COLUMN_STACK),
		.poll_ns = sqlite3_column_int64(q, COLUMN_POLL_NS),
		.where = where_of_name((const char *)sqlite3_column_text(q, COLUMN_WHERE)),
		.slept = sqlite3_column_int(q, COLUMN_SLEPT),
		.unsure = sqlite3_column_int(q, COLUMN_UNSURE),
		.preempted = sqlite3_column_int(q, COLUMN_PREEMPTED),
		.in_call = sqlite3_column_int(q, COLUMN_IN_CALL),
	};
}

static int raw_read(void *context, sqlite3_stmt *q)
{
	struct observations *all = context;
	struct thread_observations *t = thread_of(all, sqlite3_column_int64(q, COLUMN_THREAD));
	struct observation s = observation_of_row(q);
	int err = t ? cause_set(all, &s, (const char *)sqlite3_column_text(q, COLUMN_CAUSE))
		    : SQLITE_NOMEM;

	return err ? err : list_add(list_of(t, &s), &s, &all->budget);
}

static int classified_read(void *context, sqlite3_stmt *q)
{
	struct observations *all = context;
	struct thread_observations *t = thread_of(all, sqlite3_column_int64(q, COLUMN_THREAD));
	struct observation s = observation_of_row(q);

	s.class = (uint8_t)stack_class_named((const char *)sqlite3_column_text(q, COLUMN_CLASS));
	s.pool_idle = sqlite3_column_int(q, COLUMN_POOL_IDLE);
	s.without_core = sqlite3_column_int(q, COLUMN_WITHOUT_CORE);
	s.as_worker = sqlite3_column_int(q, COLUMN_AS_WORKER);
	s.disjoint_from_ns = sqlite3_column_int64(q, COLUMN_DISJOINT_FROM_NS);
	return t ? list_add(&t->list, &s, &all->budget) : SQLITE_NOMEM;
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

/* They were recorded nearly in the order of time: most lists are sorted already. */
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

/* Of two sleeps that began at the same moment the later row replaces the earlier one. */
static int sleep_merge(struct observation_list *to, const struct observation *s,
		       struct spill_budget *budget)
{
	const struct observation *last = to->count ? observation_at(to, to->count - 1) : NULL;

	if (last && last->slept && last->start_ns == s->start_ns)
		to->count--;
	return list_add(to, s, budget);
}

/* Copies one, with what its stack shows. False: the list has no more. */
static bool list_next(struct observation_list *list, size_t at, const struct stacks *stacks,
		      struct observation *s)
{
	if (at == list->count)
		return false;
	*s = *observation_at(list, at);
	if (s->stack >= stacks->first && s->stack - stacks->first < stacks->count) {
		const struct shown *shown = &stacks->shown[s->stack - stacks->first];

		s->stack_class = shown->class;
		s->pool_idle = shown->pool_idle;
		s->single_threaded = shown->single_threaded;
		s->callback = shown->callback;
		if (shown->waits_for && s->in_call && !s->preempted &&
		    cause_is_open(stacks->causes->text[s->cause]))
			s->cause = shown->waits_for - 1;
	}
	return true;
}

/* Merges sleeps and samples. Each is nearly in order by itself, so they are sorted separately. */
static int thread_merge(struct thread_observations *t, const struct stacks *stacks,
			struct spill_budget *budget)
{
	struct observation sleep, sample;
	size_t sleeps = 0, samples = 0;
	bool has_sleep, has_sample;
	int err = SQLITE_OK;

	list_sort(&t->sleeps);
	list_sort(&t->samples);
	has_sleep = list_next(&t->sleeps, 0, stacks, &sleep);
	has_sample = list_next(&t->samples, 0, stacks, &sample);
	while (!err && (has_sleep || has_sample)) {
		if (has_sleep && (!has_sample || in_time(&sleep, &sample) < 0)) {
			err = sleep_merge(&t->list, &sleep, budget);
			has_sleep = list_next(&t->sleeps, ++sleeps, stacks, &sleep);
		} else {
			err = list_add(&t->list, &sample, budget);
			has_sample = list_next(&t->samples, ++samples, stacks, &sample);
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

static int all_merge(struct observations *s, sqlite3 *db, int64_t capture)
{
	struct stacks stacks = {.causes = &s->causes};
	int err = database_rows(db, stacks_sql, capture, stack_read, &stacks);

	for (size_t i = 0; !err && i < s->count; i++)
		err = thread_merge(&s->thread[i], &stacks, &s->budget);
	threads_sort(s);
	sqlite3_free(stacks.shown);
	return err;
}

int observations_load_raw(struct observations *s, sqlite3 *db, int64_t capture)
{
	int err = SQLITE_OK;

	if (s->capture == capture && !s->classified && !s->given)
		return SQLITE_OK;
	if (s->capture != capture || s->classified) {
		observations_free(s);
		err = database_rows(db, sleeps_sql, capture, raw_read, s);
		if (!err)
			err = database_rows(db, samples_sql, capture, raw_read, s);
	}
	if (!err)
		err = all_merge(s, db, capture);
	s->capture = capture;
	s->given = false;
	if (err)
		observations_free(s);
	return err;
}

int observations_load_classified(struct observations *s, sqlite3 *db, int64_t capture)
{
	int err;

	if (s->capture == capture && s->classified)
		return SQLITE_OK;
	observations_free(s);
	err = database_rows(db, classified_sql, capture, classified_read, s);
	threads_sort(s);
	s->capture = capture;
	s->classified = true;
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
	const struct poll_place *a = first, *b = second;

	if (a->poll_ns != b->poll_ns)
		return a->poll_ns < b->poll_ns ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int in_polls_make(struct thread_observations *t, struct spill_budget *budget)
{
	struct poll_place before = {.poll_ns = INT64_MIN};
	bool sorted = true;

	for (size_t i = 0; i < t->list.count; i++) {
		struct poll_place p = {observation_at(&t->list, i)->poll_ns, i};

		if (!p.poll_ns)
			continue;
		if (spill_grow_within(&t->in_polls, t->in_polls_count, sizeof(p), budget))
			return -ENOMEM;
		*(struct poll_place *)spill_at(&t->in_polls, t->in_polls_count++, sizeof(p)) = p;
		sorted = sorted && by_poll(&before, &p) < 0;
		before = p;
	}
	if (!sorted)
		qsort(t->in_polls.at, t->in_polls_count, sizeof(before), by_poll);
	return 0;
}

int64_t observations_of_poll(struct observations *all, struct thread_observations *t,
			     int64_t poll_ns, size_t *first)
{
	const struct poll_place *place;
	size_t low = 0, high, end;

	if (!t->in_polls.at && in_polls_make(t, &all->budget))
		return -ENOMEM;
	place = t->in_polls.at;
	high = t->in_polls_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place[middle].poll_ns < poll_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < t->in_polls_count && place[end].poll_ns == poll_ns;)
		end++;
	*first = low;
	return (int64_t)(end - low);
}

void observations_free(struct observations *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct thread_observations *t = &s->thread[i];
		struct spill *const memory[] = {&t->list.memory, &t->sleeps.memory,
						&t->samples.memory, &t->in_polls};

		for (size_t k = 0; k < sizeof(memory) / sizeof(*memory); k++)
			spill_free(memory[k]);
	}
	free(s->thread);
	id_map_free(&s->places);
	text_set_free(&s->causes);
	*s = (struct observations) {0};
}

static int period_read(void *sample_ns, sqlite3_stmt *q)
{
	*(int64_t *)sample_ns = sqlite3_column_int64(q, 0);
	return SQLITE_OK;
}

int observations_sample_period(sqlite3 *db, int64_t capture, int64_t *sample_ns)
{
	return database_rows(db, "SELECT sample_ns FROM sample_period WHERE capture = ?1", capture,
			     period_read, sample_ns);
}
