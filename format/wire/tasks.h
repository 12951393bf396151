/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_TASKS_H
#define HUD_FORMAT_WIRE_TASKS_H

#include "format/wire/chunk.h"

/* Tasks of the target: what they did, and dumps of all of them. */
enum hud_task_type {
	HUD_TASK_DUMP = 80,
	HUD_TASK_RUNTIME = 81,
	HUD_TASK = 82,
	HUD_TASK_FRAME = 83,
	HUD_TASK_LIFE = 84,
	HUD_TASK_SUM = 85,
	HUD_TASK_THREAD = 86,
	HUD_TASK_POOL = 87,
	HUD_TASK_CLOSURE = 88,
};

enum hud_life_flags {
	HUD_LIFE_SPAWNED =
		1u << 0,          /* its spawn was seen, at start_ns; else it was first seen then */
	HUD_LIFE_ENDED = 1u << 1, /* at end_ns; else that is when it was last observed */
	/* Its process is gone, and its end was not seen. */
	HUD_LIFE_LOST = 1u << 2,
};

/*
 * What one task did (--polls): a task that lived for the threshold or longer and has ended, if not
 * too many did; and each that lives at the end. The four times add up to end_ns - start_ns.
 */
struct hud_task_life {
	struct hud_record head;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t task;      /* the runtime's id of it */
	uint64_t parent;    /* SPAWNED: the task that spawned it; 0: none did, or it is not known */
	uint64_t polled_ns; /* in polls */
	uint64_t ready_ns;  /* spawned or woken, and not polled yet */
	uint64_t await_ns;  /* waiting to be woken */
	uint64_t unknown_ns;   /* in one of these: not all that changed it was seen */
	uint64_t ready_max_ns; /* the longest time it was ready for until a poll */
	uint32_t process;
	uint32_t site; /* user stack of one frame: the function that polls it */
	uint32_t polls;
	uint32_t readies;    /* polls that it is known for when it became ready */
	uint32_t life_flags; /* enum hud_life_flags */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_task_life, 104);

/*
 * The tasks that one function polls, since recording began and while probes were attached; written
 * each second: of several of one (process, site) the last holds, all of them together are counts
 * over time. `polls` to `ready_max_ns` are of tasks that have ended.
 */
struct hud_task_sum {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t spawned; /* whose spawn was seen */
	uint64_t found;   /* followed without it: they were there when probing began */
	uint64_t ended;
	uint64_t written; /* of these, with a HUD_TASK_LIFE */
	uint64_t polls;
	uint64_t readies;
	uint64_t polled_ns;
	uint64_t ready_ns;
	uint64_t await_ns;
	uint64_t unknown_ns;
	uint64_t ready_max_ns;
	uint64_t lived;      /* whose spawn and end were seen */
	uint64_t lived_ns;   /* from their spawn to their end, all together */
	uint64_t unfollowed; /* polls of tasks that there was no room for; in none of the above */
	uint32_t process;
	uint32_t site;
};
HUD_ASSERT_SIZE(struct hud_task_sum, 136);

enum hud_task_dump_flags {
	HUD_TASK_DUMP_CUT = 1u << 0,   /* a limit was reached: some tasks or parts are missing */
	HUD_TASK_DUMP_TYPES = 1u << 1, /* the plan knows types of tasks: there are frames */
	HUD_TASK_DUMP_LISTS = 1u << 2, /* the plan knows where the lists are */
};

/*
 * The tasks of one process, read from outside while it ran: written after the HUD_TASK_RUNTIME,
 * HUD_TASK, HUD_TASK_FRAME, HUD_TASK_POOL, HUD_TASK_CLOSURE and HUD_TASK_THREAD records with its
 * number.
 */
struct hud_task_dump {
	struct hud_record head;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t debug_bytes; /* of the .debug_info that `entry` of the frames counts in */
	uint64_t bytes;       /* that were read */
	uint32_t process;
	uint32_t dump;       /* number of the dump, from 1 */
	uint32_t dump_flags; /* enum hud_task_dump_flags */
	uint32_t runtimes;
	uint32_t tasks;   /* HUD_TASK records */
	uint32_t threads; /* of the process, in which runtimes were looked for */
	uint32_t retries; /* lists and tasks that changed meanwhile, and were read again */
	uint32_t reads;   /* system calls */
};
HUD_ASSERT_SIZE(struct hud_task_dump, 72);

/* A runtime, and how much of its list of tasks was read. */
struct hud_task_runtime {
	struct hud_record head;
	uint64_t owner; /* its own number: that of its tasks */
	uint32_t process;
	uint32_t dump;
	uint32_t scheduler; /* enum hud_scheduler_kind */
	uint32_t threads;   /* that are in it */
	uint32_t lists;
	uint32_t broken;   /* lists that were not read to their end */
	uint32_t expected; /* tasks by its own count; HUD_NOT_KNOWN */
	uint32_t found;
};
HUD_ASSERT_SIZE(struct hud_task_runtime, 48);

/* A thread of the process that slept, with its stack then. */
struct hud_task_thread {
	struct hud_record head;
	uint64_t task; /* that it polls: the runtime's id; 0: none, or not known */
	uint32_t process;
	uint32_t dump;
	uint32_t tid;
	uint32_t stack;  /* user stack */
	int32_t syscall; /* that it is in; -1: none */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_task_thread, 40);

/* The blocking pool of a runtime during a dump. HUD_NOT_KNOWN: of `threads` to `workers`. */
struct hud_task_pool {
	struct hud_record head;
	uint32_t process;
	uint32_t dump;
	uint32_t pool;      /* number in the dump, from 1 */
	uint32_t scheduler; /* enum hud_scheduler_kind */
	uint32_t threads;
	uint32_t idle;    /* of these, wait for work */
	uint32_t limit;   /* how many there may be */
	uint32_t workers; /* their threads are of the pool: in `threads` and `limit` */
	uint32_t queued;  /* closures that wait for a thread */
	uint32_t listed;  /* of these, with a HUD_TASK_CLOSURE */
};
HUD_ASSERT_SIZE(struct hud_task_pool, 48);

