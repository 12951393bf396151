/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_PLAN_PLAN_H
#define HUD_FORMAT_PLAN_PLAN_H

#include "format/plan/snapshot.h"
#include "format/plan/tasks.h"
#include "format/wire/chunk.h"

#include <stdbool.h>

/*
 * The content of a .plan: all that hud-record needs to know of one ELF object, made by hud-analyze.
 * docs/FORMAT.md is the normative text.
 *
 * One zstd frame with content size and checksum; its content is a struct hud_plan followed by
 * records, each a struct hud_record header and an array. Unknown records are skipped by size. To
 * hud-record a plan is hostile input: plan_parse() checks every bound, and a wrong row can only
 * make a walk read wrong addresses of the watched process.
 */

#define HUD_PLAN_MAGIC "HUDPLAN1"
#define HUD_PLAN_CONTENT_MAX (256u << 20)
#define HUD_PLAN_SEGMENTS_MAX 64u
#define HUD_PLAN_RULES_MAX 65535u

struct hud_plan {
	uint8_t magic[8];
	uint32_t version;        /* HUD_FORMAT_VERSION */
	uint32_t machine;        /* ELF e_machine */
	uint16_t build_id_bytes; /* 0: none; may be a hash: format/elf/text_hash.h */
	uint16_t reserved0;
	uint32_t reserved1;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
	uint64_t bytes; /* of the records that follow */
};
HUD_ASSERT_SIZE(struct hud_plan, 64);

enum hud_plan_record_type {
	HUD_PLAN_SEGMENTS = 1,   /* struct hud_plan_segment[] */
	HUD_PLAN_PAGES = 2,      /* struct hud_plan_page[], of consecutive 64 KiB of addresses */
	HUD_PLAN_ROWS = 3,       /* struct hud_plan_row[], by page, then by delta */
	HUD_PLAN_RULES = 4,      /* struct hud_plan_rule[], distinct */
	HUD_PLAN_NUMBERS = 5,    /* struct hud_plan_numbers */
	HUD_PLAN_IDENTITY = 6,   /* struct hud_plan_identity, and its schedulers */
	HUD_PLAN_POLL_SITES = 7, /* struct hud_plan_poll_site[], by address */
	HUD_PLAN_POOL = 8,       /* struct hud_plan_pool */
	HUD_PLAN_BLOCK = 9,      /* struct hud_plan_block */
	HUD_PLAN_LEARNED = 10,   /* struct hud_plan_learned */
	/* How to read all tasks: format/plan/tasks.h. */
	HUD_PLAN_TASKS = 12,      /* struct hud_plan_tasks */
	HUD_PLAN_TASK_TYPES = 13, /* struct hud_plan_task_type[], by address */
	HUD_PLAN_TASK_NODES = 14, /* struct hud_plan_task_node[] */
	HUD_PLAN_TASK_EDGES = 15, /* struct hud_plan_task_edge[], those of a node together */
	HUD_PLAN_TASK_DYNS = 16,  /* struct hud_plan_task_dyn[], by address */
	HUD_PLAN_TASK_HOOKS = 17, /* struct hud_plan_task_hook[], by address */
	HUD_PLAN_TASK_MAINS = 18, /* struct hud_plan_task_main[], by address */
	HUD_PLAN_CODE = 20,       /* struct hud_plan_code[], by address */
};

/* An executable PT_LOAD: maps file offsets to the addresses that rows use. */
struct hud_plan_segment {
	uint64_t offset;
	uint64_t address; /* p_vaddr */
	uint64_t bytes;   /* p_filesz */
};
HUD_ASSERT_SIZE(struct hud_plan_segment, 24);

#define HUD_PLAN_PAGE_BITS 16 /* a page covers 64 KiB: a row's offset in it fits 16 bits */

