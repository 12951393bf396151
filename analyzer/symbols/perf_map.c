/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/perf_map.h"
#include "analyzer/base/sorted.h"
#include "analyzer/base/text_clean.h"
#include "analyzer/base/text_pool.h"
#include "format/base/array.h"
#include "format/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };
#define FILE_BYTES_MAX (256u << 20) /* as much as hud-record copies */

struct entry {
	uint64_t start;
	uint64_t bytes;
	uint64_t line; /* of several for one address the last holds: code is thrown away */
	const char *name;
};

struct perf_map {
	struct text_pool pool;
	struct entry *entry;
	size_t count, room;
};

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* 0, -ENOMEM. */
static int line_take(struct perf_map *map, char *line, uint64_t number)
{
	struct entry entry = {.line = number};
	char *end, *name;

	entry.start = strtoull(line, &end, 16);
	if (end == line || *end != ' ')
		return 0;
	line = end + 1;
	entry.bytes = strtoull(line, &end, 16);
	if (end == line || *end != ' ' || !entry.bytes || entry.bytes > UINT64_MAX - entry.start)
		return 0;
	end[1 + strcspn(end + 1, "\n")] = 0;
	name = text_clean(end + 1, strlen(end + 1));
	if (name && *name)
		entry.name = text_pool_intern(&map->pool, name, strlen(name));
	free(name);
	if (!name || (*end && end[1] && !entry.name))
		return -ENOMEM;
	if (!entry.name)
		return 0;
	if (!array_grow(&map->entry, map->count, &map->room, sizeof(entry)))
		return -ENOMEM;
	map->entry[map->count++] = entry;
	return 0;
}

/* Keeps the last of each address. */
static void entries_sort(struct perf_map *map)
{
	size_t kept = 0;

	if (map->count)
		qsort(map->entry, map->count, sizeof(*map->entry), entry_order);
	for (size_t i = 0; i < map->count; i++)
		if (i + 1 == map->count || map->entry[i + 1].start != map->entry[i].start)
			map->entry[kept++] = map->entry[i];
	map->count = kept;
}

static int file_open(const char *path, FILE **out)
{
	struct stat st;
	int fd = file_open_regular(path, &st);
	int err;

	if (fd < 0)
		return fd;
	err = st.st_size > FILE_BYTES_MAX ? -EFBIG : 0;
	if (!err && !(*out = fdopen(fd, "r")))
		err = -errno;
	if (err)
		close(fd);
	return err;
}

int perf_map_open(const char *path, struct perf_map **out)
{
	struct perf_map *map = NULL;
	FILE *file = NULL;
	char line[LINE_BYTES];
	int err = file_open(path, &file);

	if (!err && !(map = calloc(1, sizeof(*map))))
		err = -ENOMEM;
	for (uint64_t number = 0; !err && fgets(line, sizeof(line), file); number++)
		err = line_take(map, line, number);
	if (file)
		fclose(file);
	if (err) {
		perf_map_close(map);
		return err;
	}
	entries_sort(map);
	*out = map;
	return 0;
}

void perf_map_close(struct perf_map *map)
{
	if (!map)
		return;
	free(map->entry);
	text_pool_close(&map->pool);
	free(map);
}

const char *perf_map_find(const struct perf_map *map, uint64_t address)
{
	size_t at = SORTED_UP_TO(map->entry, map->count, start, address);
	const struct entry *found = at ? &map->entry[at - 1] : NULL;

	return found && address - found->start < found->bytes ? found->name : NULL;
}
