/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_DEPTH_TRACE_H
#define HUD_ANALYZER_UNWIND_DEPTH_TRACE_H

#include "analyzer/unwind/eh_frame.h"
#include "format/plan/plan.h"

#include <libelf.h>

/*
 * Unwind rules of code without unwind information, as a static libc has it (musl): followed from
 * where other code calls it, instruction by instruction, as long as it is known how deep the stack
 * is. x86-64 only.
 *
 * Where two ways lead to an instruction with different depths nothing is said of it.
 */
struct depth_rule {
	uint64_t start, end;
	struct hud_plan_rule rule;
};

struct depth_trace {
	struct depth_rule *rule; /* by start; none overlaps another or a function of `frames` */
	size_t count;
	uint64_t bytes; /* that they cover */
};

/* 0 or -ENOMEM. Empty: another machine, or hardly any such code, or little else. */
int depth_trace_read(struct depth_trace *out, Elf *elf, uint32_t machine,
		     const struct eh_frame *frames, size_t count);
void depth_trace_free(struct depth_trace *trace);

#endif
