/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_IDENTITY_STORE_H
#define HUD_RECORDER_KERNEL_IDENTITY_STORE_H

#include "bpf/identity_tables.h"
#include "format/plan/plan.h"

#include <stdint.h>
#include <sys/types.h>

/* The maps that tell the BPF programs where the runtimes of processes keep their state. */
struct identity_store {
	int identities;
	int identities_of;
	uint32_t *version; /* the programs' identity_version, in memory shared with them */
	const uint64_t *contradictions; /* … and their counts, by index of the identity */
	uint32_t used;
};

/*
 * How many objects of a process have a runtime. For those whose identity is not set, a thread that
 * is in no context of the others may be in one of theirs. 0 or a negative errno.
 */
int identity_store_objects(struct identity_store *s, pid_t pid, uint32_t objects);

/*
 * Sets the identity of one of them, below IDENTITY_OBJECTS. `plan`: with an identity. `module`: of
 * the library that the runtime is in, 0: the main program. `file`: its number among all that are
 * mapped; what was learned of one says nothing of another with an equal layout. -ENOSPC: too many
 * distinct runtimes; or another negative errno.
 */
int identity_store_set(struct identity_store *s, pid_t pid, uint32_t object,
		       const struct plan *plan, uint32_t module, uint32_t file);

/* How many parks and polls in processes of its file have denied an identity that was learned. */
uint64_t identity_store_contradictions(const struct identity_store *s, pid_t pid, uint32_t object);

/* The identity of this object is not believed any longer. */
void identity_store_unset(struct identity_store *s, pid_t pid, uint32_t object);
/* The process runs another image now. */
void identity_store_clear(struct identity_store *s, pid_t pid);

#endif
