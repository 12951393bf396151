/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_IDENTITY_TABLES_H
#define HUD_BPF_IDENTITY_TABLES_H

/*
 * Where the runtimes of a process keep their state: the identities in the plans of its executable
 * and its libraries (format/plan/plan.h), laid out by hud-record for the BPF programs.
 */

#include "format/plan/plan.h"

#include <linux/types.h>

#define IDENTITIES_MAX 64 /* distinct runtimes; for more, stacks only */
#define IDENTITY_SCHEDULERS HUD_PLAN_SCHEDULERS_MAX
#define IDENTITY_OBJECTS 4 /* of one process: its executable and libraries with a runtime */
#define IDENTITY_NONE 0xffffffffu

/* The identities of a process. */
struct identity_list {
	__u32 objects;                 /* that have a runtime; there may be more than fit */
	__u32 index[IDENTITY_OBJECTS]; /* IDENTITY_NONE: this one's is not known */
};

struct identity {
	__s64 first;    /* from the thread pointer: the lowest of the words there */
	__s64 task;     /* from the thread pointer */
	__s64 task_tag; /* from the thread pointer */
	__u32 flags;    /* enum hud_identity_flags */
	__u32 schedulers;
	__u32 module; /* of a library: the offsets count from its block; 0: of the main program */
	__u32 object; /* its place in the identity_list of the process */
	__u32 task_vtable; /* with HUD_IDENTITY_HEADER: as in struct hud_plan_identity */
	__u32 task_id;
	__u32 task_state;     /* in the header of a task */
	__u32 task_running;   /* its bit while a thread polls the task; 0: not known */
	__u32 task_cancelled; /* … that it is to end */
	__u32 file;           /* what was learned is denied of one file: its number; else 0 */
	struct hud_plan_scheduler scheduler[IDENTITY_SCHEDULERS];
	struct hud_plan_pool pool; /* without roots: not known */
};

#endif
