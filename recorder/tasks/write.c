/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/write.h"
#include "format/wire/tasks.h"

#include <string.h>

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

uint64_t task_scramble(const uint64_t key[2], uint64_t number)
{
	const uint64_t message[] = {number, UINT64_C(8) << 56}; /* the length ends it */
	uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
			 key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
	uint64_t hash;

	for (int i = 0; i < 2; i++) {
		v[3] ^= message[i];
		sip_round(v);
		sip_round(v);
		v[0] ^= message[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	hash = v[0] ^ v[1] ^ v[2] ^ v[3];
	return !number ? 0 : hash ? hash : 1;
}

static int runtime_write(const struct task_writer *w, const struct task_runtime *t,
			 uint32_t process)
{
	struct hud_task_runtime wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_RUNTIME, wire),
		.owner = t->owner,
		.process = process,
		.dump = w->dumps,
		.scheduler = t->kind,
		.threads = t->threads,
		.lists = t->lists,
		.broken = t->broken,
		.expected = t->expected,
		.found = t->found,
	};

	return capture_writer_event(w->writer, &wire.head);
}

static int frame_write(const struct task_writer *w, const struct task_seen *s,
		       const struct task_frame *f, uint32_t process)
{
	struct hud_task_frame wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_FRAME, wire),
		.task = s->id,
		.entry = f->entry,
		.variant = f->variant,
		.number = f->number,
		.resource = task_scramble(w->key, f->resource),
		.permits = f->permits,
		.process = process,
		.dump = w->dumps,
		.depth = f->depth,
		.kind = f->kind,
		.leaf = f->leaf,
		.frame_flags = f->flags,
	};

	return capture_writer_event(w->writer, &wire.head);
}

static int seen_write(const struct task_writer *w, const struct task_dump *d,
		      const struct task_seen *s, uint32_t process)
{
	const struct hud_plan_tasks *lists = d->plan->tasks.lists;
	struct hud_task wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK, wire),
		.task = s->id,
		.state = s->state,
		.owner = s->owner,
		.process = process,
		.dump = w->dumps,
		.tid = s->tid,
		.outcome = s->outcome,
		.task_flags = (s->finished ? HUD_TASK_FINISHED : 0) |
			      (s->state & lists->woken ? HUD_TASK_WOKEN : 0) |
			      (s->state & lists->cancelled ? HUD_TASK_CANCELLED : 0) |
			      (s->owner ? 0 : HUD_TASK_MAIN),
	};
	int64_t site = capture_writer_user_stack(w->writer, process, &s->poll, 1, HUD_STOP_ROOT, 0);
	int error;

	if (site < 0)
		return (int)site;
	wire.site = (uint32_t)site;
	error = capture_writer_event(w->writer, &wire.head);
	for (uint32_t i = 0; !error && i < s->frames; i++)
		error = frame_write(w, s, &d->frame[s->frame + i], process);
	return error;
}

static int pool_write(const struct task_writer *w, const struct task_dump *d, size_t index,
		      uint32_t process)
{
	const struct task_pool *p = &d->pool[index];
	struct hud_task_pool wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_POOL, wire),
		.process = process,
		.dump = w->dumps,
		.pool = (uint32_t)index + 1,
		.scheduler = p->kind,
		.threads = p->threads,
		.idle = p->idle,
		.limit = p->limit,
		.workers = p->workers,
		.queued = p->queued,
		.listed = p->listed,
	};

	return capture_writer_event(w->writer, &wire.head);
}

static int closure_write(const struct task_writer *w, const struct task_closure *c,
			 uint32_t process)
{
	struct hud_task_closure wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_CLOSURE, wire),
		.task = c->id,
		.process = process,
		.dump = w->dumps,
		.pool = c->pool + 1,
	};
	int64_t site = capture_writer_user_stack(w->writer, process, &c->poll, 1, HUD_STOP_ROOT, 0);

	if (site < 0)
		return (int)site;
	wire.site = (uint32_t)site;
	return capture_writer_event(w->writer, &wire.head);
}

/* Its name, as of any thread. */
static int thread_define(const struct task_writer *w, const struct task_dump *d,
			 const struct task_thread *t, uint32_t process)
{
	char name[sizeof(t->comm) + 1] = {0};
	int64_t comm;

	memcpy(name, t->comm, sizeof(t->comm));
	comm = capture_writer_string(w->writer, name);
	if (comm < 0)
		return (int)comm;
	return capture_writer_thread(w->writer, &(struct hud_thread) {.tid = t->tid,
								      .process = process,
								      .from_ns = d->start_ns,
								      .comm = (uint32_t)comm});
}

static int stack_write(const struct task_writer *w, const struct task_dump *d,
		       const struct task_stack *s, uint32_t process)
{
	struct hud_task_thread wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_THREAD, wire),
		.task = s->thread.task,
		.process = process,
		.dump = w->dumps,
		.tid = s->thread.tid,
		.syscall = s->thread.syscall,
	};
	int error = thread_define(w, d, &s->thread, process);
	int64_t stack;

	if (error)
		return error;
	stack = capture_writer_user_stack(w->writer, process, d->address + s->first, s->frames,
					  (uint16_t)s->stop, s->frame_pointer_from);
	if (stack < 0)
		return (int)stack;
	wire.stack = (uint32_t)stack;
	return capture_writer_event(w->writer, &wire.head);
}

static int dump_write(const struct task_writer *w, const struct task_dump *d, uint32_t process)
{
	const struct plan_tasks *tasks = &d->plan->tasks;
	struct hud_task_dump wire = {
		.head = HUD_RECORD_HEAD(HUD_TASK_DUMP, wire),
		.start_ns = d->start_ns,
		.end_ns = d->end_ns,
		.debug_bytes = tasks->lists ? tasks->lists->debug_bytes : 0,
		.bytes = d->counts.bytes,
		.process = process,
		.dump = w->dumps,
		.dump_flags = (d->counts.cut ? HUD_TASK_DUMP_CUT : 0) |
			      (tasks->nodes ? HUD_TASK_DUMP_TYPES : 0) |
			      (tasks->lists ? HUD_TASK_DUMP_LISTS : 0),
		.runtimes = (uint32_t)d->runtimes,
		.tasks = (uint32_t)d->seens,
		.threads = (uint32_t)d->threads,
		.retries = d->counts.retries,
		.reads = (uint32_t)d->counts.reads,
	};

	return capture_writer_event(w->writer, &wire.head);
}

int task_dump_write(struct task_writer *w, const struct task_dump *d, uint32_t process)
{
	int error = 0;

	w->dumps++;
	for (size_t i = 0; !error && i < d->runtimes; i++)
		error = runtime_write(w, &d->runtime[i], process);
	for (size_t i = 0; !error && i < d->seens; i++)
		error = seen_write(w, d, &d->seen[i], process);
	for (size_t i = 0; !error && i < d->pools; i++)
		error = pool_write(w, d, i, process);
	for (size_t i = 0; !error && i < d->closures; i++)
		error = closure_write(w, &d->closure[i], process);
	for (size_t i = 0; !error && i < d->stacks; i++) {
		error = stack_write(w, d, &d->stack[i], process);
		if (!error && d->stack[i].main.poll)
			error = seen_write(w, d, &d->stack[i].main, process);
	}
	return error ? error : dump_write(w, d, process);
}
