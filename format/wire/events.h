/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_EVENTS_H
#define HUD_FORMAT_WIRE_EVENTS_H

#include "format/wire/chunk.h"

/* What happened in the target. */
enum hud_event_type {
	HUD_OFFCPU = 32,
	HUD_SAMPLE = 33,
	HUD_WINDOW = 34,
	HUD_LIFECYCLE = 35,
	HUD_POLL = 36,
	HUD_HISTOGRAM = 38,
	HUD_PROBES = 39,
};

/* What a thread did, by the runtime's state. */
enum hud_where {
	HUD_WHERE_UNKNOWN = 0, /* the runtime's state is not known: classify by stacks */
	HUD_WHERE_POLL = 1,    /* a worker, in a poll */
	HUD_WHERE_PARK = 2,    /* a worker without work */
	/* In a scheduler's context, without its core: between two polls, in block_in_place, or in a
	   poll that has lost its core. */
	HUD_WHERE_NO_CORE = 3,
	HUD_WHERE_OUTSIDE = 4, /* in no scheduler's context: blocking pool, other threads */
};

enum hud_scheduler_kind {
	HUD_SCHEDULER_MULTI_THREAD = 1,
	HUD_SCHEDULER_CURRENT_THREAD = 2,
	HUD_SCHEDULER_LOCAL_SET = 3, /* of lists of tasks only */
};

enum hud_offcpu_flags {
	HUD_OFFCPU_PREEMPTED = 1u << 0, /* was runnable all the time: run-queue delay only */
	/* still asleep at end_ns; a later record may supersede it */
	HUD_OFFCPU_OPEN = 1u << 1,
	/* was off the CPU when recording began: start_ns is a bound */
	HUD_OFFCPU_AT_ATTACH = 1u << 2,
	HUD_OFFCPU_NO_STACK = 1u << 3, /* a stack was wanted and could not be taken */
	HUD_OFFCPU_UNSURE = 1u << 4,   /* `where` is by a runtime layout still to be confirmed */
};

enum { HUD_NO_SYSCALL = -1 };

/*
 * One off-CPU span of a watched thread: at or over the threshold, or shorter in a poll that has
 * gone on for a while. Known parks are only counted. Written when the thread is switched in again;
 * while it sleeps, it may be written as OPEN, more than once: of several with the same
 * (tid, start_ns) the last one holds.
 */
struct hud_offcpu {
	struct hud_record head;
	uint64_t start_ns; /* at switch-out */
	uint64_t end_ns;   /* at switch-in; OPEN: when last seen asleep */
	/* 0: not seen, or never asleep (preempted); else run-queue delay starts */
	uint64_t wakeup_ns;
	uint32_t process;
	uint32_t tid;
	uint32_t user_stack;   /* 0: none */
	uint32_t kernel_stack; /* 0: none */
	int32_t syscall;       /* number, HUD_NO_SYSCALL in none (page fault, preemption) */
	uint32_t offcpu_flags;
	uint32_t state;     /* the kernel's task state at switch-out, flag bits masked */
	uint32_t cpu;       /* it ran on at switch-in; OPEN: at switch-out */
	uint32_t waker_pid; /* 0: the kernel itself (a timer, an interrupt), or not seen */
	uint32_t waker_tid;
	uint32_t waker_process; /* 0: the waker is in no watched process */
	uint32_t waker_stack;   /* user stack of the waker, 0: none */
	uint64_t poll_ns;       /* start_max_ns of the poll it lies in, 0: in none, or not known */
	/* the runtime's id of the task being polled, 0: none or not known */
	uint64_t task;
	uint32_t where; /* enum hud_where */
	/* User stack of one frame: the function that polls the task which stood in the worker's
	   LIFO slot at the end of the span; 0: there was none, or it is not known. */
	uint32_t next_site;
};
HUD_ASSERT_SIZE(struct hud_offcpu, 104);

enum hud_sample_flags {
	HUD_SAMPLE_PROFILE = 1u << 0,  /* one of the -F samples: counts in a CPU profile */
	HUD_SAMPLE_NO_STACK = 1u << 1, /* a stack was wanted and could not be taken */
	HUD_SAMPLE_UNSURE = 1u << 2,   /* as HUD_OFFCPU_UNSURE */
};

