/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/trace_driver.h"

#include <inttypes.h>

/* Rows of the queries sql/export/trace_*.sql as slices, instants and counters. */

#define ARGS_MAX 16

/* Arguments under construction. What is NULL is left out. */
struct args {
	struct trace_arg arg[ARGS_MAX];
	size_t count;
};

static const char *text(sqlite3_stmt *q, int column)
{
	return (const char *)sqlite3_column_text(q, column);
}

static int64_t number(sqlite3_stmt *q, int column)
{
	return sqlite3_column_int64(q, column);
}

static void arg_number(struct args *a, const char *name, int64_t value)
{
	if (a->count < ARGS_MAX)
		a->arg[a->count++] = (struct trace_arg) {.name = name, .number = value};
}

static void arg_number_if(struct args *a, const char *name, sqlite3_stmt *q, int column)
{
	if (sqlite3_column_type(q, column) != SQLITE_NULL)
		arg_number(a, name, number(q, column));
}

/* Only where it is not 0. */
static void arg_flag(struct args *a, const char *name, sqlite3_stmt *q, int column)
{
	if (number(q, column))
		arg_number(a, name, 1);
}

static void arg_text(struct args *a, const char *name, const char *value)
{
	if (value && a->count < ARGS_MAX)
		a->arg[a->count++] = (struct trace_arg) {.name = name, .text = value};
}

static void args_set(struct trace_event *event, const struct args *a)
{
	event->arg = a->arg;
	event->args = a->count;
}

enum poll_column {
	POLL_THREAD,
	POLL_START,
	POLL_END,
	POLL_ID,
	POLL_FUNCTION,
	POLL_CAUSE,
	POLL_TASK,
	POLL_FILE,
	POLL_LINE,
	POLL_STACK,
	POLL_WALL,
	POLL_RUN_QUEUE,
	POLL_BLOCKED,
	POLL_OPEN,
	POLL_BOUNDS,
	POLL_SOURCE,
	POLL_TASK_ID,
	POLL_READY_MAX,
	POLL_LEFT_QUEUED,
};

static void poll_args(struct args *a, sqlite3_stmt *q)
{
	arg_text(a, "task", text(q, POLL_TASK));
	arg_number_if(a, "task_id", q, POLL_TASK_ID);
	arg_text(a, "file", text(q, POLL_FILE));
	arg_number_if(a, "line", q, POLL_LINE);
	arg_number(a, "wall_ns", number(q, POLL_WALL));
	arg_number(a, "blocked_ns", number(q, POLL_BLOCKED));
	arg_number(a, "run_queue_ns", number(q, POLL_RUN_QUEUE));
	arg_text(a, "bounds", text(q, POLL_BOUNDS));
	arg_text(a, "known_by", text(q, POLL_SOURCE));
	arg_flag(a, "open", q, POLL_OPEN);
	arg_number_if(a, "tasks_waiting_max", q, POLL_READY_MAX);
	arg_number_if(a, "tasks_left_waiting", q, POLL_LEFT_QUEUED);
	arg_number(a, "blocking_poll", number(q, POLL_ID));
}

/* The sites of a poll, into d->site. Their texts are interned: they outlive the rows. */
static int sites_read(struct driver *d, int64_t poll)
{
	int step;

	d->sites = 0;
	sqlite3_reset(d->parts);
	sqlite3_bind_int64(d->parts, 1, poll);
	while ((step = sqlite3_step(d->parts)) == SQLITE_ROW) {
		const char *function = text(d->parts, 1), *cause = text(d->parts, 2);
		struct trace_part *site;

		if (!function || !cause ||
		    !array_grow(&d->site, d->sites, &d->site_room, sizeof(*d->site)))
			return -ENOMEM;
		site = &d->site[d->sites++];
		*site = (struct trace_part) {
			.site = number(d->parts, 0),
			.function = text_pool_intern(&d->texts, function, strlen(function)),
			.cause = text_pool_intern(&d->texts, cause, strlen(cause)),
			.blocked_ns = number(d->parts, 3),
		};
		if (!site->function || !site->cause)
			return -ENOMEM;
	}
	return step == SQLITE_DONE ? 0 : -EIO;
}

