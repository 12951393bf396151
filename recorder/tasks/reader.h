/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_READER_H
#define HUD_RECORDER_TASKS_READER_H

#include "recorder/tasks/dump.h"

/* What the files of this folder share: reads within the limits, tables of vtables and cells. */

/* A copy of a part of the process's memory. */
struct task_region {
	uint64_t address;
	const uint8_t *data;
	size_t bytes;
};

/* What the vtable of a task says, and the plan of it. */
struct task_vtable {
	uint64_t address; /* 0: a free slot */
	uint64_t poll;    /* where it is in the process */
	uint32_t trailer, id;
	const struct hud_plan_task_type *type; /* NULL: not known */
	bool valid; /* false: it is no vtable of a task of this program */
};

/* The word of a semaphore. */
struct task_permits {
	uint64_t address; /* 0: none */
	uint64_t word;
};

enum { TASK_PERMITS = 256 };

/* A LocalSet: where its list is. */
struct task_local_set {
	uint64_t address;
	const struct hud_plan_task_node *node;
};

enum { TASK_VTABLES = 1 << 14 }; /* slots; a program has some hundreds */

/* A task that a list led to. */
struct task_cell {
	uint64_t address;
	const struct task_vtable *vtable;
	uint64_t owner;
	uint64_t list; /* address of the first end of its list */
	uint32_t runtime;
	uint32_t walk;           /* the last one that met it */
	uint64_t previous, next; /* as read last */
	size_t copy;             /* offset of its copy */
	size_t bytes;
	uint64_t hash; /* of what counts in the copy */
};

struct task_reading {
	struct task_dump *dump;
	const struct plan_tasks *plan;
	struct task_vtable *vtable; /* TASK_VTABLES slots, by hash */
	size_t vtables;
	struct task_cell *cell;
	size_t cells, cell_room;
	uint32_t *slot; /* of cells by address: index + 1 */
	size_t slots;
	uint8_t *copy; /* of cells, one after another */
	size_t copied, copy_room;
	uint32_t walks;
	struct task_permits permits[TASK_PERMITS]; /* by address */
	/* what of a task lies elsewhere: boxed futures */
	struct task_region *part;
	size_t parts;
	uint8_t *scratch;
	size_t scratched;
	struct task_local_set *local_set; /* that futures led to */
	size_t local_sets, local_set_room;
	bool confirming;   /* what was read is compared: what does not count is left out */
	bool counting;     /* futures of sets are counted only: the sets change at each read */
	uint32_t children; /* of sets, in the tasks that are written */
	bool no_memory;
	bool stopped; /* a limit was reached: nothing more is read */
};

enum { TASK_PARTS_MAX = 512, TASK_SCRATCH_BYTES = 1 << 20 };

enum { LIMITS_EVERY = 64 }; /* tasks between two checks of the clock */

/* dump.c: room to read in; false: no memory. Close it in any case. */
bool task_reading_open(struct task_reading *r, struct task_dump *d);
void task_reading_close(struct task_reading *r);

/* False: it cannot be read, or a limit is reached. */
bool task_read(struct task_reading *r, uint64_t address, void *out, size_t bytes);
bool task_read_word(struct task_reading *r, uint64_t address, uint64_t *out);
/* Is there time and are there bytes left? */
bool task_within_limits(struct task_reading *r);
/* Can it be the address of something that a program allocates? */
bool task_address_plausible(uint64_t address);

/* A number in a region. False: it is not all in it. */
bool task_region_number(const struct task_region *region, uint64_t offset, size_t bytes,
			uint64_t *out);

/*
 * dump.c: how many tasks were found of each runtime, and which threads poll some of them. The tasks
 * of threads are known by then.
 */
void task_cells_count(struct task_reading *r);

/* dump.c: id of the task that a thread polls; 0: none, or not known. */
uint64_t task_of_thread(struct task_reading *r, const struct task_thread *t);

/* What is at this address, read once. NULL: it is no vtable of a task of this program. */
const struct task_vtable *task_vtable_at(struct task_reading *r, uint64_t address);

/* The cell at an address; NULL: none yet. */
struct task_cell *task_cell_find(const struct task_reading *r, uint64_t address);
/* A new one; NULL: no memory, or too many. */
struct task_cell *task_cell_add(struct task_reading *r, uint64_t address);

/* walk.c: all tasks of a list between its ends. True: it was read whole. */
struct task_list {
	uint64_t first, last; /* addresses of its ends */
	uint64_t owner;
	uint32_t runtime;
};
bool task_list_walk(struct task_reading *r, const struct task_list *list);

/* search.c: the lists of all runtimes, where no root leads to them. 0 or -ENOMEM. */
int task_lists_search(struct task_reading *r);

/* A number that the plan may know the place of, in what lies at an address; HUD_NOT_KNOWN. */
uint32_t task_count_read(struct task_reading *r, uint64_t address, const struct hud_plan_count *at);
/*
 * The handle of its runtime that a thread has in a variable, if a tag there says so. 0: none.
 */
uint64_t task_handle_read(struct task_reading *r, uint64_t variable, uint32_t handle,
			  const struct hud_plan_tag *variant);

/* pool.c: the blocking pools, and the closures that wait for their threads. 0 or -ENOMEM. */
int task_pools_read(struct task_reading *r);

/*
 * descend.c: from a copy of a task down to what it waits for; the frames are added to the dump.
 * `children`: how many futures of sets were followed.
 */
enum task_outcome task_descend(struct task_reading *r, const struct task_vtable *vtable,
			       const struct task_region *cell, bool *finished, uint32_t *children);

/* The same of the future that a function drives itself, as it lies on the stack. */
enum task_outcome task_descend_main(struct task_reading *r, uint32_t node,
				    const struct task_region *future, uint32_t *children);

/* main.c: what that waits for, read twice; false: not known. `pc`: in the function. */
bool task_main_read(struct task_reading *r, const struct hud_plan_task_main *m, uint64_t address,
		    uint64_t pc, struct task_seen *out);

/* verify.c: do frames from `a` on say the same as those from `b` on? */
bool task_frames_alike(const struct task_dump *d, size_t a, size_t b, size_t count);
/* What all cells wait for, read twice. 0 or -ENOMEM. */
int task_cells_decode(struct task_reading *r);

/* local_set.c: the tasks of the LocalSets that futures led to. 0 or -ENOMEM. */
int task_local_sets_read(struct task_reading *r);

#endif