/*
 * Head of the PAGES array: page i covers [first + i * 64 KiB, …). Its first row, if it has any, is
 * at delta 0 and repeats the rule that holds at the start of the page. A page without rows is all
 * HUD_RULE_NONE. The rows of the pages follow one another in the ROWS array: first_row is the sum
 * of `rows` of the pages before. If the total is odd, a row of zeroes pads the record.
 */
struct hud_plan_pages {
	struct hud_record head;
	uint64_t first; /* address, a multiple of 64 KiB */
	uint32_t count;
	uint32_t reserved;
	struct hud_plan_page {
		uint32_t first_row;
		uint32_t rows;
	} page[];
};
HUD_ASSERT_SIZE(struct hud_plan_pages, 24);

/* The rule that holds from this offset in the page up to the next row. */
struct hud_plan_row {
	uint16_t delta;
	uint16_t rule;
};
HUD_ASSERT_SIZE(struct hud_plan_row, 4);

/* How to find the caller's registers. CFA: the caller's stack pointer after the return. */
enum hud_plan_rule_type {
	HUD_RULE_NONE = 0,        /* no unwind information here: try the frame pointer */
	HUD_RULE_CFA_SP = 1,      /* CFA = sp + cfa_offset */
	HUD_RULE_CFA_FP = 2,      /* CFA = fp + cfa_offset */
	HUD_RULE_PLT = 3,         /* x86-64 PLT: CFA = sp + 8 + ((pc & 15) >= cfa_offset ? 8 : 0) */
	HUD_RULE_SIGNAL = 4,      /* the kernel's signal frame lies at sp */
	HUD_RULE_ROOT = 5,        /* return address undefined: outermost frame */
	HUD_RULE_UNSUPPORTED = 6, /* described, but by an expression hud does not follow */
	/*
	 * Realigned stacks: CFA = *(fp + cfa_offset). The only type whose fp_offset counts from
	 * fp, not from the CFA: the caller's frame pointer was saved at fp + fp_offset.
	 */
	HUD_RULE_CFA_FP_DEREF = 7,
	/* CFA = sp + 8 * (uint16_t)cfa_offset: frames of 32 KiB and more, as async code has them */
	HUD_RULE_CFA_SP_FAR = 8,
	/* CFA = *(sp + cfa_offset) + 8: assembly code of OpenSSL, ring and others */
	HUD_RULE_CFA_SP_DEREF = 9,
};
#define HUD_RULE_LAST HUD_RULE_CFA_SP_DEREF

#define HUD_RULE_UNCHANGED INT16_MIN /* fp_offset, ra_offset: still in its register */

struct hud_plan_rule {
	uint8_t type; /* enum hud_plan_rule_type */
	uint8_t reserved;
	int16_t cfa_offset; /* bytes */
	int16_t fp_offset;  /* the caller's frame pointer was saved at CFA + this */
	int16_t ra_offset;  /* the return address lies at CFA + this; x86-64: always -8 */
};
HUD_ASSERT_SIZE(struct hud_plan_rule, 8);

/*
 * Where an asynchronous runtime keeps its state of a thread: in thread-local variables of the
 * object, which must be the main executable. Their offsets count from the thread pointer (x86-64:
 * fs base; AArch64: tpidr_el0).
 *
 * hud-record cannot check these offsets: with a wrong one it reads a wrong word of the watched
 * process, and uses its value.
 */
