/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/dwarf/type.h"
#include "analyzer/base/bytes.h"
#include "format/plan/plan.h"

#include <dwarf.h>

/* Limits for hostile files, whose types may be circular. */
enum { ALIASES = 16, DEPTH = 24, ENTRIES = 4096, MEMBERS = 1024 };
#define OFFSET_MAX (UINT64_C(1) << 30)

bool dwarf_place_of(const struct dwarf_entry *entry, uint64_t offset, struct dwarf_place *out)
{
	struct dwarf_entry at = *entry;

	for (int i = 0; i < ALIASES; i++) {
		struct dwarf_entry next;

		if (!dwarf_entry_follow(&at, DW_AT_type, &next))
			return false;
		at = next;
		switch (at.kind->tag) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_atomic_type:
			continue;
		default:
			*out = (struct dwarf_place) {.type = at, .offset = offset};
			return true;
		}
	}
	return false;
}

uint64_t dwarf_type_bytes(const struct dwarf_entry *type)
{
	struct dwarf_value v = dwarf_entry_value(type, DW_AT_byte_size);

	return dwarf_value_number(&v);
}

/* The type of a member, and its offset; `offset` is that of the value it is a member of. */
static bool member_place(const struct dwarf_entry *member, uint64_t offset, struct dwarf_place *out)
{
	struct dwarf_value v = dwarf_entry_value(member, DW_AT_data_member_location);
	uint64_t inner = dwarf_value_number(&v);

	if (inner > OFFSET_MAX || offset > OFFSET_MAX)
		return false;
	return dwarf_place_of(member, offset + inner, out);
}

static bool name_is(const struct dwarf_entry *entry, const char *name)
{
	const char *own = name ? dwarf_entry_name(entry) : NULL;

	return !name || (own && !strcmp(own, name));
}

bool dwarf_place_member(const struct dwarf_place *in, const char *name, struct dwarf_place *out)
{
	struct dwarf_entry child;
	bool more = dwarf_entry_child(&in->type, &child);

	for (int i = 0; more && i < MEMBERS; i++, more = dwarf_entry_sibling(&child))
		if (child.kind->tag == DW_TAG_member && name_is(&child, name))
			return member_place(&child, in->offset, out);
	return false;
}

static bool child_of_tag(const struct dwarf_entry *entry, uint16_t tag, struct dwarf_entry *child)
{
	bool more = dwarf_entry_child(entry, child);

	for (int i = 0; more && i < MEMBERS; i++, more = dwarf_entry_sibling(child))
		if (child->kind->tag == tag)
			return true;
	return false;
}

/* Where the tag of a variant part is; 0 bytes: it has none. */
static bool tag_place(const struct dwarf_entry *part, uint64_t offset, struct dwarf_tag *tag)
{
	struct dwarf_entry member;
	struct dwarf_place place;

	*tag = (struct dwarf_tag) {0};
	if (!dwarf_entry_follow(part, DW_AT_discr, &member))
		return true;
	if (!member_place(&member, offset, &place))
		return false;
	tag->offset = place.offset;
	tag->bytes = dwarf_type_bytes(&place.type);
	return tag->bytes != 0;
}

/*
 * The value that stands for a variant. It may be stored with a sign, or in more bytes than the tag
 * has.
 */
static void tag_value(const struct dwarf_entry *variant, struct dwarf_tag *tag)
{
	struct dwarf_value v = dwarf_entry_value(variant, DW_AT_discr_value);

	tag->known = v.form && !v.bytes && tag->bytes;
	tag->value = v.number;
	if (tag->bytes < sizeof(tag->value) && tag->bytes)
		tag->value &= (UINT64_C(1) << 8 * tag->bytes) - 1;
}

bool dwarf_place_variant(const struct dwarf_place *in, const char *name, struct dwarf_place *out,
			 struct dwarf_tag *tag)
{
	struct dwarf_entry part, variant, member;
	bool more;

	if (!child_of_tag(&in->type, DW_TAG_variant_part, &part) ||
	    !tag_place(&part, in->offset, tag))
		return false;
	more = dwarf_entry_child(&part, &variant);
	for (int i = 0; more && i < MEMBERS; i++, more = dwarf_entry_sibling(&variant)) {
		if (variant.kind->tag != DW_TAG_variant ||
		    !child_of_tag(&variant, DW_TAG_member, &member) || !name_is(&member, name))
			continue;
		tag_value(&variant, tag);
		return member_place(&member, in->offset, out);
	}
	return false;
}

int dwarf_members_each(const struct dwarf_place *in,
		       int (*each)(void *context, const char *name,
				   const struct dwarf_place *member),
		       void *context)
{
	struct dwarf_entry child;
	bool more = dwarf_entry_child(&in->type, &child);
	int answer = 0;

	for (int i = 0; !answer && more && i < MEMBERS; i++, more = dwarf_entry_sibling(&child)) {
		const char *name = dwarf_entry_name(&child);
		struct dwarf_place member;

		if (child.kind->tag == DW_TAG_member && member_place(&child, in->offset, &member))
			answer = each(context, name ? name : "", &member);
	}
	return answer;
}

