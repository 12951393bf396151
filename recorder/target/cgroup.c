/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/target/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_US 1000
#define STAT_BYTES 1024

/* A cgroup as a directory: `at` is its path, of which the first `mount` bytes are the mount's. */
struct place {
	char at[2 * PATH_MAX];
	size_t mount;
	bool unified; /* version 2 */
};

/* Is `word` in a list such as "cpu,cpuacct" or "cpuset cpu io\n"? */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list) {
		size_t this = strcspn(list, ", \n");

		if (this == length && strncmp(list, word, length) == 0)
			return true;
		list += this + (list[this] != 0);
	}
	return false;
}

/* The text of a small file in the directory `at`; false: it cannot be read, or is empty. */
static bool text_read(const char *at, const char *file, char *text, size_t room)
{
	char path[2 * PATH_MAX + 32];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", at, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, room - 1);
	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = 0;
	return got > 0;
}

/* Where the hierarchy with the CPU controller is mounted, as cgroups(7) describes it. */
static bool mount_find(struct place *out)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char controllers[256];
	struct mntent *m;
	bool found = false;

	while (mounts && !found && (m = getmntent(mounts))) {
		out->unified = strcmp(m->mnt_type, "cgroup2") == 0;
		/* Beside version 1 a cgroup2 may be mounted, without controllers. */
		if (out->unified)
			found = text_read(m->mnt_dir, "cgroup.controllers", controllers,
					  sizeof(controllers)) &&
				is_listed(controllers, "cpu");
		else
			found = strcmp(m->mnt_type, "cgroup") == 0 && hasmntopt(m, "cpu");
		if (found)
			snprintf(out->at, sizeof(out->at), "%s", m->mnt_dir);
	}
	out->mount = strlen(out->at);
	if (mounts)
		endmntent(mounts);
	return found;
}

/* Adds the path of the process's cgroup: a line of /proc/PID/cgroup, "4:cpu,cpuacct:/path". */
static bool path_add(struct place *p, pid_t pid)
{
	char name[64], line[PATH_MAX];
	FILE *file;
	bool found = false;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)pid);
	file = fopen(name, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		char *controllers = strchr(line, ':'), *path;

		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = 0;
		path[strcspn(path, "\n")] = 0;
		found = p->unified ? controllers[1] == 0 : is_listed(controllers + 1, "cpu");
		if (found)
			snprintf(p->at + p->mount, sizeof(p->at) - p->mount, "%s", path);
	}
	if (file)
		fclose(file);
	return found;
}

static bool quota_read(const struct place *p, struct cgroup_quota *out)
{
	char text[128], period[64];
	uint64_t quota_us = 0, period_us = 0;

	if (p->unified) {
		if (!text_read(p->at, "cpu.max", text, sizeof(text)) ||
		    sscanf(text, "%" SCNu64 " %" SCNu64, &quota_us, &period_us) != 2)
			return false; /* "max 100000" */
	} else if (!text_read(p->at, "cpu.cfs_quota_us", text, sizeof(text)) || text[0] == '-' ||
		   !text_read(p->at, "cpu.cfs_period_us", period, sizeof(period)) ||
		   sscanf(text, "%" SCNu64, &quota_us) != 1 ||
		   sscanf(period, "%" SCNu64, &period_us) != 1) {
		return false; /* -1: none */
	}
	out->quota_ns = quota_us * NS_PER_US;
	out->period_ns = period_us * NS_PER_US;
	return true;
}

void cgroup_quota_open(pid_t pid, struct cgroup_quota *out)
{
	struct place p = {0};
	char path[sizeof(p.at) + 32];
	char *slash;

	*out = (struct cgroup_quota) {.stat = -1};
	if (!mount_find(&p) || !path_add(&p, pid))
		return;
	while (!quota_read(&p, out)) {
		slash = strrchr(p.at + p.mount, '/');
		if (!slash)
			return;
		*slash = 0;
	}
	snprintf(path, sizeof(path), "%s/cpu.stat", p.at);
	out->stat = open(path, O_RDONLY | O_CLOEXEC);
}

void cgroup_quota_close(struct cgroup_quota *q)
{
	if (q->stat >= 0)
		close(q->stat);
	q->stat = -1;
}

int cgroup_throttling_read(const struct cgroup_quota *q, struct cgroup_throttling *out)
{
	char text[STAT_BYTES];
	ssize_t got = q->stat < 0 ? -1 : pread(q->stat, text, sizeof(text) - 1, 0);
	int known = 0;

	*out = (struct cgroup_throttling) {0};
	if (got <= 0)
		return q->stat < 0 ? -ENOENT : got < 0 ? -errno : -ENODATA;
	text[got] = 0;
	for (char *rest, *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		uint64_t us;

		known += sscanf(line, "nr_periods %" SCNu64, &out->periods) == 1;
		known += sscanf(line, "nr_throttled %" SCNu64, &out->throttled_periods) == 1;
		known += sscanf(line, "throttled_time %" SCNu64, &out->throttled_ns) == 1;
		if (sscanf(line, "throttled_usec %" SCNu64, &us) == 1) {
			out->throttled_ns = us * NS_PER_US;
			known++;
		}
	}
	return known == 3 ? 0 : -ENODATA;
}