/*
 * A sample of a watched thread on its CPU, or taken at switch-in: it had lost its CPU before any
 * sample for longer than the time between two.
 */
struct hud_sample {
	struct hud_record head;
	uint64_t time_ns;
	uint64_t awake_ns;  /* since then it has not slept: only run, or waited for a CPU */
	uint64_t waited_ns; /* how long it waited for a CPU since awake_ns (duration) */
	uint32_t process;
	uint32_t tid;
	uint32_t user_stack;
	uint32_t kernel_stack; /* 0: was in user mode */
	int32_t syscall;
	uint32_t cpu;
	uint32_t sample_flags;
	uint32_t where;   /* enum hud_where */
	uint64_t poll_ns; /* as in struct hud_offcpu */
	uint64_t task;
};
HUD_ASSERT_SIZE(struct hud_sample, 80);

enum hud_window_flags {
	/* goes on, parked: a later record of its (tid, start_ns) holds */
	HUD_WINDOW_OPEN = 1u << 0,
};

/*
 * What one thread did in one window, as far as it is not in HUD_OFFCPU spans: cpu_ns, sleep_ns,
 * run_queue_ns, parked_ns and the parts of its spans that lie in [start_ns, end_ns) add up to the
 * window's length. A span may reach over several windows: the reader splits it. Where a window has
 * no record, spans cover it whole or nothing is known of it.
 */
struct hud_window {
	struct hud_record head;
	uint64_t start_ns;
	uint64_t end_ns;
	uint32_t process;
	uint32_t tid;
	uint64_t cpu_ns;
	/* in sleeps shorter than the threshold, without their run-queue tail */
	uint64_t sleep_ns;
	/* waiting for a CPU, in spans shorter than the threshold, and after parks */
	uint64_t run_queue_ns;
	uint32_t sleeps; /* all switch-outs into sleep, long ones as well */
	uint32_t preemptions;
	/* in parks known to be such, of any length, without their run-queue tail */
	uint64_t parked_ns;
	uint64_t poll_sleep_ns;   /* of sleep_ns: inside polls */
	uint64_t maybe_parked_ns; /* of sleep_ns: in parks, if a layout that was guessed is right */
	/* Part of run_queue_ns: the hypervisor ran others on that CPU (steal time, late tick). */
	uint64_t stolen_ns;
	uint64_t sample_gap_ns; /* longest time it ran or waited for a CPU without a sample */
	uint32_t samples;       /* samples of it, including those without a record */
	uint32_t poll_samples;  /* of samples: inside polls */
	uint32_t polls;         /* polls that began, where each is seen (HUD_SOURCE_EXACT) */
	uint32_t window_flags;  /* enum hud_window_flags */
};
HUD_ASSERT_SIZE(struct hud_window, 120);

enum hud_poll_flags {
	/* goes on: a later record of its (tid, start_max_ns) holds */
	HUD_POLL_OPEN = 1u << 0,
	/* A task was polled twice in one round of the scheduler's loop: this may be several polls
	   of tasks that wake each other (LIFO slot). */
	HUD_POLL_UPPER_BOUND = 1u << 1,
	/* it was the first thing after a park: began at start_min_ns */
	HUD_POLL_START_AT_MIN = 1u << 2,
	HUD_POLL_END_AT_MAX = 1u << 3, /* a park was the next thing: ended at end_max_ns */
	HUD_POLL_EXACT = 1u << 4,      /* its beginning was seen */
	HUD_POLL_END_EXACT = 1u << 5,  /* its end was seen */
	HUD_POLL_UNSURE = 1u << 6,     /* as HUD_OFFCPU_UNSURE */
	/* what came next was seen: the fields from `left_queued` on are known */
	HUD_POLL_FOLLOWED = 1u << 7,
};

/*
 * One poll at or over the threshold, counted from start_max_ns to end_min_ns: between these two the
 * runtime's state was seen unchanged. It began in [start_min_ns, start_max_ns] and ended in
 * [end_min_ns, end_max_ns]; in those gaps the thread ran or waited for a CPU, and did not sleep.
 */
