/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/sightings.h"
#include "analyzer/classify.h"
#include "analyzer/id_map.h"
#include "format/names.h"
#include "format/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order of enum column. */
static const char sleeps_sql[] =
	"SELECT thread, start_ns, end_ns, run_queue_ns, id, user_stack, 1, unsure, poll_ns, preempted, "
	"cause, runtime_state FROM offcpu_span WHERE capture = ?1";

static const char looks_sql[] =
	"SELECT thread, time_ns, time_ns, 0, id, user_stack, 0, unsure, poll_ns, 0, cause, "
	"runtime_state FROM sample WHERE capture = ?1";

/* By thread, so that it costs the same in a database of many captures. */
static const char told_sql[] =
	"SELECT e.thread, e.start_ns, e.end_ns, e.run_queue_ns, coalesce(e.offcpu_span, e.sample), "
	"e.stack, e.offcpu_span IS NOT NULL, 0, 0, 0, NULL, NULL, e.class, e.pool_idle, e.coreless, "
	"e.as_worker, e.clear_ns "
	"FROM thread AS t CROSS JOIN evidence AS e ON e.thread = t.id WHERE t.capture = ?1";

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
	/* in told_sql only */
	COLUMN_CLASS,
	COLUMN_POOL_IDLE,
	COLUMN_CORELESS,
	COLUMN_AS_WORKER,
	COLUMN_CLEAR_NS,
};

static const char stacks_sql[] =
	"SELECT id, class, coalesce(pool_idle, 0) FROM stack WHERE capture = ?1 ORDER BY id";

/* What the stacks of the capture tell, by their ids, which lie close together. */
struct stacks {
	struct stack_told {
		uint8_t class;
		bool pool_idle;
	} * told;
	int64_t first, count;
};

static int stack_note(struct stacks *all, int64_t id, struct stack_told told)
{
	int64_t first = all->told ? all->first : id, count = id - first + 1;
	struct stack_told *grown = sqlite3_realloc64(all->told, (size_t)count * sizeof(*grown));

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
			(struct stack_told) {
				(uint8_t)stack_class_named((const char *)sqlite3_column_text(q, 1)),
				sqlite3_column_int(q, 2)});
	end = sqlite3_finalize(q);
	return err ? err : end;
}

/* The rows of a thread, which are new when none was seen before. NULL: no memory. */
static struct thread_sightings *thread_of(struct sightings *all, struct id_map *places,
					  int64_t thread)
{
	uint64_t place = id_map_get(places, (uint64_t)thread, 0);
	struct thread_sightings *t;

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
	*t = (struct thread_sightings) {.thread = thread};
	return id_map_set(places, (uint64_t)thread, 0, all->count) ? NULL : t;
}

static struct sighting *sighting_add(struct thread_sightings *t)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct sighting *grown = reallocarray(t->at, room, sizeof(*grown));

		if (!grown)
			return NULL;
		t->at = grown;
		t->room = room;
	}
	return &t->at[t->count++];
}

static uint8_t where_named(const char *name)
{
	uint8_t where = HUD_WHERE_OUTSIDE;

	while (name && where > HUD_WHERE_UNKNOWN && strcmp(name, hud_where_name(where)) != 0)
		where--;
	return name ? where : HUD_WHERE_UNKNOWN;
}

