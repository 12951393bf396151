/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/worker_time.h"
#include "analyzer/base/id_map.h"
#include "analyzer/base/ns_add.h"
#include "analyzer/rules/classify.h"
#include "analyzer/store/database.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * A sleep belongs to every window that it overlaps, with the part that lies in it; its wait for a
 * CPU is at its end. In SQL this is a join of sleeps and windows, grouped by window.
 */

static const char windows_sql[] =
	"SELECT w.thread, w.start_ns, w.end_ns, w.cpu_ns, w.poll_sleep_ns, w.run_queue_ns,"
	"w.parked_ns, w.poll_samples FROM thread_role AS r "
	"CROSS JOIN thread_window AS w ON w.thread = r.thread "
	"WHERE r.capture = ?1 AND r.role = 'worker' ORDER BY w.thread, w.start_ns";

enum window_column {
	WINDOW_THREAD,
	WINDOW_START_NS,
	WINDOW_END_NS,
	WINDOW_CPU_NS,
	WINDOW_POLL_SLEEP_NS,
	WINDOW_RUN_QUEUE_NS,
	WINDOW_PARKED_NS,
	WINDOW_POLL_SAMPLES,
};

static const char watched_sql[] =
	"SELECT thread, start_ns, end_ns FROM thread_watched WHERE capture = ?1";

static const char blocking_sql[] =
	"SELECT offcpu_span FROM blocking_poll WHERE capture = ?1 AND offcpu_span IS NOT NULL "
	"ORDER BY offcpu_span";

/*
 * Time asleep, without the wait for a CPU afterwards. `other`: not as a worker, that wait included.
 */
struct slept {
	int64_t poll_ns, parked_ns, runtime_ns, run_queue_ns, other_ns;
};

struct window {
	int64_t thread, start_ns, end_ns, cpu_ns;
	struct slept slept;      /* sleeps without a record included */
	int64_t counted_samples; /* in polls; most of those in young polls have no record */
	uint32_t samples, poll_samples, runtime_samples, other_samples;
};

struct thread {
	int64_t id;
	struct slept slept;
	size_t first_window, windows;
	int64_t longest_ns; /* of its windows */
};

struct times {
	struct observations *observations;
	struct thread *thread;
	size_t threads, thread_room;
	struct window *window; /* in window_memory */
	size_t windows;
	struct spill window_memory;
	struct id_map places; /* thread.id to index + 1 */
	int64_t *blocking;    /* offcpu_span.id of sleeps that blocked a worker, sorted */
	size_t blocking_count;
	struct spill blocking_memory;
};

static void times_free(void *result)
{
	struct times *t = result;

	free(t->thread);
	spill_free(&t->window_memory);
	id_map_free(&t->places);
	spill_free(&t->blocking_memory);
}

/* Added where there is none yet. NULL: out of memory. */
static struct thread *thread_of(struct times *all, int64_t id)
{
	uint64_t place = id_map_get(&all->places, (uint64_t)id, 0);

	if (place)
		return &all->thread[place - 1];
	if (!array_grow(&all->thread, all->threads, &all->thread_room, sizeof(*all->thread)) ||
	    id_map_set(&all->places, (uint64_t)id, 0, all->threads + 1))
		return NULL;
	all->thread[all->threads] = (struct thread) {.id = id};
	return &all->thread[all->threads++];
}

