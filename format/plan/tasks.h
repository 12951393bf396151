/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_PLAN_TASKS_H
#define HUD_FORMAT_PLAN_TASKS_H

#include "format/wire/tasks.h"

/*
 * The part of a plan that says how to read all tasks of a process from outside: from a thread to
 * its runtime, from there to the list of its tasks, and from a task down to what it waits for.
 * docs/FORMAT.md is the normative text.
 */

/* A tag in memory: of an enum, its value for one of the variants. */
struct hud_plan_tag {
	uint32_t offset;
	uint32_t bytes; /* 1, 2, 4, 8; 0: there is no such tag */
	uint64_t value;
};
HUD_ASSERT_SIZE(struct hud_plan_tag, 16);

/* A number in memory. */
struct hud_plan_count {
	uint32_t offset;
	uint32_t bytes; /* 4 or 8; 0: its place is not known */
};
HUD_ASSERT_SIZE(struct hud_plan_count, 8);

/* Any header, trailer, vtable or handle is smaller, and any part of a task that is followed. */
#define HUD_PLAN_PART_BYTES_MAX 65536u
#define HUD_PLAN_TASK_ROOTS_MAX 2u
#define HUD_PLAN_TASK_BLOCK_BYTES_MAX 65536u
#define HUD_PLAN_TASK_TYPES_MAX 65536u
#define HUD_PLAN_TASK_NODES_MAX (1u << 20)
#define HUD_PLAN_TASK_EDGES_MAX (1u << 22)
#define HUD_PLAN_TASK_DYNS_MAX (1u << 20)
#define HUD_PLAN_TASK_MAINS_MAX 65536u
#define HUD_NO_NODE UINT32_MAX

/*
 * The lists of tasks. A thread that is in a runtime has a handle of it in a thread-local variable;
 * the handle has the list of the tasks that the runtime owns, or several (shards). All is from
 * debug information.
 */
struct hud_plan_tasks {
	struct hud_record head;
	uint32_t roots;
	/* in the header of a task, which a list points to; 8 bytes each */
	uint32_t state;
	uint32_t vtable;
	uint32_t owner; /* id of the list */
	/* in the vtable, 8 bytes each */
	uint32_t poll;    /* the function that polls it */
	uint32_t trailer; /* offset of the trailer from the header */
	uint32_t id;      /* offset of the task's id from the header */
	uint32_t vtable_bytes;
	/* in the trailer, 8 bytes each: addresses of headers, 0: none */
	uint32_t previous;
	uint32_t next;
	uint32_t trailer_bytes;
	/* bits of the state: a thread polls it; its future has ended; it was woken; cancelled */
	uint8_t running;
	uint8_t complete;
	uint8_t woken;
	uint8_t cancelled;
	uint64_t debug_bytes; /* size of the .debug_info that `entry` of the nodes counts in */
	/*
	 * Without roots the lists are searched: from the thread-local block of the program, which
	 * begins at this offset from the thread pointer. 0 bytes: they are not.
	 */
	int64_t block;
	uint64_t block_bytes;
	struct hud_plan_task_root {
		uint32_t kind;   /* enum hud_scheduler_kind */
		uint32_t handle; /* in the variable: address of the handle, 0: none */
		int64_t place;   /* of the variable, from the thread pointer */
		/* In the variable: any other value means a handle of another kind, or none. */
		struct hud_plan_tag variant;
		uint32_t owner; /* in the handle: id of its lists, 8 bytes */
		uint32_t list;  /* in the handle: the list; of shards, their address */
		/* In the handle: how many shards there are, a power of two, 8 bytes. */
		uint32_t shards; /* HUD_NO_OFFSET: there is one list */
		uint32_t shard_bytes;
		uint32_t first; /* in the list or shard: address of the first task, 8 bytes */
		uint32_t last;
		struct hud_plan_count count; /* in the handle: how many tasks there are */
	} root[HUD_PLAN_TASK_ROOTS_MAX];
};
HUD_ASSERT_SIZE(struct hud_plan_task_root, 64);
HUD_ASSERT_SIZE(struct hud_plan_tasks, 208);

/* What the tasks that one function polls are. By address. */
struct hud_plan_task_type {
	uint64_t poll;    /* address of the function */
	uint32_t node;    /* of its stage: running, or finished; HUD_NO_NODE: not known */
	uint32_t stage;   /* offset of the stage from the header */
	uint32_t trailer; /* what the vtable must say; HUD_NO_OFFSET: not known */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_plan_task_type, 24);