static struct sighting row_of(sqlite3_stmt *q)
{
	return (struct sighting) {
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

static int row_seen(struct sightings *all, const struct stacks *stacks, sqlite3_stmt *q,
		    struct sighting *s)
{
	int64_t cause =
		text_set_index(&all->causes, (const char *)sqlite3_column_text(q, COLUMN_CAUSE));

	if (cause < 0)
		return SQLITE_NOMEM;
	s->cause = (uint16_t)cause;
	if (s->stack >= stacks->first && s->stack - stacks->first < stacks->count) {
		s->stack_class = stacks->told[s->stack - stacks->first].class;
		s->pool_idle = stacks->told[s->stack - stacks->first].pool_idle;
	}
	return SQLITE_OK;
}

static void row_told(sqlite3_stmt *q, struct sighting *s)
{
	s->class = (uint8_t)stack_class_named((const char *)sqlite3_column_text(q, COLUMN_CLASS));
	s->pool_idle = sqlite3_column_int(q, COLUMN_POOL_IDLE);
	s->coreless = sqlite3_column_int(q, COLUMN_CORELESS);
	s->as_worker = sqlite3_column_int(q, COLUMN_AS_WORKER);
	s->clear_ns = sqlite3_column_int64(q, COLUMN_CLEAR_NS);
}

/* Sleeps are read before looks. `stacks`: NULL where rows are told. */
static int rows_read(sqlite3 *db, const char *sql, int64_t capture, const struct stacks *stacks,
		     struct id_map *places, struct sightings *all)
{
	struct thread_sightings *t = NULL;
	sqlite3_stmt *q;
	int err = sqlite3_prepare_v2(db, sql, -1, &q, NULL), end;

	if (err)
		return err;
	sqlite3_bind_int64(q, 1, capture);
	while (!err && sqlite3_step(q) == SQLITE_ROW) {
		int64_t thread = sqlite3_column_int64(q, COLUMN_THREAD);
		struct sighting *s;

		if (!t || t->thread != thread)
			t = thread_of(all, places, thread);
		s = t ? sighting_add(t) : NULL;
		if (!s) {
			err = SQLITE_NOMEM;
			break;
		}
		*s = row_of(q);
		t->sleeps += s->slept;
		if (stacks)
			err = row_seen(all, stacks, q, s);
		else
			row_told(q, s);
	}
	end = sqlite3_finalize(q);
	return err ? err : end;
}

static int in_time(const void *first, const void *second)
{
	const struct sighting *a = first, *b = second;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	if (a->slept != b->slept)
		return a->slept ? 1 : -1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* They were written nearly in the order of time. */
static void part_sort(struct sighting *at, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (in_time(&at[i - 1], &at[i]) > 0) {
			qsort(at, count, sizeof(*at), in_time);
			return;
		}
	}
}

static int thread_sort(struct thread_sightings *t)
{
	size_t looks = t->count - t->sleeps, i = t->sleeps, k = looks, at = t->count;
	struct sighting *look;

	part_sort(t->at, t->sleeps);
	part_sort(t->at + t->sleeps, looks);
	if (!looks || !t->sleeps)
		return SQLITE_OK;
	look = malloc(looks * sizeof(*look));
	if (!look)
		return SQLITE_NOMEM;
	memcpy(look, t->at + t->sleeps, looks * sizeof(*look));
	while (k) { /* from the end, where the room is */
		bool sleep = i && in_time(&t->at[i - 1], &look[k - 1]) > 0;

		t->at[--at] = sleep ? t->at[--i] : look[--k];
	}
	free(look);
	return SQLITE_OK;
}

static int by_thread(const void *first, const void *second)
{
	const struct thread_sightings *a = first, *b = second;

	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

int sightings_seen(struct sightings *s, sqlite3 *db, int64_t capture)
{
	struct stacks stacks = {0};
	struct id_map places = {0};
	int err = SQLITE_OK;

	if (s->capture == capture && !s->told)
		return SQLITE_OK;
	sightings_free(s);
	err = stacks_read(db, capture, &stacks);
	if (!err)
		err = rows_read(db, sleeps_sql, capture, &stacks, &places, s);
	if (!err)
		err = rows_read(db, looks_sql, capture, &stacks, &places, s);
	for (size_t i = 0; !err && i < s->count; i++)
		err = thread_sort(&s->thread[i]);
	if (!err && s->count)
		qsort(s->thread, s->count, sizeof(*s->thread), by_thread);
	sqlite3_free(stacks.told);
	id_map_free(&places);
	s->capture = capture;
	if (err)
		sightings_free(s);
	return err;
}

int sightings_told(struct sightings *s, sqlite3 *db, int64_t capture)
{
	struct id_map places = {0};
	int err;

	if (s->capture == capture && s->told)
		return SQLITE_OK;
	sightings_free(s);
	err = rows_read(db, told_sql, capture, NULL, &places, s);
	if (!err && s->count)
		qsort(s->thread, s->count, sizeof(*s->thread), by_thread);
	id_map_free(&places);
	s->capture = capture;
	s->told = true;
	if (err)
		sightings_free(s);
	return err;
}

struct thread_sightings *sightings_of_thread(const struct sightings *s, int64_t thread)
{
	const struct thread_sightings wanted = {.thread = thread};

	return s->count ? bsearch(&wanted, s->thread, s->count, sizeof(*s->thread), by_thread)
			: NULL;
}

static int by_poll(const void *first, const void *second, void *context)
{
	const uint32_t *a = first, *b = second;
	const struct sighting *at = context;

	if (at[*a].poll_ns != at[*b].poll_ns)
		return at[*a].poll_ns < at[*b].poll_ns ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

static int polled_make(struct thread_sightings *t)
{
	bool sorted = true;

	t->polled = malloc((t->count + 1) * sizeof(*t->polled));
	if (!t->polled)
		return -ENOMEM;
	for (size_t i = 0; i < t->count; i++) {
		if (!t->at[i].poll_ns)
			continue;
		t->polled[t->polled_count] = (uint32_t)i;
		sorted = sorted &&
			 (!t->polled_count || by_poll(&t->polled[t->polled_count - 1],
						      &t->polled[t->polled_count], t->at) < 0);
		t->polled_count++;
	}
	if (!sorted)
		qsort_r(t->polled, t->polled_count, sizeof(*t->polled), by_poll, t->at);
	return 0;
}

int64_t sightings_of_poll(struct thread_sightings *t, int64_t poll_ns, size_t *count)
{
	size_t low = 0, high, first;

	if (!t->polled && polled_make(t))
		return -ENOMEM;
	high = t->polled_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->at[t->polled[middle]].poll_ns < poll_ns)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < t->polled_count && t->at[t->polled[low]].poll_ns == poll_ns)
		low++;
	*count = low - first;
	return (int64_t)first;
}

void sightings_free(struct sightings *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->thread[i].at);
		free(s->thread[i].polled);
	}
	free(s->thread);
	text_set_free(&s->causes);
	*s = (struct sightings) {0};
}