int trace_poll_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	struct args args = {.count = 0};
	struct trace_event event = {
		.track = track_id(FAMILY_THREAD, number(q, POLL_THREAD)),
		.start_ns = number(q, POLL_START),
		.end_ns = number(q, POLL_END),
		.name = text(q, POLL_FUNCTION),
		.category = text(q, POLL_CAUSE),
		.stack = number(q, POLL_STACK),
	};
	int err = sites_read(d, number(q, POLL_ID));

	event.part = d->site;
	event.parts = d->sites;
	event.name = event.name ? event.name : "blocking poll";
	event.category = event.category ? event.category : "blocked";
	poll_args(&args, q);
	args_set(&event, &args);
	return err ? err : driver_slice(d, &event);
}

enum wait_column {
	WAIT_THREAD,
	WAIT_START,
	WAIT_READY,
	WAIT_END,
	WAIT_STATE,
	WAIT_CAUSE,
	WAIT_STACK,
	WAIT_SYSCALL,
	WAIT_CPU,
	WAIT_OPEN,
	WAIT_AT_ATTACH,
	WAIT_PREEMPTED,
	WAIT_WAKER_PID,
};

/* Asleep in a poll, it is named by the cause; else by its state. Then it waited for a CPU. */
int trace_wait_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_thread *thread = trace_thread(d, number(q, WAIT_THREAD));
	const char *state = text(q, WAIT_STATE), *cause = text(q, WAIT_CAUSE);
	struct args args = {.count = 0};
	struct trace_event event = {.category = state};
	int err = thread ? driver_part(d, thread, FAMILY_WAIT) : 0;

	if (!thread || err || !state || !cause)
		return err;
	event.track = track_id(FAMILY_WAIT, thread->id);
	event.start_ns = number(q, WAIT_START);
	event.end_ns = number(q, WAIT_READY);
	event.name = strcmp(state, "poll") == 0 ? cause : state;
	event.stack = number(q, WAIT_STACK);
	arg_text(&args, "cause", cause);
	arg_text(&args, "syscall", text(q, WAIT_SYSCALL));
	arg_number(&args, "cpu", number(q, WAIT_CPU));
	arg_flag(&args, "open", q, WAIT_OPEN);
	arg_flag(&args, "since_before_the_recording", q, WAIT_AT_ATTACH);
	arg_number_if(&args, "woken_by_process", q, WAIT_WAKER_PID);
	args_set(&event, &args);
	if (event.end_ns > event.start_ns)
		err = driver_slice(d, &event);
	event.start_ns = number(q, WAIT_READY);
	event.end_ns = number(q, WAIT_END);
	event.name = "waiting for a CPU";
	event.category = "run-queue";
	event.stack = 0;
	args.count = 0;
	arg_number(&args, "cpu", number(q, WAIT_CPU));
	arg_flag(&args, "preempted", q, WAIT_PREEMPTED);
	args_set(&event, &args);
	return err || event.end_ns <= event.start_ns ? err : driver_slice(d, &event);
}

enum window_column {
	WINDOW_THREAD,
	WINDOW_START,
	WINDOW_END,
	WINDOW_STATE,
	WINDOW_SHARE,
	WINDOW_POLL_CPU,
	WINDOW_POLL_OFFCPU,
	WINDOW_RUN_QUEUE,
	WINDOW_PARKED,
	WINDOW_RUNTIME,
	WINDOW_UNKNOWN,
	WINDOW_OTHER,
};

#define WHOLE 0.99 /* the share from which on a window is named as if it were all in one state */

