/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_CAUSE_H
#define HUD_ANALYZER_RULES_CAUSE_H

#include "analyzer/base/text.h"
#include "analyzer/rules/frame.h"
#include "analyzer/rules/rules.h"

/*
 * Why a thread did not run, or what it ran: "cpu", "lock", … The list of causes is in causes.rules;
 * code names only those that it decides itself.
 */

struct cause {
	const char *name, *about;
	bool work; /* the code's own, no wait: sites are named by the boundary of the block */
};

/* Gives each cause to `take`, in their order, until it returns not 0: that, 0, or -ENOMEM. */
int cause_each(int (*take)(void *context, const struct cause *cause), void *context);
/* Is there a cause with this name, of `length` bytes? */
bool cause_named(const char *name, size_t length);
/* Appends the names of all, "cpu, lock, …", for a message. */
void cause_list(struct text *out);

/*
 * The cause of a wait, or of computing. `machine`: ELF e_machine of the host; `syscall` -1: none;
 * `kernel`: names of the kernel stack, innermost first; `off_cpu`: asleep, not running. Never NULL;
 * lives as long as the rules.
 */
const char *cause_of(const struct rules *r, uint32_t machine, int32_t syscall,
		     const char *const *kernel, size_t count, bool off_cpu);
/*
 * What a system call under these frames waits for, where one of them tells it and the kernel leaves
 * it open; else NULL. `frames`: innermost first.
 */
const char *cause_of_frames(const struct rules *r, const struct symbol_frame *const *frames,
			    size_t count);
/* Does the cause of a system call leave open what is waited for? Then cause_of_frames() says it. */
bool cause_is_open(const char *cause);
/* Name of a system call, or NULL. */
const char *syscall_name(uint32_t machine, int32_t number);

#endif
