/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/unwind/eh_frame.h"
#include "analyzer/unwind/eh_frame_cursor.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct eh_registers machines[] = {
	{.machine = EM_X86_64, .sp = 7, .fp = 6, .ra = 16},
	{.machine = EM_AARCH64, .sp = 31, .fp = 29, .ra = 30},
};

const struct eh_registers *eh_registers(uint32_t machine)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].machine == machine)
			return &machines[i];
	}
	return NULL;
}

/* A CIE or an FDE: what stands behind its length and its id. */
struct entry {
	size_t offset;    /* of the length field */
	size_t id_offset; /* of the id */
	uint64_t id;
	bool wide; /* 64-bit DWARF */
	struct eh_cursor body;
};

static struct eh_cursor cursor_at(const struct eh_section *s, size_t offset)
{
	return (struct eh_cursor) {
		.at = s->data + offset,
		.end = s->data + s->bytes,
		.address = s->address + offset,
	};
}

/* The entry at `*at`, which moves behind it: 1, 0 at the end, -EBADMSG where no entry can be. */
static int entry_next(const struct eh_section *s, size_t *at, struct entry *out)
{
	struct eh_cursor c;
	uint64_t bytes;

	do {
		if (s->bytes - *at < 4)
			return *at == s->bytes ? 0 : -EBADMSG;
		c = cursor_at(s, *at);
		bytes = eh_cursor_fixed(&c, 4);
		out->offset = *at;
		*at += 4;
		if (!bytes && s->unbounded)
			return 0;
	} while (!bytes); /* a terminator, of a section that was put together from several */
	out->wide = bytes == UINT32_MAX;
	if (out->wide)
		bytes = eh_cursor_fixed(&c, 8);
	if (c.bad || bytes > (size_t)(c.end - c.at))
		return -EBADMSG;
	c.end = c.at + bytes;
	*at = (size_t)(c.end - s->data);
	out->id_offset = (size_t)(c.at - s->data);
	out->id = eh_cursor_fixed(&c, out->wide ? 8 : 4);
	if (c.bad)
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

/* Letters of the augmentation, and their data. */
static bool augmentation_read(struct eh_cie *cie, const uint8_t *letters, struct eh_cursor *c)
{
	const uint8_t *data;
	struct eh_cursor own;
	uint64_t bytes;

	if (!*letters)
		return true;
	if (*letters++ != 'z')
		return false;
	cie->has_augmentation = true;
	bytes = eh_cursor_uleb(c);
	own = *c;
	data = eh_cursor_skip(c, bytes);
	if (!data)
		return false;
	own.end = data + bytes;
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R':
			cie->pointer_encoding = (uint8_t)eh_cursor_fixed(&own, 1);
			break;
		case 'L':
			eh_cursor_fixed(&own, 1);
			break;
		case 'P':
			eh_cursor_skip_pointer(&own, (uint8_t)eh_cursor_fixed(&own, 1));
			break;
		case 'S':
			cie->signal = true;
			break;
		case 'B': /* AArch64: return addresses are signed with the other key */
		case 'G': /* AArch64: tagged stack memory */
			break;
		default: /* what stands behind it cannot be found */
			return false;
		}
	}
	return !own.bad;
}

static bool cie_read(const struct eh_section *s, struct eh_cie *cie, struct eh_cursor *c)
{
	uint8_t version = (uint8_t)eh_cursor_fixed(c, 1);
	const uint8_t *letters = c->at;
	uint64_t ra;

	while (eh_cursor_fixed(c, 1))
		;
	if (c->bad || (version != 1 && version != 3 && version != 4))
		return false;
	if (version == 4 && (eh_cursor_fixed(c, 1) != 8 || eh_cursor_fixed(c, 1) != 0))
		return false; /* size of an address, size of a segment selector */
	cie->code_align = eh_cursor_uleb(c);
	cie->data_align = eh_cursor_sleb(c);
	ra = version == 1 ? eh_cursor_fixed(c, 1) : eh_cursor_uleb(c);
	if (c->bad || !augmentation_read(cie, letters, c))
		return false;
	return ra == eh_registers(s->machine)->ra &&
	       eh_program_start(s, cie, c->at, (size_t)(c->end - c->at)) == 0;
}

static int cie_add(struct eh_frame *e, struct entry *entry)
{
	struct eh_cie *cie;

	if ((e->cies & (e->cies - 1)) == 0) {
		size_t room = e->cies ? e->cies * 2 : 16;

		cie = realloc(e->cie, room * sizeof(*cie));
		if (!cie)
			return -ENOMEM;
		e->cie = cie;
	}
	cie = &e->cie[e->cies++];
	*cie = (struct eh_cie) {.offset = entry->offset};
	cie->broken = !cie_read(&e->section, cie, &entry->body);
	return 0;
}

static const struct eh_cie *cie_find(const struct eh_frame *e, const struct entry *entry)
{
	uint64_t offset = entry->id;
	size_t low = 0, high = e->cies;

	if (!e->section.debug_frame) {
		if (entry->id > entry->id_offset)
			return NULL;
		offset = entry->id_offset - entry->id;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (e->cie[middle].offset == offset)
			return &e->cie[middle];
		if (e->cie[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* False: an FDE of which not even the range is known. */
static bool fde_read(const struct eh_frame *e, struct entry *entry, struct eh_fde *fde)
{
	const struct eh_cie *cie = cie_find(e, entry);
	struct eh_cursor *c = &entry->body;
	uint64_t bytes;

	if (!cie)
		return false;
	fde->cie = (uint32_t)(cie - e->cie);
	fde->start = eh_cursor_pointer(c, cie->pointer_encoding);
	bytes = eh_cursor_pointer(c, cie->pointer_encoding & EH_POINTER_FORMAT);
	if (c->bad || bytes > UINT64_MAX - fde->start)
		return false;
	fde->end = fde->start + bytes;
	if (cie->has_augmentation)
		eh_cursor_skip(c, eh_cursor_uleb(c));
	if (c->bad) /* no program: all of it is unsupported */
		c->at = c->end;
	fde->program = (uint32_t)(c->at - e->section.data);
	fde->program_bytes = (uint32_t)(c->end - c->at);
	if (c->bad)
		fde->program = UINT32_MAX;
	return true;
}

static int fde_add(struct eh_frame *e, struct entry *entry, size_t *room)
{
	if (e->fdes == *room) {
		size_t more = *room ? *room * 2 : 256;
		struct eh_fde *fde = realloc(e->fde, more * sizeof(*fde));

		if (!fde)
			return -ENOMEM;
		e->fde = fde;
		*room = more;
	}
	if (fde_read(e, entry, &e->fde[e->fdes]))
		e->fdes++;
	else
		e->skipped++;
	return 0;
}

/* One pass over the section, for CIEs or for FDEs: an FDE may stand before its CIE. */
static int pass(struct eh_frame *e, bool cies)
{
	size_t at = 0, room = 0;
	struct entry entry;
	int more;

	while ((more = entry_next(&e->section, &at, &entry)) > 0) {
		int err = 0;

		if (entry_is_cie(&e->section, &entry) != cies)
			continue;
		err = cies ? cie_add(e, &entry) : fde_add(e, &entry, &room);
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
	err = pass(e, true);
	if (!err)
		err = pass(e, false);
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
