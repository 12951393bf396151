/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TASKS_DUMP_H
#define HUD_RECORDER_TASKS_DUMP_H

#include "bpf/registers.h"
#include "format/plan/plan.h"
#include "format/wire/tasks.h"
#include "recorder/tasks/memory.h"

#include <stdbool.h>

/*
 * All tasks of a process, from outside, while it runs: the lists of its runtimes, and what each
 * task waits for, by the tables of a plan. The process is never stopped. Lists change while they
 * are read, and a freed task looks alive: cells are read again, and the links to them checked. All
 * is bounded, whatever the memory of the process says.
 */
struct task_limits {
	uint32_t tasks;
	uint32_t depth;    /* of types in one task */
	uint32_t steps;    /* nodes visited in one task */
	uint32_t frames;   /* written of one task; of a future in a set as many again */
	uint32_t children; /* futures that are followed of one set */
	uint32_t all_children;
	uint32_t cell_bytes; /* of one task */
	uint64_t bytes;      /* read in all */
	uint64_t ns;
};
extern const struct task_limits task_limits_usual;

/* A thread of the process. */
struct task_thread {
	uint32_t tid;
	uint64_t pointer; /* thread pointer: x86-64 fs base, AArch64 tpidr_el0 */
	uint64_t task;    /* out: id of the task that it polls; 0: none, or not known */
	/* of one that slept when it was listed */
	bool asleep;
	uint64_t switches; /* how often it went to sleep */
	struct unwind_registers registers;
	int32_t syscall; /* that it is in; -1: none */
	char comm[16];
};

/* Code that is mapped in the process. */
struct task_code {
	uint64_t start, end;
	const struct plan *plan; /* NULL: it has none */
	uint64_t bias;
};

/* What was read of a task besides its list. */
enum task_outcome {
	TASK_READ = HUD_TASK_READ,
	TASK_POLLING = HUD_TASK_POLLING,
	TASK_MOVING = HUD_TASK_MOVING,
	TASK_GONE = HUD_TASK_GONE,
	TASK_FAILED = HUD_TASK_FAILED,
	TASK_UNKNOWN = HUD_TASK_UNKNOWN,
	TASK_CUT = HUD_TASK_CUT,
};

struct task_seen {
	uint64_t address, id, state, owner;
	uint64_t poll;   /* the function that polls it, where it is in the process */
	uint32_t tid;    /* of the thread that polls it; 0: none, or not known */
	uint8_t outcome; /* enum task_outcome */
	bool finished;   /* there is no future in it any more */
	size_t frame;    /* index of the first */
	uint32_t frames;
	uint32_t children; /* futures of sets that it has frames of */
};

/* The stack of a thread that slept. */
struct task_stack {
	struct task_thread thread;
	size_t first; /* of its addresses */
	uint32_t frames;
	uint32_t stop; /* enum hud_stack_stop */
	uint32_t frame_pointer_from;
	/* The future of a block_on that it drives, which is no task; `poll` 0: none was read. */
	struct task_seen main;
};

/* What a task waits for: a coroutine at an await, a leaf, or something it holds. */
struct task_frame {
	uint64_t entry;    /* of the type, in .debug_info */
	uint64_t variant;  /* of a coroutine: its state */
	uint64_t number;   /* of a leaf: see enum hud_task_leaf; time in ns */
	uint64_t resource; /* address of what it is about; 0: nothing */
	uint64_t permits;  /* of a semaphore: its word; only with HUD_FRAME_HAS_PERMITS */
	uint16_t depth;
	uint8_t kind;   /* enum hud_task_frame_kind */
	uint8_t leaf;   /* enum hud_task_leaf */
	uint16_t flags; /* enum hud_task_frame_flags */
};

struct task_runtime {
	uint64_t handle; /* address */
	uint64_t owner;  /* id of its lists */
	uint32_t kind;   /* enum hud_scheduler_kind */
	uint32_t threads;
	uint32_t lists;
	uint32_t broken;   /* lists that were not read to their end */
	uint32_t expected; /* by its own count; HUD_NOT_KNOWN */
	uint32_t found;
};

/* The blocking pool of a runtime; HUD_NOT_KNOWN: of a count. */
struct task_pool {
	uint64_t address;
	uint32_t kind; /* enum hud_scheduler_kind */
	uint32_t threads;
	uint32_t idle;    /* of these, wait for work */
	uint32_t limit;   /* how many there may be */
	uint32_t workers; /* their threads are of the pool */
	uint32_t queued;  /* closures that wait for a thread */
	uint32_t listed;  /* of these, in `closure` */
};

struct task_closure {
	uint64_t id, poll; /* as of a task */
	uint32_t pool;     /* index */
};

struct task_counts {
	uint32_t retries; /* lists and tasks that were read again */
	uint64_t reads, bytes;
	bool cut; /* a limit was reached */
};

/* Fill in what is above `runtime`; task_dump_close() frees the rest. */
struct task_dump {
	struct task_memory memory;
	const struct plan *plan; /* with tasks.lists */
	uint64_t bias;           /* of the program: what is added to addresses of the plan */
	const struct task_limits *limits;
	struct task_thread *thread;
	size_t threads;
	uint64_t (*clock)(void); /* ns */

	struct task_runtime *runtime;
	size_t runtimes, runtime_room;
	struct task_seen *seen;
	size_t seens, seen_room;
	struct task_frame *frame;
	size_t frames, frame_room;
	struct task_pool *pool;
	size_t pools, pool_room;
	struct task_closure *closure;
	size_t closures, closure_room;
	struct task_stack *stack;
	size_t stacks, stack_room;
	uint64_t *address; /* of the stacks' frames */
	size_t addresses, address_room;
	struct task_counts counts;
	uint64_t start_ns, end_ns;
};

/* 0 or -ENOMEM. */
int task_dump_read(struct task_dump *d);

/*
 * stack.c: the stacks of these threads, as far as they sleep. `code`: by ascending address. They
 * hold for the threads that slept on meanwhile: list them again. 0 or -ENOMEM.
 */
int task_stacks_read(struct task_dump *d, const struct task_thread *thread, size_t threads,
		     const struct task_code *code, size_t codes);
/* Forgets the stacks of those that did not. */
void task_stacks_confirm(struct task_dump *d, const struct task_thread *thread, size_t threads);
void task_dump_close(struct task_dump *d);

#endif
