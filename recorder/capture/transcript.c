/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/transcript.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/tasks.h"

#include <errno.h>
#include <string.h>

/* Ids of the two stacks of an event; 0 where there is none. */
struct stack_ids {
	uint32_t user;
	uint32_t kernel;
};

/* 0 for an id that failed: the writer keeps its first error, which the next flush returns. */
static uint32_t id_or_none(int64_t id)
{
	return id > 0 ? (uint32_t)id : 0;
}

static uint32_t user_stack(struct transcript *t, const struct process_entry *p,
			   const uint64_t *address, size_t frames, const struct event_stacks *s,
			   uint64_t now_ns)
{
	/* Code in no known mapping: perf lost a record, or the mapping changed its protection. */
	for (size_t i = 0; i < frames; i++) {
		if (capture_writer_mapped(t->writer, p->id, address[i]))
			continue;
		process_table_refresh(t->processes, p->pid, now_ns);
		break;
	}
	return id_or_none(capture_writer_user_stack(t->writer, p->id, address, frames, s->stop,
						    s->frame_pointer_from));
}

/* A stack of one frame, at the beginning of a function; 0: none. */
static uint32_t function_stack(struct transcript *t, const struct process_entry *p,
			       uint64_t address, uint64_t now_ns)
{
	const struct event_stacks one = {.user_frames = 1};

	return address ? user_stack(t, p, &address, 1, &one, now_ns) : 0;
}

/*
 * Index of __schedule() in the kernel stack of a sleeping thread: frames before it can be of the
 * hook that took the stack. 0: not found.
 */
static size_t scheduler_frame(const struct transcript *t, const uint64_t *address, size_t frames)
{
	for (size_t i = 0; i < frames && i < 16; i++) {
		const char *name = kernel_symbols_find(t->kernel, address[i]);

		if (name && !strcmp(name, "__schedule"))
			return i;
	}
	return 0;
}

static uint32_t kernel_stack(struct transcript *t, const uint64_t *address, size_t frames)
{
	size_t skipped = scheduler_frame(t, address, frames);
	uint32_t function[EVENT_FRAMES_MAX];

	address += skipped;
	frames -= skipped;
	for (size_t i = 0; i < frames; i++) {
		const char *name = kernel_symbols_find(t->kernel, address[i]);

		function[i] = id_or_none(capture_writer_string(t->writer, name ? name : "?"));
	}
	return id_or_none(capture_writer_kernel_stack(t->writer, function, frames,
						      frames < EVENT_FRAMES_MAX ? HUD_STOP_END
										: HUD_STOP_DEPTH));
}

/* `bytes`: size of the event from `address` on. */
static struct stack_ids stacks_intern(struct transcript *t, const struct process_entry *p,
				      const struct event_stacks *s, const uint64_t *address,
				      size_t bytes, uint64_t now_ns)
{
	size_t user = s->user_frames, kernel = s->kernel_frames;
	struct stack_ids ids = {0};

	if (user > EVENT_FRAMES_MAX || kernel > EVENT_FRAMES_MAX ||
	    bytes < (user + kernel) * sizeof(*address))
		return ids;
	if (user && t->plans)
		plan_report_stack(t->plans, p->pid, address, user);
	if (user)
		ids.user = user_stack(t, p, address, user, s, now_ns);
	if (kernel && t->kernel)
		ids.kernel = kernel_stack(t, address + user, kernel);
	return ids;
}

static void waker_add(const struct thread_entry *e, struct hud_offcpu *wire)
{
	if (!wire->wakeup_ns || e->wake_ns < wire->start_ns || e->wake_ns > wire->end_ns)
		return;
	wire->waker_pid = e->waker_pid;
	wire->waker_tid = e->waker_tid;
	wire->waker_process = e->waker_process;
	wire->waker_stack = e->waker_stack;
}

