/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_STATE_H
#define HUD_ANALYZER_LOAD_STATE_H

#include "analyzer/derive/observations.h"
#include "analyzer/load/defined.h"
#include "analyzer/load/ingest.h"
#include "analyzer/load/known_code.h"
#include "analyzer/load/task_chain.h"
#include "analyzer/store/row.h"
#include "format/wire/events.h"
#include "format/wire/tasks.h"

/* What ingest() remembers while it reads; of this folder only. */

struct loaded_binary {
	int64_t row;
	struct resolved_binary resolved;
	struct known_code *code; /* of functions that may have no name; NULL: none is known */
};

/* The latest histogram of a function that polls: each replaces the one before. */
struct latest_histogram {
	int64_t process, stack; /* rows */
	struct hud_histogram of;
	uint32_t bucket[2 * HUD_HISTOGRAM_BUCKETS];
};

/* The inline chain of one address of one binary, in the frame table. */
struct frame_chain {
	int64_t first_row;
	size_t count;
	const struct symbol_frame *frames;
};

/* A type, and the state of a coroutine of it, in what tasks wait for. */
struct loaded_task_type {
	int64_t row;
	struct symbol_task_key key;
	uint32_t process;
	size_t stack; /* index + 1 in defined.user_stack: an address in the same program */
	bool written; /* has its row */
};

enum { TASK_DEPTH_MAX = 256 };

/* The task whose frames are being read. */
struct open_task {
	struct hud_task task;
	int64_t row;  /* 0: there is none */
	int64_t site; /* row of its stack */
	size_t stack; /* index + 1 */
	uint32_t frames;
	struct open_frame {
		int64_t row;
		size_t type;      /* index + 1 */
	} parent[TASK_DEPTH_MAX]; /* the last frame at each depth; row 0: none */
	struct chain_part *part;  /* of what it waits for */
	size_t parts, part_room;
};

struct capture_state {
	uint8_t id[16];
	int64_t row;
	bool ended;
	struct hud_end end;
	struct hud_part part;   /* all zero: it is none */
	uint64_t next_sequence; /* the next chunk has this number or a higher one */
	bool skip_chunk;        /* its number was read before */
	uint64_t last_ns;       /* end of its chunks */
	uint64_t clock_ns;      /* of the last HUD_CLOCK; 0: none yet */
	uint64_t chunks, repeated_chunks, events;
	uint64_t bytes;
	uint64_t invalid, backward; /* records that were refused: -EINVAL, -ERANGE */

	struct defined defined;
	struct id_map binaries;      /* by build-id and path: index + 1 in `binary` */
	struct id_map chains;        /* by binary and offset: index + 1 in `chain` */
	struct id_map kernel_frames; /* by name, as its address: row */
	struct id_map open_spans;    /* by thread row and start: row of a span without end */
	struct id_map causes;        /* by system call and side, and kernel stack: pointer */
	struct id_map histograms;    /* by stack row: index + 1 in `histogram` */
	struct id_map task_types;    /* by process and entry, and variant: index + 1 */
	struct id_map task_chains;   /* by hash: number */
	struct id_map task_dumps;    /* by number: 1; those that have ended */
	struct id_map dumped_tasks;  /* by task and process: the dump that has it, and goes on */
	struct id_map debug_bytes;   /* by process: of the .debug_info that entries count in */
	struct open_task open_task;
	struct observations observations; /* all that were stored */
	struct known_codes code;
	LIST(struct loaded_binary) binary;
	LIST(struct frame_chain) chain;
	LIST(struct latest_histogram) histogram;
	LIST(struct loaded_task_type) task_type;

	/* What has its rows already; not 0 only where a capture is loaded as it grows. */
	struct {
		size_t mappings, user_stacks, kernel_stacks;
		uint64_t invalid, backward; /* as loss */
	} written;
};

struct ingest {
	sqlite3 *db;
	const struct ingest_options *options;
	struct inserts inserts;
	LIST(struct capture_state *) capture;
	struct hud_lost pending; /* damage met before the first chunk */
	bool growing; /* observations are not kept: each derivation reads those of its window */
	struct symbol_frame unmapped, anonymous;
};

/* No recording is longer; sums over thousands of threads still fit 63 bits. */
#define LONGEST_NS (UINT64_C(1) << 51)

/* A row of a kind, to be filled in the order of its columns. */
static inline struct row ingest_row(const struct ingest *in, enum row_kind kind)
{
	return inserts_row(&in->inserts, kind);
}

/* The next row id of a kind. */
static inline int64_t ingest_row_id(struct ingest *in, enum row_kind kind)
{
	return ++in->inserts.last[kind];
}

struct ingest ingest_begin(sqlite3 *db, const struct ingest_options *options);
/* A chunk of this capture begins. */
void capture_chunk_begin(struct capture_state *c, const struct hud_chunk *chunk);
/* Takes a record of it. What makes no sense is counted; a negative errno ends loading. */
int ingest_record(struct ingest *in, struct capture_state *c, const struct hud_record *r,
		  const struct hud_chunk *chunk);
void capture_state_free(struct capture_state *c);
/* When the capture ends: at its END, else with its last chunk; never before its start. */
uint64_t capture_end_ns(const struct capture_state *c);

/* Can this recording have seen this time? */
bool capture_time_plausible(const struct capture_state *c, uint64_t time_ns);
/* Rows of the stacks an event refers to, 0 and NULL for none; -EINVAL: one was never defined. */
int capture_stack_rows(const struct capture_state *c, uint32_t user, uint32_t kernel,
		       int64_t *user_row, const struct defined_kernel_stack **kernel_stack);
/* The cause of an event, found once for each (system call, kernel stack). NULL: no memory. */
const char *capture_cause(const struct ingest *in, struct capture_state *c, int32_t syscall,
			  const struct defined_kernel_stack *kernel, bool off_cpu);
/* Name of a system call; NULL: none. */
const char *capture_syscall(const struct ingest *in, const struct capture_state *c,
			    int32_t syscall);

/*
 * A record to a row. 0 or a negative errno. -EINVAL: it makes no sense; -ERANGE: its times go
 * backward. events.c: of any kind, which hands it on to: polls.c; recording.c, what is about the
 * recording; tasks.c, dumps; lives.c, what tasks did.
 */
int ingest_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
int ingest_recording_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
int ingest_poll_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
int ingest_task_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
int ingest_life_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
/*
 * Dumps of tasks: when all was read, and then the types' names, of those that have no row yet. Not
 * `all`: those whose program is not known yet wait.
 */
int ingest_tasks_end(struct ingest *in, struct capture_state *c);
int ingest_task_types(struct ingest *in, struct capture_state *c, bool all);
/* Once all is resolved: what was missing of the binaries then. All rows are in the database. */
int ingest_binary_problems(struct ingest *in, const struct capture_state *c);
/* recording.c: so many were lost, in the unit of the cause. */
int ingest_loss(struct ingest *in, int64_t capture, uint32_t cause, uint64_t count,
		uint64_t from_ns, uint64_t to_ns);

/*
 * rows.c, polls.c, stacks.c: what is written once all of the capture was read, or so far. Called
 * again, they replace the rows of what may have changed and add what is new; histograms are only
 * added. 0 or a negative errno.
 */
int ingest_definitions(struct ingest *in, struct capture_state *c);
int ingest_histograms(struct ingest *in, const struct capture_state *c);
int ingest_stacks(struct ingest *in, struct capture_state *c);

#endif
