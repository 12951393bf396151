/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_PLAN_REPORT_H
#define HUD_RECORDER_CAPTURE_PLAN_REPORT_H

#include "format/capture/writer.h"
#include "recorder/capture/process_table.h"
#include "recorder/plan/object_table.h"

/*
 * What the capture says of the plans of mapped files, as they become usable. A plan that comes
 * while recording was late for the stacks that were taken before.
 */
struct plan_report {
	struct capture_writer *writer;
	struct object_table *objects;
	const struct process_table *processes;
	bool recording;    /* plans that come from now on are late */
	uint64_t *early;   /* stacks that were taken without the rows of a file, by object */
	size_t early_room; /* of `early` */
	/* Called for a late plan with such stacks; `came` false: it never came. May be NULL. */
	void (*late)(void *context, const char *path, uint64_t stacks, bool came);
	void *context;
};

/* Writes it of the plans that became usable since the last call. */
void plan_report_write(struct plan_report *r, uint64_t now_ns);

/* Takes notice of a stack that is about to be written. */
void plan_report_stack(struct plan_report *r, pid_t pid, const uint64_t *address, size_t frames);

/* Writes it of the plans that never came. */
void plan_report_finish(struct plan_report *r);
void plan_report_close(struct plan_report *r);

#endif