static int window_read(void *context, sqlite3_stmt *q)
{
	struct times *all = context;
	struct thread *t = thread_of(all, sqlite3_column_int64(q, WINDOW_THREAD));
	struct window *w;

	if (!t)
		return SQLITE_NOMEM;
	if (spill_grow(&all->window_memory, all->windows, sizeof(*w)))
		return SQLITE_NOMEM;
	all->window = all->window_memory.at;
	w = &all->window[all->windows];
	*w = (struct window) {
		.thread = t->id,
		.start_ns = sqlite3_column_int64(q, WINDOW_START_NS),
		.end_ns = sqlite3_column_int64(q, WINDOW_END_NS),
		.cpu_ns = sqlite3_column_int64(q, WINDOW_CPU_NS),
		.slept = {.poll_ns = sqlite3_column_int64(q, WINDOW_POLL_SLEEP_NS),
			  .run_queue_ns = sqlite3_column_int64(q, WINDOW_RUN_QUEUE_NS),
			  .parked_ns = sqlite3_column_int64(q, WINDOW_PARKED_NS)},
		.counted_samples = sqlite3_column_int64(q, WINDOW_POLL_SAMPLES),
	};
	if (!t->windows++)
		t->first_window = all->windows;
	if (w->end_ns - w->start_ns > t->longest_ns)
		t->longest_ns = w->end_ns - w->start_ns;
	all->windows++;
	return SQLITE_OK;
}

/* The thread's first window that begins after this time. */
static size_t window_after(const struct times *all, const struct thread *t, int64_t time_ns)
{
	size_t low = t->first_window, high = low + t->windows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all->window[middle].start_ns > time_ns)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int by_id(const void *first, const void *second)
{
	int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;

	return (a > b) - (a < b);
}

static bool blocked(const struct times *all, int64_t offcpu_span)
{
	return all->blocking_count && bsearch(&offcpu_span, all->blocking, all->blocking_count,
					      sizeof(*all->blocking), by_id);
}

enum state { POLL_OFF_CPU, PARKED, RUNTIME, UNKNOWN, NOT_WORKER };

/* The state of a worker that a sleep belongs to. */
static enum state state_of(const struct times *all, const struct observation *s)
{
	if (!s->as_worker)
		return NOT_WORKER;
	if (s->class == STACK_POLL || blocked(all, s->id))
		return POLL_OFF_CPU;
	return s->class == STACK_PARK ? PARKED : s->class == STACK_RUNTIME ? RUNTIME : UNKNOWN;
}

