/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_DEFINED_H
#define HUD_ANALYZER_LOAD_DEFINED_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/load/inserts.h"
#include "format/wire/definitions.h"

#include <stdbool.h>

/*
 * What a capture defines: its session, and the strings, processes, mappings, threads and stacks
 * that its events refer to by id. Used to load a capture, and to learn which addresses its stacks
 * hold.
 */

/* An array that grows; all zeros is an empty one. */
#define LIST(type)                                                                                 \
	struct {                                                                                   \
		type *at;                                                                          \
		size_t count;                                                                      \
		size_t room;                                                                       \
	}

/* Adds a zeroed item: `list.at[list.count - 1]`. 0 or -ENOMEM. */
#define LIST_ADD(list) list_add(&(list).at, &(list).count, &(list).room, sizeof(*(list).at))
int list_add(void *array, size_t *count, size_t *room, size_t size);

struct defined_process {
	int64_t row; /* in the database */
	uint32_t pid;
	uint64_t start_ns;
	const char *name;
	const char *exe;
};

struct defined_mapping {
	uint32_t process; /* id in the capture */
	uint64_t start, end, offset, from_ns;
	const char *path;
	size_t binary; /* index + 1 in the list of whoever resolves binaries; 0: none */
	uint16_t flags;
	uint16_t build_id_bytes;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
};

struct defined_thread {
	int64_t row;
	int64_t process; /* row */
	uint32_t tid;
	const char *comm;
	uint64_t comm_ns;           /* since when it has this name */
	uint64_t start_ns, exit_ns; /* 0: not seen */
	uint64_t ended_ns;          /* start of its latest span that has ended */
	uint64_t ended_poll_ns;     /* start_max_ns of its latest poll that has ended */
	uint64_t last_window_ns;    /* start of its latest window */
	int64_t open_window;        /* row of that, while it goes on; 0: it has ended */
	bool written;               /* its row says all of the above that has a column */
};

struct defined_user_stack {
	int64_t row;
	uint32_t process; /* id in the capture */
	uint16_t frames, stop;
	uint32_t frame_pointer_from; /* as in struct hud_user_stack */
	uint64_t seen_ns;            /* resolved by the mappings of this time */
	uint64_t *address;
	bool slept;       /* a thread slept with it… */
	uint8_t parks_in; /* … always in calls of this kind, enum stack_park */
};

struct defined_kernel_stack {
	int64_t row;
	uint16_t frames, stop;
	const char **function;
};

struct defined {
	bool session_known;
	struct hud_session session;
	/* By id in the capture; threads by process and tid. Index + 1 in the lists below. */
	struct id_map strings, processes, threads, mappings, user_stacks, kernel_stacks;
	LIST(char *) string;
	LIST(struct defined_process) process;
	LIST(struct defined_mapping) mapping;
	LIST(struct defined_thread) thread;
	LIST(struct defined_user_stack) user_stack;
	LIST(struct defined_kernel_stack) kernel_stack;
	struct text_pool pool; /* of the stacks' arrays */
};

/*
 * Takes a record, if it is a definition; `now_ns`: end of its chunk. Of several with one id the
 * first holds, but of several sessions the last. New processes, threads and stacks get the next row
 * ids of `last_row`, by enum row_kind. 0, -ENOMEM, or -EINVAL: it makes no sense and was left out.
 */
int defined_add(struct defined *d, int64_t last_row[ROW_KINDS], const struct hud_record *r,
		uint64_t now_ns);
void defined_free(struct defined *d);

/* Text of a string id, or NULL: 0, or never defined. Valid UTF-8 without control characters. */
const char *defined_string(const struct defined *d, uint32_t id);
/* NULL: never defined. */
struct defined_thread *defined_thread(const struct defined *d, uint32_t process, uint32_t tid);
/* Row of a process id; 0: never defined. */
int64_t defined_process_row(const struct defined *d, uint32_t process);

/*
 * The mapping that a frame of a stack lies in, and its offset in the mapped file: of the address
 * itself for the innermost frame, of the byte before for return addresses. NULL: not mapped.
 */
const struct defined_mapping *defined_frame(const struct defined *d,
					    const struct defined_user_stack *stack, size_t frame,
					    uint64_t *offset);

/* Offsets in one binary. */
struct offsets {
	LIST(uint64_t) list;
};

/*
 * Adds the offset of each frame of each user stack, from that index on, to that of `of_binary`
 * whose index + 1 its mapping's `binary` is. 0 or -ENOMEM.
 */
int defined_offsets(const struct defined *d, size_t first_stack, struct offsets *of_binary);

#endif
