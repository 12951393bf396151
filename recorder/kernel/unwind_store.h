/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_UNWIND_STORE_H
#define HUD_RECORDER_KERNEL_UNWIND_STORE_H

#include "bpf/unwind_tables.h"
#include "format/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room that the maps must have; set before the programs are loaded. */
struct unwind_sizes {
	uint32_t pages;
	uint32_t shards;
	uint32_t rules;
	uint32_t spaces;
};

/* Adds what one plan takes. */
void unwind_sizes_add(struct unwind_sizes *sizes, const struct plan *plan);
/*
 * Adds a reserve for objects that come while recording; a large one for a command, of which nothing
 * is known before it runs.
 */
void unwind_sizes_reserve(struct unwind_sizes *sizes, uint32_t targets, bool command);

/* Descriptors of the maps, and how much of them is in use. */
struct unwind_store {
	int objects, pages, shards, rules, ranges, spaces;
	struct unwind_sizes size;
	struct unwind_sizes used;
	uint32_t objects_used;
};

/*
 * Lays a plan out in the maps. Its object number in *object. -ENOSPC: it does not fit any more.
 */
int unwind_store_add(struct unwind_store *s, const struct plan *plan, uint32_t *object);

/* Which space slot a new process gets; -ENOSPC: none is left. */
int64_t unwind_store_space(struct unwind_store *s);

/*
 * Replaces the mappings of a process, sorted by start, at most UNWIND_RANGES_MAX. `version` counts
 * the calls for this slot: two halves are written in turn.
 */
int unwind_store_ranges(struct unwind_store *s, uint32_t slot, uint32_t version, pid_t pid,
			const struct unwind_range *range, uint32_t count);

#endif
