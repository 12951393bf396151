/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_frame.h"
#include "analyzer/base/sorted.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A CIE or an FDE. */
struct entry {
	size_t offset;    /* of the length field */
	size_t id_offset; /* of the id */
	uint64_t id;
	bool wide;               /* 64-bit DWARF */
	struct byte_reader body; /* what follows the id */
};

/*
 * Reads the entry at `*at` and moves `*at` to the next one. 1; 0: the end; -EBADMSG: there cannot
 * be an entry here.
 */
static int entry_next(const struct eh_section *s, size_t *at, struct entry *out)
{
	struct byte_reader c;
	uint64_t bytes;

	do {
		if (s->bytes - *at < 4)
			return *at == s->bytes ? 0 : -EBADMSG;
		c = bytes_of(s->data + *at, s->bytes - *at);
		bytes = bytes_fixed(&c, 4);
		out->offset = *at;
		*at += 4;
		if (!bytes && s->unbounded)
			return 0;
	} while (!bytes); /* a terminator inside a section that a linker made of several */
	out->wide = bytes == UINT32_MAX;
	if (out->wide)
		bytes = bytes_fixed(&c, 8);
	if (c.failed || bytes > bytes_left(&c))
		return -EBADMSG;
	c.end = c.at + bytes;
	*at = (size_t)(c.end - s->data);
	out->id_offset = (size_t)(c.at - s->data);
	out->id = bytes_fixed(&c, out->wide ? 8 : 4);
	if (c.failed)
		return -EBADMSG;
	out->body = c;
	return 1;
}

static bool entry_is_cie(const struct eh_section *s, const struct entry *e)
{
	if (!s->debug_frame)
		return e->id == 0;
	return e->id == (e->wide ? UINT64_MAX : UINT32_MAX);
}

/* The letters of the augmentation string, and the data that each of them has. */
static bool augmentation_read(const struct eh_section *s, struct eh_cie *cie,
			      const uint8_t *letters, struct byte_reader *c)
{
	struct byte_reader own;
	uint64_t bytes;

	if (!*letters)
		return true;
	if (*letters++ != 'z')
		return false;
	cie->has_augmentation = true;
	bytes = bytes_uleb(c);
	own = *c;
	bytes_skip(c, bytes);
	if (c->failed)
		return false;
	own.end = c->at;
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R':
			cie->pointer_encoding = (uint8_t)bytes_fixed(&own, 1);
			break;
		case 'L':
			bytes_fixed(&own, 1);
			break;
		case 'P':
			eh_pointer_skip(s, &own, (uint8_t)bytes_fixed(&own, 1));
			break;
		case 'S':
			cie->signal = true;
			break;
		case 'B': /* AArch64: return addresses are signed with key B */
		case 'G': /* AArch64: tagged stack memory */
			break;
		default: /* of unknown size: what follows it cannot be found */
			return false;
		}
	}
	return !own.failed;
}

static bool cie_read(const struct eh_section *s, struct eh_cie *cie, struct byte_reader *c)
{
	uint8_t version = (uint8_t)bytes_fixed(c, 1);
	const uint8_t *letters = c->at;
	uint64_t ra;

	while (bytes_fixed(c, 1))
		;
	if (c->failed || (version != 1 && version != 3 && version != 4))
		return false;
	if (version == 4 && (bytes_fixed(c, 1) != 8 || bytes_fixed(c, 1) != 0))
		return false; /* size of an address, size of a segment selector */
	cie->code_align = bytes_uleb(c);
	cie->data_align = bytes_sleb(c);
	ra = version == 1 ? bytes_fixed(c, 1) : bytes_uleb(c);
	if (c->failed || !augmentation_read(s, cie, letters, c))
		return false;
	return ra == eh_registers(s->machine)->ra &&
	       eh_program_start(s, cie, c->at, bytes_left(c)) == 0;
}

static int cie_add(struct eh_frame *e, struct entry *entry)
{
	struct eh_cie *cie;

	if (!array_grow(&e->cie, e->cies, &e->cie_room, sizeof(*e->cie)))
		return -ENOMEM;
	cie = &e->cie[e->cies++];
	*cie = (struct eh_cie) {.offset = entry->offset};
	cie->broken = !cie_read(&e->section, cie, &entry->body);
	return 0;
}

static const struct eh_cie *cie_find(const struct eh_frame *e, const struct entry *entry)
{
	uint64_t offset = entry->id;
	size_t at;

	if (!e->section.debug_frame) {
		if (entry->id > entry->id_offset)
			return NULL;
		offset = entry->id_offset - entry->id;
	}
	at = SORTED_BELOW(e->cie, e->cies, offset, offset);
	return at < e->cies && e->cie[at].offset == offset ? &e->cie[at] : NULL;
}

/* False: not even the range of the function is known. */
static bool fde_read(const struct eh_frame *e, struct entry *entry, struct eh_fde *fde)
{
	const struct eh_cie *cie = cie_find(e, entry);
	struct byte_reader *c = &entry->body;
	uint64_t bytes;

	if (!cie)
		return false;
	fde->cie = (uint32_t)(cie - e->cie);
	fde->start = eh_pointer_read(&e->section, c, cie->pointer_encoding);
	bytes = eh_pointer_read(&e->section, c, cie->pointer_encoding & EH_POINTER_FORMAT);
	if (c->failed || bytes > UINT64_MAX - fde->start)
		return false;
	fde->end = fde->start + bytes;
	if (cie->has_augmentation)
		bytes_skip(c, bytes_uleb(c));
	fde->program = (uint32_t)(c->at - e->section.data);
	fde->program_bytes = (uint32_t)bytes_left(c);
	if (c->failed) /* it has no program: all of it is unsupported */
		fde->program = UINT32_MAX;
	return true;
}

static int fde_add(struct eh_frame *e, struct entry *entry)
{
	if (!array_grow(&e->fde, e->fdes, &e->fde_room, sizeof(*e->fde)))
		return -ENOMEM;
	if (fde_read(e, entry, &e->fde[e->fdes]))
		e->fdes++;
	else
		e->skipped++;
	return 0;
}

/* One pass over the section, for CIEs or for FDEs, since an FDE may come before its CIE. */
static int entries_read(struct eh_frame *e, bool cies)
{
	size_t at = 0;
	struct entry entry;
	int more;

	while ((more = entry_next(&e->section, &at, &entry)) > 0) {
		int err = 0;

		if (entry_is_cie(&e->section, &entry) != cies)
			continue;
		err = cies ? cie_add(e, &entry) : fde_add(e, &entry);
		if (err)
			return err;
	}
	e->damaged = more < 0;
	return 0;
}

int eh_frame_open(struct eh_frame *e, const struct eh_section *section)
{
	int err;

	*e = (struct eh_frame) {.section = *section};
	if (section->bytes >= UINT32_MAX)
		return -EFBIG;
	err = entries_read(e, true);
	if (!err)
		err = entries_read(e, false);
	if (err)
		eh_frame_close(e);
	return err;
}

void eh_frame_close(struct eh_frame *e)
{
	free(e->cie);
	free(e->fde);
	memset(e, 0, sizeof(*e));
}

void eh_frame_rows(const struct eh_frame *e, const struct eh_fde *fde, uint64_t end,
		   eh_row_sink each, void *context)
{
	struct eh_function function = {
		.start = fde->start,
		.end = end < fde->end ? end : fde->end,
		.program = fde->program <= e->section.bytes ? e->section.data + fde->program : NULL,
		.program_bytes = fde->program_bytes,
	};

	eh_program_rows(&e->section, &e->cie[fde->cie], &function, each, context);
}
