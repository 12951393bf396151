/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/lines.h"
#include "format/base/array.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>

enum { FORMATS = 16, SOURCES = 1 << 20, OPCODES = 256 };

/* The line table that is being read. */
struct reader {
	struct dwarf_unit unit; /* the unit, with the table's own encoding */
	struct byte_reader at;
	struct byte_reader program;
	uint16_t version;
	uint8_t least_bytes; /* minimum_instruction_length */
	int8_t line_base;
	uint8_t line_range;
	uint8_t opcode_base;
	uint8_t opcode_arguments[OPCODES];
	const char **directories;
	size_t directory_count, directory_room;
	size_t source_room;
};

static bool header_begin(struct reader *r, const struct dwarf_unit *unit)
{
	uint64_t length;
	uint64_t header;

	if (!unit->has_line)
		return false;
	r->unit = *unit;
	r->unit.encoding.offset_bytes = 4;
	r->at = dwarf_view_from(&unit->file->sections.view[DWARF_LINE], unit->line);
	length = bytes_fixed(&r->at, 4);
	if (length == UINT32_MAX) {
		r->unit.encoding.offset_bytes = 8;
		length = bytes_fixed(&r->at, 8);
	}
	if (r->at.failed || length > bytes_left(&r->at))
		return false;
	r->at.end = r->at.at + length;
	r->version = (uint16_t)bytes_fixed(&r->at, 2);
	if (r->version < 2 || r->version > 5)
		return false;
	if (r->version == 5) {
		r->unit.encoding.address_bytes = (uint8_t)bytes_fixed(&r->at, 1);
		bytes_skip(&r->at, 1); /* segment selector */
	}
	header = bytes_fixed(&r->at, r->unit.encoding.offset_bytes);
	if (r->at.failed || header > bytes_left(&r->at))
		return false;
	r->program = bytes_of(r->at.at + header, bytes_left(&r->at) - header);
	return true;
}

static bool header_numbers(struct reader *r)
{
	r->least_bytes = (uint8_t)bytes_fixed(&r->at, 1);
	if (r->version >= 4)
		/* maximum_operations_per_instruction: 1 except on VLIW machines */
		bytes_skip(&r->at, 1);
	bytes_skip(&r->at, 1); /* default_is_stmt */
	r->line_base = (int8_t)bytes_fixed(&r->at, 1);
	r->line_range = (uint8_t)bytes_fixed(&r->at, 1);
	r->opcode_base = (uint8_t)bytes_fixed(&r->at, 1);
	for (unsigned int i = 1; i < r->opcode_base; i++)
		r->opcode_arguments[i] = (uint8_t)bytes_fixed(&r->at, 1);
	return !r->at.failed && r->line_range && r->opcode_base;
}

static int source_add(struct reader *r, struct dwarf_lines *lines, const char *name,
		      uint64_t directory)
{
	const char *in = directory < r->directory_count ? r->directories[directory] : NULL;

	if (lines->source_count == SOURCES)
		return -EBADMSG;
	if (!array_grow(&lines->sources, lines->source_count, &r->source_room,
			sizeof(*lines->sources)))
		return -ENOMEM;
	lines->sources[lines->source_count++] = (struct dwarf_source) {
		.directory = name && name[0] != '/' ? in : NULL,
		.name = name,
	};
	return 0;
}

static int directory_add(struct reader *r, const char *name)
{
	if (r->directory_count == SOURCES)
		return -EBADMSG;
	if (!array_grow(&r->directories, r->directory_count, &r->directory_room,
			sizeof(*r->directories)))
		return -ENOMEM;
	r->directories[r->directory_count++] = name;
	return 0;
}

/* Up to DWARF 4: directories and files count from 1, and 0 is that of the unit itself. */
static int names_read_old(struct reader *r, struct dwarf_lines *lines)
{
	int error = directory_add(r, NULL);

	while (!error) {
		const char *name = bytes_text(&r->at);

		if (!name || !*name)
			break;
		error = directory_add(r, name);
	}
	if (!error)
		error = source_add(r, lines, r->unit.name, 0);
	while (!error) {
		const char *name = bytes_text(&r->at);
		uint64_t directory;

		if (!name || !*name)
			break;
		directory = bytes_uleb(&r->at);
		bytes_uleb(&r->at); /* time */
		bytes_uleb(&r->at); /* size */
		error = source_add(r, lines, name, directory);
	}
	return error;
}