static uint32_t span_flags(const struct event_offcpu *o)
{
	uint32_t flags = 0;

	if (o->span_flags & EVENT_SPAN_PREEMPTED)
		flags |= HUD_OFFCPU_PREEMPTED;
	if (o->span_flags & EVENT_SPAN_AT_ATTACH)
		flags |= HUD_OFFCPU_AT_ATTACH;
	if (o->head.type == EVENT_OPEN)
		flags |= HUD_OFFCPU_OPEN;
	if (o->where.where && !o->where.trusted)
		flags |= HUD_OFFCPU_UNSURE;
	if (o->stacks.stack_flags & (EVENT_STACK_LIMITED | EVENT_STACK_FAILED))
		flags |= HUD_OFFCPU_NO_STACK;
	return flags;
}

/*
 * The writer may have dropped stack ids that were kept over several events, when it has very many
 * (-ENOENT): then the span is written without stacks, and flagged so.
 */
static void span_write(struct transcript *t, struct hud_offcpu *wire)
{
	if (capture_writer_event(t->writer, &wire->head) != -ENOENT)
		return;
	wire->user_stack = wire->kernel_stack = wire->waker_stack = 0;
	wire->offcpu_flags |= HUD_OFFCPU_NO_STACK;
	capture_writer_event(t->writer, &wire->head);
}

static void offcpu_write(struct transcript *t, const struct process_entry *p,
			 const struct event_offcpu *o, size_t bytes)
{
	struct thread_entry *e = thread_table_entry(&t->threads, o->head.tid);
	struct hud_offcpu wire = {
		.head = HUD_RECORD_HEAD(HUD_OFFCPU, wire),
		.start_ns = o->start_ns,
		.end_ns = o->head.time_ns,
		.wakeup_ns = o->wakeup_ns,
		.process = p->id,
		.tid = o->head.tid,
		.syscall = o->syscall,
		.offcpu_flags = span_flags(o),
		.poll_ns = o->where.poll_ns,
		.task = o->where.task,
		.where = o->where.where,
		.state = o->state,
		.cpu = o->head.type == EVENT_OPEN ? o->out_cpu : o->head.cpu,
	};
	struct stack_ids ids =
		stacks_intern(t, p, &o->stacks, o->address, bytes - sizeof(*o), o->head.time_ns);

	if (e && o->span_flags & EVENT_SPAN_REPEATED && e->open_start_ns == o->start_ns)
		ids = (struct stack_ids) {e->open_user_stack, e->open_kernel_stack};
	wire.next_site = function_stack(t, p, o->next_poll, o->head.time_ns);
	wire.user_stack = ids.user;
	wire.kernel_stack = ids.kernel;
	if (e && o->head.type == EVENT_OPEN) {
		e->open_start_ns = o->start_ns;
		e->open_user_stack = ids.user;
		e->open_kernel_stack = ids.kernel;
	} else if (e) {
		waker_add(e, &wire);
	}
	span_write(t, &wire);
}

/*
 * Is it a kernel function through which an interrupt enters? By prefix: x86-64
 * (arch/x86/include/asm/idtentry.h), AArch64 (arch/arm64/kernel/entry-common.c), softirqs on the
 * way out of one, and their thread.
 */
