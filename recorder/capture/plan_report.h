/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_PLAN_REPORT_H
#define HUD_RECORDER_CAPTURE_PLAN_REPORT_H

#include "format/capture_writer.h"
#include "recorder/plan/object_table.h"

/* What the capture says of the plans of mapped files, as they become usable. */
struct plan_report {
	struct capture_writer *writer;
	struct object_table *objects;
};

/* Writes it of the plans that became usable since the last call. */
void plan_report_write(struct plan_report *r, uint64_t now_ns);

#endif
