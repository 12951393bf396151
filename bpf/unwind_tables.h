/* SPDX-License-Identifier: (MIT OR Apache-2.0) */
#ifndef HUD_BPF_UNWIND_TABLES_H
#define HUD_BPF_UNWIND_TABLES_H

/*
 * The layout of plans in BPF maps, which hud-record writes. All objects share the same arrays; an
 * object holds where its parts begin. Rows are in shards of 64, because array values are padded to
 * 8 bytes: so a row takes four.
 */

#include <linux/types.h>

#define UNWIND_SHARD_BITS 6
#define UNWIND_SHARD_ROWS (1u << UNWIND_SHARD_BITS)
#define UNWIND_OBJECTS_MAX 1024 /* distinct ELF files of all targets; more are unplanned */
#define UNWIND_RANGES_MAX 512   /* executable mappings of one process; more are unplanned */
#define UNWIND_RANGE_STEPS 10   /* of a binary search over them */
#define UNWIND_ROW_STEPS 17     /* of one over the rows of a 64 KiB page */
#define UNWIND_NO_OBJECT 0xffffffffu

struct unwind_shard {
	__u16 delta[UNWIND_SHARD_ROWS];
	__u16 rule[UNWIND_SHARD_ROWS];
};

struct unwind_page {
	__u32 first_row;
	__u32 rows;
};

struct unwind_object {
	__u64 first;      /* address of page 0 */
	__u32 first_page; /* in the pages array */
	__u32 pages;      /* 0: no rows, so frame pointers are used */
	__u32 first_rule;
	__u32 reserved;
};

/* An executable mapping: pc - bias is an address of the object. */
struct unwind_range {
	__u64 start;
	__u64 end;
	__u64 bias;
	__u32 object; /* UNWIND_NO_OBJECT: no plan for it */
	__u32 reserved;
};

/* Where the ranges of one process are, sorted by start. Replaced as one 8-byte value. */
struct unwind_space {
	__u32 first;
	__u32 ranges;
};

#endif