/* Adds a sleep of wall_ns in this state, waited_ns of which were spent waiting for a CPU. */
static void slept_add(struct slept *s, enum state state, int64_t wall_ns, int64_t waited_ns)
{
	if (state == NOT_WORKER) {
		s->other_ns = ns_add(s->other_ns, wall_ns);
		return;
	}
	s->run_queue_ns = ns_add(s->run_queue_ns, waited_ns);
	if (state == POLL_OFF_CPU)
		s->poll_ns = ns_add(s->poll_ns, wall_ns - waited_ns);
	else if (state == PARKED)
		s->parked_ns = ns_add(s->parked_ns, wall_ns - waited_ns);
	else if (state == RUNTIME)
		s->runtime_ns = ns_add(s->runtime_ns, wall_ns - waited_ns);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/*
 * The sleep is clipped to the time the thread was watched, and to what no earlier sleep of it
 * covers.
 */
static void sleep_add(const struct times *all, struct thread *t, const struct observation *s,
		      int64_t watched_start_ns, int64_t watched_end_ns)
{
	int64_t start_ns = most(most(s->start_ns, s->disjoint_from_ns), watched_start_ns);
	int64_t end_ns = most(least(s->end_ns, watched_end_ns), start_ns);
	int64_t run_queue_ns = least(s->run_queue_ns, end_ns - start_ns);
	enum state state = state_of(all, s);

	slept_add(&t->slept, state, end_ns - start_ns, run_queue_ns);
	for (size_t i = window_after(all, t, start_ns - t->longest_ns);
	     i < t->first_window + t->windows && all->window[i].start_ns < end_ns; i++) {
		struct window *w = &all->window[i];
		int64_t part_end_ns = least(end_ns, w->end_ns);

		if (w->end_ns > start_ns)
			slept_add(&w->slept, state, part_end_ns - most(start_ns, w->start_ns),
				  most(0, part_end_ns - most(end_ns - run_queue_ns, w->start_ns)));
	}
}

static void sample_add(const struct times *all, const struct thread *t, const struct observation *s)
{
	for (size_t i = window_after(all, t, s->start_ns - t->longest_ns);
	     i < t->first_window + t->windows && all->window[i].start_ns <= s->start_ns; i++) {
		struct window *w = &all->window[i];

		if (w->end_ns <= s->start_ns)
			continue;
		w->samples++;
		w->poll_samples += s->as_worker && s->class == STACK_POLL;
		w->runtime_samples +=
			s->as_worker && (s->class == STACK_RUNTIME || s->class == STACK_PARK);
		w->other_samples += !s->as_worker;
	}
}

/* A row of watched_sql: adds the observations of its thread. */
static int thread_read(void *context, sqlite3_stmt *q)
{
	struct times *all = context;
	int64_t id = sqlite3_column_int64(q, 0);
	int64_t start_ns = sqlite3_column_int64(q, 1), end_ns = sqlite3_column_int64(q, 2);
	struct thread_observations *seen = observations_of_thread(all->observations, id);
	struct thread *t = seen ? thread_of(all, id) : NULL;

	if (seen && !t)
		return SQLITE_NOMEM;
	for (size_t i = 0; seen && i < seen->list.count; i++) {
		const struct observation *s = observation_at(&seen->list, i);

		if (s->slept)
			sleep_add(all, t, s, start_ns, end_ns);
		else
			sample_add(all, t, s);
	}
	return SQLITE_OK;
}

static int blocking_read(void *context, sqlite3_stmt *q)
{
	struct times *all = context;

	if (spill_grow(&all->blocking_memory, all->blocking_count, sizeof(*all->blocking)))
		return SQLITE_NOMEM;
	all->blocking = all->blocking_memory.at;
	all->blocking[all->blocking_count++] = sqlite3_column_int64(q, 0);
	return SQLITE_OK;
}

static int times_read(sqlite3 *db, struct observations *observations, int64_t capture, void *result)
{
	struct times *all = result;
	int err = observations_load_classified(observations, db, capture);

	all->observations = observations;
	if (!err)
		err = database_rows(db, windows_sql, capture, window_read, all);
	if (!err)
		err = database_rows(db, blocking_sql, capture, blocking_read, all);
	return err ? err : database_rows(db, watched_sql, capture, thread_read, all);
}

static size_t threads_count(const void *result)
{
	return ((const struct times *)result)->threads;
}

static size_t windows_count(const void *result)
{
	return ((const struct times *)result)->windows;
}

static void threads_column(void *result, size_t row, int column, sqlite3_context *out)
{
	const struct thread *t = &((const struct times *)result)->thread[row];
	const int64_t value[] = {t->id,
				 t->slept.poll_ns,
				 t->slept.parked_ns,
				 t->slept.runtime_ns,
				 t->slept.run_queue_ns,
				 t->slept.other_ns};

	sqlite3_result_int64(out, value[column]);
}

static void windows_column(void *result, size_t row, int column, sqlite3_context *out)
{
	const struct window *w = &((const struct times *)result)->window[row];
	int64_t poll_samples = most(w->poll_samples, w->counted_samples);
	const int64_t value[] = {w->thread,           w->start_ns,
				 w->end_ns,           w->cpu_ns,
				 w->slept.poll_ns,    w->slept.parked_ns,
				 w->slept.runtime_ns, w->slept.run_queue_ns,
				 w->slept.other_ns,   w->samples - w->poll_samples + poll_samples,
				 poll_samples,        w->runtime_samples,
				 w->other_samples};

	sqlite3_result_int64(out, value[column]);
}

const struct row_pair worker_time = {
	.bytes = sizeof(struct times),
	.read = times_read,
	.free = times_free,
	.first = {"thread_slept", "thread, poll_ns, parked_ns, runtime_ns, run_queue_ns, other_ns",
		  threads_count, threads_column},
	.last = {"window_rows",
		 "thread, start_ns, end_ns, cpu_ns, poll_ns, parked_ns, runtime_ns, run_queue_ns,"
		 "other_ns, samples, poll_samples, runtime_samples, other_samples",
		 windows_count, windows_column},
};