static size_t formats_read(struct reader *r, struct dwarf_attribute *formats)
{
	size_t count = bytes_fixed(&r->at, 1);

	if (count > FORMATS) {
		bytes_fail(&r->at);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		formats[i] = (struct dwarf_attribute) {
			.name = (uint16_t)bytes_uleb(&r->at),
			.form = (uint16_t)bytes_uleb(&r->at),
		};
	return count;
}

static void name_read(struct reader *r, const struct dwarf_attribute *formats, size_t count,
		      const char **name, uint64_t *directory)
{
	*name = NULL;
	*directory = 0;
	for (size_t i = 0; i < count; i++) {
		struct dwarf_value v = dwarf_value_read(&r->unit.encoding, &r->at, &formats[i]);

		if (formats[i].name == DW_LNCT_path)
			*name = dwarf_unit_text(&r->unit, &v);
		else if (formats[i].name == DW_LNCT_directory_index)
			*directory = dwarf_value_number(&v);
	}
}

/* DWARF 5: directory 0 is that of the unit itself. */
static int names_read(struct reader *r, struct dwarf_lines *lines)
{
	struct dwarf_attribute formats[FORMATS];
	size_t kinds = formats_read(r, formats);
	uint64_t count = bytes_uleb(&r->at);
	uint64_t directory;
	const char *name;
	int error = 0;

	for (uint64_t i = 0; !error && i < count && kinds && !r->at.failed; i++) {
		name_read(r, formats, kinds, &name, &directory);
		error = directory_add(r, i ? name : NULL);
	}
	kinds = formats_read(r, formats);
	count = bytes_uleb(&r->at);
	for (uint64_t i = 0; !error && i < count && kinds && !r->at.failed; i++) {
		name_read(r, formats, kinds, &name, &directory);
		error = source_add(r, lines, name, directory);
	}
	return error;
}

int dwarf_lines_sources(struct dwarf_lines *lines, const struct dwarf_unit *unit)
{
	struct reader r = {0};
	int error = 0;

	if (header_begin(&r, unit) && header_numbers(&r))
		error = r.version == 5 ? names_read(&r, lines) : names_read_old(&r, lines);
	free(r.directories);
	return error == -ENOMEM ? error : 0;
}

/* The state machine that runs a line number program. */
struct machine {
	const struct reader *r;
	struct dwarf_lines *lines;
	const struct dwarf_wanted *wanted;
	size_t next; /* index of the first wanted address that is not before the last row */
	size_t room;
	uint64_t address;
	uint32_t source, line, column, discriminator;
	struct dwarf_line row; /* the last row, whose end is not known yet */
	bool open;
	bool no_memory;
};

static void machine_reset(struct machine *m)
{
	m->address = 0;
	m->source = m->line = 1;
	m->column = m->discriminator = 0;
	m->open = false;
}

static bool row_wanted(struct machine *m, uint64_t start, uint64_t end)
{
	const struct dwarf_wanted *w = m->wanted;

	if (!w->address)
		return true;
	if (!m->next || w->address[m->next - 1] >= start)
		m->next = dwarf_wanted_from(w, start);
	while (m->next < w->count && w->address[m->next] < start)
		m->next++;
	return m->next < w->count && w->address[m->next] < end;
}

static void row_close(struct machine *m, uint64_t end)
{
	struct dwarf_lines *lines = m->lines;

	/* Code that the linker discarded begins at 0. */
	if (!m->open || !m->row.start || end <= m->row.start || !row_wanted(m, m->row.start, end))
		return;
	if (!array_grow(&lines->rows, lines->row_count, &m->room, sizeof(*lines->rows))) {
		m->no_memory = true;
		return;
	}
	m->row.end = end;
	lines->rows[lines->row_count++] = m->row;
}

static void row_emit(struct machine *m)
{
	row_close(m, m->address);
	m->row = (struct dwarf_line) {
		.start = m->address,
		.source = m->source,
		.line = m->line,
		.column = m->column,
		.discriminator = m->discriminator,
	};
	m->discriminator = 0;
	m->open = true;
}

static void run_extended(struct machine *m, struct byte_reader *at)
{
	uint64_t length = bytes_uleb(at);
	struct byte_reader inside;

	if (at->failed || !length || length > bytes_left(at)) {
		bytes_fail(at);
		return;
	}
	inside = bytes_of(at->at, length);
	bytes_skip(at, length);
	switch (bytes_fixed(&inside, 1)) {
	case DW_LNE_end_sequence:
		row_close(m, m->address);
		machine_reset(m);
		break;
	case DW_LNE_set_address:
		m->address = bytes_fixed(&inside, length - 1 < 8 ? (unsigned int)length - 1 : 8);
		break;
	case DW_LNE_set_discriminator:
		m->discriminator = (uint32_t)bytes_uleb(&inside);
		break;
	default:
		break;
	}
}

static void run_standard(struct machine *m, struct byte_reader *at, uint8_t opcode)
{
	const struct reader *r = m->r;

	switch (opcode) {
	case DW_LNS_copy:
		row_emit(m);
		break;
	case DW_LNS_advance_pc:
		m->address += bytes_uleb(at) * r->least_bytes;
		break;
	case DW_LNS_advance_line:
		m->line = (uint32_t)(m->line + (uint64_t)bytes_sleb(at));
		break;
	case DW_LNS_set_file:
		m->source = (uint32_t)bytes_uleb(at);
		break;
	case DW_LNS_set_column:
		m->column = (uint32_t)bytes_uleb(at);
		break;
	case DW_LNS_const_add_pc:
		m->address += (uint64_t)((255 - r->opcode_base) / r->line_range) * r->least_bytes;
		break;
	case DW_LNS_fixed_advance_pc:
		m->address += bytes_fixed(at, 2);
		break;
	case DW_LNS_negate_stmt:
	case DW_LNS_set_basic_block:
	case DW_LNS_set_prologue_end:
	case DW_LNS_set_epilogue_begin:
		break;
	default:
		for (unsigned int i = 0; i < r->opcode_arguments[opcode]; i++)
			bytes_uleb(at);
		break;
	}
}

static void program_run(struct machine *m)
{
	const struct reader *r = m->r;
	struct byte_reader at = r->program;

	machine_reset(m);
	while (at.at < at.end && !m->no_memory) {
		uint8_t opcode = *at.at++;

		if (opcode >= r->opcode_base) {
			unsigned int special = (unsigned int)(opcode - r->opcode_base);

			m->address += (uint64_t)(special / r->line_range) * r->least_bytes;
			m->line += (uint32_t)(r->line_base + (int)(special % r->line_range));
			row_emit(m);
		} else if (!opcode) {
			run_extended(m, &at);
		} else {
			run_standard(m, &at, opcode);
		}
	}
}

static int line_order(const void *a, const void *b)
{
	const struct dwarf_line *x = a;
	const struct dwarf_line *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end > y->end ? -1 : x->end < y->end;
}

int dwarf_lines_rows(struct dwarf_lines *lines, const struct dwarf_unit *unit,
		     const struct dwarf_wanted *wanted)
{
	struct reader r = {0};
	struct machine m = {.r = &r, .lines = lines, .wanted = wanted};
	bool sorted = true;
	uint64_t reach = 0;

	if (!header_begin(&r, unit) || !header_numbers(&r))
		return 0;
	program_run(&m);
	for (size_t i = 1; i < lines->row_count && sorted; i++)
		sorted = lines->rows[i - 1].start <= lines->rows[i].start;
	if (!sorted)
		qsort(lines->rows, lines->row_count, sizeof(*lines->rows), line_order);
	for (size_t i = 0; i < lines->row_count; i++) {
		reach = lines->rows[i].end > reach ? lines->rows[i].end : reach;
		lines->rows[i].reach = reach;
	}
	return m.no_memory ? -ENOMEM : 0;
}

void dwarf_lines_close(struct dwarf_lines *lines)
{
	free(lines->sources);
	free(lines->rows);
	memset(lines, 0, sizeof(*lines));
}

const struct dwarf_line *dwarf_lines_find(const struct dwarf_lines *lines, uint64_t address)
{
	size_t after = SORTED_UP_TO(lines->rows, lines->row_count, start, address);

	for (size_t i = after; i-- > 0 && lines->rows[i].reach > address;)
		if (lines->rows[i].end > address)
			return &lines->rows[i];
	return NULL;
}
