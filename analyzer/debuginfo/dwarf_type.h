/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGINFO_DWARF_TYPE_H
#define HUD_ANALYZER_DEBUGINFO_DWARF_TYPE_H

#include "analyzer/debuginfo/dwarf_entry.h"

/*
 * How a Rust type lies in memory. Names are as the debug information has them, without the path.
 * False where something is not there, or the file makes no sense.
 */

/* A value inside another one. */
struct dwarf_place {
	struct dwarf_entry type;
	uint64_t offset; /* from the start of the outermost value, in bytes */
};

/* The tag of an enum that says which of its variants is there. */
struct dwarf_tag {
	uint64_t offset; /* as above */
	uint64_t bytes;  /* 0: there is one variant only, and no tag */
	uint64_t value;
	bool known; /* false: this variant is what no value of the tag names */
};

/* The type of a variable or member, at this offset. */
bool dwarf_place_of(const struct dwarf_entry *entry, uint64_t offset, struct dwarf_place *out);

/* Size in bytes; 0: not said. */
uint64_t dwarf_type_bytes(const struct dwarf_entry *type);

/* The member of this name. */
bool dwarf_place_member(const struct dwarf_place *in, const char *name, struct dwarf_place *out);

/* A variant of an enum by its name: where what it holds lies, and its tag. */
bool dwarf_place_variant(const struct dwarf_place *in, const char *name, struct dwarf_place *out,
			 struct dwarf_tag *tag);

/* What is looked for inside of a value. */
enum dwarf_kind {
	DWARF_KIND_POINTER, /* an address */
	DWARF_KIND_STRUCT,  /* a struct, union or enum of this name */
	DWARF_KIND_ENUM,    /* a type with variants */
	DWARF_KIND_NUMBER,  /* an integer */
	DWARF_KIND_MEMBER,  /* what a member of this name holds */
};

/*
 * The first such thing in the value itself or in what it is made of, however deep it is wrapped:
 * this is what a Cell, an Option or a thread-local's storage has. `name` NULL: any.
 */
bool dwarf_place_within(const struct dwarf_place *in, enum dwarf_kind kind, const char *name,
			struct dwarf_place *out);

/* What a pointer leads to; its offset is 0. */
bool dwarf_place_target(const struct dwarf_place *pointer, struct dwarf_place *out);

/*
 * The entry that says (DW_AT_decl_file, DW_AT_decl_line) where an async fn or block is written, of
 * the type of its future. False: the type is another.
 */
bool dwarf_type_written(const struct dwarf_entry *type, struct dwarf_entry *out);

#endif
