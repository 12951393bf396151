/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_H
#define HUD_FORMAT_WIRE_H

/*
 * What a .hud capture contains, byte for byte. docs/FORMAT.md is the normative text.
 *
 * All integers are little-endian and of fixed width; times are CLOCK_MONOTONIC nanoseconds unless
 * a field says otherwise; sizes are bytes. Records are 8-byte aligned. A reader skips types it does
 * not know by their size, and reads the known part of a longer record.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the format is little-endian and used in place: big-endian hosts need a codec"
#endif

#define HUD_ASSERT_SIZE(type, bytes)                                                               \
	_Static_assert(sizeof(type) == (bytes), "wire layout of " #type " drifted")
#define HUD_ASSERT_OFFSET(type, field, bytes)                                                      \
	_Static_assert(offsetof(type, field) == (bytes),                                           \
		       "wire layout of " #type "." #field " drifted")

/* The naming frame: a zstd skippable frame with this magic and payload opens a capture. */
#define HUD_NAMING_MAGIC 0x184D2A5Du
#define HUD_NAMING_TEXT "hud capture 1\n\0\0" /* 16 bytes, the NULs included */
#define HUD_NAMING_TEXT_BYTES 16

#define HUD_CHUNK_MAGIC "HUDCHUNK"
#define HUD_FORMAT_VERSION 1u
#define HUD_CHUNK_CONTENT_MAX (4u << 20) /* a reader refuses to inflate more than this */
#define HUD_STACK_FRAMES_MAX 256u
#define HUD_STRING_BYTES_MAX 4096u
#define HUD_SYMBOL_TEXT_BYTES_MAX 65536u
#define HUD_SYMBOL_CALLS_MAX 256u
#define HUD_BUILD_ID_BYTES_MAX 32u

/* First thing in the content of each zstd frame. */
struct hud_chunk {
	uint8_t magic[8];       /* HUD_CHUNK_MAGIC, no NUL */
	uint8_t capture_id[16]; /* random, the same in all chunks of one capture */
	uint64_t sequence;      /* 0, 1, 2, …: a gap is loss */
	uint64_t start_ns;      /* when the chunk was opened */
	uint64_t end_ns;        /* when it was closed */
	uint32_t version;       /* HUD_FORMAT_VERSION */
	uint32_t records;       /* how many follow */
	uint64_t bytes;         /* all of them together, this header not included */
};
HUD_ASSERT_SIZE(struct hud_chunk, 64);

enum hud_record_flags {
	/* a reader that does not know the type refuses the capture */
	HUD_MUST_UNDERSTAND = 1u << 15,
};

/* Before every record. `size` includes this header and is a multiple of 8. */
struct hud_record {
	uint16_t type; /* enum hud_record_type */
	uint16_t flags;
	uint32_t size;
};
HUD_ASSERT_SIZE(struct hud_record, 8);

enum hud_record_type {
	/* Definitions. Repeated in every chunk that uses them; ids are scoped to the capture. */
	HUD_SESSION = 1,
	HUD_STRING = 2,
	HUD_PROCESS = 3,
	HUD_MAPPING = 4,
	HUD_THREAD = 5,
	HUD_USER_STACK = 6,
	HUD_KERNEL_STACK = 7,
	/* Events. */
	HUD_OFFCPU = 32,
	HUD_SAMPLE = 33,
	HUD_WINDOW = 34,
	HUD_LIFECYCLE = 35,
	HUD_POLL = 36,
	HUD_HISTOGRAM = 38,
	HUD_PROBES = 39,
	/* About the recording itself. */
	HUD_LOST = 64,
	HUD_COST = 65,
	HUD_CLOCK = 66,
	HUD_END = 67,
	HUD_MARK = 68,
	HUD_CPU_QUOTA = 69,
	HUD_POOL_QUEUE = 70,
	HUD_WAKER = 71,
	HUD_LAYOUT = 72,
	HUD_CODE = 76,
	HUD_LATE_ROWS = 77,
	HUD_TASK_DUMP = 80,
	HUD_TASK_RUNTIME = 81,
	HUD_TASK = 82,
	HUD_TASK_FRAME = 83,
	HUD_TASK_LIFE = 84,
	HUD_TASK_SUM = 85,
	HUD_RUNTIME_THREAD = 90,
	HUD_PART = 93,
	/* Symbols: what debug information says of the addresses, added after the recording. */
	HUD_SYMBOL_TEXT = 96,
	HUD_SYMBOL_BINARY = 97,
	HUD_SYMBOL_FUNCTION = 98,
	HUD_SYMBOL_ADDRESS = 99,
};

