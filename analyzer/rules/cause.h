/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_CAUSE_H
#define HUD_ANALYZER_RULES_CAUSE_H

#include "analyzer/base/text.h"
#include "analyzer/rules/rules.h"

/* Why a thread did not run, or what it ran. Names as in the report: "cpu", "lock", … */
enum cause {
	CAUSE_CPU,
	CAUSE_LOCK,
	CAUSE_SLEEP,
	CAUSE_FILE_IO,
	CAUSE_NET_IO,
	CAUSE_PAGE_FAULT,
	CAUSE_SYSCALL
};
const char *cause_name(enum cause c);
/* Is there a cause with this name, of `length` bytes? */
bool cause_named(const char *name, size_t length);
/* Appends the names of all, "cpu, lock, …", for a message. */
void cause_list(struct text *out);

/*
 * `machine`: ELF e_machine of the host; `syscall` -1: none; `kernel`: names of the kernel stack,
 * innermost first; `off_cpu`: asleep, not running.
 */
enum cause cause_of(const struct rules *r, uint32_t machine, int32_t syscall,
		    const char *const *kernel, size_t count, bool off_cpu);
/* Name of a system call, or NULL. */
const char *syscall_name(uint32_t machine, int32_t number);

#endif
