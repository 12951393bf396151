/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/state.h"
#include "format/wire/events.h"
#include "format/wire/names.h"
#include "format/wire/tasks.h"

#include <errno.h>

/*
 * Events: checked against what they refer to and against the clock, then written as rows.
 */

/* What an event speaks of may have begun long before the recording. */
bool capture_time_plausible(const struct capture_state *c, uint64_t time_ns)
{
	uint64_t start_ns = c->defined.session.start_ns;

	return time_ns <= start_ns + LONGEST_NS && time_ns + LONGEST_NS >= start_ns;
}

int capture_stack_rows(const struct capture_state *c, uint32_t user, uint32_t kernel,
		       int64_t *user_row, const struct defined_kernel_stack **kernel_stack)
{
	uint64_t u = user ? id_map_get(&c->defined.user_stacks, user, 0) : 0;
	uint64_t k = kernel ? id_map_get(&c->defined.kernel_stacks, kernel, 0) : 0;

	if ((user && !u) || (kernel && !k))
		return -EINVAL;
	*user_row = u ? c->defined.user_stack.at[u - 1].row : 0;
	*kernel_stack = k ? &c->defined.kernel_stack.at[k - 1] : NULL;
	return 0;
}

const char *capture_cause(const struct ingest *in, struct capture_state *c, int32_t syscall,
			  const struct defined_kernel_stack *kernel, bool off_cpu)
{
	const struct resolver *resolver = in->options->resolver;
	uint64_t key = (uint64_t)(uint32_t)syscall << 1 | off_cpu;
	uint64_t row = kernel ? (uint64_t)kernel->row : 0;
	uintptr_t known = (uintptr_t)id_map_get(&c->causes, key, row);
	const char *cause = (const char *)known;

	if (cause)
		return cause;
	cause = resolver->cause(resolver->context, c->defined.session.machine, syscall,
				kernel ? kernel->function : NULL, kernel ? kernel->frames : 0,
				off_cpu);
	return id_map_set(&c->causes, key, row, (uintptr_t)cause) ? NULL : cause;
}

const char *capture_syscall(const struct ingest *in, const struct capture_state *c, int32_t syscall)
{
	const struct resolver *resolver = in->options->resolver;

	return syscall < 0
		       ? NULL
		       : resolver->syscall(resolver->context, c->defined.session.machine, syscall);
}

static uint64_t run_queue_part(const struct hud_offcpu *o)
{
	uint64_t from_ns = o->wakeup_ns > o->start_ns ? o->wakeup_ns : o->start_ns;

	if (o->offcpu_flags & HUD_OFFCPU_PREEMPTED)
		return o->end_ns - o->start_ns;
	return o->wakeup_ns && from_ns < o->end_ns ? o->end_ns - from_ns : 0;
}

/*
 * The row id of a span. A span that was recorded while open keeps its id when its end comes, which
 * replaces the row. 0: leave it out: it is recorded as open after it, or a later span, has ended,
 * since the recorder's walk over sleeping threads can be late. -ENOMEM.
 */
static int64_t span_row(struct ingest *in, struct capture_state *c, struct defined_thread *thread,
			const struct hud_offcpu *o)
{
	bool open = o->offcpu_flags & HUD_OFFCPU_OPEN;
	int64_t row;

	if (open && thread->ended_ns && thread->ended_ns >= o->start_ns)
		return 0;
	row = (int64_t)id_map_get(&c->open_spans, (uint64_t)thread->row, o->start_ns);
	if (!open && o->start_ns > thread->ended_ns)
		thread->ended_ns = o->start_ns;
	if (row)
		return row;
	row = ingest_row_id(in, ROW_OFFCPU_SPAN);
	if (open && id_map_set(&c->open_spans, (uint64_t)thread->row, o->start_ns, (uint64_t)row))
		return -ENOMEM;
	return row;
}

/* The state of the runtime on the thread, as it was read at an event. */
static void bind_state(struct row *row, uint32_t where, bool unsure, uint64_t poll_ns,
		       uint64_t task)
{
	row_text(row, hud_where_name(where));
	row_number(row, unsure);
	row_number_if(row, poll_ns && poll_ns <= INT64_MAX, (int64_t)poll_ns);
	row_number_if(row, task && task <= INT64_MAX, (int64_t)task);
}