static bool interrupt_entry(const char *function)
{
	static const char *const entries[] = {
		"asm_sysvec_",      "asm_common_interrupt", "sysvec_",
		"common_interrupt", "el1_interrupt",        "el0_interrupt",
		"irq_exit_rcu",     "__irq_exit_rcu",       "run_ksoftirqd",
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (!strncmp(function, entries[i], strlen(entries[i])))
			return true;
	return false;
}

/* Did the current task do the wakeup, not an interrupt? Not known without names: then no. */
static bool waker_is_real(const struct transcript *t, const struct event_wake *w, size_t bytes)
{
	size_t user = w->stacks.user_frames, kernel = w->stacks.kernel_frames;

	if (!t->kernel || !kernel || !w->waker_tid ||
	    bytes < (user + kernel) * sizeof(w->address[0]))
		return false;
	for (size_t i = user; i < user + kernel; i++) {
		const char *name = kernel_symbols_find(t->kernel, w->address[i]);

		if (name && interrupt_entry(name))
			return false;
	}
	return true;
}

static void wake_remember(struct transcript *t, const struct event_wake *w, size_t bytes)
{
	struct thread_entry *e = thread_table_entry(&t->threads, w->head.tid);
	const struct process_entry *waker = process_table_find(t->processes, (pid_t)w->waker_tgid);

	if (!e)
		return;
	e->wake_ns = 0;
	if (!waker_is_real(t, w, bytes - sizeof(*w)))
		return;
	if (!waker)
		wakers_meet(&t->wakers, t->writer, (pid_t)w->waker_tgid, w->head.time_ns);
	e->wake_ns = w->head.time_ns;
	e->waker_pid = w->waker_tgid;
	e->waker_tid = w->waker_tid;
	e->waker_process = waker ? waker->id : 0;
	e->waker_stack = waker ? stacks_intern(t, waker, &w->stacks, w->address, bytes - sizeof(*w),
					       w->head.time_ns)
					 .user
			       : 0;
}

static void sample_write(struct transcript *t, const struct process_entry *p,
			 const struct event_sample *s, size_t bytes)
{
	struct hud_sample wire = {
		.head = HUD_RECORD_HEAD(HUD_SAMPLE, wire),
		.time_ns = s->head.time_ns,
		.awake_ns = s->awake_ns,
		.waited_ns = s->waited_ns,
		.process = p->id,
		.tid = s->head.tid,
		.syscall = s->syscall,
		.cpu = s->head.cpu,
		.sample_flags = s->profile ? HUD_SAMPLE_PROFILE : 0,
		.where = s->where.where,
		.poll_ns = s->where.poll_ns,
		.task = s->where.task,
	};
	struct stack_ids ids =
		stacks_intern(t, p, &s->stacks, s->address, bytes - sizeof(*s), s->head.time_ns);

	if (s->stacks.stack_flags & (EVENT_STACK_LIMITED | EVENT_STACK_FAILED))
		wire.sample_flags |= HUD_SAMPLE_NO_STACK;
	if (s->where.where && !s->where.trusted)
		wire.sample_flags |= HUD_SAMPLE_UNSURE;
	wire.user_stack = ids.user;
	wire.kernel_stack = ids.kernel;
	capture_writer_event(t->writer, &wire.head);
}

/*
 * A walk may read a window that its thread is just sending: of two that begin at the same moment
 * the second is left out, but for the end of one that was open. One that was open may also come
 * after later windows.
 */
static void window_write(struct transcript *t, const struct process_entry *p,
			 const struct event_window *w)
{
	struct thread_entry *e = thread_table_entry(&t->threads, w->head.tid);
	struct hud_window wire = {
		.head = HUD_RECORD_HEAD(HUD_WINDOW, wire),
		.start_ns = w->start_ns,
		.end_ns = w->head.time_ns,
		.process = p->id,
		.tid = w->head.tid,
		.cpu_ns = w->cpu_ns,
		.sleep_ns = w->sleep_ns,
		.run_queue_ns = w->run_queue_ns,
		.sleeps = w->sleeps,
		.preemptions = w->preemptions,
		.parked_ns = w->parked_ns,
		.poll_sleep_ns = w->poll_sleep_ns,
		.maybe_parked_ns = w->maybe_parked_ns,
		.stolen_ns = w->stolen_ns,
		.sample_gap_ns = w->sample_gap_ns,
		.samples = w->samples,
		.poll_samples = w->poll_samples,
		.polls = w->polls,
		.window_flags = w->open ? HUD_WINDOW_OPEN : 0,
	};

	if (e && (w->open ? w->start_ns <= e->window_start_ns : w->start_ns == e->window_start_ns))
		return;
	if (e && !w->open)
		e->window_start_ns = w->start_ns;
	capture_writer_event(t->writer, &wire.head);
}

static void poll_write(struct transcript *t, const struct process_entry *p,
		       const struct event_poll *e)
{
	struct hud_poll wire = {
		.head = HUD_RECORD_HEAD(HUD_POLL, wire),
		.start_min_ns = e->start_min_ns,
		.start_max_ns = e->start_max_ns,
		.end_min_ns = e->end_min_ns,
		.end_max_ns = e->head.time_ns,
		.task = e->task,
		.sleep_ns = e->sleep_ns,
		.run_queue_ns = e->run_queue_ns,
		.process = p->id,
		.tid = e->head.tid,
		.poll_flags = e->poll_flags | (e->trusted ? 0 : HUD_POLL_UNSURE),
		.scheduler = process_table_scheduler(t->processes, p->pid, e->scheduler),
		.samples = e->samples,
		.ready_samples = e->ready_samples,
		.ready_sum = e->ready_sum,
		.ready_max = e->ready_max,
		.left_queued = e->left_queued,
		.next_polls = e->next_polls,
		.queued = e->queued,
		.queued_since_ns = e->queued_since_ns,
		.next_sum_ns = e->next_sum_ns,
		.next_max_ns = e->next_max_ns,
	};
	wire.site = function_stack(t, p, e->site, e->head.time_ns);
	capture_writer_event(t->writer, &wire.head);
}

static void pool_write(struct transcript *t, const struct process_entry *p,
		       const struct event_pool *e)
{
	struct hud_pool_queue wire = {
		.head = HUD_RECORD_HEAD(HUD_POOL_QUEUE, wire),
		.time_ns = e->head.time_ns,
		.pool = e->pool,
		.since_ns = e->since_ns,
		.process = p->id,
		.tasks = e->tasks,
		.threads = e->threads,
		.idle = e->idle,
		.thread_limit = e->limit,
		.workers = e->workers,
		.scheduler = e->kind,
	};

	capture_writer_event(t->writer, &wire.head);
}

static void runtime_write(struct transcript *t, const struct process_entry *p,
			  const struct event_runtime *e)
{
	struct hud_runtime_thread wire = {
		.head = HUD_RECORD_HEAD(HUD_RUNTIME_THREAD, wire),
		.time_ns = e->head.time_ns,
		.pool = e->pool,
		.process = p->id,
		.tid = e->head.tid,
	};

	capture_writer_event(t->writer, &wire.head);
}

static void lifecycle_write(struct transcript *t, uint32_t process, const struct event *e,
			    enum hud_lifecycle_kind kind, uint32_t detail)
{
	struct hud_lifecycle wire = {
		.head = HUD_RECORD_HEAD(HUD_LIFECYCLE, wire),
		.time_ns = e->time_ns,
		.process = process,
		.tid = e->tid,
		.kind = kind,
		.detail = detail,
	};

	capture_writer_event(t->writer, &wire.head);
}

static void thread_define(struct transcript *t, uint32_t process, const struct event *e,
			  const char *comm)
{
	struct hud_thread wire = {.tid = e->tid, .process = process, .from_ns = e->time_ns};

	wire.comm = id_or_none(capture_writer_string(t->writer, comm));
	capture_writer_thread(t->writer, &wire);
}

static void thread_write(struct transcript *t, const struct process_entry *p,
			 const struct event_thread *e)
{
	thread_define(t, p->id, &e->head, e->comm);
	if (e->started)
		lifecycle_write(t, p->id, &e->head, HUD_THREAD_START, 0);
}

static void exit_write(struct transcript *t, struct process_entry *p, const struct event_exit *e)
{
	lifecycle_write(t, p->id, &e->head, HUD_THREAD_EXIT, 0);
	thread_table_remove(&t->threads, e->head.tid);
	if (!e->process_gone)
		return;
	lifecycle_write(t, p->id, &e->head, HUD_PROCESS_EXIT, e->exit_code);
	p->alive = false;
}

/* After exec the pid runs another image: other mappings, another id. */
static void exec_write(struct transcript *t, const struct process_entry *p,
		       const struct event_exec *e)
{
	uint32_t before = p->id;
	int64_t id = process_table_describe(t->processes, p->pid, e->head.time_ns);

	if (id < 0)
		return;
	thread_define(t, (uint32_t)id, &e->head, e->comm);
	if (before)
		lifecycle_write(t, before, &e->head, HUD_PROCESS_EXEC, (uint32_t)id);
}

static void life_write(struct transcript *t, const struct process_entry *p,
		       const struct task_life *l, uint64_t end_ns, uint32_t flags)
{
	struct hud_task_life wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_LIFE, wire),
		.start_ns = l->start_ns,
		.end_ns = end_ns,
		.task = l->task,
		.parent = l->parent,
		.polled_ns = l->ns[LIFE_POLLED],
		.ready_ns = l->ns[LIFE_READY],
		.await_ns = l->ns[LIFE_AWAITS],
		.unknown_ns = l->ns[LIFE_UNKNOWN],
		.ready_max_ns = l->ready_max_ns,
		.process = p->id,
		.site = function_stack(t, p, l->site, end_ns),
		.polls = l->polls,
		.readies = l->readies,
		.life_flags = flags | (l->flags & LIFE_SPAWN_SEEN ? HUD_LIFE_SPAWNED : 0),
	};

	capture_writer_event(t->writer, &wire.head);
}