/* How to go on from a value of one type. */
enum hud_task_node_kind {
	HUD_NODE_STRUCT = 1,    /* each edge: a member */
	HUD_NODE_ENUM = 2,      /* the edges of the variant that the tag says */
	HUD_NODE_COROUTINE = 3, /* the same; the variant says at which await it is */
	HUD_NODE_POINTER = 4,   /* 8 bytes at `tag`: address of a value, of the first edge */
	/* The same of `dyn`: the address of its vtable, at field[0], says which type. */
	HUD_NODE_DYN = 5,
	HUD_NODE_LEAF = 6,  /* what a task waits for in the end: enum hud_task_leaf */
	HUD_NODE_GUARD = 7, /* what a task holds that others wait for */
	HUD_NODE_STOP = 8,  /* what lies behind is not followed */
	/*
	 * Futures in a linked list: 8 bytes at `tag` are the address of the first item (0: none),
	 * or, with HUD_NODE_BEHIND, of what has the lists. In an item the address of the next one
	 * is at field[0], of the one before at field[1]; field[2]: bytes of an item. Each edge
	 * is a list: its offset that of the future in an item, its value, with HUD_NODE_BEHIND,
	 * that of the list: the address of its first item.
	 */
	HUD_NODE_LIST = 9,
	/*
	 * Futures one after another: 8 bytes at `tag` are the address of the first, those at
	 * field[0] their number; field[1]: bytes of one. The edge: each of them.
	 */
	HUD_NODE_SLICE = 10,
	/*
	 * What has tasks of its own: 8 bytes at `tag` are an address, where at field[0] is that of
	 * what the thread shares with others. In that are the addresses of the first task of its
	 * list, at field[1], and of the last, at field[2]; the edge's offset is that of the list's
	 * id, 8 bytes.
	 */
	HUD_NODE_TASKS = 11,
};
#define HUD_NODE_LAST HUD_NODE_TASKS

#define HUD_LEAF_LAST HUD_LEAF_SET

enum hud_task_node_flags {
	/* A wrapper that nobody needs to see: it is not written where it is awaited. */
	HUD_NODE_TRANSPARENT = 1u << 0,
	HUD_NODE_BEHIND = 1u << 1, /* of a list: see there */
};

struct hud_plan_task_node {
	uint64_t entry; /* of the type: offset in .debug_info */
	uint32_t bytes; /* of a value; 0: not known */
	uint32_t first; /* of its edges */
	uint32_t edges;
	uint32_t tag;       /* offset of the tag, or of the pointer */
	uint8_t kind;       /* enum hud_task_node_kind */
	uint8_t leaf;       /* enum hud_task_leaf */
	uint8_t tag_bytes;  /* 1, 2, 4, 8; 0: there is one variant only */
	uint8_t node_flags; /* enum hud_task_node_flags */
	uint32_t field[3];
};
HUD_ASSERT_SIZE(struct hud_plan_task_node, 40);

enum hud_task_edge_flags {
	HUD_EDGE_OTHERWISE = 1u << 0, /* the variant that is there for any other value of the tag */
	HUD_EDGE_AWAITED = 1u << 1,   /* what the coroutine awaits there, or the future of a task */
	HUD_EDGE_HELD = 1u << 2,      /* what it keeps meanwhile */
	HUD_EDGE_RUNNING = 1u << 3,   /* the variant of a stage in which there is a future */
	HUD_EDGE_START = 1u << 4,     /* the variant of a coroutine that was never polled */
	HUD_EDGE_SUSPENDED = 1u << 5, /* a variant of a coroutine that waits at an await */
	/* Of a list, and no part: 8 bytes there are the number of items; … in the first item. */
	HUD_EDGE_COUNT = 1u << 6,
	HUD_EDGE_COUNT_FIRST = 1u << 7,
};

/* A part of a value. Each variant of an enum has an edge; without parts its node is HUD_NO_NODE. */
struct hud_plan_task_edge {
	uint64_t value; /* of the tag, for this variant */
	uint32_t node;
	uint32_t offset;     /* in the value */
	uint32_t edge_flags; /* enum hud_task_edge_flags */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_plan_task_edge, 24);

/* The type that a vtable of a `dyn` belongs to. By address. */
struct hud_plan_task_dyn {
	uint64_t vtable;
	uint32_t node; /* HUD_NO_NODE: several types have it */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_plan_task_dyn, 16);

enum hud_task_main_base {
	HUD_MAIN_BY_SP = 0,
	HUD_MAIN_BY_FP = 1,
};

/*
 * The future that a function drives itself, as block_on does: in its frame on the stack, while it
 * is at one of these addresses. By address; none overlap.
 */
struct hud_plan_task_main {
	uint64_t start, end; /* of code */
	uint32_t node;
	int32_t offset; /* from the register of the frame */
	uint32_t base;  /* enum hud_task_main_base */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_plan_task_main, 32);

/* All of it, in a plan. */
struct plan_tasks {
	const struct hud_plan_tasks *lists; /* NULL: not known */
	const struct hud_plan_task_type *type;
	size_t types;
	const struct hud_plan_task_node *node;
	size_t nodes;
	const struct hud_plan_task_edge *edge;
	size_t edges;
	const struct hud_plan_task_dyn *dyn;
	size_t dyns;
	const struct hud_plan_task_main *main;
	size_t mains;
};

/*
 * Checks all of it: kinds, widths, indexes, order. -EBADMSG. What a recorder reads by it can still
 * be wrong, and never outside of the tables.
 */
int plan_tasks_check(const struct plan_tasks *t);

/* By binary search; NULL: none. */
const struct hud_plan_task_type *plan_task_type(const struct plan_tasks *t, uint64_t poll);
const struct hud_plan_task_dyn *plan_task_dyn(const struct plan_tasks *t, uint64_t vtable);
/* The one whose code this is an address of; NULL: none. */
const struct hud_plan_task_main *plan_task_main(const struct plan_tasks *t, uint64_t pc);

#endif