static void bind_span(struct row *row, const struct ingest *in, const struct capture_state *c,
		      const struct defined_thread *thread, const struct hud_offcpu *o)
{
	row_number(row, c->row);
	row_number(row, thread->row);
	row_number(row, (int64_t)o->start_ns);
	row_number(row, (int64_t)o->end_ns);
	row_number_if(row, o->wakeup_ns && capture_time_plausible(c, o->wakeup_ns),
		      (int64_t)o->wakeup_ns);
	row_number(row, (int64_t)run_queue_part(o));
	row_number_if(row, o->syscall >= 0, o->syscall);
	row_text(row, capture_syscall(in, c, o->syscall));
	row_number(row, (o->offcpu_flags & HUD_OFFCPU_OPEN) != 0);
	row_number(row, (o->offcpu_flags & HUD_OFFCPU_AT_ATTACH) != 0);
	row_number(row, (o->offcpu_flags & HUD_OFFCPU_PREEMPTED) != 0);
	row_number(row, (o->offcpu_flags & HUD_OFFCPU_NO_STACK) != 0);
	row_number(row, o->state);
	row_number(row, o->cpu);
	row_id(row, o->waker_pid);
	row_id(row, o->waker_tid);
	bind_state(row, o->where, o->offcpu_flags & HUD_OFFCPU_UNSURE, o->poll_ns, o->task);
}

/* The same state, as an observation has it. */
static uint8_t where_of(uint32_t where)
{
	return hud_where_name(where) ? (uint8_t)where : HUD_WHERE_UNKNOWN;
}

static struct observation sleep_of(const struct hud_offcpu *o, int64_t span, int64_t stack)
{
	return (struct observation) {
		.start_ns = (int64_t)o->start_ns,
		.end_ns = (int64_t)o->end_ns,
		.run_queue_ns = (int64_t)run_queue_part(o),
		.id = span,
		.stack = stack,
		.poll_ns = o->poll_ns <= INT64_MAX ? (int64_t)o->poll_ns : 0,
		.where = where_of(o->where),
		.slept = true,
		.preempted = o->offcpu_flags & HUD_OFFCPU_PREEMPTED,
		.in_call = o->syscall >= 0,
		.unsure = o->offcpu_flags & HUD_OFFCPU_UNSURE,
	};
}

static struct observation sample_of(const struct hud_sample *s, int64_t sample, int64_t stack)
{
	return (struct observation) {
		.start_ns = (int64_t)s->time_ns,
		.end_ns = (int64_t)s->time_ns,
		.id = sample,
		.stack = stack,
		.poll_ns = s->poll_ns <= INT64_MAX ? (int64_t)s->poll_ns : 0,
		.where = where_of(s->where),
		.in_call = s->syscall >= 0,
		.unsure = s->sample_flags & HUD_SAMPLE_UNSURE,
	};
}

/* A worker without a name for its loop is parked where all its sleeps are in calls of a park. */
static void stack_slept(struct ingest *in, struct capture_state *c, const struct hud_offcpu *o)
{
	const struct resolver *resolver = in->options->resolver;
	uint64_t index = id_map_get(&c->defined.user_stacks, o->user_stack, 0);
	struct defined_user_stack *stack = index ? &c->defined.user_stack.at[index - 1] : NULL;
	uint8_t park;

	if (!stack || !resolver->parks_in || o->syscall < 0 ||
	    o->offcpu_flags & HUD_OFFCPU_PREEMPTED)
		return;
	park = (uint8_t)resolver->parks_in(resolver->context, capture_syscall(in, c, o->syscall));
	stack->parks_in = stack->slept && stack->parks_in < park ? stack->parks_in : park;
	stack->slept = true;
}

/* Keeps it for the derivation; one of a window reads the rows instead. */
static int observe(const struct ingest *in, struct capture_state *c,
		   const struct defined_thread *thread, const struct observation *seen,
		   const char *cause, bool again)
{
	return in->growing ? 0
			   : observations_add(&c->observations, thread->row, seen, cause, again);
}