static void task_end_write(struct transcript *t, const struct process_entry *p,
			   const struct event_task *e)
{
	life_write(t, p, &e->life, e->head.time_ns, HUD_LIFE_ENDED);
}

static const size_t event_bytes_min[] = {
	[EVENT_OFFCPU] = sizeof(struct event_offcpu),
	[EVENT_OPEN] = sizeof(struct event_offcpu),
	[EVENT_WAKE] = sizeof(struct event_wake),
	[EVENT_SAMPLE] = sizeof(struct event_sample),
	[EVENT_WINDOW] = sizeof(struct event_window),
	[EVENT_THREAD] = sizeof(struct event_thread),
	[EVENT_EXIT] = sizeof(struct event_exit),
	[EVENT_EXEC] = sizeof(struct event_exec),
	[EVENT_POLL] = sizeof(struct event_poll),
	[EVENT_POOL] = sizeof(struct event_pool),
	[EVENT_RUNTIME] = sizeof(struct event_runtime),
	[EVENT_TASK] = sizeof(struct event_task),
};

void transcript_event(struct transcript *t, const struct event *event, size_t bytes)
{
	struct process_entry *p = process_table_find(t->processes, (pid_t)event->tgid);

	if (event->type >= sizeof(event_bytes_min) / sizeof(event_bytes_min[0]) ||
	    bytes < event_bytes_min[event->type])
		return; /* not from our programs */
	if (!p) {
		t->unknown_process++;
		return;
	}
	if (!p->id && event->type != EVENT_EXEC)
		return; /* hud-record's own fork, before it runs the command */
	switch ((enum event_type)event->type) {
	case EVENT_OFFCPU:
	case EVENT_OPEN:
		offcpu_write(t, p, (const struct event_offcpu *)event, bytes);
		break;
	case EVENT_WAKE:
		wake_remember(t, (const struct event_wake *)event, bytes);
		break;
	case EVENT_SAMPLE:
		sample_write(t, p, (const struct event_sample *)event, bytes);
		break;
	case EVENT_WINDOW:
		window_write(t, p, (const struct event_window *)event);
		break;
	case EVENT_THREAD:
		thread_write(t, p, (const struct event_thread *)event);
		break;
	case EVENT_EXIT:
		exit_write(t, p, (const struct event_exit *)event);
		break;
	case EVENT_POLL:
		poll_write(t, p, (const struct event_poll *)event);
		break;
	case EVENT_POOL:
		pool_write(t, p, (const struct event_pool *)event);
		break;
	case EVENT_RUNTIME:
		runtime_write(t, p, (const struct event_runtime *)event);
		break;
	case EVENT_TASK:
		task_end_write(t, p, (const struct event_task *)event);
		break;
	case EVENT_EXEC:
		exec_write(t, p, (const struct event_exec *)event);
		break;
	}
}

