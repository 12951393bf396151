/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/mappings.h"
#include "analyzer/plan/file.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAPPINGS_MAX = 65536 };

/* One line of /proc/PID/maps. False: not executable, or not a file. */
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
	if (is_known(m, one) || m->count == MAPPINGS_MAX)
		return 0;
	if (!array_grow(&m->item, m->count, &m->room, sizeof(*m->item)))
		return -ENOMEM;
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
	/* map_files takes a capability. The path will do, if it still is the same file. */
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
		*image = (void *)start; /* NOLINT: the kernel gives it as a number */
		*bytes = (size_t)(m.item[i].end - m.item[i].start);
		err = 0;
	}
	plan_mappings_free(&m);
	return err;
}
