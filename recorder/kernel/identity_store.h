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
	int identity_of;
	uint32_t *version; /* the programs' identity_version, in memory shared with them */
	const uint64_t *contradictions; /* … and their counts, by index of the identity */
	uint32_t used;
};

/*
 * `plan`: with an identity. `module`: of the library that the runtime is in, 0: the main program.
 * -ENOSPC: too many distinct runtimes; or another negative errno.
 */
int identity_store_set(struct identity_store *s, pid_t pid, const struct plan *plan,
		       uint32_t module);

/* How many parks and polls of processes with this one's learned identity have denied it. */
uint64_t identity_store_contradictions(const struct identity_store *s, pid_t pid);

/* The process runs another image now. */
void identity_store_clear(struct identity_store *s, pid_t pid);

#endif
