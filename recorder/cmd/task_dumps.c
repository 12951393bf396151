/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/task_dumps.h"

#include "recorder/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* While a dump is read no events are: the kernel's buffer of them must not overflow meanwhile. */
#define RECORDING_LIMIT_NS (500 * NS_PER_MS)

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

static uint64_t clock_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static int threads_list(struct task_dumps *t, pid_t pid, struct task_dump *d)
{
	struct thread_of_process *listed = NULL;
	size_t count = 0;
	int error = thread_lister_read(t->lister, pid, &listed, &count);

	if (!error) {
		d->thread = calloc(count + 1, sizeof(*d->thread));
		error = d->thread ? 0 : -ENOMEM;
	}
	for (size_t i = 0; !error && i < count; i++)
		d->thread[d->threads++] =
			(struct task_thread) {.tid = listed[i].tid, .pointer = listed[i].pointer};
	free(listed);
	return error;
}

int task_dumps_take(struct task_dumps *t, pid_t pid, const struct process_program *program,
		    struct task_dump_summary *out)
{
	struct task_dump d = {
		.memory = task_memory_of_process(&pid),
		.plan = program->plan,
		.bias = program->bias,
		.limits = &t->limits,
		.clock = clock_now,
	};
	int error = threads_list(t, pid, &d);

	if (!error)
		error = task_dump_read(&d);
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

	/* One that exits meanwhile has no memory: its dump is empty, or is not written. */
	if (plan->tasks.lists && process_table_program(v->processes, pid, &program) &&
	    program.process && !task_dumps_take(v->dumps, pid, &program, NULL))
		v->dumps->begun = true;
}

static void all_take(struct task_dumps *t, const struct process_table *processes)
{
	struct all_visit visit = {t, processes};

	process_table_executables(processes, false, process_visit, &visit);
}

void task_dumps_tick(struct task_dumps *t, const struct process_table *processes, uint64_t now_ns,
		     uint32_t marks)
{
	bool due = !t->begun || marks != t->marks || (t->every_ns && now_ns >= t->next_ns);

	if (!t->lister || !due)
		return;
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