struct hud_plan_identity {
	struct hud_record head;
	uint16_t identity_flags; /* enum hud_identity_flags */
	uint16_t schedulers;
	uint32_t reserved;
	int64_t task;     /* from the thread pointer: id of the task being polled, 8 bytes */
	int64_t task_tag; /* from the thread pointer: 8 bytes, 0: there is no id */
	/* In the header of a task: address of its vtable, whose first entry polls the task. */
	uint32_t task_vtable;
	/* In that vtable: offset of the id in the task, 8 bytes. hud-record does not use it. */
	uint32_t task_id;
	struct hud_plan_scheduler {
		uint32_t kind;   /* enum hud_scheduler_kind */
		uint32_t core;   /* in the context: address of the core, 0: it is not held */
		int64_t context; /* from the thread pointer: address of the context, 0: in none */
		/* In the context: any other value means another kind of scheduler. */
		struct hud_plan_tag variant;
		/* In the core: has this value while the thread is parked. */
		struct hud_plan_tag parked;
		/* In the core: 4 bytes, or 1 (HUD_IDENTITY_SHORT_TICK); or HUD_NO_OFFSET. */
		uint32_t tick;
		/* In the core: the task that is to run next, 0: none; or HUD_NO_OFFSET. */
		uint32_t lifo;
		uint16_t queue_kind;  /* enum hud_queue_kind */
		uint16_t queue_bytes; /* width of the two ends below */
		uint32_t queue;       /* in the core: the queue, or its address (HUD_QUEUE_RING) */
		uint32_t queue_head;  /* from the queue */
		uint32_t queue_tail;  /* from the queue: the other end, or the length */
		/* From the queue: its capacity, 8 bytes, a power of two (HUD_QUEUE_WRAPPED). */
		uint32_t queue_room;
		uint32_t reserved;
	} scheduler[];
};
HUD_ASSERT_SIZE(struct hud_plan_scheduler, 80);
HUD_ASSERT_SIZE(struct hud_plan_identity, 40);

#define HUD_PLAN_SCHEDULERS_MAX 4u
#define HUD_NO_OFFSET UINT32_MAX

enum hud_identity_flags {
	/* From debug information; else the offsets are of a similar build, to be confirmed. */
	HUD_IDENTITY_KNOWN = 1u << 0,
	HUD_IDENTITY_TASK = 1u << 1,     /* `task` is there */
	HUD_IDENTITY_TASK_TAG = 1u << 2, /* `task_tag` is there */
	HUD_IDENTITY_SHORT_TICK = 1u << 3,
	HUD_IDENTITY_HEADER = 1u << 4, /* `task_vtable` and `task_id` are there */
	/* Found by watching the process, and proven: KNOWN is set too. */
	HUD_IDENTITY_LEARNED = 1u << 5,
	/* A thread that is in no context of these schedulers may be in one of another. */
	HUD_IDENTITY_PARTIAL = 1u << 6,
	/* Of a library: its thread-locals count from its block (struct hud_plan_block). */
	HUD_IDENTITY_MODULE = 1u << 7,
	/*
	 * Learned: there were polls in contexts of no scheduler here, or parks and polls of one
	 * that is not proven yet, so that there is one more.
	 */
	HUD_IDENTITY_UNEXPLAINED = 1u << 8,
};

enum hud_queue_kind {
	HUD_QUEUE_UNKNOWN = 0,
	HUD_QUEUE_RING = 1, /* tail - low half of the head, in queue_bytes (head: twice as wide) */
	HUD_QUEUE_LENGTH = 2,  /* queue_tail is the length, 8 bytes */
	HUD_QUEUE_WRAPPED = 3, /* (tail - head) & (room - 1), 8 bytes each */
};

#define HUD_PLAN_POOL_ROOTS_MAX 2u

/*
 * Where the runtime keeps the queue of its blocking pool, a VecDeque of tasks: always from debug
 * information. A thread that is in the runtime has a handle of it in a thread-local variable; the
 * handle leads to the pool. Used only with a HUD_PLAN_IDENTITY.
 */
