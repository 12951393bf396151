/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_PLAN_SNAPSHOT_H
#define HUD_FORMAT_PLAN_SNAPSHOT_H

#include "format/wire/chunk.h"

/*
 * What hud-record took of the memory of a process's threads, so that hud-analyze can find out where
 * a runtime without symbols keeps its state. It goes from one to the other in a memfd, never into a
 * capture. All snapshots of a file are of one step, and so of one size.
 *
 * To hud-analyze all of it is hostile: the target wrote these words.
 */

#define HUD_SNAPSHOTS_MAGIC "HUDSNAP1"
#define HUD_SNAPSHOTS_MAX 2048u

/* What snapshots are taken of: each step asks for what the one before it has found. */
enum hud_learn_step {
	HUD_LEARN_NONE = 0,
	/* of the thread-local block, when a thread goes to sleep: struct hud_block_snapshot */
	HUD_LEARN_BLOCK = 1,
	/* of what some of its words point to, then: struct hud_context_snapshot */
	HUD_LEARN_CONTEXT = 2,
	/* of what some words there point to, at parks and polls: struct hud_core_snapshot */
	HUD_LEARN_CORE = 3,
};

/*
 * Where a task's header has its table, after its state and the next task in a queue, and where that
 * has the offset of the id: so in Tokio 1.24 to 1.53.
 */
#define HUD_LEARN_HEADER_VTABLE 16u
#define HUD_LEARN_VTABLE_ID 72u

#define HUD_LEARN_WORDS 16u
#define HUD_LEARN_CHAINS 4u
#define HUD_LEARN_BLOCK_BYTES 4096u  /* of the thread-local block, in one snapshot */
#define HUD_LEARN_BLOCKS_MAX 16u     /* snapshots of one thread's block */
#define HUD_LEARN_CONTEXT_BYTES 64u  /* of what a thread-local word points to */
#define HUD_LEARN_CORE_BYTES 1024u   /* of what a word of that points to */
#define HUD_LEARN_WINDOW_BYTES 1024u /* of the thread-local block, beside the words */

/* What hud-record is to take. Offsets of thread-local words count from the thread pointer. */
struct hud_learn_request {
	uint32_t step; /* enum hud_learn_step */
	uint32_t words;
	uint32_t chains;
	uint32_t window_bytes; /* CORE: length of the window, HUD_LEARN_WINDOW_BYTES at most */
	int64_t word[HUD_LEARN_WORDS]; /* CONTEXT: thread-local words that may lead to a context */
	/* CORE: a thread-local word leads to a context, a word of that to a core. */
	struct hud_learn_chain {
		int64_t word;
		uint32_t core; /* offset in the context */
		uint32_t reserved;
	} chain[HUD_LEARN_CHAINS];
	int64_t window; /* CORE: where in the thread-local block the window begins */
};
HUD_ASSERT_SIZE(struct hud_learn_request, 216);

enum hud_snapshots_flags {
	HUD_SNAPSHOTS_LAST = 1u << 0,      /* no more will come: decide */
	HUD_SNAPSHOTS_ALL_SITES = 1u << 1, /* each function that polls tasks is probed */
	/* Of a library: `first` and all offsets of thread-locals count from its own block. */
	HUD_SNAPSHOTS_MODULE = 1u << 2,
	/* No more polls will come of the threads that poll now: what is left to find needs some. */
	HUD_SNAPSHOTS_FULL = 1u << 3,
};

/* Head of the file. */
struct hud_snapshots {
	uint8_t magic[8];
	uint32_t version; /* HUD_FORMAT_VERSION */
	uint32_t machine; /* ELF e_machine */
	int64_t first;    /* the thread-local block begins here, from the thread pointer */
	uint64_t bytes;   /* its length */
	uint32_t snapshots_flags;
	uint32_t count; /* snapshots that follow */
	struct hud_learn_request request;
};
HUD_ASSERT_SIZE(struct hud_snapshots, 256);

#define HUD_SNAPSHOT_KINDS 4u

/* So far above the stack pointer lies what a thread has on its stack, at the most. */
#define HUD_LEARN_STACK_BYTES (64ull << 20)
enum hud_snapshot_kind {
	HUD_SNAPSHOT_SLEEP = 1, /* went to sleep, anywhere; CORE: in a futex, and polls at times */
	HUD_SNAPSHOT_PARK = 2,  /* went to sleep in epoll: nothing but the runtime's driver does */
	HUD_SNAPSHOT_POLL = 3,  /* at the first instruction of a function that polls tasks */
	HUD_SNAPSHOT_CALL = 4,  /* in a system call that the driver never makes */
};

/* Before each snapshot. */
struct hud_snapshot {
	uint64_t time_ns;
	uint64_t thread_pointer;
	uint64_t sp;        /* the thread's stack pointer in user mode */
	uint64_t stack_end; /* of the main thread: where its stack begins; 0: of another */
	uint64_t polls;     /* probes that the thread has hit until then, this one included */
	uint64_t sleeps;    /* how often it has gone to sleep until then */
	uint64_t site;      /* POLL: address of the function; SLEEP of CORE: of the futex */
	uint64_t poll;      /* POLL: first word of the table of the task's functions */
	uint64_t id_offset; /* POLL: of the task's id in the task, by that table */
	uint64_t id;        /* POLL: the word there */
	uint32_t tid;
	uint32_t kind; /* enum hud_snapshot_kind */
	int32_t syscall;
	uint32_t part; /* BLOCK: how many of HUD_LEARN_BLOCK_BYTES precede it */
};
HUD_ASSERT_SIZE(struct hud_snapshot, 96);

struct hud_block_snapshot {
	struct hud_snapshot head;
	uint64_t word[HUD_LEARN_BLOCK_BYTES / 8];
};

struct hud_context_snapshot {
	struct hud_snapshot head;
	struct hud_context_words {
		uint64_t address; /* the thread-local word; 0: points to nothing */
		uint64_t word[HUD_LEARN_CONTEXT_BYTES / 8];
	} context[HUD_LEARN_WORDS];
};

struct hud_core_snapshot {
	struct hud_snapshot head;
	uint64_t window[HUD_LEARN_WINDOW_BYTES / 8];
	struct hud_core_words {
		uint64_t context; /* its address; 0: none */
		uint64_t core;    /* its address; 0: none, or it cannot be read */
		uint64_t context_word[HUD_LEARN_CONTEXT_BYTES / 8];
		uint64_t word[HUD_LEARN_CORE_BYTES / 8];
	} chain[HUD_LEARN_CHAINS];
};
HUD_ASSERT_SIZE(struct hud_block_snapshot, 4192);
HUD_ASSERT_SIZE(struct hud_context_snapshot, 1248);
HUD_ASSERT_SIZE(struct hud_core_snapshot, 5536);

#endif