int trace_window_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_thread *thread = trace_thread(d, number(q, WINDOW_THREAD));
	const char *state = text(q, WINDOW_STATE);
	struct args args = {.count = 0};
	char name[64];
	struct trace_event event = {
		.start_ns = number(q, WINDOW_START),
		.end_ns = number(q, WINDOW_END),
		.name = name,
		.category = state,
	};
	int err = thread ? driver_part(d, thread, FAMILY_WINDOW) : 0;

	if (!thread || err || !state)
		return err;
	event.track = track_id(FAMILY_WINDOW, thread->id);
	snprintf(name, sizeof(name), "%s%s",
		 sqlite3_column_double(q, WINDOW_SHARE) < WHOLE ? "mostly " : "", state);
	arg_number(&args, "poll_cpu_ns", number(q, WINDOW_POLL_CPU));
	arg_number(&args, "poll_offcpu_ns", number(q, WINDOW_POLL_OFFCPU));
	arg_number(&args, "run_queue_ns", number(q, WINDOW_RUN_QUEUE));
	arg_number(&args, "parked_ns", number(q, WINDOW_PARKED));
	arg_number(&args, "runtime_ns", number(q, WINDOW_RUNTIME));
	arg_number(&args, "unknown_ns", number(q, WINDOW_UNKNOWN));
	arg_number(&args, "other_ns", number(q, WINDOW_OTHER));
	args_set(&event, &args);
	return driver_slice(d, &event);
}

int trace_closure_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_thread *thread = trace_thread(d, number(q, 0));
	struct args args = {.count = 0};
	struct trace_event event = {
		.start_ns = number(q, 1),
		.end_ns = number(q, 2),
		.name = text(q, 3),
		.category = "pool",
		.stack = number(q, 7),
	};
	int err = thread ? driver_part(d, thread, FAMILY_CLOSURE) : 0;

	if (!thread || err || !event.name)
		return err;
	event.track = track_id(FAMILY_CLOSURE, thread->id);
	arg_text(&args, "cause", text(q, 4));
	arg_text(&args, "file", text(q, 5));
	arg_number_if(&args, "line", q, 6);
	args_set(&event, &args);
	return driver_slice(d, &event);
}

enum wake_column {
	WAKE_SPAN,
	WAKE_TIME,
	WAKE_BY,
	WAKE_THREAD,
	WAKE_WAKER,
	WAKE_FILE,
	WAKE_LINE,
	WAKE_STACK,
	WAKE_WAITER,
	WAKE_CAUSE,
	WAKE_BLOCKED,
};

/* A flow from an instant of the waker to one of the thread that it woke. */
int trace_wake_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_thread *waker = trace_thread(d, number(q, WAKE_BY));
	const struct trace_thread *woken = trace_thread(d, number(q, WAKE_THREAD));
	struct args args = {.count = 0};
	struct trace_event event = {
		.track = track_id(FAMILY_THREAD, number(q, WAKE_BY)),
		.start_ns = number(q, WAKE_TIME),
		.end_ns = number(q, WAKE_TIME),
		.instant = true,
		.name = "wakes",
		.category = "wake",
		.stack = number(q, WAKE_STACK),
		.flow_out = (uint64_t)number(q, WAKE_SPAN),
	};
	int err;

	if (!waker || !woken)
		return 0;
	arg_text(&args, "function", text(q, WAKE_WAKER));
	arg_text(&args, "file", text(q, WAKE_FILE));
	arg_number_if(&args, "line", q, WAKE_LINE);
	arg_text(&args, "waiter", text(q, WAKE_WAITER));
	arg_text(&args, "cause", text(q, WAKE_CAUSE));
	arg_number(&args, "blocked_ns", number(q, WAKE_BLOCKED));
	arg_number(&args, "woken_tid", woken->tid);
	args_set(&event, &args);
	err = d->writer->event(d->writer->context, &event);
	event.track = track_id(FAMILY_THREAD, woken->id);
	event.name = "woken";
	event.stack = 0;
	event.flow_in = event.flow_out;
	event.flow_out = 0;
	args.count -= 1;
	arg_number(&args, "waker_tid", waker->tid);
	args_set(&event, &args);
	return err ? err : d->writer->event(d->writer->context, &event);
}

int trace_mark_row(void *context, sqlite3_stmt *q)
{
	const struct driver *d = context;
	const struct trace_event event = {
		.track = track_id(FAMILY_RECORDING, 1),
		.start_ns = number(q, 0),
		.end_ns = number(q, 0),
		.instant = true,
		.name = text(q, 1) ? text(q, 1) : "",
		.category = "mark",
	};

	return d->writer->event(d->writer->context, &event);
}

