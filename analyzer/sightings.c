/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/sightings.h"
#include "analyzer/classify.h"
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
static struct thread_sightings *thread_of(struct sightings *all, int64_t thread)
{
	uint64_t place = id_map_get(&all->places, (uint64_t)thread, 0);
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
	return id_map_set(&all->places, (uint64_t)thread, 0, all->count) ? NULL : t;
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

static int cause_note(struct sightings *all, const char *cause, struct sighting *s)
{
	int64_t index = text_set_index(&all->causes, cause);

	s->cause = (uint16_t)index;
	return index < 0 ? (int)index : 0;
}

static void stack_tell(const struct stacks *stacks, struct sighting *s)
{
	if (s->stack < stacks->first || s->stack - stacks->first >= stacks->count)
		return;
	s->stack_class = stacks->told[s->stack - stacks->first].class;
	s->pool_idle = stacks->told[s->stack - stacks->first].pool_idle;
}

int sightings_add(struct sightings *s, int64_t thread, const struct sighting *row,
		  const char *cause, bool again)
{
	struct thread_sightings *t = thread_of(s, thread);
	struct sighting *place = NULL;

	for (size_t i = t && again ? t->count : 0; !place && i-- > 0;) {
		if (t->at[i].slept && t->at[i].id == row->id)
			place = &t->at[i];
	}
	if (t && !place)
		place = sighting_add(t);
	if (!place)
		return -ENOMEM;
	*place = *row;
	return cause_note(s, cause, place);
}

static void row_told(sqlite3_stmt *q, struct sighting *s)
{
	s->class = (uint8_t)stack_class_named((const char *)sqlite3_column_text(q, COLUMN_CLASS));
	s->pool_idle = sqlite3_column_int(q, COLUMN_POOL_IDLE);
	s->coreless = sqlite3_column_int(q, COLUMN_CORELESS);
	s->as_worker = sqlite3_column_int(q, COLUMN_AS_WORKER);
	s->clear_ns = sqlite3_column_int64(q, COLUMN_CLEAR_NS);
}

/* `told`: with what is in told_sql only. */
static int rows_read(sqlite3 *db, const char *sql, int64_t capture, bool told,
		     struct sightings *all)
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
			t = thread_of(all, thread);
		s = t ? sighting_add(t) : NULL;
		if (!s) {
			err = SQLITE_NOMEM;
			break;
		}
		*s = row_of(q);
		if (told)
			row_told(q, s);
		else if (cause_note(all, (const char *)sqlite3_column_text(q, COLUMN_CAUSE), s))
			err = SQLITE_NOMEM;
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

/* Of two sleeps that began at once the later row took the place of the earlier one. */
static void sleeps_unite(struct thread_sightings *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (count && t->at[i].slept && t->at[count - 1].slept &&
		    t->at[i].start_ns == t->at[count - 1].start_ns)
			count--;
		t->at[count++] = t->at[i];
	}
	t->count = count;
}

/* Sleeps and looks are each nearly in order, so they are sorted apart. */
static int thread_sort(struct thread_sightings *t)
{
	struct sighting *look = malloc((t->count + 1) * sizeof(*look));
	size_t sleeps = 0, looks = 0, at = t->count;

	if (!look)
		return SQLITE_NOMEM;
	for (size_t i = 0; i < t->count; i++) {
		if (t->at[i].slept)
			t->at[sleeps++] = t->at[i];
		else
			look[looks++] = t->at[i];
	}
	part_sort(t->at, sleeps);
	part_sort(look, looks);
	while (looks) { /* from the end, where the room is */
		bool sleep = sleeps && in_time(&t->at[sleeps - 1], &look[looks - 1]) > 0;

		t->at[--at] = sleep ? t->at[--sleeps] : look[--looks];
	}
	free(look);
	sleeps_unite(t);
	return SQLITE_OK;
}

static int by_thread(const void *first, const void *second)
{
	const struct thread_sightings *a = first, *b = second;

	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

static void threads_sort(struct sightings *s)
{
	id_map_free(&s->places);
	if (s->count)
		qsort(s->thread, s->count, sizeof(*s->thread), by_thread);
}

/* What their stacks say, and in their order. */
static int all_sort(struct sightings *s, sqlite3 *db, int64_t capture)
{
	struct stacks stacks = {0};
	int err = stacks_read(db, capture, &stacks);

	for (size_t i = 0; !err && i < s->count; i++) {
		for (size_t k = 0; k < s->thread[i].count; k++)
			stack_tell(&stacks, &s->thread[i].at[k]);
		err = thread_sort(&s->thread[i]);
	}
	threads_sort(s);
	sqlite3_free(stacks.told);
	return err;
}

int sightings_seen(struct sightings *s, sqlite3 *db, int64_t capture)
{
	int err = SQLITE_OK;

	if (s->capture == capture && !s->told && !s->given)
		return SQLITE_OK;
	if (s->capture != capture || s->told) {
		sightings_free(s);
		err = rows_read(db, sleeps_sql, capture, false, s);
		if (!err)
			err = rows_read(db, looks_sql, capture, false, s);
	}
	if (!err)
		err = all_sort(s, db, capture);
	s->capture = capture;
	s->given = false;
	if (err)
		sightings_free(s);
	return err;
}

int sightings_told(struct sightings *s, sqlite3 *db, int64_t capture)
{
	int err;

	if (s->capture == capture && s->told)
		return SQLITE_OK;
	sightings_free(s);
	err = rows_read(db, told_sql, capture, true, s);
	threads_sort(s);
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
	id_map_free(&s->places);
	text_set_free(&s->causes);
	*s = (struct sightings) {0};
}
