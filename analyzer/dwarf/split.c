/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/split.h"
#include "analyzer/dwarf/header.h"

#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Section numbers in a package's index. Those used here are the same in GNU's format and in DWARF
 * 5.
 */
enum { INDEX_INFO = 1, INDEX_ABBREV = 3, INDEX_LINE = 4, INDEX_STR_OFFSETS = 6, V5_RNGLISTS = 8 };
enum { COLUMNS = 16 };

/* The hash table at the beginning of .debug_cu_index. */
struct package_index {
	uint16_t version;
	uint32_t columns, units, slots;
	const uint8_t *hashes, *rows, *names, *offsets;
};

static bool index_read(struct package_index *p, const struct dwarf_view *view)
{
	struct byte_reader at = bytes_of(view->start, view->bytes);
	uint32_t version = (uint32_t)bytes_fixed(&at, 4);

	/* DWARF 5: two bytes of version, two of padding; GNU: four of version. */
	p->version = (uint16_t)version;
	p->columns = (uint32_t)bytes_fixed(&at, 4);
	p->units = (uint32_t)bytes_fixed(&at, 4);
	p->slots = (uint32_t)bytes_fixed(&at, 4);
	if (at.failed || (p->version != 2 && p->version != 5) || !p->columns ||
	    p->columns > COLUMNS || !p->slots || p->slots & (p->slots - 1))
		return false;
	p->hashes = at.at;
	bytes_skip(&at, (uint64_t)p->slots * 8);
	p->rows = at.at;
	bytes_skip(&at, (uint64_t)p->slots * 4);
	p->names = at.at;
	bytes_skip(&at, (uint64_t)p->columns * 4);
	p->offsets = at.at;
	bytes_skip(&at, (uint64_t)p->units * p->columns * 4);
	return !at.failed;
}

static uint32_t u32_at(const uint8_t *at, uint64_t index)
{
	uint32_t value;

	memcpy(&value, at + index * 4, sizeof(value));
	return value;
}

static uint64_t u64_at(const uint8_t *at, uint64_t index)
{
	uint64_t value;

	memcpy(&value, at + index * 8, sizeof(value));
	return value;
}

/* Row of a unit, counted from 1; 0: not in the package. */
static uint32_t index_find(const struct package_index *p, uint64_t id)
{
	uint32_t mask = p->slots - 1;
	uint32_t at = (uint32_t)id & mask;
	uint32_t step = ((uint32_t)(id >> 32) & mask) | 1;

	for (uint32_t i = 0; i < p->slots; i++, at = (at + step) & mask) {
		uint32_t row = u32_at(p->rows, at);

		if (!row)
			return 0;
		if (u64_at(p->hashes, at) == id)
			return row <= p->units ? row : 0;
	}
	return 0;
}

static void contribution_read(const struct package_index *p, uint32_t row, uint64_t *info,
			      struct dwarf_contribution *part)
{
	for (uint32_t c = 0; c < p->columns; c++) {
		uint32_t name = u32_at(p->names, c);
		uint32_t offset = u32_at(p->offsets, (uint64_t)(row - 1) * p->columns + c);

		if (name == INDEX_INFO)
			*info = offset;
		else if (name == INDEX_ABBREV)
			part->abbreviations = offset;
		else if (name == INDEX_LINE)
			part->line = offset;
		else if (name == INDEX_STR_OFFSETS)
			part->str_offsets = offset;
		else if (name == V5_RNGLISTS && p->version == 5)
			part->rnglists = offset;
	}
}

static int unit_take(struct dwarf_split *out, struct dwarf_unit *skeleton)
{
	if (!out->unit.has_id || out->unit.id != skeleton->id)
		return -ENOENT;
	out->unit.skeleton = skeleton;
	out->found = true;
	return 0;
}

int dwarf_split_in_package(struct dwarf_split *out, struct dwarf_file *package,
			   struct dwarf_unit *skeleton)
{
	struct dwarf_contribution part = {0};
	struct package_index p = {0};
	uint64_t info = 0;
	uint32_t row;
	int error;

	if (!skeleton->has_id || !index_read(&p, &package->sections.view[DWARF_CU_INDEX]))
		return -ENOENT;
	row = index_find(&p, skeleton->id);
	if (!row)
		return -ENOENT;
	contribution_read(&p, row, &info, &part);
	error = dwarf_unit_read(package, info, &part, &out->unit);
	if (error)
		return error == -ENOMEM ? error : -ENOENT;
	/* GNU's packages do not repeat the id in the unit. */
	if (!out->unit.has_id) {
		out->unit.id = skeleton->id;
		out->unit.has_id = true;
	}
	return unit_take(out, skeleton);
}

static int file_read(struct dwarf_split *out, const char *path, struct dwarf_unit *skeleton)
{
	int error = elf_file_open(&out->elf, path);

	if (error)
		return error == -ENOMEM ? error : -ENOENT;
	error = dwarf_file_open(out->elf.elf, true, &out->file);
	if (!error)
		error = dwarf_units_read(out->file);
	for (size_t i = 0; !error && !out->found && i < out->file->unit_count; i++) {
		out->unit = out->file->units[i];
		unit_take(out, skeleton);
	}
	if (out->found)
		return 0;
	dwarf_split_close(out);
	return error == -ENOMEM ? error : -ENOENT;
}

static int joined_read(struct dwarf_split *out, const char *directory, const char *name,
		       struct dwarf_unit *skeleton)
{
	char *path = NULL;
	int error;

	if (asprintf(&path, "%s%s%s", directory ? directory : "", directory ? "/" : "", name) < 0)
		return -ENOMEM;
	error = file_read(out, path, skeleton);
	free(path);
	return error;
}

int dwarf_split_in_file(struct dwarf_split *out, const char *directory, struct dwarf_unit *skeleton)
{
	const char *name = skeleton->dwo_name;
	const char *last;
	int error = -ENOENT;

	if (!name || !skeleton->has_id)
		return -ENOENT;
	last = strrchr(name, '/');
	last = last ? last + 1 : name;
	if (name[0] == '/')
		error = joined_read(out, NULL, name, skeleton);
	else if (skeleton->comp_dir)
		error = joined_read(out, skeleton->comp_dir, name, skeleton);
	if (error == -ENOENT && directory && name[0] != '/')
		error = joined_read(out, directory, name, skeleton);
	if (error == -ENOENT && directory) /* it may have been moved together with the binary */
		error = joined_read(out, directory, last, skeleton);
	return error;
}

void dwarf_split_close(struct dwarf_split *s)
{
	dwarf_file_close(s->file);
	elf_file_close(&s->elf);
	memset(s, 0, sizeof(*s));
}
