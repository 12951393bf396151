/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_TARGET_CGROUP_H
#define HUD_RECORDER_TARGET_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where the hierarchy with the CPU controller is mounted, of version 1 or 2. */
struct cgroup_mount {
	char at[PATH_MAX]; /* "": nowhere */
	bool unified;      /* version 2 */
};

void cgroup_mount_find(struct cgroup_mount *out);

/* A limit of CPU time, and what the kernel counted since its cgroup was made. */
struct cgroup_quota {
	uint32_t cgroup; /* which one: the lower half of the number of its inode */
	uint64_t quota_ns, period_ns;
	uint64_t periods;
	uint64_t throttled_periods; /* in which the quota was used up */
	uint64_t throttled_ns;      /* how long CPUs were held back, all CPUs together */
};

#define CGROUP_QUOTAS_MAX 8

/*
 * The quotas that limit a process now: of its cgroup and of those above it, the nearest first, each
 * of which may be used up by others too. Returns how many there are.
 */
size_t cgroup_quotas_read(const struct cgroup_mount *m, pid_t pid,
			  struct cgroup_quota out[CGROUP_QUOTAS_MAX]);

#endif