static int offcpu(struct ingest *in, struct capture_state *c, const struct hud_offcpu *o)
{
	struct defined_thread *thread = defined_thread(&c->defined, o->process, o->tid);
	const struct defined_thread *waker =
		defined_thread(&c->defined, o->waker_process, o->waker_tid);
	const struct defined_kernel_stack *kernel, *none;
	int64_t user, waker_stack, next, span;
	const char *cause;
	struct observation seen;
	struct row row;
	int err;

	if (!thread || capture_stack_rows(c, o->user_stack, o->kernel_stack, &user, &kernel) ||
	    capture_stack_rows(c, o->waker_stack, 0, &waker_stack, &none) ||
	    capture_stack_rows(c, o->next_site, 0, &next, &none) ||
	    !capture_time_plausible(c, o->start_ns) || !capture_time_plausible(c, o->end_ns))
		return -EINVAL;
	if (o->end_ns < o->start_ns)
		return -ERANGE;
	cause = capture_cause(in, c, o->syscall, kernel, true);
	if (!cause)
		return -ENOMEM;
	span = span_row(in, c, thread, o);
	if (span <= 0)
		return (int)span;
	row = ingest_row(in, ROW_OFFCPU_SPAN);
	bind_span(&row, in, c, thread, o);
	row_text(&row, cause);
	row_id(&row, user);
	row_id(&row, kernel ? kernel->row : 0);
	row_id(&row, o->waker_process && waker ? waker->row : 0);
	row_id(&row, waker_stack);
	row_id(&row, next);
	row_number(&row, span);
	stack_slept(in, c, o);
	seen = sleep_of(o, span, user);
	err = observe(in, c, thread, &seen, cause, span != in->inserts.last[ROW_OFFCPU_SPAN]);
	return err ? err : row_insert(&row);
}

static int sample(struct ingest *in, struct capture_state *c, const struct hud_sample *s)
{
	const struct defined_thread *thread = defined_thread(&c->defined, s->process, s->tid);
	const struct defined_kernel_stack *kernel;
	const char *cause;
	struct observation seen;
	uint64_t awake_for;
	struct row row;
	int64_t user;
	int err;

	if (!thread || capture_stack_rows(c, s->user_stack, s->kernel_stack, &user, &kernel) ||
	    !capture_time_plausible(c, s->time_ns) || !capture_time_plausible(c, s->awake_ns))
		return -EINVAL;
	if (s->awake_ns > s->time_ns)
		return -ERANGE;
	cause = capture_cause(in, c, s->syscall, kernel, false);
	if (!cause)
		return -ENOMEM;
	awake_for = s->time_ns - s->awake_ns;
	row = ingest_row(in, ROW_SAMPLE);
	row_number(&row, c->row);
	row_number(&row, thread->row);
	row_number(&row, (int64_t)s->time_ns);
	row_number(&row, (int64_t)s->awake_ns);
	row_number(&row, (int64_t)(s->waited_ns < awake_for ? s->waited_ns : awake_for));
	row_number_if(&row, s->syscall >= 0, s->syscall);
	row_text(&row, capture_syscall(in, c, s->syscall));
	row_number(&row, s->cpu);
	row_number(&row, (s->sample_flags & HUD_SAMPLE_PROFILE) != 0);
	row_number(&row, (s->sample_flags & HUD_SAMPLE_NO_STACK) != 0);
	bind_state(&row, s->where, s->sample_flags & HUD_SAMPLE_UNSURE, s->poll_ns, s->task);
	row_text(&row, cause);
	row_id(&row, user);
	row_id(&row, kernel ? kernel->row : 0);
	row_number(&row, ingest_row_id(in, ROW_SAMPLE));
	seen = sample_of(s, in->inserts.last[ROW_SAMPLE], user);
	err = observe(in, c, thread, &seen, cause, false);
	return err ? err : row_insert(&row);
}

/*
 * The row id of a window: its own, where it was recorded while it went on. 0: leave it out: it goes
 * on, and has ended, or a later one has begun.
 */
static int64_t window_row(struct ingest *in, struct defined_thread *thread,
			  const struct hud_window *w)
{
	bool open = w->window_flags & HUD_WINDOW_OPEN, seen = w->start_ns == thread->last_window_ns;
	int64_t row;

	if (open && (w->start_ns < thread->last_window_ns || (seen && !thread->open_window)))
		return 0;
	row = seen && thread->open_window ? thread->open_window
					  : ingest_row_id(in, ROW_THREAD_WINDOW);
	if (w->start_ns >= thread->last_window_ns) {
		thread->last_window_ns = w->start_ns;
		thread->open_window = open ? row : 0;
	}
	return row;
}