_Static_assert(HISTOGRAM_BUCKETS == HUD_HISTOGRAM_BUCKETS, "bpf/events.h, format/wire/events.h");

void transcript_histogram(struct transcript *t, const struct poll_site *site,
			  const struct poll_histogram *histogram, uint64_t now_ns)
{
	const struct process_entry *p = process_table_find(t->processes, (pid_t)site->tgid);
	union {
		struct hud_histogram wire;
		uint8_t room[sizeof(struct hud_histogram) +
			     HUD_HISTOGRAM_BUCKETS * 2 * sizeof(uint32_t)];
	} out = {0};
	struct hud_histogram *wire = &out.wire;

	if (!p || !p->id)
		return;
	for (uint32_t i = 0; i < HUD_HISTOGRAM_BUCKETS; i++) {
		if (!histogram->bucket[i])
			continue;
		wire->bucket[2 * wire->buckets] = i;
		wire->bucket[2 * wire->buckets++ + 1] = histogram->bucket[i];
	}
	wire->head = (struct hud_record) {
		.type = HUD_HISTOGRAM,
		.size = (uint32_t)(sizeof(*wire) + wire->buckets * 2 * sizeof(wire->bucket[0]))};
	wire->polls = histogram->polls;
	wire->total_ns = histogram->total_ns;
	wire->max_ns = histogram->max_ns;
	wire->process = p->id;
	wire->site = function_stack(t, p, site->address, now_ns);
	capture_writer_event(t->writer, &wire->head);
}