struct hud_plan_pool {
	struct hud_record head;
	uint32_t roots;
	uint32_t queue_kind;  /* HUD_QUEUE_LENGTH or HUD_QUEUE_WRAPPED */
	uint32_t queue;       /* in the pool; the next four count from here, 8 bytes each */
	uint32_t queue_first; /* index of the task that was queued first */
	uint32_t queue_end;   /* the length; HUD_QUEUE_WRAPPED: the index after the last task */
	uint32_t queue_room;  /* the capacity */
	uint32_t queue_items; /* address of the ring of tasks */
	uint32_t item_bytes;  /* of one task there; 0: its place is not known */
	uint32_t item_task;   /* in it: address of the task's header */
	uint32_t reserved;
	/* In the pool: any other value means a queue of another kind, which is not read. */
	struct hud_plan_tag variant;
	struct hud_plan_count threads; /* in the pool: how many it has */
	struct hud_plan_count idle;    /* in the pool: how many of them wait for work */
	struct hud_plan_count limit;   /* in the pool: how many it may have */
	struct hud_plan_pool_root {
		uint32_t kind;   /* enum hud_scheduler_kind */
		uint32_t handle; /* in the variable: address of the handle, 0: none */
		int64_t place;   /* of the variable, from the thread pointer */
		/* In the variable: any other value means a handle of another kind, or none. */
		struct hud_plan_tag variant;
		uint32_t pool; /* in the handle: address of the pool */
		uint32_t reserved;
		/* In the handle: its workers. Their threads are of the pool, and count there. */
		struct hud_plan_count workers;
	} root[HUD_PLAN_POOL_ROOTS_MAX]; /* as many as `roots` says, then zeros */
};
HUD_ASSERT_SIZE(struct hud_plan_pool_root, 48);
HUD_ASSERT_SIZE(struct hud_plan_pool, 184);

/*
 * The thread-local block of an object that has a runtime, for where the place of its state has to
 * be learned from the running process.
 *
 * In a main program it has the same place from the thread pointer in all threads. The block of a
 * library is another piece of memory in each thread: the C library gives each library a number,
 * its module, and each thread has an array of blocks by module. The offsets of a library's
 * thread-locals count from its block.
 */
struct hud_plan_block {
	struct hud_record head;
	int64_t first;        /* its first byte, from the thread pointer; of a library: 0 */
	uint64_t bytes;       /* its length */
	uint64_t module_slot; /* of a library: address of a word with its module; 0: main program */
};
HUD_ASSERT_SIZE(struct hud_plan_block, 32);

/*
 * The answer to snapshots (format/plan/snapshot.h): what to take next, and what is proven by now,
 * with a HUD_PLAN_IDENTITY then. Such a plan has neither code nor rows.
 */
struct hud_plan_learned {
	struct hud_record head;
	uint32_t reason;      /* enum hud_learn_reason: why it is not all known */
	uint32_t unexplained; /* polls in a context of no proven scheduler */
	uint32_t parks;       /* that agree with the identity */
	uint32_t polls;       /* the same, at probes */
	uint32_t cores;       /* that polled */
	uint32_t threads;     /* that polled */
	uint32_t tasks;       /* times that a task's id was found where it is said to be */
	uint32_t ticks;       /* pairs of parks and polls between which the tick moved */
	uint32_t calls;       /* system calls that count as polls, where probes saw few */
	uint32_t vain;        /* attempts since that proved no more; hud-record counts them */
	struct hud_learn_request next; /* step HUD_LEARN_NONE: nothing */
};
HUD_ASSERT_SIZE(struct hud_plan_learned, 264);

enum hud_poll_site_flags {
	HUD_POLL_SITE_BLOCKING = 1u << 0, /* a closure of the blocking pool: runs on no worker */
	/* Its first instruction is emulated by uprobes: no single step. */
	HUD_POLL_SITE_CHEAP = 1u << 1,
};

/* A function that polls one type of task. */
struct hud_plan_poll_site {
	uint64_t address;
	uint32_t site_flags; /* enum hud_poll_site_flags */
	uint32_t kind;       /* enum hud_scheduler_kind; 0: not known */
};
HUD_ASSERT_SIZE(struct hud_plan_poll_site, 16);

#define HUD_PLAN_POLL_SITES_MAX 65536u

/*
 * A function that the runtime calls for every task, of whatever type, when something happens to it.
 * It is given the address of the task's header.
 */
