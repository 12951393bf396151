/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/task_dumps.h"
#include "format/base/array.h"
#include "format/base/clock.h"
#include "recorder/base/child_call.h"
#include "recorder/tasks/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* While a dump is read no events are: the kernel's buffer of them must not overflow meanwhile. */
#define RECORDING_LIMIT_NS (500 * NS_PER_MS)
#define ANSWER_LIMIT_NS (5 * NS_PER_S) /* beyond the limit of the dump */

int task_dumps_open(struct task_dumps *t, struct capture_writer *writer)
{
	memset(t, 0, sizeof(*t));
	t->limits = task_limits_usual;
	t->tasks.writer = writer;
	if (getrandom(t->tasks.key, sizeof(t->tasks.key), 0) != (ssize_t)sizeof(t->tasks.key))
		return -errno;
	return thread_lister_open(&t->lister);
}

void task_dumps_close(struct task_dumps *t)
{
	thread_lister_close(t->lister);
	t->lister = NULL;
}

const char *task_dumps_error(int error)
{
	return error == -ETIMEDOUT ? "a page of its memory does not come: it is of a file, or of a "
				     "handler of page faults, that does not answer"
				   : strerror(-error);
}

static uint64_t clock_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/*
 * `*out` is to be freed. 0 or a negative errno: -ESRCH of a process that ends. Its threads go one
 * by one, and what only they lead to would seem to have ended, while its memory is still there.
 */
static int threads_list(struct task_dumps *t, pid_t pid, struct task_thread **out, size_t *count)
{
	struct thread_of_process *listed = NULL;
	int error = thread_lister_read(t->lister, pid, &listed, count);

	*out = error ? NULL : calloc(*count + 1, sizeof(**out));
	if (!error && !*out)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < *count; i++) {
		const struct thread_of_process *l = &listed[i];
		struct task_thread *to = &(*out)[i];

		if (l->ending)
			error = -ESRCH;
		*to = (struct task_thread) {
			.tid = l->tid,
			.pointer = l->pointer,
			.asleep = l->asleep,
			.switches = l->switches,
			.registers = l->registers,
			.syscall = l->syscall,
		};
		memcpy(to->comm, l->comm, sizeof(to->comm));
	}
	free(listed);
	return error;
}

struct code_list {
	struct task_code *code;
	size_t count, room;
};

static void code_visit(void *context, const struct process_code *c)
{
	struct code_list *l = context;

	/* Without memory a stack ends where this code would be needed, and says so. */
	if (array_grow(&l->code, l->count, &l->room, sizeof(*l->code)))
		l->code[l->count++] = (struct task_code) {c->start, c->end, c->plan, c->bias};
}

/* The stacks of threads that sleep before and after they are read. 0 or a negative errno. */
static int stacks_take(struct task_dumps *t, pid_t pid, const struct process_table *processes,
		       struct task_dump *d)
{
	struct task_thread *before = NULL, *after = NULL;
	struct code_list list = {0};
	size_t count, count_after;
	int error = threads_list(t, pid, &before, &count);

	if (error)
		goto out;
	process_table_code(processes, pid, code_visit, &list);
	error = task_stacks_read(d, before, count, list.code, list.count);
	if (!error)
		error = threads_list(t, pid, &after, &count_after);
	if (!error)
		task_stacks_confirm(d, after, count_after);
out:
	free(list.code);
	free(before);
	free(after);
	return error;
}

struct dump_reading {
	struct task_dumps *dumps;
	const struct process_table *processes;
	struct task_dump *dump;
	pid_t pid;
};

/* In a child. */
static int dump_read(void *context, int out)
{
	struct dump_reading *r = context;
	struct task_dump *d = r->dump;
	int error = threads_list(r->dumps, r->pid, &d->thread, &d->threads);

	if (!error)
		error = task_dump_read(d);
	if (!error)
		error = stacks_take(r->dumps, r->pid, r->processes, d);
	/* The memory is read through the main thread: it has none once that has ended. */
	if (!error && task_memory_gone(r->pid))
		error = -ESRCH;
	return error ? error : task_dump_send(d, out);
}

/* Lets a child read the dump: the memory of a process may never come. */
static int dump_take(struct dump_reading *r)
{
	int lister = thread_lister_fd(r->dumps->lister), error;
	struct child_call call = {
		.run = dump_read,
		.context = r,
		.keep = &lister,
		.keeps = 1,
		.limit_ns = r->dumps->limits.ns + ANSWER_LIMIT_NS,
	};
	struct collected sent;

	error = child_call_run(&call, &sent, &r->dumps->cpu_ns);
	if (!error)
		error = task_dump_receive(r->dump, sent.data, sent.bytes);
	free(sent.data);
	return error;
}

int task_dumps_take(struct task_dumps *t, pid_t pid, const struct process_program *program,
		    const struct process_table *processes, struct task_dump_summary *out)
{
	struct task_dump d = {
		.memory = task_memory_of_process(&pid),
		.plan = program->plan,
		.bias = program->bias,
		.limits = &t->limits,
		.clock = clock_now,
	};
	struct dump_reading reading = {t, processes, &d, pid};
	int error = dump_take(&reading);

	if (!error)
		error = task_dump_write(&t->tasks, &d, program->process);
	if (out)
		*out = (struct task_dump_summary) {
			d.seens, d.runtimes, d.end_ns > d.start_ns ? d.end_ns - d.start_ns : 0};
	task_dump_close(&d);
	free(d.thread);
	return error;
}

struct all_visit {
	struct task_dumps *dumps;
	const struct process_table *processes;
};

static void process_visit(void *context, pid_t pid, const struct plan *plan)
{
	struct all_visit *v = context;
	struct process_program program;
	int error;

	if (v->dumps->over || !plan->tasks.lists ||
	    !process_table_program(v->processes, pid, &program) || !program.process)
		return;
	error = task_dumps_take(v->dumps, pid, &program, v->processes, NULL);
	/* One that exits meanwhile has no dump: the last one is of when it was whole. */
	v->dumps->over = error == -ETIMEDOUT;
	if (!error || error == -ESRCH || (v->dumps->failed && !v->dumps->over))
		return;
	v->dumps->failed = true;
	fprintf(stderr,
		"hud-record: cannot dump the tasks of process %d: %s\n"
		"  recording goes on%s\n",
		(int)pid, task_dumps_error(error),
		v->dumps->over ? ", and takes no more dumps" : "");
}

static void process_count(void *context, pid_t pid, const struct plan *plan)
{
	(void)pid;
	*(size_t *)context += plan->tasks.lists != NULL;
}

static void all_take(struct task_dumps *t, const struct process_table *processes)
{
	struct all_visit visit = {t, processes};

	process_table_executables(processes, false, process_visit, &visit);
}

void task_dumps_tick(struct task_dumps *t, const struct process_table *processes, uint64_t now_ns,
		     uint32_t marks)
{
	size_t processes_now = 0;
	bool due = marks != t->marks || (t->every_ns && now_ns >= t->next_ns);

	if (!t->lister || t->over)
		return;
	process_table_executables(processes, false, process_count, &processes_now);
	if (!due && processes_now <= t->begun)
		return;
	t->begun = processes_now;
	t->limits.ns = RECORDING_LIMIT_NS;
	t->marks = marks;
	t->next_ns = now_ns + t->every_ns;
	all_take(t, processes);
}

void task_dumps_finish(struct task_dumps *t, const struct process_table *processes)
{
	if (t->lister)
		all_take(t, processes);
}
