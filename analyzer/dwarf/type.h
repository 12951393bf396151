/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DWARF_TYPE_H
#define HUD_ANALYZER_DWARF_TYPE_H

#include "analyzer/dwarf/entry.h"

/*
 * The layout of Rust types in memory. Names are those of the debug information, without a path. All
 * functions that return false did not find what was asked for, or the file is damaged.
 */

/* A value, and where it is inside of another one. */
struct dwarf_place {
	struct dwarf_entry type;
	uint64_t offset; /* from the start of the outermost value, in bytes */
};

/* The tag of an enum, and its value for one of the variants. */
struct dwarf_tag {
	uint64_t offset; /* as above */
	uint64_t bytes;  /* 0: there is one variant only, and no tag */
	uint64_t value;
	bool known; /* false: the variant is there when the tag has the value of no other */
};

/* The type of a variable or member, without typedefs, at this offset. */
bool dwarf_place_of(const struct dwarf_entry *entry, uint64_t offset, struct dwarf_place *out);

/* Size in bytes; 0: not known. */
uint64_t dwarf_type_bytes(const struct dwarf_entry *type);

/* The member of this name. */
bool dwarf_place_member(const struct dwarf_place *in, const char *name, struct dwarf_place *out);

/* A variant of an enum by its name: where its value is, and the tag. */
bool dwarf_place_variant(const struct dwarf_place *in, const char *name, struct dwarf_place *out,
			 struct dwarf_tag *tag);

/* Calls `each` for the members of a struct, until it answers not 0, and returns it. */
int dwarf_members_each(const struct dwarf_place *in,
		       int (*each)(void *context, const char *name,
				   const struct dwarf_place *member),
		       void *context);
/* The same for the variants of an enum or coroutine, and the tag of each. `variant`: its entry. */
struct dwarf_variant {
	const char *name;         /* of the member that holds it; may be "" */
	struct dwarf_entry entry; /* that member */
	struct dwarf_place value;
	struct dwarf_tag tag;
};
int dwarf_variants_each(const struct dwarf_place *in,
			int (*each)(void *context, const struct dwarf_variant *variant),
			void *context);
/* Is it an enum with variants, or a coroutine? */
bool dwarf_has_variants(const struct dwarf_entry *type);

/* What dwarf_place_within() searches for. */
enum dwarf_kind {
	DWARF_KIND_POINTER, /* an address */
	DWARF_KIND_STRUCT,  /* a struct, union or enum of this name */
	DWARF_KIND_ENUM,    /* a type with variants */
	DWARF_KIND_NUMBER,  /* an integer */
	DWARF_KIND_MEMBER,  /* the value of a member of this name */
};

/*
 * The first such value: the given one, or one that is inside of it at any depth. So a value is
 * found that a Cell, an Option or the storage of a thread-local wraps. `name` NULL: any.
 */
bool dwarf_place_within(const struct dwarf_place *in, enum dwarf_kind kind, const char *name,
			struct dwarf_place *out);

/* The value that a pointer points to; its offset is 0. */
bool dwarf_place_target(const struct dwarf_place *pointer, struct dwarf_place *out);

/* An offset as plans have it. False: it is too large. */
bool dwarf_offset_narrow(uint64_t offset, uint32_t *out);

/* Has it 8 bytes? An address has no size in debug information. */
bool dwarf_is_word(const struct dwarf_entry *type);

/*
 * For the type of a future, the entry whose DW_AT_decl_file and DW_AT_decl_line are those of the
 * async fn or block. False: it is not the type of one.
 */
bool dwarf_future_declaration(const struct dwarf_entry *type, struct dwarf_entry *out);

#endif
