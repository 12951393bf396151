/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_TASK_DUMPS_H
#define HUD_RECORDER_CMD_TASK_DUMPS_H

#include "recorder/capture/process_table.h"
#include "recorder/kernel/threads.h"
#include "recorder/tasks/write.h"

/* Dumps of the tasks of processes, into a capture: one alone, or now and then while recording. */
struct task_dumps {
	struct thread_lister *lister;
	struct task_writer tasks;
	struct task_limits limits;
	uint64_t every_ns; /* 0: at the start, at each mark, and at the end */
	uint64_t next_ns;
	uint32_t marks;  /* that were there at the last dump */
	uint64_t cpu_ns; /* of the children that read them */
	size_t begun;    /* processes that had a first dump */
	bool failed;     /* one did, which was said */
	bool over;       /* there are no more: they may take too long */
};

/* 0 or a negative errno: of the BPF program that lists threads. */
int task_dumps_open(struct task_dumps *t, struct capture_writer *writer);
void task_dumps_close(struct task_dumps *t);

/* What a dump failed with, for a message. */
const char *task_dumps_error(int error);

struct task_dump_summary {
	size_t tasks, runtimes;
	uint64_t duration_ns;
};

/*
 * Reads and writes the tasks of one process, and where its threads sleep. 0 or a negative errno:
 * -ETIMEDOUT if a page of its memory did not come. `out` may be NULL.
 */
int task_dumps_take(struct task_dumps *t, pid_t pid, const struct process_program *program,
		    const struct process_table *processes, struct task_dump_summary *out);

/* While recording: of all processes whose plan is there, if it is time. */
void task_dumps_tick(struct task_dumps *t, const struct process_table *processes, uint64_t now_ns,
		     uint32_t marks);
/* At the end. */
void task_dumps_finish(struct task_dumps *t, const struct process_table *processes);

#endif