/* Samples of one thread with nothing between them are one slice, which is written when it ends. */
int trace_cpu_end(struct driver *d)
{
	const struct trace_thread *thread = trace_thread(d, d->run.thread);
	const struct trace_arg samples = {.name = "samples", .number = d->run.samples};
	char name[64];
	struct trace_event event = {
		.track = track_id(FAMILY_CPU, d->run.cpu),
		.start_ns = d->run.start_ns,
		.end_ns = d->run.end_ns,
		.name = name,
		.category = "cpu",
		.arg = &samples,
		.args = 1,
	};
	int err;

	d->run.samples = 0;
	if (!thread || !samples.number)
		return 0;
	snprintf(name, sizeof(name), "%s %" PRId64, thread->comm, thread->tid);
	err = driver_cpu(d, d->run.cpu);
	return err ? err : driver_slice(d, &event);
}

int trace_cpu_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	int64_t cpu = number(q, 0), start_ns = number(q, 1), thread = number(q, 3);
	bool same = d->run.samples && d->run.cpu == cpu && d->run.thread == thread &&
		    start_ns <= d->run.end_ns;
	int err = same ? 0 : trace_cpu_end(d);

	if (!same)
		d->run = (struct cpu_run) {.cpu = cpu, .thread = thread, .start_ns = start_ns};
	d->run.end_ns = number(q, 2);
	d->run.samples++;
	return err;
}

int trace_cpu_queue_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	int64_t cpu = number(q, 0), start_ns = number(q, 1);
	uint64_t id = track_id(FAMILY_CPU_QUEUE, cpu);
	char name[64];
	const struct trace_track track = {
		.parent = track_id(FAMILY_GROUP, PID_CPUS),
		.pid = PID_CPUS,
		.name = name,
		.unit = "ns",
	};
	int err = driver_cpus(d);

	snprintf(name, sizeof(name), "waiting for CPU %" PRId64 ", in 100 ms", cpu);
	if (!err)
		err = driver_counter(d, FAMILY_CPU_QUEUE, cpu, track);
	/* Where nothing waited there is no row: the value goes back to 0. */
	if (!err && d->queue_end_ns && d->queue != id)
		err = d->writer->counter(d->writer->context, d->queue, d->queue_end_ns, 0);
	else if (!err && d->queue_end_ns && d->queue_end_ns < start_ns)
		err = d->writer->counter(d->writer->context, id, d->queue_end_ns, 0);
	d->queue = id;
	d->queue_end_ns = number(q, 2);
	return err ? err : d->writer->counter(d->writer->context, id, start_ns, number(q, 3));
}

int trace_cpu_queue_end(struct driver *d)
{
	return d->queue_end_ns
		       ? d->writer->counter(d->writer->context, d->queue, d->queue_end_ns, 0)
		       : 0;
}

int trace_pool_row(void *context, sqlite3_stmt *q)
{
	struct driver *d = context;
	const struct trace_track track = {
		.parent = track_id(FAMILY_PROCESS, number(q, 0)),
		.pid = number(q, 0),
		.name = "tasks in the queue of the blocking pool",
		.unit = "tasks",
	};
	int err;

	if (!d->pools || d->pool != number(q, 1))
		d->pools++;
	d->pool = number(q, 1);
	err = driver_counter(d, FAMILY_POOL, d->pools, track);
	return err ? err
		   : d->writer->counter(d->writer->context, track_id(FAMILY_POOL, d->pools),
					number(q, 2), number(q, 3));
}

int trace_sample_row(void *context, sqlite3_stmt *q)
{
	const struct driver *d = context;
	const struct trace_thread *thread = trace_thread(d, number(q, 2));
	struct trace_sample sample = {
		.time_ns = number(q, 0),
		.cpu = number(q, 1),
		.stack = number(q, 3),
	};

	if (!thread || !d->writer->sample)
		return 0;
	sample.pid = thread->pid;
	sample.tid = thread->tid;
	return d->writer->sample(d->writer->context, &sample);
}
