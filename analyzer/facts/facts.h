/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_FACTS_FACTS_H
#define HUD_ANALYZER_FACTS_FACTS_H

#include "format/wire/symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The content of debug information and symbol tables about an address, unchanged: names not
 * demangled, paths not shortened, nothing classified. Symbolized captures and the cache store it;
 * function.c makes frames of it, which are the same wherever the facts came from.
 */
struct symbol_function;

/* A function. */
struct symbol_definition {
	const char *name;
	/*
	 * For a poll function with a future type T: T's full name. For one that runs a closure for
	 * another thread (ROLE_JOB): its own name with its types. NULL.
	 */
	const char *task_type;
	const char *decl_file; /* as the debug info has it; NULL */
	const char *comp_dir;  /* of the unit that declares it; NULL */
	uint32_t decl_line;    /* 0: not known */
	uint32_t flags;        /* enum hud_symbol_flags */
	uint32_t own;          /* offset in `name` of its part after the path, for addr2line */
	const char *rust;      /* a Rust name demangled, where that was done already; NULL */
	const struct symbol_function *made; /* by function.c; NULL: not yet */
};

/* One line of an inline chain. */
struct symbol_call {
	struct symbol_definition *definition;
	const char *file; /* of the line; NULL */
	const char *comp_dir;
	uint32_t line;
	uint32_t column;
};

/* An address: its chain, innermost first. */
struct symbol_facts {
	struct symbol_call *calls;
	uint32_t count;  /* 0: nothing is known of it */
	bool incomplete; /* part of the debug information was missing: not worth keeping */
	/* For addr2line. */
	uint32_t discriminator;  /* of the innermost line */
	const char *symbol_file; /* source file by the symbol table; NULL */
	/* Of a symbolized capture: how far from the end of a call its function is; 0: not known */
	int32_t callee;
	const char *aliases; /* linker's names of the functions at this address, by '\n'; NULL */
};

#endif
