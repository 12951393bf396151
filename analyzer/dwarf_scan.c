// SPDX-License-Identifier: MIT OR Apache-2.0
#include "analyzer/dwarf_scan.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/symbols_text.h"

/* Hostile files: codes and forms beyond what any compiler writes end the scan. */
enum { ABBREVIATIONS = 1 << 16, FORMS = 256, DEPTH = 512 };

struct abbreviation {
	bool known;
	bool has_children;
	bool fixed; /* all attributes together are `bytes` long */
	int tag;
	uint32_t bytes;
	uint32_t forms; /* index of the first in scan->forms */
	uint32_t form_count;
};

struct dwarf_scan {
	const uint8_t *start; /* of the unit's first entry */
	const uint8_t *at;
	const uint8_t *end;
	Dwarf_Off start_offset;
	uint8_t address_bytes;
	uint8_t offset_bytes;
	Dwarf_Half version;
	int depth;
	struct abbreviation *codes; /* by code */
	size_t code_count;
	uint16_t *forms;
	size_t form_count;
	size_t form_room;
};

static bool skip(struct dwarf_scan *s, uint64_t bytes)
{
	if (bytes > (uint64_t)(s->end - s->at))
		return false;
	s->at += bytes;
	return true;
}

static bool read_fixed(struct dwarf_scan *s, unsigned int bytes, uint64_t *value)
{
	*value = 0;
	if (bytes > (uint64_t)(s->end - s->at))
		return false;
	memcpy(value, s->at, bytes); /* little-endian, as all targets are */
	s->at += bytes;
	return true;
}

