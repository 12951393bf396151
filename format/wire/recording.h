/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_RECORDING_H
#define HUD_FORMAT_WIRE_RECORDING_H

#include "format/wire/chunk.h"

/* About the recording itself, and what it found out about the target. */
enum hud_recording_type {
	HUD_LOST = 64,
	HUD_COST = 65,
	HUD_CLOCK = 66,
	HUD_END = 67,
	HUD_MARK = 68,
	HUD_CPU_QUOTA = 69,
	HUD_POOL_QUEUE = 70,
	HUD_WAKER = 71,
	HUD_LAYOUT = 72,
	HUD_RUNTIME_OBJECT = 73,
	HUD_CODE = 76,
	HUD_LATE_ROWS = 77,
	HUD_RUNTIME_THREAD = 90,
	HUD_PART = 93,
};

/* Why events, or parts of them, are not in the capture. Names: format/wire/names.c. */
enum hud_loss {
	HUD_LOSS_RING_FULL = 1,    /* events: the ring buffer had no room */
	HUD_LOSS_STACK_FAILED = 2, /* stacks: the kernel could not walk */
	HUD_LOSS_STACK_LIMIT = 3,  /* stacks: over the rate limit of the thread */
	/* threads: no memory for their state, they are not watched */
	HUD_LOSS_THREAD_STATE = 4,
	HUD_LOSS_OPEN_STACK = 5,      /* stacks of sleepers that could not be read */
	HUD_LOSS_CHUNK_DAMAGED = 6,   /* bytes: written by readers, never by recorders */
	HUD_LOSS_CHUNK_MISSING = 7,   /* chunks: sequence numbers that never came; by readers */
	HUD_LOSS_MAPPING = 8,         /* changes, of any process, the kernel could not deliver */
	HUD_LOSS_RECORD_INVALID = 9,  /* records a reader refused; by readers */
	HUD_LOSS_CLOCK_BACKWARD = 10, /* spans dropped since their end lay before their start */
	/* events of a process that was gone before it could be described */
	HUD_LOSS_UNKNOWN_PROCESS = 11,
	/* objects without unwind rows: none could be made, or no room */
	HUD_LOSS_UNPLANNED = 12,
	HUD_LOSS_POLL_SITE = 13,     /* polls of functions for whose histogram there was no room */
	HUD_LOSS_SWITCH_UNSEEN = 14, /* switches to a thread that the kernel did not report */
	/* wakeups: the ring buffer had no room to say who ended a sleep, which is no event */
	HUD_LOSS_WAKER = 15,
	HUD_LOSS_STATE_UNREAD = 16, /* readings of a runtime's state: its memory was absent */
};
#define HUD_LOSS_LAST HUD_LOSS_STATE_UNREAD

/* `count` more were lost for `cause` in [from_ns, to_ns]. */
struct hud_lost {
	struct hud_record head;
	uint32_t cause; /* enum hud_loss */
	uint32_t reserved;
	uint64_t count; /* in the unit of the cause */
	uint64_t from_ns;
	uint64_t to_ns;
};
HUD_ASSERT_SIZE(struct hud_lost, 40);

/* What recording itself cost so far. */
struct hud_cost {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t recorder_cpu_ns; /* user and system time of hud-record */
	uint64_t rss_bytes;
	uint64_t bpf_run_ns;      /* run time of its BPF programs, all CPUs together */
	uint64_t bpf_runs;        /* how often they ran */
	uint64_t bpf_measured_ns; /* how long the kernel measured both; 0: not measured */
};
HUD_ASSERT_SIZE(struct hud_cost, 56);

/* What a quota had done so far that limits a process: of its cgroup, or of one above that. */
struct hud_cpu_quota {
	struct hud_record head;
	uint64_t time_ns;
	uint32_t process;
	uint32_t cgroup;   /* which one: the lower half of the number of its inode */
	uint64_t quota_ns; /* CPU time that all of the cgroup may use in a period */
	uint64_t period_ns;
	uint64_t periods;           /* since the cgroup was made, as the next two */
	uint64_t throttled_periods; /* in which the quota was used up */
	uint64_t throttled_ns;      /* how long CPUs were held back, all together */
};
HUD_ASSERT_SIZE(struct hud_cpu_quota, 64);

#define HUD_NOT_KNOWN UINT32_MAX /* in a count that may be missing */

/*
 * The queue of a runtime's blocking pool, as it was found at a moment: tasks that no thread of the
 * pool had begun. Written when a thread of the process is switched out, on average no more than
 * twice in the threshold while there is a queue, and each second.
 */