/* How the recording was made. In every chunk, first. */
struct hud_session {
	struct hud_record head;
	uint64_t start_ns;          /* CLOCK_MONOTONIC when recording began */
	uint64_t start_realtime_ns; /* CLOCK_REALTIME at that moment */
	uint64_t threshold_ns;      /* off-CPU spans at or over it are events of their own */
	uint32_t sample_hz;         /* samples of each CPU a second */
	uint32_t profile_hz;        /* of these: profile samples (HUD_SAMPLE_PROFILE) */
	uint32_t cpus;              /* online when recording began */
	uint32_t machine;           /* ELF e_machine of the host: 62 x86-64, 183 AArch64 */
	uint32_t source;            /* enum hud_source: the best source this recording had */
	uint32_t page_bytes;
	uint32_t kernel;         /* string: uname -r */
	uint32_t recorder;       /* string: version of hud-record */
	uint32_t command;        /* string: the target as named on the command line; 0 none */
	uint32_t features;       /* enum hud_feature bits */
	uint32_t workers_prefix; /* string: --workers; 0 none */
	uint32_t window_ms;      /* length of a HUD_WINDOW */
};
HUD_ASSERT_SIZE(struct hud_session, 80);
HUD_ASSERT_OFFSET(struct hud_session, kernel, 56);

enum hud_source {
	HUD_SOURCE_STACK = 1,   /* offline: polls and parks are distinguished by stacks */
	HUD_SOURCE_PASSIVE = 2, /* from the runtime's state, read at each sample */
	HUD_SOURCE_EXACT = 3,   /* and probes see the start of each poll (--polls) */
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

enum hud_feature {
	/* the stack of a sleep is taken when the thread is switched in again */
	HUD_FEATURE_STACK_AT_SWITCH_IN = 1u << 0,
	HUD_FEATURE_OPEN_SPANS = 1u << 1, /* sleepers that never wake are found, with stacks */
	/* Samples come at scheduler ticks, and when a poll seen at a tick reaches the threshold. */
	HUD_FEATURE_SAMPLES_AT_TICKS = 1u << 2,
};

/* Text; not terminated; `bytes` of it, then padding to 8. Id 0 is never defined: "none". */
struct hud_string {
	struct hud_record head;
	uint32_t id;
	uint32_t bytes;
	char text[];
};
HUD_ASSERT_SIZE(struct hud_string, 16);

/* One process image: exec makes a new one with the same pid. */
struct hud_process {
	struct hud_record head;
	uint32_t id;
	uint32_t pid;      /* in the initial pid namespace */
	uint64_t start_ns; /* first seen */
	uint32_t name;     /* string: comm of the leader */
	uint32_t exe;      /* string: path of the executable as the target sees it */
};
HUD_ASSERT_SIZE(struct hud_process, 32);

enum hud_mapping_flags {
	HUD_MAPPING_VDSO = 1u << 0,
	HUD_MAPPING_ANONYMOUS = 1u << 1, /* executable memory without a file: JIT and the like */
};

/* An executable mapping of a process, valid from `from_ns` until one that overlaps it. */
struct hud_mapping {
	struct hud_record head;
	uint32_t process;
	uint32_t id;             /* unique in the capture */
	uint64_t start;          /* first address */
	uint64_t end;            /* one past the last */
	uint64_t offset;         /* in the file */
	uint64_t from_ns;        /* first seen */
	uint32_t path;           /* string, as the target sees it */
	uint16_t build_id_bytes; /* 0: none known */
	uint16_t mapping_flags;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX]; /* or a hash of the code: format/text_hash.h */
};
HUD_ASSERT_SIZE(struct hud_mapping, 88);

/* A thread; defined anew when it is renamed. */
struct hud_thread {
	struct hud_record head;
	uint32_t tid; /* in the initial pid namespace */
	uint32_t process;
	uint64_t from_ns; /* this name holds from here */
	uint32_t comm;    /* string */
	uint32_t reserved;
};
HUD_ASSERT_SIZE(struct hud_thread, 32);