static bool read_uleb(struct dwarf_scan *s, uint64_t *value)
{
	unsigned int shift = 0;

	*value = 0;
	while (s->at < s->end) {
		uint8_t byte = *s->at++;

		if (shift < 64)
			*value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* Bytes of a form, or -1 where they have to be read. */
static int form_bytes(const struct dwarf_scan *s, unsigned int form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return s->address_bytes;
	case DW_FORM_ref_addr:
		return s->version < 3 ? s->address_bytes : s->offset_bytes;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return s->offset_bytes;
	default:
		return -1;
	}
}

static bool skip_block(struct dwarf_scan *s, unsigned int length_bytes)
{
	uint64_t length;

	return (length_bytes ? read_fixed(s, length_bytes, &length) : read_uleb(s, &length)) &&
	       skip(s, length);
}

static bool skip_form(struct dwarf_scan *s, uint64_t form)
{
	int bytes = form < UINT16_MAX ? form_bytes(s, (unsigned int)form) : -1;
	const uint8_t *zero;
	uint64_t value;

	if (bytes >= 0)
		return skip(s, (uint64_t)bytes);
	switch (form) {
	case DW_FORM_string:
		zero = memchr(s->at, 0, (size_t)(s->end - s->at));
		return zero && skip(s, (uint64_t)(zero - s->at) + 1);
	case DW_FORM_udata:
	case DW_FORM_sdata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		return read_uleb(s, &value);
	case DW_FORM_block1:
		return skip_block(s, 1);
	case DW_FORM_block2:
		return skip_block(s, 2);
	case DW_FORM_block4:
		return skip_block(s, 4);
	case DW_FORM_block:
	case DW_FORM_exprloc:
		return skip_block(s, 0);
	case DW_FORM_indirect: /* one step only, or a file could send us round for ever */
		return read_uleb(s, &value) && value != DW_FORM_indirect && skip_form(s, value);
	default:
		return false;
	}
}

/*
 * One attribute after the other until there is none: dwarf_getattrcnt() of libdw 0.188 takes the
 * value of a DW_FORM_implicit_const for an attribute and may count too many.
 */
static int forms_read(struct dwarf_scan *s, Dwarf_Abbrev *from, struct abbreviation *out)
{
	out->forms = (uint32_t)s->form_count;
	out->fixed = true;
	for (;; out->form_count++) {
		unsigned int form = 0;
		int bytes;

		if (dwarf_getabbrevattr(from, out->form_count, NULL, &form, NULL))
			return 0;
		if (form > UINT16_MAX || out->form_count == FORMS)
			return -EBADMSG;
		if (!array_grow(&s->forms, s->form_count, &s->form_room, sizeof(*s->forms)))
			return -ENOMEM;
		s->forms[s->form_count++] = (uint16_t)form;
		bytes = form_bytes(s, form);
		if (bytes < 0)
			out->fixed = false;
		else
			out->bytes += (uint32_t)bytes;
	}
}

static int code_put(struct dwarf_scan *s, Dwarf_Abbrev *from)
{
	size_t code = dwarf_getabbrevcode(from);
	struct abbreviation *out;

	if (!code || code >= ABBREVIATIONS)
		return -EBADMSG;
	if (code >= s->code_count) {
		size_t count = code + 64;
		struct abbreviation *grown = reallocarray(s->codes, count, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		memset(grown + s->code_count, 0, (count - s->code_count) * sizeof(*grown));
		s->codes = grown;
		s->code_count = count;
	}
	out = &s->codes[code];
	if (out->known)
		return 0;
	out->known = true;
	out->tag = (int)dwarf_getabbrevtag(from);
	out->has_children = dwarf_abbrevhaschildren(from) == DW_CHILDREN_yes;
	return forms_read(s, from, out);
}

/* libdw hands out the abbreviations of a unit one after the other, by offset from the first. */
static int abbreviations_read(struct dwarf_scan *s, Dwarf_Die *unit)
{
	Dwarf_Off offset = 0;
	size_t length = 0;

	for (size_t i = 0; i < ABBREVIATIONS; i++) {
		Dwarf_Abbrev *abbreviation = dwarf_getabbrev(unit, offset, &length);
		int error;

		if (abbreviation == DWARF_END_ABBREV)
			return 0;
		if (!abbreviation || !length)
			return -EBADMSG;
		error = code_put(s, abbreviation);
		if (error)
			return error;
		offset += length;
	}
	return -EBADMSG;
}

/* Where the unit's entries lie in memory: libdw says so of any entry, and we count from there. */
static int bounds_find(struct dwarf_scan *s, Dwarf *dwarf, Dwarf_Die *unit)
{
	Dwarf_Off offset = dwarf_dieoffset(unit);
	Dwarf_Off unit_start = offset - dwarf_cuoffset(unit);
	Dwarf_Off next = 0;
	size_t header = 0;

	if (!dwarf_cu_die(unit->cu, &(Dwarf_Die) {0}, &s->version, NULL, &s->address_bytes,
			  &s->offset_bytes, NULL, NULL))
		return -EBADMSG;
	if (dwarf_next_unit(dwarf, unit_start, &next, &header, NULL, NULL, NULL, NULL, NULL,
			    NULL) ||
	    next <= offset || unit_start + header != offset)
		return -EBADMSG;
	s->start = s->at = unit->addr;
	s->start_offset = offset;
	s->end = s->start + (next - offset);
	return 0;
}

int dwarf_scan_open(Dwarf *dwarf, Dwarf_Die *unit, struct dwarf_scan **out)
{
	struct dwarf_scan *s = calloc(1, sizeof(*s));
	int error;

	if (!s)
		return -ENOMEM;
	error = bounds_find(s, dwarf, unit);
	if (!error)
		error = abbreviations_read(s, unit);
	if (error) {
		dwarf_scan_close(s);
		return error;
	}
	*out = s;
	return 0;
}

void dwarf_scan_close(struct dwarf_scan *s)
{
	if (!s)
		return;
	free(s->codes);
	free(s->forms);
	free(s);
}

bool dwarf_scan_next(struct dwarf_scan *s, struct dwarf_entry *out)
{
	const struct abbreviation *a;
	uint64_t code = 0;

	do { /* a zero ends the children of one entry */
		out->offset = s->start_offset + (Dwarf_Off)(s->at - s->start);
		if (s->depth < 0 || !read_uleb(s, &code))
			return false;
		s->depth -= code ? 0 : 1;
	} while (!code);
	if (code >= s->code_count || !s->codes[code].known)
		return false;
	a = &s->codes[code];
	out->tag = a->tag;
	out->depth = s->depth;
	if (a->fixed && !skip(s, a->bytes))
		return false;
	for (uint32_t i = 0; !a->fixed && i < a->form_count; i++)
		if (!skip_form(s, s->forms[a->forms + i]))
			return false;
	s->depth += a->has_children ? 1 : 0;
	if (!s->depth) /* the unit itself without children */
		s->depth = -1;
	return s->depth < DEPTH;
}
