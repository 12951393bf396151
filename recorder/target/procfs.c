/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/target/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define DELETED " (deleted)"

FILE *proc_open(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return fopen(path, "re");
}

static int proc_read(pid_t pid, const char *file, char *text, size_t bytes)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, bytes - 1);
	if (got < 0) {
		got = -errno;
		close(fd);
		return (int)got;
	}
	text[got] = 0;
	close(fd);
	return 0;
}

/*
 * Finds a file in the root of a process, without opening it: O_PATH. Symlinks on the way, which the
 * process may have made, lead nowhere out of its root. A descriptor or a negative errno.
 */
static int find_in_root(pid_t pid, const char *path, uint64_t flags)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = RESOLVE_IN_ROOT};
	char root[64];
	int directory, found;

	snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
	directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	found = (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
	if (found < 0)
		found = -errno;
	close(directory);
	return found;
}

/* As find_in_root(), of a path of ours. */
static int find(const char *path, int flags)
{
	int found = open(path, O_PATH | O_CLOEXEC | flags);

	return found < 0 ? -errno : found;
}

/*
 * Was this file found? The inode decides: overlayfs shows other devices. Closes `found`. 1, 0 or
 * -errno.
 */
static int found_is(int found, uint64_t inode)
{
	struct stat st;
	int same;

	if (found < 0)
		return found == -ENOENT || found == -ENOTDIR ? 0 : found;
	same = fstat(found, &st) ? -errno : st.st_ino == inode;
	close(found);
	return same;
}

static enum file_place file_place(pid_t pid, const char *path, uint64_t inode)
{
	int there;

	if (found_is(find(path, 0), inode) == 1)
		return FILE_HERE;
	there = found_is(find_in_root(pid, path, 0), inode);
	return there == 1 ? FILE_IN_CONTAINER : there == 0 ? FILE_GONE : FILE_HERE;
}

/* The kernel marks the path of a deleted file so; a file that is there may be called so. */
static void deleted_mark_remove(pid_t pid, char *path, uint64_t inode)
{
	size_t length = strlen(path), mark = strlen(DELETED);

	if (length > mark && !strcmp(path + length - mark, DELETED) &&
	    file_place(pid, path, inode) == FILE_GONE)
		path[length - mark] = 0;
}

int proc_identity_read(pid_t pid, struct proc_identity *out)
{
	char stat[512], path[64], *close_paren, *open_paren;
	struct stat file;
	size_t length;
	ssize_t got;
	int error = proc_read(pid, "stat", stat, sizeof(stat));

	if (error)
		return -ESRCH;
	*out = (struct proc_identity) {.pid = pid};
	/* pid (comm) state ppid …; a comm may itself hold parentheses and blanks. */
	open_paren = strchr(stat, '(');
	close_paren = strrchr(stat, ')');
	if (!open_paren || !close_paren || close_paren < open_paren)
		return -ESRCH;
	length = (size_t)(close_paren - open_paren - 1);
	if (length >= sizeof(out->comm))
		length = sizeof(out->comm) - 1;
	memcpy(out->comm, open_paren + 1, length);
	if (strlen(close_paren) > 4)
		out->parent = (pid_t)strtol(close_paren + 4, NULL, 10);
	out->kernel_thread = pid == 2 || out->parent == 2;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	got = readlink(path, out->exe, sizeof(out->exe) - 1);
	out->exe[got > 0 ? got : 0] = 0;
	if (!fstatat(AT_FDCWD, path, &file, 0))
		deleted_mark_remove(pid, out->exe, file.st_ino);
	return 0;
}

const char *proc_program(const struct proc_identity *p)
{
	return p->exe[0] ? basename(p->exe) : p->comm;
}

int proc_each(int (*visit)(void *context, pid_t pid), void *context)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int answer = 0;

	if (!dir)
		return -errno;
	while (!answer && (entry = readdir(dir))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && !*end)
			answer = visit(context, (pid_t)pid);
	}
	closedir(dir);
	return answer;
}

static bool mapping_parse(pid_t pid, char *line, struct proc_mapping *m)
{
	char permissions[5];
	int path_at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &m->start,
		   &m->end, permissions, &m->offset, &m->device_major, &m->device_minor, &m->inode,
		   &path_at) < 7 ||
	    permissions[2] != 'x' || !path_at)
		return false;
	line[strcspn(line, "\n")] = 0;
	deleted_mark_remove(pid, line + path_at, m->inode);
	m->path = line + path_at;
	return true;
}

int proc_mappings_each(pid_t pid, void (*visit)(void *context, const struct proc_mapping *m),
		       void *context)
{
	FILE *maps = proc_open(pid, "maps");
	char *line = NULL;
	size_t room = 0;

	if (!maps)
		return -errno;
	while (getline(&line, &room, maps) > 0) {
		struct proc_mapping m;

		if (mapping_parse(pid, line, &m))
			visit(context, &m);
	}
	free(line);
	fclose(maps);
	return 0;
}

