/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_DESCEND_H
#define HUD_RECORDER_TASKS_DESCEND_H

#include "recorder/tasks/reader.h"

/* The way down one task: what descend.c and set.c share. */
enum { POINTER_BYTES = 8 };

/* What is written of what is awaited or kept. */
enum manner {
	PLAIN = 0,
	AWAITED = 1, /* a future that is awaited: its own type is written */
	KEPT = 2,    /* something that a coroutine keeps: no future in it is awaited there */
};

/* A way down one task. */
struct descent {
	struct task_reading *r;
	const struct task_region *cell;
	size_t frames_before;
	uint32_t steps, depth;
	bool finished;
	bool cut;
	bool failed;       /* something cannot be read, or makes no sense */
	bool moved;        /* a list changed while it was walked */
	uint32_t children; /* of sets, that were followed */
};

/* A value of a node's type, and what is written around it. */
struct value {
	uint32_t node;
	const struct task_region *region;
	uint64_t offset;
	uint16_t level; /* of the frames */
	enum manner manner;
};

static inline const struct hud_plan_task_node *descent_node(const struct descent *d,
							    const struct value *v)
{
	return &d->r->plan->node[v->node];
}

/* A number in a value; 0 where it is not all in it, and the descent has failed then. */
uint64_t descent_number(struct descent *d, const struct value *v, uint64_t offset, size_t bytes);

/* A frame of the value's type; NULL: a limit is reached. Valid until the next one. */
struct task_frame *descent_frame(struct descent *d, const struct value *v,
				 enum hud_task_frame_kind kind);

/* A copy of a value that lies elsewhere. NULL: it cannot be read, or there is no room. */
const struct task_region *descent_part(struct descent *d, uint64_t address, size_t bytes);

/* Writes what there is of a value, and goes on in it. */
void descent_follow(struct descent *d, struct value v);

/* set.c: futures that are awaited together. */
void descent_list(struct descent *d, const struct value *v);
void descent_slice(struct descent *d, const struct value *v);

/* local_set.c: notes one that has tasks of its own. */
void descent_local_set(struct descent *d, const struct value *v);

#endif
