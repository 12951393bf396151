/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/index.h"
#include "analyzer/dwarf/ranges.h"
#include "analyzer/dwarf/split.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

struct dwarf_index {
	struct dwarf_file *file;
	struct dwarf_file *package;
	struct dwarf_file *supplement;
	char *directory;            /* of the main file; NULL */
	struct dwarf_range *ranges; /* of the units' code, by start */
	size_t range_count, range_room;
	pthread_mutex_t lock;        /* of the members below */
	struct dwarf_split **splits; /* by unit; NULL: not asked for yet */
	size_t split_units;
	size_t missing;
	const char *example;
};

struct range_target {
	struct dwarf_index *index;
	uint32_t unit;
};

static bool range_add(void *context, uint64_t start, uint64_t end)
{
	struct range_target *t = context;
	struct dwarf_index *index = t->index;

	if (!array_grow(&index->ranges, index->range_count, &index->range_room,
			sizeof(*index->ranges)))
		return false;
	index->ranges[index->range_count++] = (struct dwarf_range) {
		.start = start,
		.end = end,
		.item = t->unit,
	};
	return true;
}

static int ranges_read(struct dwarf_index *index)
{
	for (size_t i = 0; i < index->file->unit_count; i++) {
		struct dwarf_unit *unit = &index->file->units[i];
		struct range_target target = {index, (uint32_t)i};

		if (unit->dwo_name && unit->has_id)
			index->split_units++;
		if (!dwarf_ranges_each(unit, &unit->low, &unit->high, &unit->ranges, range_add,
				       &target))
			return -ENOMEM;
	}
	dwarf_ranges_sort(index->ranges, index->range_count);
	return 0;
}

static int file_open_if(const struct elf_file *elf, struct dwarf_file **out)
{
	int error = elf ? dwarf_file_open(elf->elf, false, out) : 0;

	return error == -ENODATA ? 0 : error;
}

static int index_fill(struct dwarf_index *index, const struct dwarf_index_options *options)
{
	const char *slash = options->path ? strrchr(options->path, '/') : NULL;
	int error = dwarf_file_open(options->elf, false, &index->file);

	if (!error)
		error = file_open_if(options->supplement, &index->supplement);
	if (!error && index->supplement) {
		error = dwarf_units_read(index->supplement);
		index->file->supplement = index->supplement;
	}
	if (!error)
		error = file_open_if(options->package, &index->package);
	if (!error)
		error = dwarf_units_read(index->file);
	if (!error && !index->file->unit_count)
		error = -ENODATA;
	if (error)
		return error;
	if (options->path) {
		index->directory = slash ? strndup(options->path, (size_t)(slash - options->path))
					 : strdup(".");
		if (!index->directory)
			return -ENOMEM;
	}
	index->splits = calloc(index->file->unit_count, sizeof(struct dwarf_split *));
	return index->splits ? ranges_read(index) : -ENOMEM;
}

int dwarf_index_open(const struct dwarf_index_options *options, struct dwarf_index **out)
{
	struct dwarf_index *index = calloc(1, sizeof(*index));
	int error;

	if (!index)
		return -ENOMEM;
	pthread_mutex_init(&index->lock, NULL);
	error = index_fill(index, options);
	if (error) {
		dwarf_index_close(index);
		return error;
	}
	*out = index;
	return 0;
}

void dwarf_index_close(struct dwarf_index *index)
{
	if (!index)
		return;
	for (size_t i = 0; index->splits && i < index->file->unit_count; i++) {
		if (!index->splits[i])
			continue;
		dwarf_split_close(index->splits[i]);
		free(index->splits[i]);
	}
	free(index->splits);
	free(index->ranges);
	free(index->directory);
	dwarf_file_close(index->file);
	dwarf_file_close(index->package);
	dwarf_file_close(index->supplement);
	pthread_mutex_destroy(&index->lock);
	free(index);
}

struct dwarf_file *dwarf_index_file(const struct dwarf_index *index)
{
	return index->file;
}

struct dwarf_unit *dwarf_index_unit(const struct dwarf_index *index, uint64_t address)
{
	const struct dwarf_range *hit =
		dwarf_ranges_find(index->ranges, index->range_count, address);

	return hit ? &index->file->units[hit->item] : NULL;
}

static struct dwarf_split *split_find(struct dwarf_index *index, struct dwarf_unit *unit)
{
	struct dwarf_split *split = calloc(1, sizeof(*split));
	int error = -ENOENT;

	if (!split)
		return NULL;
	if (index->package)
		error = dwarf_split_in_package(split, index->package, unit);
	if (error == -ENOENT)
		error = dwarf_split_in_file(split, index->directory, unit);
	if (error) {
		index->missing++;
		index->example = index->example ? index->example : unit->dwo_name;
	}
	return split;
}

struct dwarf_unit *dwarf_index_whole(struct dwarf_index *index, struct dwarf_unit *unit)
{
	struct dwarf_split **slot;

	if (!unit->dwo_name || !unit->has_id || unit->file != index->file)
		return unit;
	slot = &index->splits[unit - index->file->units];
	pthread_mutex_lock(&index->lock);
	if (!*slot)
		*slot = split_find(index, unit);
	pthread_mutex_unlock(&index->lock);
	return *slot && (*slot)->found ? &(*slot)->unit : NULL;
}

struct dwarf_split_state dwarf_index_split(struct dwarf_index *index)
{
	struct dwarf_split_state state;

	pthread_mutex_lock(&index->lock);
	state = (struct dwarf_split_state) {index->split_units, index->missing, index->example};
	pthread_mutex_unlock(&index->lock);
	return state;
}

const char *dwarf_index_problem(const struct dwarf_index *index)
{
	return index->file->sections.problem;
}