/* Why a walk up a stack ended. */
enum hud_stack_stop {
	HUD_STOP_END = 0,   /* the kernel's frame-pointer walk found nothing further */
	HUD_STOP_DEPTH = 1, /* it had as many frames as fit */
	HUD_STOP_ROOT = 2,  /* the outermost frame: the stack is complete */
	/* code in no known mapping: JIT, or a mapping that is gone */
	HUD_STOP_NO_MAPPING = 3,
	HUD_STOP_READ_FAILED = 4,      /* the thread's memory could not be read */
	HUD_STOP_NO_FRAME_POINTER = 5, /* no unwind rows here, and no frame pointer */
	HUD_STOP_UNSUPPORTED = 6,      /* unwind rows of a kind that is not followed */
	HUD_STOP_NOT_ADVANCING = 7,    /* the caller's frame would lie below its callee's */
};

/* Innermost first: address 0 is the pc, the others are return addresses. */
struct hud_user_stack {
	struct hud_record head;
	uint32_t id;
	uint32_t process;
	uint16_t frames;
	uint16_t stop; /* enum hud_stack_stop */
	/* 1 + index of the innermost frame left by its frame pointer; 0: all by unwind rows.
	   If that frame's code keeps no frame pointer, its caller is missing after it. */
	uint32_t frame_pointer_from;
	uint64_t address[];
};
HUD_ASSERT_SIZE(struct hud_user_stack, 24);

/* Innermost first; kernel names are resolved when recorded, since they cannot be later. */
struct hud_kernel_stack {
	struct hud_record head;
	uint32_t id;
	uint16_t frames;
	uint16_t stop;
	uint32_t function[]; /* strings, padded to 8 bytes */
};
HUD_ASSERT_SIZE(struct hud_kernel_stack, 16);

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
	uint32_t reserved;
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
	/* enum hud_scheduler_kind (format/plan.h) of its worker; 0 not known */
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
	HUD_PROBES_GIVEN_UP = 1u << 1, /* they cost too much for the rest of the recording */
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
	uint64_t lived;      /* that have ended, and whose spawn was seen */
	uint64_t lived_ns;   /* from their spawn to their end, all together */
	uint64_t unfollowed; /* polls of tasks that there was no room for; in none of the above */
	uint32_t process;
	uint32_t site;
};
HUD_ASSERT_SIZE(struct hud_task_sum, 136);

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

/* Why events, or parts of them, are not in the capture. Names: format/names.c. */
enum hud_loss {
	HUD_LOSS_RING_FULL = 1,    /* events: the ring buffer had no room */
	HUD_LOSS_STACK_FAILED = 2, /* stacks: the kernel could not walk */
	HUD_LOSS_STACK_LIMIT = 3,  /* stacks: over the rate limit of the thread */
	/* threads: no memory for their state, they are not watched */
	HUD_LOSS_THREAD_STATE = 4,
	HUD_LOSS_OPEN_STACK = 5,      /* stacks of sleepers that could not be read */
	HUD_LOSS_CHUNK_DAMAGED = 6,   /* bytes: written by readers, never by recorders */
	HUD_LOSS_CHUNK_MISSING = 7,   /* chunks: sequence numbers that never came; by readers */
	HUD_LOSS_MAPPING = 8,         /* mapping changes the kernel could not deliver */
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
};

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

/* What the quota of a process's cgroup had done so far; where there is one. */
struct hud_cpu_quota {
	struct hud_record head;
	uint64_t time_ns;
	uint32_t process;
	uint32_t reserved;
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
	uint32_t scheduler;    /* enum hud_scheduler_kind (format/plan.h); 0 not known */
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
	uint32_t reason;         /* enum hud_learn_reason (format/plan.h), where not known */
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

enum hud_task_dump_flags {
	HUD_TASK_DUMP_CUT = 1u << 0,   /* a limit was reached: some tasks or parts are missing */
	HUD_TASK_DUMP_TYPES = 1u << 1, /* the plan knows types of tasks: there are frames */
	HUD_TASK_DUMP_LISTS = 1u << 2, /* the plan knows where the lists are */
};

/*
 * The tasks of one process, read from outside while it ran: written after the HUD_TASK_RUNTIME,
 * HUD_TASK and HUD_TASK_FRAME records with its number.
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
	uint32_t scheduler; /* enum hud_scheduler_kind (format/plan.h) */
	uint32_t threads;   /* that are in it */
	uint32_t lists;
	uint32_t broken;   /* lists that were not read to their end */
	uint32_t expected; /* tasks by its own count; HUD_NOT_KNOWN */
	uint32_t found;
};
HUD_ASSERT_SIZE(struct hud_task_runtime, 48);

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
};

