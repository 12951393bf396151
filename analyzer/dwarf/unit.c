/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/unit.h"
#include "analyzer/base/sorted.h"

#include <dwarf.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of .debug_info: pages of smaller ones are not worth giving back. */
enum { FORGET_BYTES = 128 << 20 };

/* The unit that an offset into .debug_info is in; NULL: none. */
static struct dwarf_unit *unit_at(const struct dwarf_file *f, uint64_t offset)
{
	size_t count = SORTED_UP_TO(f->units, f->unit_count, offset, offset);

	return count && offset < f->units[count - 1].end ? &f->units[count - 1] : NULL;
}

/* Units of one encoding may share a table. */
static struct dwarf_abbreviations *table_of(struct dwarf_file *f, const struct dwarf_unit *unit)
{
	const struct dwarf_encoding *e = &unit->encoding;
	struct dwarf_abbreviations *all;

	for (all = f->abbreviations; all; all = all->next)
		if (all->offset == unit->abbreviation_offset &&
		    all->encoding.version == e->version &&
		    all->encoding.address_bytes == e->address_bytes &&
		    all->encoding.offset_bytes == e->offset_bytes)
			return all;
	all = dwarf_abbreviations_read(&f->sections.view[DWARF_ABBREV], unit->abbreviation_offset,
				       e);
	if (!all)
		return NULL;
	all->next = f->abbreviations;
	f->abbreviations = all;
	return all;
}

const struct dwarf_abbreviations *dwarf_unit_abbreviations(struct dwarf_unit *unit)
{
	const struct dwarf_abbreviations *all =
		atomic_load_explicit(&unit->abbreviations, memory_order_acquire);

	if (all)
		return all;
	pthread_mutex_lock(&unit->file->lock);
	all = table_of(unit->file, unit);
	pthread_mutex_unlock(&unit->file->lock);
	atomic_store_explicit(&unit->abbreviations, all, memory_order_release);
	return all;
}

void dwarf_unit_forget(const struct dwarf_unit *unit)
{
	const struct dwarf_view *info = &unit->file->sections.view[DWARF_INFO];
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)info->start + unit->offset;
	uintptr_t end = (uintptr_t)info->start + unit->end;

	/* An unpacked section is not the mapped file, and would be lost. */
	if (info->bytes < FORGET_BYTES || unit->file->sections.unpacked[DWARF_INFO])
		return;
	start = (start + page - 1) & ~(page - 1);
	end &= ~(page - 1);
	if (start < end)
		madvise((void *)start, end - start, MADV_DONTNEED); /* NOLINT: pages are numbers */
}

static const char *text_at(const struct dwarf_file *f, enum dwarf_section s, uint64_t offset)
{
	const struct dwarf_view *view = f ? &f->sections.view[s] : NULL;

	if (!view || offset >= view->bytes ||
	    !memchr(view->start + offset, 0, view->bytes - offset))
		return NULL;
	return (const char *)view->start + offset;
}

static const char *text_indexed(const struct dwarf_unit *unit, uint64_t index)
{
	uint64_t offset;

	if (!dwarf_view_number(&unit->file->sections.view[DWARF_STR_OFFSETS],
			       unit->str_offsets_base, index, unit->encoding.offset_bytes, &offset))
		return NULL;
	return text_at(unit->file, DWARF_STR, offset);
}

const char *dwarf_unit_text(const struct dwarf_unit *unit, const struct dwarf_value *v)
{
	switch (v->form) {
	case DW_FORM_string:
		return (const char *)v->bytes;
	case DW_FORM_strp:
		return text_at(unit->file, DWARF_STR, v->number);
	case DW_FORM_line_strp:
		return text_at(unit->file, DWARF_LINE_STR, v->number);
	case DW_FORM_GNU_strp_alt:
	case DW_FORM_strp_sup:
		return text_at(unit->file->supplement, DWARF_STR, v->number);
	case DW_FORM_strx:
	case DW_FORM_strx1:
	case DW_FORM_strx2:
	case DW_FORM_strx3:
	case DW_FORM_strx4:
	case DW_FORM_GNU_str_index:
		return text_indexed(unit, v->number);
	default:
		return NULL;
	}
}

static bool form_is_address(uint16_t form)
{
	return form == DW_FORM_addr || form == DW_FORM_addrx || form == DW_FORM_addrx1 ||
	       form == DW_FORM_addrx2 || form == DW_FORM_addrx3 || form == DW_FORM_addrx4 ||
	       form == DW_FORM_GNU_addr_index;
}

bool dwarf_unit_address(const struct dwarf_unit *unit, const struct dwarf_value *v, uint64_t *out)
{
	/* The addresses of a split unit are in the file of its skeleton. */
	const struct dwarf_unit *holder = unit->skeleton ? unit->skeleton : unit;

	if (!form_is_address(v->form))
		return false;
	*out = v->number;
	return v->form == DW_FORM_addr ||
	       dwarf_view_number(&holder->file->sections.view[DWARF_ADDR], holder->addr_base,
				 v->number, holder->encoding.address_bytes, out);
}

bool dwarf_unit_reference(struct dwarf_unit *unit, const struct dwarf_value *v,
			  struct dwarf_unit **out_unit, uint64_t *out_offset)
{
	struct dwarf_file *f = unit->file;

	*out_offset = v->number;
	switch (v->form) {
	case DW_FORM_ref1:
	case DW_FORM_ref2:
	case DW_FORM_ref4:
	case DW_FORM_ref8:
	case DW_FORM_ref_udata:
		*out_offset += unit->offset;
		*out_unit = unit;
		return *out_offset >= unit->first && *out_offset < unit->end;
	case DW_FORM_ref_addr:
		break;
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_ref_sup4:
	case DW_FORM_ref_sup8:
		f = f->supplement;
		break;
	default:
		return false;
	}
	*out_unit = f ? unit_at(f, *out_offset) : NULL;
	if (!*out_unit && f == unit->file && *out_offset >= unit->first && *out_offset < unit->end)
		*out_unit = unit;
	return *out_unit != NULL;
}
