/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_BPF_EVENTS_H
#define HUD_BPF_EVENTS_H

/*
 * Events that the BPF programs send to hud-record through the ring buffer. They are not the records
 * of a capture (format/wire/). Both sides come from one build, so there are no versions here.
 */

#include <linux/types.h>

#ifdef __bpf__
typedef __u64 event_address;
#else
#include <stdint.h>
typedef uint64_t event_address; /* the same size, but another C type than __u64 on x86-64 */
#endif

/* Of each stack; perf_event_max_stack limits kernel stacks further. */
#define EVENT_FRAMES_MAX 255
#define EVENT_COMM_BYTES 16

enum event_type {
	EVENT_OFFCPU = 1,
	EVENT_OPEN, /* an off-CPU span that has not ended yet */
	EVENT_WAKE, /* the waker of a thread that slept for long; precedes its EVENT_OFFCPU */
	EVENT_SAMPLE,
	EVENT_WINDOW,
	EVENT_THREAD, /* a thread of a target was seen, started or was renamed */
	EVENT_EXIT,
	EVENT_EXEC,
	EVENT_POLL,    /* a long poll, ended or still open (HUD_POLL_OPEN) */
	EVENT_POOL,    /* what was read of a blocking pool's queue */
	EVENT_RUNTIME, /* a thread was found in another runtime than before */
	EVENT_TASK,    /* a task has ended */
};

/* First in every event. */
struct event {
	__u32 type;
	__u32 tgid;
	__u32 tid;
	__u32 cpu;
	__u64 time_ns;
};

/* In an event with stacks. Its addresses: user frames, then kernel frames, eight bytes each. */
struct event_stacks {
	__u16 user_frames;
	__u16 kernel_frames;
	__u8 stop;               /* enum hud_stack_stop of the user stack */
	__u8 frame_pointer_from; /* as in struct hud_user_stack */
	__u16 stack_flags;       /* enum event_stack_flags */
};

enum event_stack_flags {
	EVENT_STACK_LIMITED = 1u << 0,   /* none taken: over the rate limit */
	EVENT_STACK_FAILED = 1u << 1,    /* the user stack could not be walked */
	EVENT_STACK_NOT_TAKEN = 1u << 2, /* not wanted here, or no hook to take it in */
};

enum event_span_flags {
	EVENT_SPAN_PREEMPTED = 1u << 0,
	EVENT_SPAN_AT_ATTACH = 1u << 1,
	EVENT_SPAN_REPEATED = 1u << 2, /* its stack came with an earlier EVENT_OPEN */
	/* Under the threshold, in a long poll; already counted against the stack limit. */
	EVENT_SPAN_SHORT = 1u << 3,
};

/* The runtime's state of the thread at this event. */
struct event_where {
	__u64 poll_ns; /* struct hud_poll start_max_ns, 0: in no poll */
	__u64 task;
	__u32 where;   /* enum hud_where */
	__u32 trusted; /* 0: by an unconfirmed identity */
};

struct event_offcpu {
	struct event head; /* time_ns: its end; EVENT_OPEN: when it was seen */
	struct event_where where;
	__u64 start_ns;
	__u64 wakeup_ns;
	__s32 syscall;
	__u32 state;
	__u32 span_flags;
	__u32 out_cpu;
	__u64 next_poll; /* polls the task in the worker's LIFO slot; 0: none, or not known */
	struct event_stacks stacks;
	event_address address[];
};

struct event_wake {
	struct event head; /* of the woken thread */
	__u32 waker_tgid;
	__u32 waker_tid;
	struct event_stacks stacks;
	event_address address[];
};

struct event_sample {
	struct event head;
	struct event_where where;
	__u64 awake_ns;
	__u64 waited_ns;
	__s32 syscall;
	__u32 profile;
	struct event_stacks stacks;
	event_address address[];
};

struct event_window {
	struct event head; /* time_ns: its end */
	__u64 start_ns;
	__u64 cpu_ns;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 parked_ns;
	__u64 maybe_parked_ns;
	__u64 stolen_ns;
	__u64 poll_sleep_ns;
	__u64 sample_gap_ns;
	__u32 sleeps;
	__u32 preemptions;
	__u32 samples;
	__u32 poll_samples;
	__u32 polls;
	__u32 open; /* it goes on */
};

/* See struct hud_poll. */
struct event_poll {
	struct event head; /* time_ns: end_max */
	__u64 start_min_ns;
	__u64 start_max_ns;
	__u64 end_min_ns;
	__u64 task;
	__u64 sleep_ns;
	__u64 run_queue_ns;
	__u64 site;
	__u32 poll_flags; /* enum hud_poll_flags */
	__u32 scheduler;
	__u32 samples;
	__u32 ready_samples;
	__u32 ready_sum;
	__u32 ready_max;
	__u32 trusted;
	__u32 queued;
	__u64 queued_since_ns;
	__u64 next_sum_ns;
	__u64 next_max_ns;
	__u32 left_queued;
	__u32 next_polls;
};

