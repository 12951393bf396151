/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_MAPPINGS_H
#define HUD_ANALYZER_PLAN_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The executable files that a process has mapped, each once, and its vdso. */

struct plan_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t inode;
	uint32_t major;
	uint32_t minor;
	bool vdso;
	char path[4096]; /* as the process sees it; the kernel's " (deleted)" included */
};

struct plan_mappings {
	struct plan_mapping *item;
	size_t count, room;
};

/* `pid` 0: this process. -ENOENT, -ESRCH: no such process; -EACCES, -EPERM: no permission. */
int plan_mappings_read(struct plan_mappings *m, pid_t pid);
void plan_mappings_free(struct plan_mappings *m);

/*
 * Opens the file that is mapped, which may have been renamed or deleted since: a descriptor, or a
 * negative errno. -ESTALE: another file has its path now.
 */
int plan_mapping_open(const struct plan_mapping *m, pid_t pid);

/* This process's vdso, which is the same in all processes; not to be freed. */
int plan_vdso(void **image, size_t *bytes);

#endif
