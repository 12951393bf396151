/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_SOURCE_H
#define HUD_ANALYZER_PLAN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Objects that a process has mapped, each once, and the ways to their bytes. */

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
	size_t count;
};

/* -ENOENT, -ESRCH: no such process; -EACCES, -EPERM: not ours to look at. `pid` 0: our own. */
int plan_mappings_read(struct plan_mappings *m, pid_t pid);
void plan_mappings_free(struct plan_mappings *m);

/* The mapped file itself, even when another has taken its name: a descriptor, or a negative errno. */
int plan_mapping_open(const struct plan_mapping *m, pid_t pid);

/* A regular file for reading: a descriptor, or a negative errno. */
int plan_file_open(const char *path);

/* The vdso that the kernel gave to us, as it gives it to all; it is not to be freed. */
int plan_vdso(void **image, size_t *bytes);

/*
 * Writes a plan as `path`.partial and renames it when it is whole and on disk. "-": to standard
 * output. 0 or a negative errno.
 */
int plan_file_write(const char *path, const void *data, size_t bytes);

#endif
