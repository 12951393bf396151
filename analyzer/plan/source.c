/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/source.h"
#include "analyzer/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAPPINGS_MAX = 65536 };

/* One line of /proc/PID/maps; false: not executable, or nothing that could be an object. */
static bool mapping_parse(const char *line, struct plan_mapping *out)
{
	char permissions[5];
	int path = 0;
	size_t length;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*x %x:%x %" SCNu64 " %n", &out->start,
		   &out->end, permissions, &out->major, &out->minor, &out->inode, &path) != 6 ||
	    !path || permissions[2] != 'x')
		return false;
	length = strcspn(line + path, "\n");
	if (length >= sizeof(out->path))
		return false;
	memcpy(out->path, line + path, length);
	out->path[length] = '\0';
	out->vdso = strcmp(out->path, "[vdso]") == 0;
	return out->vdso || (out->inode && out->path[0] == '/');
}

static bool is_known(const struct plan_mappings *m, const struct plan_mapping *one)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->item[i].inode == one->inode && m->item[i].major == one->major &&
		    m->item[i].minor == one->minor && m->item[i].vdso == one->vdso)
			return true;
	}
	return false;
}

static int mapping_add(struct plan_mappings *m, const struct plan_mapping *one)
{
	struct plan_mapping *item;

	if (is_known(m, one) || m->count == MAPPINGS_MAX)
		return 0;
	if ((m->count & (m->count - 1)) == 0) {
		item = realloc(m->item, (m->count ? m->count * 2 : 1) * sizeof(*item));
		if (!item)
			return -ENOMEM;
		m->item = item;
	}
	m->item[m->count++] = *one;
	return 0;
}

int plan_mappings_read(struct plan_mappings *m, pid_t pid)
{
	struct plan_mapping one;
	char path[64] = "/proc/self/maps";
	char *line = NULL;
	size_t room = 0;
	FILE *maps;
	int err = 0;

	memset(m, 0, sizeof(*m));
	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (!maps)
		return -errno;
	errno = 0;
	while (!err && getline(&line, &room, maps) > 0) {
		if (mapping_parse(line, &one))
			err = mapping_add(m, &one);
	}
	if (!err && ferror(maps))
		err = errno ? -errno : -EIO;
	free(line);
	fclose(maps);
	if (err)
		plan_mappings_free(m);
	return err;
}

void plan_mappings_free(struct plan_mappings *m)
{
	free(m->item);
	memset(m, 0, sizeof(*m));
}

int plan_file_open(const char *path)
{
	/* It may be a pipe or a device: do not wait on it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int plan_mapping_open(const struct plan_mapping *m, pid_t pid)
{
	char path[PATH_MAX + 64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, m->start,
		 m->end);
	fd = plan_file_open(path);
	if (fd >= 0)
		return fd;
	/* That wants a capability. The name will do, if it still means the same file. */
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, m->path);
	fd = plan_file_open(path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || st.st_ino != m->inode) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

int plan_vdso(void **image, size_t *bytes)
{
	unsigned long start = getauxval(AT_SYSINFO_EHDR);
	struct plan_mappings m;
	int err = plan_mappings_read(&m, 0);

	if (err)
		return err;
	err = -ENOENT;
	for (size_t i = 0; i < m.count; i++) {
		if (!m.item[i].vdso || m.item[i].start != start)
			continue;
		*image = (void *)start; /* NOLINT: the kernel tells it as a number */
		*bytes = (size_t)(m.item[i].end - m.item[i].start);
		err = 0;
	}
	plan_mappings_free(&m);
	return err;
}

int plan_file_write(const char *path, const void *data, size_t bytes)
{
	struct new_file file;
	int err;

	if (strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, data, bytes);
	err = new_file_open(&file, path, 0666);
	if (!err)
		err = new_file_write(&file, data, bytes);
	return new_file_close(&file, err);
}
