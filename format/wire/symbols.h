/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_SYMBOLS_H
#define HUD_FORMAT_WIRE_SYMBOLS_H

#include "format/wire/chunk.h"

/* What debug information says of the addresses, added after the recording. */
enum hud_symbol_type {
	HUD_SYMBOL_TEXT = 96,
	HUD_SYMBOL_BINARY = 97,
	HUD_SYMBOL_FUNCTION = 98,
	HUD_SYMBOL_ADDRESS = 99,
};

/*
 * Symbols have chunks of their own, after HUD_END where there is one. They are facts as debug
 * information has them: names not demangled, paths not shortened, nothing classified. Their ids are
 * of one kind each, scoped to the capture; a chunk of symbols holds all it refers to.
 */

/* Text; not terminated. Apart from HUD_STRING: its ids are its own, and types can be long. */
struct hud_symbol_text {
	struct hud_record head;
	uint32_t id;
	uint32_t bytes;
	char text[];
};
HUD_ASSERT_SIZE(struct hud_symbol_text, 16);

enum hud_symbol_quality {
	HUD_SYMBOLS_NONE = 0,
	HUD_SYMBOLS_DYNSYM = 1, /* names of exported functions only */
	HUD_SYMBOLS_SYMTAB = 2, /* names of functions */
	HUD_SYMBOLS_DWARF = 3,  /* lines and inlined calls as well */
};

/* One binary and its symbols. Identified by build-id or hash of its code, else by path. */
struct hud_symbol_binary {
	struct hud_record head;
	uint32_t id;
	uint16_t quality; /* enum hud_symbol_quality */
	uint16_t build_id_bytes;
	uint32_t path;    /* symbol text: as the mappings have it; 0 none */
	uint32_t file;    /* symbol text: where the symbols came from; 0 none */
	uint32_t problem; /* symbol text: why there are no better ones; 0 none */
	/* symbol text: a linker's name that shows the runtime is in it; 0 none */
	uint32_t marker;
	uint32_t main_crates; /* symbol text: crates with a main, one a line; 0 none */
	uint32_t symtab;      /* 1: has a symbol table, so that no marker means no runtime */
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
};
HUD_ASSERT_SIZE(struct hud_symbol_binary, 72);

enum hud_symbol_flags {
	/* `name` is the linker's; else as debug information has it */
	HUD_SYMBOL_LINKAGE = 1u << 0,
	HUD_SYMBOL_RUST = 1u << 1,        /* from a unit written in Rust */
	HUD_SYMBOL_MACRO_NAMES = 1u << 2, /* has arguments or type parameters named __LIKE_THIS */
};

/* A function. All but the numbers: symbol texts, 0 where not known. */
struct hud_symbol_function {
	struct hud_record head;
	uint32_t id;
	uint32_t symbol_flags; /* enum hud_symbol_flags */
	uint32_t name;
	/*
	 * of a function that polls a future: the future's type; of one that runs a closure for
	 * another thread: its own name with its types
	 */
	uint32_t task_type;
	uint32_t decl_file;
	uint32_t decl_line;
	uint32_t comp_dir; /* of the unit that declares it */
	/* bytes of `name` before the function's own, where that is not the linker's */
	uint32_t own;
};
HUD_ASSERT_SIZE(struct hud_symbol_function, 40);

#define HUD_SYMBOL_CALL_WORDS 5u

/*
 * What is at one offset of a binary: a chain of calls, innermost first, all but the last
 * inlined; none: nothing is known of it. Of each call five numbers: function, file, comp_dir of the
 * file (symbol texts), line, column.
 */
struct hud_symbol_address {
	struct hud_record head;
	uint64_t offset; /* in the file; of a return address less one */
	uint32_t binary; /* HUD_SYMBOL_BINARY */
	/* symbol text: linker's names of all functions there, one a line; 0 none */
	uint32_t aliases;
	uint16_t calls;
	uint16_t reserved;
	uint32_t discriminator; /* of the innermost line; 0 none */
	/* symbol text: the source file by the symbol table; 0 none */
	uint32_t source;
	/* from the end of the call at `offset` to the function that it names; 0: not given */
	int32_t callee;
	uint32_t call[];
};
HUD_ASSERT_SIZE(struct hud_symbol_address, 40);
HUD_ASSERT_OFFSET(struct hud_symbol_address, call, 40);

#endif