/*
 * Opens what was found, if it is a regular file, with this inode if one is given. What it is must
 * be known before: opening a device does something, and a FIFO waits. Closes `found`. A descriptor
 * or a negative errno; -ESTALE: the path is another file's by now.
 */
static int found_open(int found, uint64_t inode)
{
	struct stat st;
	char path[32];
	int fd;

	if (found < 0)
		return found;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", found);
	if (fstat(found, &st))
		fd = -errno;
	else if (!S_ISREG(st.st_mode))
		fd = -EINVAL;
	else if (inode && st.st_ino != inode)
		fd = -ESTALE;
	else if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) < 0)
		fd = -errno;
	close(found);
	return fd;
}

enum file_place proc_mapping_place(pid_t pid, const struct proc_mapping *m)
{
	/* Memory of memfd_create() and of devices has a path that was never a file's. */
	if (m->path[0] != '/' || !m->inode || !strncmp(m->path, "/memfd:", 7) ||
	    !strncmp(m->path, "/dev/", 5))
		return FILE_HERE;
	return file_place(pid, m->path, m->inode);
}

int proc_mapping_open(pid_t pid, const struct proc_mapping *m)
{
	char path[64];
	int fd;

	/* The mapped file itself, even if deleted or replaced; needs CAP_CHECKPOINT_RESTORE. */
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, m->start,
		 m->end);
	fd = found_open(find(path, 0), 0);
	if (fd >= 0)
		return fd;
	if (m->path[0] != '/')
		return -ENOENT;
	fd = found_open(find_in_root(pid, m->path, O_NOFOLLOW), m->inode);
	/* Of a process in a chroot, as seen from outside. */
	if (fd < 0 && m->inode && found_is(find(m->path, O_NOFOLLOW), m->inode) == 1)
		fd = found_open(find(m->path, O_NOFOLLOW), m->inode);
	return fd;
}

pid_t proc_status_pid(pid_t pid, const char *field)
{
	FILE *status = proc_open(pid, "status");
	char *line = NULL, *last;
	long found = pid;
	size_t room = 0;

	if (!status)
		return pid;
	/* The line of its groups may be long. */
	while (getline(&line, &room, status) > 0) {
		last = strncmp(line, field, strlen(field)) ? NULL : strrchr(line, '\t');
		if (last)
			found = strtol(last + 1, NULL, 10);
	}
	free(line);
	fclose(status);
	return found > 0 && found <= INT32_MAX ? (pid_t)found : pid;
}

int proc_perf_map_open(pid_t pid)
{
	char path[32], directory[32];
	struct stat process, file;
	int found;

	snprintf(directory, sizeof(directory), "/proc/%d", (int)pid);
	/* By the pid in its innermost pid namespace, the last of these, it knows itself. */
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)proc_status_pid(pid, "NSpid:"));
	found = find_in_root(pid, path, O_NOFOLLOW);
	if (found < 0)
		return found;
	if (stat(directory, &process) || fstat(found, &file) || !S_ISREG(file.st_mode) ||
	    file.st_uid != process.st_uid) {
		close(found);
		return -EACCES;
	}
	return found_open(found, 0);
}

bool proc_sees_fuse(pid_t pid)
{
	FILE *mounts = proc_open(pid, "mountinfo");
	bool found = false;
	char *line = NULL;
	size_t room = 0;

	if (!mounts)
		return true;
	while (!found && getline(&line, &room, mounts) > 0) {
		/* … path options [fields] - type source options; a blank in a path is \040 */
		const char *type = strstr(line, " - ");

		found = type && !strncmp(type + 3, "fuse", 4);
	}
	free(line);
	fclose(mounts);
	return found;
}

#define PAGEMAP_PRESENT (UINT64_C(1) << 63) /* Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_SWAPPED (UINT64_C(1) << 62)

static int page_check(pid_t pid, uint64_t address)
{
	uint64_t number = address / (uint64_t)sysconf(_SC_PAGESIZE), page = 0;
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = pread(fd, &page, sizeof(page), (off_t)(number * sizeof(page)));
	close(fd);
	if (got != (ssize_t)sizeof(page))
		return -EIO;
	return page & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED) ? 0 : -ENODATA;
}

int proc_word_read(pid_t pid, uint64_t address, uint64_t *out)
{
	struct iovec to = {out, sizeof(*out)};
	struct iovec from = {(void *)(uintptr_t)address, sizeof(*out)}; /* never dereferenced */
	int error = page_check(pid, address);
	ssize_t got;

	if (error)
		return error;
	got = process_vm_readv(pid, &to, 1, &from, 1, 0);
	if (got < 0)
		return -errno;
	return got == (ssize_t)sizeof(*out) ? 0 : -EIO;
}
