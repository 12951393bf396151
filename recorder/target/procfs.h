/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TARGET_PROCFS_H
#define HUD_RECORDER_TARGET_PROCFS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Opens a file of /proc/PID: "maps". The caller's to fclose(); NULL, with errno. */
FILE *proc_open(pid_t pid, const char *file);

/* The last pid on this line ("Tgid:") of /proc/PID/status; `pid` where it is not known. */
pid_t proc_status_pid(pid_t pid, const char *field);

/* What /proc says of a process. Texts that are too long are cut. */
struct proc_identity {
	pid_t pid;
	pid_t parent;
	char comm[64];
	char exe[PATH_MAX]; /* as the process sees it, " (deleted)" taken off; "" when unreadable */
	bool kernel_thread;
};

/* -ESRCH: no such process. */
int proc_identity_read(pid_t pid, struct proc_identity *out);

/* Last component of its executable's path, or its comm where the path cannot be read. */
const char *proc_program(const struct proc_identity *p);

/* Calls `visit` for every process. Stops at the first non-zero answer, and returns it. */
int proc_each(int (*visit)(void *context, pid_t pid), void *context);

/* One executable mapping, from /proc/PID/maps. */
struct proc_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode; /* 0: not known */
	uint32_t device_major;
	uint32_t device_minor;
	const char *path; /* "" for anonymous memory; valid during the call */
};

/* -errno of opening it: -EACCES without CAP_SYS_PTRACE, -ENOENT when the process is gone. */
int proc_mappings_each(pid_t pid, void (*visit)(void *context, const struct proc_mapping *m),
		       void *context);

/*
 * Where a mapped file can be opened by its path. The kernel prints that of a file in a mount
 * namespace of its own as seen there, and of one in a chroot as seen from outside.
 */
enum file_place {
	FILE_HERE,         /* or it is not known, or it never was a file */
	FILE_IN_CONTAINER, /* in the process's own root alone */
	FILE_GONE,         /* it was deleted or replaced */
};
enum file_place proc_mapping_place(pid_t pid, const struct proc_mapping *m);

/*
 * Opens a file that a process maps, if it is a regular one. A descriptor or a negative errno. If
 * `m` has no inode, it may be another that has its path by now.
 */
int proc_mapping_open(pid_t pid, const struct proc_mapping *m);

/*
 * Opens the names of its generated code, where its runtime writes them: /tmp/perf-PID.map, as the
 * process sees it. Only a regular file that belongs to the process's user. A descriptor or a
 * negative errno.
 */
int proc_perf_map_open(pid_t pid);

/*
 * Is there a FUSE filesystem among those that the process sees, so that it may map a file of one?
 * True also where that cannot be read.
 */
bool proc_sees_fuse(pid_t pid);

/*
 * Reads 8 bytes of a process's memory. 0 or a negative errno: -ENODATA if the page is not in
 * memory nor in swap: it may be a file's, and waiting for it may take for ever.
 */
int proc_word_read(pid_t pid, uint64_t address, uint64_t *out);

#endif
