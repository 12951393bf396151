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

/* The cause of an event, found once for each (system call, kernel stack). NULL: no memory. */
static const char *cause_text(const struct ingest *in, struct capture_state *c, int32_t syscall,
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

static const char *syscall_text(const struct ingest *in, const struct capture_state *c,
				int32_t syscall)
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
	row_text(row, syscall_text(in, c, o->syscall));
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

	if (!stack || !resolver->parks_in || o->offcpu_flags & HUD_OFFCPU_PREEMPTED)
		return;
	park = (uint8_t)resolver->parks_in(resolver->context, syscall_text(in, c, o->syscall));
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
	cause = cause_text(in, c, o->syscall, kernel, true);
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
	cause = cause_text(in, c, s->syscall, kernel, false);
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
	row_text(&row, syscall_text(in, c, s->syscall));
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

static int window(struct ingest *in, struct capture_state *c, const struct hud_window *w)
{
	const struct defined_thread *thread = defined_thread(&c->defined, w->process, w->tid);
	struct row row;

	if (!thread || !capture_time_plausible(c, w->start_ns) ||
	    !capture_time_plausible(c, w->end_ns) || w->cpu_ns > LONGEST_NS ||
	    w->sleep_ns > LONGEST_NS || w->run_queue_ns > LONGEST_NS || w->parked_ns > LONGEST_NS ||
	    w->poll_sleep_ns > LONGEST_NS || w->maybe_parked_ns > w->sleep_ns ||
	    w->stolen_ns > w->run_queue_ns || w->sample_gap_ns > LONGEST_NS)
		return -EINVAL;
	if (w->end_ns < w->start_ns)
		return -ERANGE;
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
	row_number(&row, ingest_row_id(in, ROW_THREAD_WINDOW));
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

int ingest_loss(struct ingest *in, int64_t capture, uint32_t cause, uint64_t count,
		uint64_t from_ns, uint64_t to_ns)
{
	const char *name = hud_loss_name(cause), *unit = hud_loss_unit(cause);
	const uint64_t most = UINT64_C(1) << 48; /* so that sums of absurd counts fit */
	struct row row = ingest_row(in, ROW_LOSS);

	row_number(&row, capture);
	row_text(&row, name ? name : "unknown");
	row_text(&row, unit ? unit : "things");
	row_number(&row, (int64_t)(count < most ? count : most));
	row_number_if(&row, from_ns && from_ns <= INT64_MAX, (int64_t)from_ns);
	row_number_if(&row, to_ns && to_ns <= INT64_MAX, (int64_t)to_ns);
	row_number(&row, ingest_row_id(in, ROW_LOSS));
	return row_insert(&row);
}

static int cost(struct ingest *in, const struct capture_state *c, const struct hud_cost *o)
{
	struct row row = ingest_row(in, ROW_COST);

	if (!capture_time_plausible(c, o->time_ns) || o->recorder_cpu_ns > INT64_MAX ||
	    o->rss_bytes > INT64_MAX || o->bpf_run_ns > INT64_MAX || o->bpf_runs > INT64_MAX ||
	    o->bpf_measured_ns > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)o->time_ns);
	row_number(&row, (int64_t)o->recorder_cpu_ns);
	row_number(&row, (int64_t)o->rss_bytes);
	row_number_if(&row, o->bpf_measured_ns != 0, (int64_t)o->bpf_run_ns);
	row_number_if(&row, o->bpf_measured_ns != 0, (int64_t)o->bpf_runs);
	row_number(&row, (int64_t)o->bpf_measured_ns);
	row_number(&row, ingest_row_id(in, ROW_COST));
	return row_insert(&row);
}

static int cpu_quota(struct ingest *in, const struct capture_state *c,
		     const struct hud_cpu_quota *q)
{
	int64_t process = defined_process_row(&c->defined, q->process);
	struct row row = ingest_row(in, ROW_CPU_QUOTA);

	if (!process || !capture_time_plausible(c, q->time_ns) || q->quota_ns > INT64_MAX ||
	    q->period_ns > INT64_MAX || q->periods > INT64_MAX ||
	    q->throttled_periods > INT64_MAX || q->throttled_ns > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)q->time_ns);
	row_id(&row, process);
	row_number(&row, (int64_t)q->quota_ns);
	row_number(&row, (int64_t)q->period_ns);
	row_number(&row, (int64_t)q->periods);
	row_number(&row, (int64_t)q->throttled_periods);
	row_number(&row, (int64_t)q->throttled_ns);
	row_number(&row, ingest_row_id(in, ROW_CPU_QUOTA));
	return row_insert(&row);
}