/* A closure that waits for a thread of a blocking pool. Those of a pool: in its queue's order. */
struct hud_task_closure {
	struct hud_record head;
	uint64_t task; /* the runtime's id */
	uint32_t process;
	uint32_t dump;
	uint32_t pool; /* of its HUD_TASK_POOL */
	uint32_t site; /* user stack of one frame: the function that runs it */
};
HUD_ASSERT_SIZE(struct hud_task_closure, 32);

enum hud_task_outcome {
	/* what it waits for was read, twice alike, while it was in its list */
	HUD_TASK_READ = 1,
	HUD_TASK_POLLING = 2, /* a thread polled it */
	HUD_TASK_MOVING = 3,  /* it changed each time it was read */
	HUD_TASK_GONE = 4,    /* it left its list meanwhile */
	HUD_TASK_FAILED = 5,  /* its memory could not be read, or is none of its type */
	HUD_TASK_UNKNOWN = 6, /* its type is not known */
	HUD_TASK_CUT = 7,     /* a limit was reached */
};

enum hud_task_flags {
	HUD_TASK_FINISHED = 1u << 0,  /* its future has ended */
	HUD_TASK_WOKEN = 1u << 1,     /* it is to be polled */
	HUD_TASK_CANCELLED = 1u << 2, /* it is to end */
	HUD_TASK_MAIN = 1u << 3,      /* no task: see there */
};

/*
 * A task in the list of its runtime; or the future that the thread `tid` drives in a block_on,
 * which `site` is an address in: its id, state and owner are 0.
 */
struct hud_task {
	struct hud_record head;
	uint64_t task;  /* the runtime's id */
	uint64_t state; /* the runtime's word of its state */
	uint64_t owner; /* of its HUD_TASK_RUNTIME */
	uint32_t process;
	uint32_t dump;
	uint32_t site;       /* user stack of one frame: the function that polls it */
	uint32_t tid;        /* of the thread that polls it; 0: none, or not known */
	uint32_t outcome;    /* enum hud_task_outcome */
	uint32_t task_flags; /* enum hud_task_flags */
};
HUD_ASSERT_SIZE(struct hud_task, 56);

/* What it is, and what the fields of its node are: offsets in the value, where nothing else. */
enum hud_task_leaf {
	HUD_LEAF_NONE = 0,
	HUD_LEAF_SLEEP = 1, /* seconds and nanoseconds of CLOCK_MONOTONIC (4 bytes) */
	/* address of the semaphore, how many permits are asked for (tag_bytes), and in the
	   semaphore: 8 bytes, twice the free permits, plus one if it is closed */
	HUD_LEAF_ACQUIRE = 2,
	/* address of what is waited for, and what is to be added to it */
	HUD_LEAF_NOTIFIED = 3,
	HUD_LEAF_ONESHOT = 4,
	HUD_LEAF_CHANNEL = 5,
	/* address of the receiver, and in that of what it shares; what is to be added to that */
	HUD_LEAF_BROADCAST = 6,
	HUD_LEAF_WATCH = 7,
	HUD_LEAF_JOIN = 8,  /* address of the header of the task that is awaited */
	HUD_LEAF_READY = 9, /* address of what is waited for, of an I/O resource */
	HUD_LEAF_FD = 10,   /* file descriptor, 4 bytes */
	/* address of what has a semaphore, what is to be added, the permits as in ACQUIRE */
	HUD_LEAF_GUARD = 11,
	/* nothing: a set of futures. A frame's number: how many are in it; those that were read
	   follow it as HUD_FRAME_FUTURE, none does as HUD_FRAME_WAIT */
	HUD_LEAF_SET = 12,
};

enum hud_task_frame_kind {
	HUD_FRAME_COROUTINE = 1, /* an async fn or block, at an await */
	HUD_FRAME_FUTURE = 2,    /* another future that is awaited */
	HUD_FRAME_DYN = 3,       /* a future behind dyn whose type is not known */
	HUD_FRAME_WAIT = 4,      /* what is waited for in the end */
	HUD_FRAME_HOLD = 5,      /* what the coroutine around it keeps meanwhile */
};

enum hud_task_frame_flags {
	HUD_FRAME_STARTED = 1u << 0,     /* of a coroutine: it was polled */
	HUD_FRAME_SUSPENDED = 1u << 1,   /* of a coroutine: it is at an await */
	HUD_FRAME_HAS_PERMITS = 1u << 2, /* `permits` is known */
};

/*
 * A part of what a task waits for, in order: each at `depth` belongs to the last one before it that
 * has a lower depth.
 */
struct hud_task_frame {
	struct hud_record head;
	uint64_t task;
	uint64_t entry;   /* of its type: offset in .debug_info */
	uint64_t variant; /* of a coroutine: the value of its tag, which says at which await */
	uint64_t number;  /* what it is depends on `leaf`: enum hud_task_leaf */
	/* one number for each thing that is waited for or held, scrambled; 0: none */
	uint64_t resource;
	uint64_t permits; /* of a semaphore: twice those that are free, plus 1 if it is closed */
	uint32_t process;
	uint32_t dump;
	uint16_t depth;
	uint16_t kind;        /* enum hud_task_frame_kind */
	uint16_t leaf;        /* enum hud_task_leaf */
	uint16_t frame_flags; /* enum hud_task_frame_flags */
};
HUD_ASSERT_SIZE(struct hud_task_frame, 72);

#endif