int dwarf_variants_each(const struct dwarf_place *in,
			int (*each)(void *context, const struct dwarf_variant *variant),
			void *context)
{
	struct dwarf_entry part, child;
	struct dwarf_variant v;
	int answer = 0;
	bool more;

	if (!child_of_tag(&in->type, DW_TAG_variant_part, &part) ||
	    !tag_place(&part, in->offset, &v.tag))
		return 0;
	more = dwarf_entry_child(&part, &child);
	for (int i = 0; !answer && more && i < MEMBERS; i++, more = dwarf_entry_sibling(&child)) {
		if (child.kind->tag != DW_TAG_variant ||
		    !child_of_tag(&child, DW_TAG_member, &v.entry) ||
		    !member_place(&v.entry, in->offset, &v.value))
			continue;
		v.name = dwarf_entry_name(&v.entry);
		v.name = v.name ? v.name : "";
		tag_value(&child, &v.tag);
		answer = each(context, &v);
	}
	return answer;
}

bool dwarf_has_variants(const struct dwarf_entry *type)
{
	struct dwarf_entry part;

	return child_of_tag(type, DW_TAG_variant_part, &part);
}

struct search {
	enum dwarf_kind wanted;
	const char *name;
	int left; /* how many more entries may be read */
	struct dwarf_place *out;
};

static bool is_composite(uint16_t tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_class_type;
}

static bool is_wanted(const struct search *s, const struct dwarf_place *place)
{
	struct dwarf_entry part;
	uint16_t tag = place->type.kind->tag;

	switch (s->wanted) {
	case DWARF_KIND_POINTER:
		return tag == DW_TAG_pointer_type;
	case DWARF_KIND_STRUCT:
		return is_composite(tag) && name_is(&place->type, s->name);
	case DWARF_KIND_ENUM:
		return child_of_tag(&place->type, DW_TAG_variant_part, &part);
	case DWARF_KIND_NUMBER:
		return tag == DW_TAG_base_type;
	case DWARF_KIND_MEMBER:
		break;
	}
	return false;
}

static bool search_type(struct search *s, const struct dwarf_place *in, int depth);

static bool search_member(struct search *s, const struct dwarf_entry *member, uint64_t offset,
			  int depth)
{
	struct dwarf_place place;

	if (!member_place(member, offset, &place))
		return false;
	if (s->wanted == DWARF_KIND_MEMBER && name_is(member, s->name)) {
		*s->out = place;
		return true;
	}
	return search_type(s, &place, depth + 1);
}

/* Searches the members of a struct, or those of each variant of an enum. */
static bool search_children(struct search *s, const struct dwarf_entry *around, uint64_t offset,
			    int depth)
{
	struct dwarf_entry child;
	bool more = dwarf_entry_child(around, &child);

	for (; more && depth < DEPTH && s->left-- > 0; more = dwarf_entry_sibling(&child)) {
		uint16_t tag = child.kind->tag;

		if (tag == DW_TAG_member && search_member(s, &child, offset, depth))
			return true;
		if ((tag == DW_TAG_variant_part || tag == DW_TAG_variant) &&
		    search_children(s, &child, offset, depth + 1))
			return true;
	}
	return false;
}

static bool search_type(struct search *s, const struct dwarf_place *in, int depth)
{
	if (is_wanted(s, in)) {
		*s->out = *in;
		return true;
	}
	return is_composite(in->type.kind->tag) && search_children(s, &in->type, in->offset, depth);
}

bool dwarf_place_within(const struct dwarf_place *in, enum dwarf_kind wanted, const char *name,
			struct dwarf_place *out)
{
	struct search s = {.wanted = wanted, .name = name, .left = ENTRIES, .out = out};
	struct dwarf_place from = *in;

	return search_type(&s, &from, 0);
}

bool dwarf_place_target(const struct dwarf_place *pointer, struct dwarf_place *out)
{
	return pointer->type.kind->tag == DW_TAG_pointer_type &&
	       dwarf_place_of(&pointer->type, 0, out);
}

bool dwarf_offset_narrow(uint64_t offset, uint32_t *out)
{
	*out = (uint32_t)offset;
	return offset < HUD_NO_OFFSET;
}

bool dwarf_is_word(const struct dwarf_entry *type)
{
	return type->kind->tag == DW_TAG_pointer_type || dwarf_type_bytes(type) == POINTER_BYTES;
}

bool dwarf_future_declaration(const struct dwarf_entry *type, struct dwarf_entry *out)
{
	struct dwarf_entry part, variant;
	struct dwarf_value line;

	if (!child_of_tag(type, DW_TAG_variant_part, &part) ||
	    !child_of_tag(&part, DW_TAG_variant, &variant) ||
	    !child_of_tag(&variant, DW_TAG_member, out))
		return false;
	line = dwarf_entry_value(out, DW_AT_decl_line);
	return dwarf_value_number(&line) != 0;
}