static int window(struct ingest *in, struct capture_state *c, const struct hud_window *w)
{
	struct defined_thread *thread = defined_thread(&c->defined, w->process, w->tid);
	struct row row;
	int64_t id;

	if (!thread || !capture_time_plausible(c, w->start_ns) ||
	    !capture_time_plausible(c, w->end_ns) || w->cpu_ns > LONGEST_NS ||
	    w->sleep_ns > LONGEST_NS || w->run_queue_ns > LONGEST_NS || w->parked_ns > LONGEST_NS ||
	    w->poll_sleep_ns > LONGEST_NS || w->maybe_parked_ns > w->sleep_ns ||
	    w->stolen_ns > w->run_queue_ns || w->sample_gap_ns > LONGEST_NS)
		return -EINVAL;
	if (w->end_ns < w->start_ns)
		return -ERANGE;
	id = window_row(in, thread, w);
	if (!id)
		return 0;
	row = ingest_row(in, ROW_THREAD_WINDOW);
	row_number(&row, c->row);
	row_number(&row, thread->row);
	row_number(&row, (int64_t)w->start_ns);
	row_number(&row, (int64_t)w->end_ns);
	row_number(&row, (int64_t)w->cpu_ns);
	row_number(&row, (int64_t)w->sleep_ns);
	row_number(&row, (int64_t)w->run_queue_ns);
	row_number(&row, w->sleeps);
	row_number(&row, w->preemptions);
	row_number(&row, (int64_t)w->parked_ns);
	row_number(&row, (int64_t)w->poll_sleep_ns);
	row_number(&row, (int64_t)w->maybe_parked_ns);
	row_number(&row, (int64_t)w->stolen_ns);
	row_number(&row, (int64_t)w->sample_gap_ns);
	row_number(&row, w->samples);
	row_number(&row, w->poll_samples);
	row_number(&row, w->polls);
	row_number(&row, id);
	return row_insert(&row);
}

/* The begin and the end of a thread bound the time that it was watched. */
static void note_life(const struct capture_state *c, const struct hud_lifecycle *l)
{
	struct defined_thread *thread = defined_thread(&c->defined, l->process, l->tid);

	if (thread)
		thread->written = false;
	if (thread && l->kind == HUD_THREAD_START)
		thread->start_ns = l->time_ns;
	if (thread && l->kind == HUD_THREAD_EXIT)
		thread->exit_ns = l->time_ns;
}

static int lifecycle(struct ingest *in, const struct capture_state *c,
		     const struct hud_lifecycle *l)
{
	int64_t process = defined_process_row(&c->defined, l->process);
	const char *kind = hud_lifecycle_name(l->kind);
	struct row row = ingest_row(in, ROW_LIFECYCLE);

	if (!capture_time_plausible(c, l->time_ns) || (l->process && !process))
		return -EINVAL;
	note_life(c, l);
	row_number(&row, c->row);
	row_number(&row, (int64_t)l->time_ns);
	row_id(&row, process);
	row_number(&row, l->tid);
	row_text(&row, kind ? kind : "unknown");
	row_number(&row, l->detail);
	row_number(&row, ingest_row_id(in, ROW_LIFECYCLE));
	return row_insert(&row);
}

int ingest_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	if (!c->defined.session_known && r->type != HUD_LOST)
		return -EINVAL;
	switch (r->type) {
	case HUD_OFFCPU:
		return offcpu(in, c, (const void *)r);
	case HUD_SAMPLE:
		return sample(in, c, (const void *)r);
	case HUD_WINDOW:
		return window(in, c, (const void *)r);
	case HUD_LIFECYCLE:
		return lifecycle(in, c, (const void *)r);
	case HUD_POLL:
	case HUD_HISTOGRAM:
	case HUD_PROBES:
		return ingest_poll_event(in, c, r);
	case HUD_TASK_DUMP:
	case HUD_TASK_RUNTIME:
	case HUD_TASK:
	case HUD_TASK_FRAME:
	case HUD_TASK_POOL:
	case HUD_TASK_CLOSURE:
	case HUD_TASK_THREAD:
		return ingest_task_event(in, c, r);
	case HUD_TASK_LIFE:
	case HUD_TASK_SUM:
		return ingest_life_event(in, c, r);
	default:
		return ingest_recording_event(in, c, r);
	}
}
