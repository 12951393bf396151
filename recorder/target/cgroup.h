/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TARGET_CGROUP_H
#define HUD_RECORDER_TARGET_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

/*
 * The cgroup that limits the CPU time of a process: its own, or the nearest one above it that has a
 * quota. Of version 1 (cpu.cfs_quota_us) or 2 (cpu.max).
 */
struct cgroup_quota {
	int stat; /* its cpu.stat, open; -1: no quota */
	uint64_t quota_ns, period_ns;
};

/* What the kernel counted since the cgroup was made. */
struct cgroup_throttling {
	uint64_t periods;
	uint64_t throttled_periods; /* in which the quota was used up */
	uint64_t throttled_ns;      /* how long CPUs were held back, all CPUs together */
};

/* Finds the quota of a process, where there is one; close it with cgroup_quota_close(). */
void cgroup_quota_open(pid_t pid, struct cgroup_quota *out);
void cgroup_quota_close(struct cgroup_quota *q);

/* 0 or a negative errno: -ENOENT, there is no quota; -ENODATA, the file says something else. */
int cgroup_throttling_read(const struct cgroup_quota *q, struct cgroup_throttling *out);

#endif