struct hud_pool_queue {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t pool; /* address in the process: one for each runtime */
	/* The task that is next has been in the queue since then, or longer; 0: not known, none. */
	uint64_t since_ns;
	uint32_t process;
	uint32_t tasks;        /* in the queue */
	uint32_t threads;      /* of the pool; HUD_NOT_KNOWN, as in the next three */
	uint32_t idle;         /* of these: wait for work */
	uint32_t thread_limit; /* how many there may be */
	uint32_t workers;      /* their threads are of the pool: in `threads` and `thread_limit` */
	uint32_t scheduler;    /* enum hud_scheduler_kind; 0 not known */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_pool_queue, 64);

/*
 * A thread was found in a runtime: in its scheduler, its blocking pool, or with its handle entered.
 * Written when it is another than the last one that the thread was found in.
 */
struct hud_runtime_thread {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t pool; /* of the runtime, as in struct hud_pool_queue */
	uint32_t process;
	uint32_t tid;
};
HUD_ASSERT_SIZE(struct hud_runtime_thread, 32);

/* A process that is not recorded and that woke a recorded thread: before the first such span. */
struct hud_waker {
	struct hud_record head;
	uint64_t time_ns; /* of the wake-up */
	uint32_t pid;     /* as in hud_offcpu.waker_pid */
	uint32_t name;    /* string: of its program */
};
HUD_ASSERT_SIZE(struct hud_waker, 24);

/* Why the place of a runtime's state could not be learned from snapshots, or not all of it. */
enum hud_learn_reason {
	HUD_LEARN_OPEN = 0,         /* nothing speaks against it: more snapshots are needed */
	HUD_LEARN_NO_WORDS = 1,     /* no thread-local word pointed into its thread's stack */
	HUD_LEARN_NO_CHAINS = 2,    /* what they point to looked like no scheduler's context */
	HUD_LEARN_MANY_CHAINS = 3,  /* more did than can be followed */
	HUD_LEARN_FEW_PARKS = 4,    /* too few parks were seen */
	HUD_LEARN_FEW_POLLS = 5,    /* too few polls were seen */
	HUD_LEARN_ONE_CORE = 6,     /* several threads polled, with one core */
	HUD_LEARN_CONTRADICTED = 7, /* no layout agreed with all parks and polls */
	HUD_LEARN_AMBIGUOUS = 8,    /* several layouts agreed with all parks and polls */
	HUD_LEARN_REFUSED = 9,      /* the kernel refused to watch the process */
	HUD_LEARN_NO_DRIVER = 10,   /* polls were seen, and no park in the I/O driver */
	HUD_LEARN_NO_ROOM = 11,     /* it is not followed, beside others of its process */
	HUD_LEARN_NO_ANSWER = 12,   /* hud-analyze, which is asked, ended or took too long */
	HUD_LEARN_NO_SITES = 13,    /* no function that polls tasks could be probed */
	HUD_LEARN_ENDED = 14,       /* the process ended before enough was seen */
};
#define HUD_LEARN_REASON_LAST HUD_LEARN_ENDED

enum hud_layout_source {
	HUD_LAYOUT_NONE = 0,    /* it is not known */
	HUD_LAYOUT_DEBUG = 1,   /* debug information */
	HUD_LAYOUT_TABLE = 2,   /* a table of similar builds: to be confirmed by stacks */
	HUD_LAYOUT_LEARNED = 3, /* proven by watching a process that runs this program */
};

enum hud_layout_flags {
	HUD_LAYOUT_TASK = 1u << 0, /* the task's id is known */
	HUD_LAYOUT_TICK = 1u << 1, /* so is a counter that says whether it is still the same poll */
	/* Threads in no context of these schedulers may be in one of another. */
	HUD_LAYOUT_PARTIAL = 1u << 2,
	HUD_LAYOUT_EARLIER = 1u << 3, /* learned in an earlier recording */
	/* NONE: what was believed until then was contradicted, and was wrong. */
	HUD_LAYOUT_WITHDRAWN = 1u << 4,
	/* And from bit 8 on: of which object of the process, hud_runtime_object.number. */
	HUD_LAYOUT_OBJECT_SHIFT = 8,
};

/*
 * Where a process's runtime keeps its state is known from here on, and from where; or not known,
 * and why. Of several of one process the last holds.
 */
