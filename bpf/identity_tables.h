/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_IDENTITY_TABLES_H
#define HUD_BPF_IDENTITY_TABLES_H

/*
 * Where the runtime of a process keeps its state: the identity in the plan of its main executable
 * (format/plan/plan.h), laid out by hud-record for the BPF programs.
 */

#include "format/plan/plan.h"

#include <linux/types.h>

#define IDENTITIES_MAX 64     /* distinct executables with a runtime; for more, stacks only */
#define IDENTITY_SCHEDULERS 4 /* HUD_PLAN_SCHEDULERS_MAX */
#define IDENTITY_NONE 0xffffffffu

struct identity {
	__s64 first;    /* from the thread pointer: the lowest of the words there */
	__s64 task;     /* from the thread pointer */
	__s64 task_tag; /* from the thread pointer */
	__u32 flags;    /* enum hud_identity_flags */
	__u32 schedulers;
	__u32 module; /* of a library: the offsets count from its block; 0: of the main program */
	__u32 reserved;
	__u32 task_vtable; /* with HUD_IDENTITY_HEADER: as in struct hud_plan_identity */
	__u32 task_id;
	__u32 task_state;     /* in the header of a task */
	__u32 task_running;   /* its bit while a thread polls the task; 0: not known */
	__u32 task_cancelled; /* … that it is to end */
	__u32 reserved2;
	struct hud_plan_scheduler scheduler[IDENTITY_SCHEDULERS];
	struct hud_plan_pool pool; /* without roots: not known */
};

#endif