/* See struct hud_pool_queue. */
struct event_pool {
	struct event head; /* of the thread that led to the pool */
	__u64 pool;
	__u64 since_ns;
	__u32 tasks;
	__u32 threads;
	__u32 idle;
	__u32 limit;
	__u32 workers;
	__u32 kind;
};

/* See struct hud_runtime_thread. */
struct event_runtime {
	struct event head;
	__u64 pool;
};

struct event_thread {
	struct event head;
	__u32 started;
	__u32 reserved;
	char comm[EVENT_COMM_BYTES];
};

struct event_exit {
	struct event head;
	__u32 process_gone; /* it was the last thread */
	__u32 exit_code;
};

struct event_exec {
	struct event head;
	char comm[EVENT_COMM_BYTES];
};

/*
 * Map `histograms`: how long the polls by one function took. Bucket 0: under 256 ns; then four
 * buckets for each power of two: bucket 1 + 4 * (n - 8) + i holds
 * [2^n * (4 + i) / 4, 2^n * (5 + i) / 4).
 */
#define HISTOGRAM_BUCKETS 128 /* HUD_HISTOGRAM_BUCKETS */
#define HISTOGRAM_LOG_MIN 8

struct poll_site {
	__u64 address; /* in the process */
	__u32 tgid;
	__u32 reserved;
};

struct poll_histogram {
	__u64 polls;
	__u64 total_ns;
	__u64 max_ns;
	__u32 bucket[HISTOGRAM_BUCKETS];
};

/* Map `lives`: the tasks that are followed, by the address of their header. */
struct task_key {
	__u64 header;
	__u32 tgid;
	__u32 reserved;
};

enum life_phase {
	LIFE_AWAITS,
	LIFE_READY, /* spawned or woken, and not polled yet */
	LIFE_POLLED,
	LIFE_UNKNOWN, /* one of these: not all that changed it was seen */
	LIFE_PHASES,
};

/* struct task_life.word: phase, flag, and since when, in one word, so that it changes at once. */
#define LIFE_PHASE_MASK 3u
#define LIFE_WOKEN 4u /* LIFE_POLLED: it was woken since the poll began */
#define LIFE_SINCE_SHIFT 3

struct task_life {
	__u64 word;     /* 0: not ready to be used yet */
	__u64 task;     /* the runtime's id of it */
	__u64 id_place; /* address of that id: another task may come to lie in the same place */
	__u64 parent;   /* LIFE_SPAWN_SEEN: the task that was polled meanwhile; 0: none */
	__u64 site;     /* polls it */
	__u64 start_ns; /* its spawn, or when it was first seen */
	__u64 ns[LIFE_PHASES];
	__u64 ready_max_ns;
	__u32 polls;
	__u32 readies; /* times that it was ready and then polled */
	__u32 flags;   /* enum life_flags */
	__u32 reserved;
};

enum life_flags {
	LIFE_SPAWN_SEEN = 1u << 0,
};

/* Map `task_sums`: of the tasks that are or were followed and are polled by one function. */
struct task_sum {
	__u64 spawned;
	__u64 found; /* begun to be followed without their spawn */
	__u64 ended; /* the following are of these */
	__u64 sent;  /* with an EVENT_TASK of their own */
	__u64 polls;
	__u64 readies;
	__u64 ns[LIFE_PHASES];
	__u64 ready_max_ns;
	__u64 lived;      /* of these, whose spawn was seen */
	__u64 lived_ns;   /* … from it to their end */
	__u64 unfollowed; /* that there was no room for; in none of the above */
};

struct event_task {
	struct event head; /* time_ns: its end */
	struct task_life life;
};

/* Indices of the per-CPU loss counters. */
enum loss_counter {
	COUNT_RING_FULL,
	COUNT_STACK_FAILED,
	COUNT_STACK_LIMIT,
	COUNT_THREAD_STATE,
	COUNT_OPEN_STACK,
	COUNT_CLOCK_BACKWARD,
	COUNT_POLL_SITE,
	COUNT_SWITCH_UNSEEN,
	COUNT_WAKER,
	COUNT_STATE_UNREAD,
	COUNT_LOSSES,
};

/* What the next walk over the threads does. */
enum walk_mode {
	WALK_ATTACH, /* start to watch all threads */
	WALK_OPEN,   /* report threads that have slept for long */
	WALK_FINAL,  /* the same, and send what is kept of polls and windows */
};

#endif
