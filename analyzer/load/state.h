/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_STATE_H
#define HUD_ANALYZER_LOAD_STATE_H

#include "analyzer/base/id_map.h"
#include "analyzer/load/ingest.h"
#include "analyzer/derive/observations.h"
#include "analyzer/store/row.h"

/* What ingest remembers while it reads; seen by ingest_*.c only. */

enum table {
	TABLE_CAPTURE,
	TABLE_PROCESS,
	TABLE_BINARY,
	TABLE_MAPPING,
	TABLE_THREAD,
	TABLE_FRAME,
	TABLE_FRAME_ALIAS,
	TABLE_STACK,
	TABLE_STACK_FRAME,
	TABLE_OFFCPU_SPAN,
	TABLE_SAMPLE,
	TABLE_THREAD_WINDOW,
	TABLE_LIFECYCLE,
	TABLE_LOSS,
	TABLE_COST,
	TABLE_CLOCK,
	TABLE_MARK,
	TABLE_POLL,
	TABLE_POLL_SITE,
	TABLE_POLL_BUCKET,
	TABLE_PROBE_STATE,
	TABLES,
};

struct process_seen {
	uint32_t id; /* in the capture */
	int64_t row;
	uint32_t pid;
	uint64_t start_ns;
	const char *name;
	const char *exe;
};

struct binary_seen {
	int64_t row;
	struct resolved_binary resolved;
};

struct mapping_seen {
	uint32_t process; /* id in the capture */
	uint64_t start, end, offset, from_ns;
	const char *path;
	size_t binary; /* index + 1; 0: anonymous */
	uint16_t flags;
	uint16_t build_id_bytes;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
};

struct thread_seen {
	int64_t row;
	int64_t process; /* row */
	uint32_t tid;
	const char *comm;
	uint64_t comm_ns;           /* since when it has this name */
	uint64_t start_ns, exit_ns; /* 0: not seen */
	uint64_t ended_ns;          /* when the latest span that has ended began, … */
	uint64_t ended_poll_ns;     /* … and the latest poll (start_max_ns) */
};

struct user_stack_seen {
	int64_t row;
	uint32_t process; /* id in the capture */
	uint16_t frames, stop;
	uint32_t frame_pointer_from; /* as in struct hud_user_stack */
	uint64_t seen_ns;            /* its mappings held then */
	uint64_t *address;
};

struct kernel_stack_seen {
	int64_t row;
	uint16_t frames, stop;
	const char **function;
};

/* The last histogram of a function that polls. */
struct histogram_seen {
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

#define GROWING(type)                                                                              \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t count;                                                                      \
		size_t room;                                                                       \
	}

/* Room for one more, zeroed, at the end; `list.at[list.count - 1]`. 0 or -ENOMEM. */
int list_grow(void *list, size_t element);
#define LIST_ADD(list) list_grow(&(list), sizeof(*(list).at))

struct capture_state {
	uint8_t id[16];
	int64_t row;
	bool session_known;
	bool ended;
	struct hud_session session;
	struct hud_end end;
	uint64_t next_sequence;     /* what the next chunk has at least */
	bool skip_chunk;            /* one that was read before */
	uint64_t first_ns, last_ns; /* of its chunks */
	uint64_t chunks, repeated_chunks, events;
	uint64_t bytes;
	uint64_t invalid, backward; /* records, spans that were refused */

	struct id_map strings, processes, threads, mappings, user_stacks,
		kernel_stacks;            /* index + 1 */
	struct id_map binaries;           /* by build-id and path */
	struct id_map chains;             /* by binary and offset */
	struct id_map kernel_frames;      /* by name, as its address */
	struct id_map open_spans;         /* thread row, start: row of a span that was told open */
	struct id_map causes;             /* syscall and side, kernel stack: pointer */
	struct id_map histograms;         /* by process and site, as rows: index + 1 */
	struct observations observations; /* all that were stored */
	GROWING(char *) string;
	GROWING(struct process_seen) process;
	GROWING(struct mapping_seen) mapping;
	GROWING(struct binary_seen) binary;
	GROWING(struct thread_seen) thread;
	GROWING(struct user_stack_seen) user_stack;
	GROWING(struct kernel_stack_seen) kernel_stack;
	GROWING(struct frame_chain) chain;
	GROWING(struct histogram_seen) histogram;
};

struct ingest {
	sqlite3 *db;
	const struct ingest_options *options;
	sqlite3_stmt *insert[TABLES];
	struct store_thread *store;
	struct row_batch *batch[TABLES]; /* of those written while reading, instead of `insert` */
	int64_t row[TABLES];             /* last row id given out */
	GROWING(struct capture_state *) capture;
	struct hud_lost pending; /* damage met before the first chunk */
	struct symbol_frame unmapped, anonymous;
};

/* Text of a string id, or NULL: 0, or never defined. */
const char *string_of(const struct capture_state *c, uint32_t id);

/* A copy that is valid UTF-8 and has no control characters, whatever went in. NULL: no memory. */
char *text_clean(const char *text, size_t bytes);

/* ingest_define.c: definitions. 0, a negative errno, or -EINVAL for one that makes no sense. */
int define(struct ingest *in, struct capture_state *c, const struct hud_record *r,
	   const struct hud_chunk *chunk);

/* ingest_event.c: events, and records about the recording; the same. -ERANGE: times go backward. */
int event(struct ingest *in, struct capture_state *c, const struct hud_record *r);

/* ingest_rows.c: what is written once all of the capture was read. */
int write_definitions(struct ingest *in, struct capture_state *c);

/* No recording is longer; sums over thousands of threads still fit 63 bits. */
#define LONGEST_NS (UINT64_C(1) << 51)

/* Of ingest_event.c, for its like. Is the time one that this recording can have seen? */
bool plausible(const struct capture_state *c, uint64_t time_ns);
/* NULL: never defined. */
struct thread_seen *thread_of(const struct capture_state *c, uint32_t process, uint32_t tid);
/* Rows of the stacks an event refers to; -EINVAL when one was never defined. */
int stack_rows(const struct capture_state *c, uint32_t user, uint32_t kernel, int64_t *user_row,
	       const struct kernel_stack_seen **kernel_stack);

/* ingest_polls.c: polls, and what is known of all of them. As event(). */
int poll_event(struct ingest *in, struct capture_state *c, const struct hud_record *r);
int write_histograms(struct ingest *in, const struct capture_state *c);

/* ingest_prepare.c: tells the resolver all addresses that it will be asked for. */
int prepare_addresses(struct ingest *in, struct capture_state *c);

/* The mapping that held the address when the stack was taken; else the first that ever did. */
const struct mapping_seen *mapping_of(const struct capture_state *c, uint32_t process,
				      uint64_t address, uint64_t when_ns);

/* ingest_stack.c: resolves, classifies and writes the stacks of a capture. */
int write_stacks(struct ingest *in, struct capture_state *c);

/* A name for the binary of a mapping, resolved once. Index + 1 in c->binary, or negative errno. */
int64_t binary_of(struct ingest *in, struct capture_state *c, const struct mapping_seen *m);

/* A row for a table, to be filled in the order of its columns. */
struct row row_of(const struct ingest *in, enum table table);

int write_loss(struct ingest *in, int64_t capture, uint32_t cause, uint64_t count, uint64_t from_ns,
	       uint64_t to_ns);

#endif