void transcript_task_sum(struct transcript *t, const struct poll_site *site,
			 const struct task_sum *sum, uint64_t now_ns)
{
	const struct process_entry *p = process_table_find(t->processes, (pid_t)site->tgid);
	struct hud_task_sum wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_SUM, wire),
		.time_ns = now_ns,
		.spawned = sum->spawned,
		.found = sum->found,
		.ended = sum->ended,
		.written = sum->sent,
		.polls = sum->polls,
		.readies = sum->readies,
		.polled_ns = sum->ns[LIFE_POLLED],
		.ready_ns = sum->ns[LIFE_READY],
		.await_ns = sum->ns[LIFE_AWAITS],
		.unknown_ns = sum->ns[LIFE_UNKNOWN],
		.ready_max_ns = sum->ready_max_ns,
		.lived = sum->lived,
		.lived_ns = sum->lived_ns,
		.unfollowed = sum->unfollowed,
	};

	if (!p || !p->id)
		return;
	wire.process = p->id;
	wire.site = function_stack(t, p, site->address, now_ns);
	capture_writer_event(t->writer, &wire.head);
}

void transcript_task_goes_on(struct transcript *t, uint32_t tgid, const struct task_life *life,
			     uint64_t now_ns)
{
	const struct process_entry *p = process_table_find(t->processes, (pid_t)tgid);
	uint64_t since = life->word >> LIFE_SINCE_SHIFT;
	struct task_life l = *life;

	if (!p || !p->id)
		return;
	if (!p->alive || now_ns < since)
		now_ns = since;
	l.ns[life->word & LIFE_PHASE_MASK] += now_ns - since;
	life_write(t, p, &l, now_ns, p->alive ? 0 : HUD_LIFE_LOST);
}

void transcript_close(struct transcript *t)
{
	thread_table_free(&t->threads);
}