/* HUD_NOT_KNOWN is NULL. */
static void bind_count(struct row *row, uint32_t count)
{
	row_number_if(row, count != HUD_NOT_KNOWN, count);
}

static int pool_queue(struct ingest *in, const struct capture_state *c,
		      const struct hud_pool_queue *q)
{
	int64_t process = defined_process_row(&c->defined, q->process);
	struct row row = ingest_row(in, ROW_POOL_QUEUE);

	if (!process || !capture_time_plausible(c, q->time_ns) || q->pool > INT64_MAX ||
	    (q->since_ns &&
	     (!capture_time_plausible(c, q->since_ns) || q->since_ns > q->time_ns || !q->tasks)))
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)q->time_ns);
	row_id(&row, process);
	row_number(&row, (int64_t)q->pool);
	row_number_if(&row, q->since_ns != 0, (int64_t)q->since_ns);
	row_number(&row, q->tasks);
	bind_count(&row, q->threads);
	bind_count(&row, q->idle);
	bind_count(&row, q->thread_limit);
	bind_count(&row, q->workers);
	row_text(&row, hud_scheduler_name(q->scheduler));
	row_number(&row, ingest_row_id(in, ROW_POOL_QUEUE));
	return row_insert(&row);
}

static int runtime_thread(struct ingest *in, const struct capture_state *c,
			  const struct hud_runtime_thread *r)
{
	const struct defined_thread *thread = defined_thread(&c->defined, r->process, r->tid);
	struct row row;

	if (!thread || !capture_time_plausible(c, r->time_ns) || r->pool > INT64_MAX)
		return -EINVAL;
	row = ingest_row(in, ROW_RUNTIME_THREAD);
	row_number(&row, c->row);
	row_number(&row, (int64_t)r->time_ns);
	row_number(&row, thread->row);
	row_number(&row, (int64_t)r->pool);
	row_number(&row, ingest_row_id(in, ROW_RUNTIME_THREAD));
	return row_insert(&row);
}

static int clock_pair(struct ingest *in, const struct capture_state *c, const struct hud_clock *k)
{
	struct row row = ingest_row(in, ROW_CLOCK);

	if (!capture_time_plausible(c, k->monotonic_ns) || k->realtime_ns > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)k->monotonic_ns);
	row_number(&row, (int64_t)k->realtime_ns);
	row_number(&row, ingest_row_id(in, ROW_CLOCK));
	return row_insert(&row);
}

static int mark(struct ingest *in, const struct capture_state *c, const struct hud_mark *m)
{
	struct row row = ingest_row(in, ROW_MARK);
	const char *text = defined_string(&c->defined, m->text);

	if (!capture_time_plausible(c, m->time_ns) || !text)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)m->time_ns);
	row_text(&row, text);
	row_number(&row, ingest_row_id(in, ROW_MARK));
	return row_insert(&row);
}

static int waker(struct ingest *in, const struct capture_state *c, const struct hud_waker *w)
{
	struct row row = ingest_row(in, ROW_WAKER);
	const char *name = defined_string(&c->defined, w->name);

	if (!w->pid || !name || !capture_time_plausible(c, w->time_ns))
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)w->time_ns);
	row_number(&row, w->pid);
	row_text(&row, name);
	row_number(&row, ingest_row_id(in, ROW_WAKER));
	return row_insert(&row);
}

