/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_TRANSCRIPT_H
#define HUD_RECORDER_CAPTURE_TRANSCRIPT_H

#include "bpf/events.h"
#include "format/capture/writer.h"
#include "recorder/capture/plan_report.h"
#include "recorder/capture/process_table.h"
#include "recorder/capture/thread_table.h"
#include "recorder/capture/wakers.h"
#include "recorder/kernel/symbols.h"

/* Turns the kernel's events into records of the capture. */
struct transcript {
	struct capture_writer *writer;
	struct process_table *processes;
	struct plan_report *plans;     /* NULL: nobody asks for stacks that were cut */
	struct kernel_symbols *kernel; /* NULL: no names, no kernel stacks */
	struct thread_table threads;
	struct wakers wakers;     /* outside of the recorded processes */
	uint64_t unknown_process; /* events of processes that are not described */
	uint64_t mappings_lost;   /* perf records the kernel could not deliver */
};

/* One event, as it came out of the ring buffer. */
void transcript_event(struct transcript *t, const struct event *event, size_t bytes);

/* Writes how long the polls at one poll site took so far. */
void transcript_histogram(struct transcript *t, const struct poll_site *site,
			  const struct poll_histogram *histogram, uint64_t now_ns);

/* Sums of the tasks that a function polls. */
void transcript_task_sum(struct transcript *t, const struct poll_site *site,
			 const struct task_sum *sum, uint64_t now_ns);
/* A task that had not ended at `now_ns`. */
void transcript_task_goes_on(struct transcript *t, uint32_t tgid, const struct task_life *life,
			     uint64_t now_ns);

void transcript_close(struct transcript *t);

#endif