/* A task in the list of its runtime. */
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
	uint16_t leaf;        /* enum hud_task_leaf (format/plan_tasks.h) */
	uint16_t frame_flags; /* enum hud_task_frame_flags */
};
HUD_ASSERT_SIZE(struct hud_task_frame, 72);

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
	HUD_END_WRITE_FAILED = 4, /* disk full or pipe closed; detail: errno */
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

/*
 * Symbols have chunks of their own, after HUD_END where there is one. They are facts as debug
 * information has them: names not demangled, paths not shortened, nothing classified. Their ids are
 * of one kind each, scoped to the capture; a chunk of symbols holds all it refers to.
 */

/* Text; not terminated. Apart from HUD_STRING: its ids are its own, and types can be long. */
struct hud_symbol_text {
	struct hud_record head;
	uint32_t id;
	uint32_t bytes;
	char text[];
};
HUD_ASSERT_SIZE(struct hud_symbol_text, 16);

enum hud_symbol_quality {
	HUD_SYMBOLS_NONE = 0,
	HUD_SYMBOLS_DYNSYM = 1, /* names of exported functions only */
	HUD_SYMBOLS_SYMTAB = 2, /* names of functions */
	HUD_SYMBOLS_DWARF = 3,  /* lines and inlined calls as well */
};

/* One binary and its symbols. Identified by build-id or hash of its code, else by path. */
struct hud_symbol_binary {
	struct hud_record head;
	uint32_t id;
	uint16_t quality; /* enum hud_symbol_quality */
	uint16_t build_id_bytes;
	uint32_t path;    /* symbol text: as the mappings have it; 0 none */
	uint32_t file;    /* symbol text: where the symbols came from; 0 none */
	uint32_t problem; /* symbol text: why there are no better ones; 0 none */
	/* symbol text: a linker's name that shows the runtime is in it; 0 none */
	uint32_t marker;
	uint32_t main_crates; /* symbol text: crates with a main, one a line; 0 none */
	uint32_t symtab;      /* 1: has a symbol table, so that no marker means no runtime */
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
};
HUD_ASSERT_SIZE(struct hud_symbol_binary, 72);

enum hud_symbol_flags {
	/* `name` is the linker's; else as debug information has it */
	HUD_SYMBOL_LINKAGE = 1u << 0,
	HUD_SYMBOL_RUST = 1u << 1,        /* from a unit written in Rust */
	HUD_SYMBOL_MACRO_NAMES = 1u << 2, /* has arguments or type parameters named __LIKE_THIS */
};

/* A function. All but the numbers: symbol texts, 0 where not known. */
struct hud_symbol_function {
	struct hud_record head;
	uint32_t id;
	uint32_t symbol_flags; /* enum hud_symbol_flags */
	uint32_t name;
	uint32_t task_type; /* of a function that polls a future: the future's type */
	uint32_t decl_file;
	uint32_t decl_line;
	uint32_t comp_dir; /* of the unit that declares it */
	/* bytes of `name` before the function's own, where that is not the linker's */
	uint32_t own;
};
HUD_ASSERT_SIZE(struct hud_symbol_function, 40);

#define HUD_SYMBOL_CALL_WORDS 5u

/*
 * What is at one offset of a binary: a chain of calls, innermost first, all but the last
 * inlined; none: nothing is known of it. Of each call five numbers: function, file, comp_dir of the
 * file (symbol texts), line, column.
 */
struct hud_symbol_address {
	struct hud_record head;
	uint64_t offset; /* in the file; of a return address less one */
	uint32_t binary; /* HUD_SYMBOL_BINARY */
	/* symbol text: linker's names of all functions there, one a line; 0 none */
	uint32_t aliases;
	uint16_t calls;
	uint16_t reserved;
	uint32_t discriminator; /* of the innermost line; 0 none */
	/* symbol text: the source file by the symbol table; 0 none */
	uint32_t source;
	uint32_t reserved2;
	uint32_t call[];
};
HUD_ASSERT_SIZE(struct hud_symbol_address, 40);
HUD_ASSERT_OFFSET(struct hud_symbol_address, call, 40);

#endif