static int late_rows(struct ingest *in, const struct capture_state *c,
		     const struct hud_late_rows *l)
{
	struct row row = ingest_row(in, ROW_LATE_ROWS);
	const char *path = defined_string(&c->defined, l->path);

	if (!path || l->stacks > INT64_MAX ||
	    (l->time_ns && !capture_time_plausible(c, l->time_ns)))
		return -EINVAL;
	row_number(&row, c->row);
	row_text(&row, path);
	row_number(&row, (int64_t)l->stacks);
	row_number_if(&row, l->time_ns != 0, (int64_t)l->time_ns);
	row_number(&row, ingest_row_id(in, ROW_LATE_ROWS));
	return row_insert(&row);
}

static int layout(struct ingest *in, const struct capture_state *c, const struct hud_layout *l)
{
	static const uint32_t flags[] = {HUD_LAYOUT_TASK, HUD_LAYOUT_TICK, HUD_LAYOUT_PARTIAL,
					 HUD_LAYOUT_EARLIER, HUD_LAYOUT_WITHDRAWN};
	const uint32_t counts[] = {l->parks, l->polls, l->cores,     l->threads,
				   l->tasks, l->ticks, l->snapshots, l->attempts};
	int64_t process = defined_process_row(&c->defined, l->process);
	struct row row = ingest_row(in, ROW_LAYOUT);

	if (!process || !hud_layout_name(l->layout_source) || l->took_ns > INT64_MAX ||
	    !capture_time_plausible(c, l->time_ns) || l->probe_hits > INT64_MAX ||
	    l->bpf_run_ns > INT64_MAX || l->contradictions > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, (int64_t)l->time_ns);
	row_id(&row, process);
	row_text(&row, hud_layout_name(l->layout_source));
	row_text(&row, l->layout_source ? NULL : hud_learn_reason_name(l->reason));
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		row_number(&row, (l->layout_flags & flags[i]) != 0);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		row_number(&row, counts[i]);
	row_number(&row, (int64_t)l->took_ns);
	row_number(&row, (int64_t)l->probe_hits);
	row_number(&row, (int64_t)l->bpf_run_ns);
	row_number(&row, (int64_t)l->contradictions);
	row_number(&row, ingest_row_id(in, ROW_LAYOUT));
	return row_insert(&row);
}

static int end(struct capture_state *c, const struct hud_end *e)
{
	if (!capture_time_plausible(c, e->time_ns))
		return -EINVAL;
	c->end = *e;
	c->ended = true;
	return 0;
}

static int part(struct capture_state *c, const struct hud_part *p)
{
	if (!capture_time_plausible(c, p->from_ns) || !capture_time_plausible(c, p->to_ns))
		return -EINVAL;
	if (p->to_ns <= p->from_ns)
		return -ERANGE;
	c->part = *p;
	return 0;
}

int ingest_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	const struct hud_lost *lost = (const void *)r;

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
	case HUD_LOST:
		return ingest_loss(in, c->row, lost->cause, lost->count, lost->from_ns,
				   lost->to_ns);
	case HUD_COST:
		return cost(in, c, (const void *)r);
	case HUD_CPU_QUOTA:
		return cpu_quota(in, c, (const void *)r);
	case HUD_POOL_QUEUE:
		return pool_queue(in, c, (const void *)r);
	case HUD_RUNTIME_THREAD:
		return runtime_thread(in, c, (const void *)r);
	case HUD_CLOCK:
		return clock_pair(in, c, (const void *)r);
	case HUD_MARK:
		return mark(in, c, (const void *)r);
	case HUD_WAKER:
		return waker(in, c, (const void *)r);
	case HUD_LAYOUT:
		return layout(in, c, (const void *)r);
	case HUD_LATE_ROWS:
		return late_rows(in, c, (const void *)r);
	case HUD_CODE:
		return known_code_add(&c->code, (const void *)r);
	case HUD_TASK_DUMP:
	case HUD_TASK_RUNTIME:
	case HUD_TASK:
	case HUD_TASK_FRAME:
		return ingest_task_event(in, c, r);
	case HUD_TASK_LIFE:
	case HUD_TASK_SUM:
		return ingest_life_event(in, c, r);
	case HUD_END:
		return end(c, (const void *)r);
	case HUD_PART:
		return part(c, (const void *)r);
	default:
		return 0; /* of a newer recorder */
	}
}
