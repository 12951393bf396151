/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_UNWIND_STORE_H
#define HUD_RECORDER_KERNEL_UNWIND_STORE_H

#include "bpf/unwind_tables.h"
#include "format/plan/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Entries that the maps must have room for; set before the programs are loaded. */
struct unwind_sizes {
	uint32_t pages;
	uint32_t shards;
	uint32_t rules;
	uint32_t spaces;
};

/* Adds the room that one plan needs. */
void unwind_sizes_add(struct unwind_sizes *sizes, const struct plan *plan);
/* Adds what a file with so many bytes of code may need: its plan is not there yet. */
void unwind_sizes_add_code(struct unwind_sizes *sizes, uint64_t bytes);
/*
 * Adds a reserve for objects that are loaded while recording; a large one for a command, of which
 * nothing is known before it runs.
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
 * Writes a plan into the maps; `*object` is its number there. -ENOSPC: there is no room.
 */
int unwind_store_add(struct unwind_store *s, const struct plan *plan, uint32_t *object);

/* A free slot for the mappings of a new process; -ENOSPC: none is left. */
int64_t unwind_store_space(struct unwind_store *s);

/*
 * Replaces the mappings of a process, sorted by start, at most UNWIND_RANGES_MAX. `version` counts
 * the calls for this slot: the slot's two halves are written in turn, so that a
 * reader never sees a half-written one.
 */
int unwind_store_ranges(struct unwind_store *s, uint32_t slot, uint32_t version, pid_t pid,
			const struct unwind_range *range, uint32_t count);

#endif
