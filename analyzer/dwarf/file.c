/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/file.h"
#include "analyzer/dwarf/header.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>

int dwarf_file_open(Elf *elf, bool split, struct dwarf_file **out)
{
	struct dwarf_file *f = calloc(1, sizeof(*f));
	int error;

	if (!f)
		return -ENOMEM;
	error = dwarf_sections_open(&f->sections, elf, split);
	if (error) {
		free(f);
		return error;
	}
	pthread_mutex_init(&f->lock, NULL);
	*out = f;
	return 0;
}

void dwarf_file_close(struct dwarf_file *f)
{
	if (!f)
		return;
	dwarf_sections_close(&f->sections);
	dwarf_abbreviations_close(f->abbreviations);
	free(f->units);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int dwarf_units_read(struct dwarf_file *f)
{
	static const struct dwarf_contribution whole;
	size_t room = 0;
	uint64_t offset = 0;

	while (offset < f->sections.view[DWARF_INFO].bytes) {
		struct dwarf_unit *unit;
		int error;

		if (!array_grow(&f->units, f->unit_count, &room, sizeof(*f->units)))
			return -ENOMEM;
		unit = &f->units[f->unit_count];
		error = dwarf_unit_read(f, offset, &whole, unit);
		if (error == -ENOMEM)
			return error;
		if (unit->end <= offset) /* where the next unit begins is not known */
			return 0;
		offset = unit->end;
		f->unit_count += error ? 0 : 1;
	}
	return 0;
}