struct hud_poll {
	struct hud_record head;
	uint64_t start_min_ns; /* 0: before recording began, or before hud saw the thread */
	uint64_t start_max_ns;
	uint64_t end_min_ns;
	uint64_t end_max_ns;
	uint64_t task;         /* the runtime's id of the task; 0: a root future, or not known */
	uint64_t sleep_ns;     /* between start_max_ns and end_min_ns, without run-queue tails */
	uint64_t run_queue_ns; /* in the same time */
	uint32_t process;
	uint32_t tid;
	/* user stack of one frame: the function that polled it; 0: not seen */
	uint32_t site;
	uint32_t poll_flags; /* enum hud_poll_flags */
	/* enum hud_scheduler_kind of its worker; 0 not known */
	uint32_t scheduler;
	uint32_t samples;       /* samples taken during it */
	uint32_t ready_samples; /* how often the worker's own run queue was read during it */
	uint32_t ready_sum;     /* tasks waiting in that queue, summed over these reads */
	uint32_t ready_max;     /* most tasks waiting at one read */
	/* tasks still in the worker's own queue when the next poll began; 0: it parked */
	uint32_t left_queued;
	/* left_queued, or fewer: how many polls followed before a long poll or a park */
	uint32_t next_polls;
	/* tasks that were queued when it ended and had been since queued_since_ns */
	uint32_t queued;
	/* the latest time at which those were queued; 0: none are known */
	uint64_t queued_since_ns;
	uint64_t next_sum_ns; /* sum over next_polls of the time from its end to their start */
	uint64_t next_max_ns; /* the same for the last of them */
};
HUD_ASSERT_SIZE(struct hud_poll, 136);

#define HUD_HISTOGRAM_BUCKETS 128u

/*
 * How long all polls took that one function made, since recording began and while probes were
 * attached: of several of one (process, site) the last holds. Bucket 0 is under 256 ns; bucket
 * 1 + 4 * (n - 8) + i, with i from 0 to 3, is [2^n * (4 + i) / 4, 2^n * (5 + i) / 4) ns; the last
 * has no end. Only buckets that hold something are written, in order.
 */
struct hud_histogram {
	struct hud_record head;
	uint64_t polls;
	uint64_t total_ns;
	uint64_t max_ns;
	uint32_t process;
	uint32_t site; /* user stack of one frame: the function */
	uint32_t buckets;
	uint32_t reserved;
	uint32_t bucket[]; /* number and count of each */
};
HUD_ASSERT_SIZE(struct hud_histogram, 48);

enum hud_probes_flags {
	HUD_PROBES_ATTACHED = 1u << 0, /* from now on each poll's beginning is seen */
	HUD_PROBES_GIVEN_UP = 1u << 1, /* for the rest: too costly, or not attached again */
	/* Of tasks, wherever it happens, is seen: their spawn, that they are woken, their end. */
	HUD_PROBES_SPAWNS = 1u << 2,
	HUD_PROBES_WAKES = 1u << 3,
	HUD_PROBES_ENDS = 1u << 4,
};

/* The probes of --polls were attached, or detached to keep their budget. */
struct hud_probes {
	struct hud_record head;
	uint64_t time_ns;
	uint32_t probes_flags;  /* enum hud_probes_flags */
	uint32_t sites;         /* functions that are probed */
	uint32_t costly_sites;  /* left out: their first instruction would be single-stepped */
	uint32_t probe_cost_ns; /* of one hit, as measured on this machine */
	uint32_t cost_permille; /* of the targets' CPU time, while last attached */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_probes, 40);

enum hud_lifecycle_kind {
	HUD_THREAD_START = 1,
	HUD_THREAD_EXIT = 2,
	HUD_PROCESS_EXIT = 3, /* detail: wait status as the kernel has it (exit_code) */
	HUD_PROCESS_EXEC = 4, /* process: the image that ended; detail: the new process id */
};

struct hud_lifecycle {
	struct hud_record head;
	uint64_t time_ns;
	uint32_t process;
	uint32_t tid;
	uint32_t kind; /* enum hud_lifecycle_kind */
	uint32_t detail;
};
HUD_ASSERT_SIZE(struct hud_lifecycle, 32);

#endif