struct hud_layout {
	struct hud_record head;
	uint64_t time_ns;
	uint32_t process;
	uint32_t layout_source;  /* enum hud_layout_source */
	uint32_t layout_flags;   /* enum hud_layout_flags */
	uint32_t reason;         /* enum hud_learn_reason, where not known */
	uint32_t parks;          /* seen while learning, all in agreement with it */
	uint32_t polls;          /* the same, at probes; or else in calls that only polls make */
	uint32_t cores;          /* of schedulers, that polled */
	uint32_t threads;        /* that polled */
	uint32_t tasks;          /* times that a task's id was found where it is said to be */
	uint32_t ticks;          /* pairs of polls between which the tick moved */
	uint32_t snapshots;      /* taken of the process */
	uint32_t attempts;       /* to learn it */
	uint64_t took_ns;        /* from the beginning of the last attempt */
	uint64_t probe_hits;     /* of all attempts, as the next */
	uint64_t bpf_run_ns;     /* run time of the programs that took the snapshots */
	uint64_t contradictions; /* parks and polls that denied it */
};
HUD_ASSERT_SIZE(struct hud_layout, 96);

/* An object of a process that has a runtime of its own: its executable, or a library. */
struct hud_runtime_object {
	struct hud_record head;
	uint32_t process;
	uint32_t number; /* of those of the process, from 0 */
	uint32_t path;   /* string: of the file */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_runtime_object, 24);

/*
 * What the plan of a binary knows of some of its functions by their shape and by what they refer
 * to, so that stacks through them can be classified where no function has a name.
 */
struct hud_code {
	struct hud_record head;
	uint64_t time_ns; /* when the plan was there */
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
	uint16_t build_id_bytes;
	uint16_t reserved;
	uint32_t functions;
	/*
	 * HUD_CODE_WORDS for each: offset in the file; its size in bytes (low half) and enum
	 * hud_code_flags (high half); offset of the poll site that it is part of, 0: of none or of
	 * several.
	 */
	uint64_t function[];
};
HUD_ASSERT_SIZE(struct hud_code, 56);

#define HUD_CODE_WORDS 3u
#define HUD_CODE_FUNCTIONS_MAX 4096u

enum hud_code_flags {
	HUD_CODE_POLL = 1u << 0,    /* polls one type of task */
	HUD_CODE_TASK = 1u << 1,    /* … which is none of the blocking pool */
	HUD_CODE_CLOSURE = 1u << 2, /* … which is one of the blocking pool, maybe a worker itself */
	/* Refers to what only … refers to. It may be inlined there. */
	HUD_CODE_IN_PLACE = 1u << 3, /* block_in_place */
	HUD_CODE_ENTER = 1u << 4,    /* block_on, as it enters a runtime */
	HUD_CODE_POOL = 1u << 5,     /* the blocking pool */
	HUD_CODE_WORKER = 1u << 6,   /* the multi-threaded scheduler */
	HUD_CODE_SINGLE = 1u << 7,   /* the single-threaded scheduler */
};

/*
 * The unwind rows of a mapped file came while recording: stacks through it that were taken before
 * may be cut. Written when they come; at the end, for those that did not.
 */
struct hud_late_rows {
	struct hud_record head;
	uint64_t time_ns; /* when they could be used; 0: not before the end */
	uint64_t stacks;  /* through it that were taken before */
	uint32_t path;    /* string: of the file, as the target sees it */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_late_rows, 32);

/* The two clocks at one moment; at the start (in HUD_SESSION) and now and then. */
struct hud_clock {
	struct hud_record head;
	uint64_t monotonic_ns;
	uint64_t realtime_ns;
};
HUD_ASSERT_SIZE(struct hud_clock, 24);

enum hud_end_reason {
	HUD_END_DURATION = 1,
	HUD_END_INTERRUPTED = 2, /* SIGINT, SIGTERM */
	HUD_END_TARGET_EXITED = 3,
	HUD_END_WRITE_FAILED = 4,  /* disk full or pipe closed; detail: errno */
	HUD_END_KERNEL_FAILED = 5, /* it refused to read its events, or threads; detail: errno */
};

/* Last event of a capture that ended as it should; none: truncated. */
struct hud_end {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t events; /* records written whose type is an event */
	uint32_t reason; /* enum hud_end_reason */
	uint32_t detail;
};
HUD_ASSERT_SIZE(struct hud_end, 32);

/* A moment that a person marked during the recording: `hud-record mark "deploy v2"`. */
struct hud_mark {
	struct hud_record head;
	uint64_t time_ns; /* when it arrived */
	uint32_t text;    /* string */
	uint32_t uid;     /* of the user who marked it */
};
HUD_ASSERT_SIZE(struct hud_mark, 24);

/*
 * This is a part of a recording: what belongs to this time was copied, and what it needs of before.
 * The last record, after HUD_END where the part has it: so a part that is cut is known as such.
 */
struct hud_part {
	struct hud_record head;
	uint64_t from_ns;
	uint64_t to_ns;
};
HUD_ASSERT_SIZE(struct hud_part, 24);

#endif