struct hud_plan_task_hook {
	uint64_t address;
	uint32_t hook;       /* enum hud_task_hook */
	uint32_t hook_flags; /* enum hud_task_hook_flags */
};
HUD_ASSERT_SIZE(struct hud_plan_task_hook, 16);

enum hud_task_hook {
	HUD_HOOK_SPAWN = 1,    /* the task is new; the header is its first argument */
	HUD_HOOK_BIND = 2,     /* the same, and the header is the second argument */
	HUD_HOOK_WAKE = 3,     /* somebody wakes it; first argument */
	HUD_HOOK_END = 4,      /* its future has ended; first argument */
	HUD_HOOK_SCHEDULE = 5, /* it comes into a run queue, new or woken; second argument */
};
#define HUD_HOOK_LAST HUD_HOOK_SCHEDULE

enum hud_task_hook_flags {
	HUD_HOOK_CHEAP = 1u << 0, /* a uprobe's first instruction is emulated, not single-stepped */
};

#define HUD_PLAN_TASK_HOOKS_MAX 64u

/* A function that is known by its shape or by what it refers to, whether it has a name or not. */
struct hud_plan_code {
	uint64_t address;
	uint64_t site; /* HUD_CODE_POLL: the poll site that it is part of; 0: none, or several */
	uint32_t bytes;
	uint32_t code_flags; /* enum hud_code_flags */
};
HUD_ASSERT_SIZE(struct hud_plan_code, 24);

#define HUD_PLAN_CODE_MAX 262144u

/* Numbers for information only. */
struct hud_plan_numbers {
	struct hud_record head;
	uint64_t build_ns; /* making this plan took (wall) */
	uint64_t text_bytes;
	uint64_t fdes;
	uint64_t unsupported_bytes; /* of text under HUD_RULE_UNSUPPORTED */
	uint64_t gap_bytes;         /* of text under HUD_RULE_NONE */
};
HUD_ASSERT_SIZE(struct hud_plan_numbers, 48);

/* A plan in memory. Arrays point into one block that plan_free() frees. */
struct plan {
	struct hud_plan head;
	const struct hud_plan_segment *segment;
	size_t segments;
	uint64_t first; /* address of page 0 */
	const struct hud_plan_page *page;
	size_t pages;
	const struct hud_plan_row *row;
	size_t rows;
	const struct hud_plan_rule *rule;
	size_t rules;
	struct hud_plan_numbers numbers;
	/* NULL: has no runtime, or the place of its state is not known. */
	const struct hud_plan_identity *identity;
	const struct hud_plan_pool *pool;          /* NULL: the place of its queue is not known */
	const struct hud_plan_block *thread_block; /* NULL: nothing can be learned */
	const struct hud_plan_learned *learned;    /* NULL: it is no answer to snapshots */
	const struct hud_plan_poll_site *poll_site;
	size_t poll_sites;
	const struct hud_plan_task_hook *hook;
	size_t hooks;
	const struct hud_plan_code *code;
	size_t codes;
	struct plan_tasks tasks;
	void *block;
};

/*
 * Reads a plan from `bytes` of a compressed file. Everything is checked: counts and sizes, pages
 * within rows, rows ascending within their page and beginning at 0, rule indexes, segment sizes.
 * -EBADMSG: damaged or no plan; -EPROTO: of a newer version; -ENOMEM.
 */
int plan_parse(const void *data, size_t bytes, struct plan *out);
void plan_free(struct plan *p);

/* Where in the file an address of the object is. False: it is in no segment. */
bool plan_file_offset(const struct plan *plan, uint64_t address, uint64_t *offset);

/* Serializes and compresses; `*out` is malloc'ed. 0 or a negative errno. */
int plan_serialize(const struct plan *p, void **out, size_t *bytes);

/* The rule for an address, found by the same search as in BPF; NULL: none. */
const struct hud_plan_rule *plan_find(const struct plan *p, uint64_t address);

#endif
