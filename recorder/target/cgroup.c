/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/target/cgroup.h"
#include "recorder/target/procfs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_US 1000
#define STAT_BYTES 1024

/* A cgroup as a directory: `at` is its path, of which the first `mount` bytes are the mount's. */
struct place {
	char at[2 * PATH_MAX];
	size_t mount;
	bool unified;
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

/* As cgroups(7) describes it. */
void cgroup_mount_find(struct cgroup_mount *out)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	char controllers[256];
	struct mntent *m;
	bool found = false;

	*out = (struct cgroup_mount) {0};
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
	if (mounts)
		endmntent(mounts);
}

/* Adds the path of the process's cgroup: a line of /proc/PID/cgroup, "4:cpu,cpuacct:/path". */
static bool path_add(struct place *p, pid_t pid)
{
	FILE *file = proc_open(pid, "cgroup");
	char line[PATH_MAX];
	bool found = false;

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

/* False: what the kernel counted is not in the file. */
static bool counts_read(const struct place *p, struct cgroup_quota *out)
{
	char text[STAT_BYTES];
	int known = 0;

	if (!text_read(p->at, "cpu.stat", text, sizeof(text)))
		return false;
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
	return known == 3;
}

static bool level_read(const struct place *p, struct cgroup_quota *out)
{
	struct stat st;

	*out = (struct cgroup_quota) {0};
	if (!quota_read(p, out) || !counts_read(p, out) || stat(p->at, &st))
		return false;
	out->cgroup = (uint32_t)st.st_ino;
	return true;
}

size_t cgroup_quotas_read(const struct cgroup_mount *m, pid_t pid,
			  struct cgroup_quota out[CGROUP_QUOTAS_MAX])
{
	struct place p = {.mount = strlen(m->at), .unified = m->unified};
	size_t count = 0;
	char *slash;

	if (!p.mount)
		return 0;
	memcpy(p.at, m->at, p.mount + 1);
	if (!path_add(&p, pid))
		return 0;
	for (;;) {
		count += level_read(&p, &out[count]);
		slash = strrchr(p.at + p.mount, '/');
		if (!slash || count == CGROUP_QUOTAS_MAX)
			return count;
		*slash = 0;
	}
}
