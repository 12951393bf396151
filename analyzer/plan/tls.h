/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_TLS_H
#define HUD_ANALYZER_PLAN_TLS_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A thread-local variable that the linker kept. */
struct plan_tls_symbol {
	uint64_t value; /* from the start of the block */
	uint64_t bytes;
	const char *name; /* owned by the Elf */
};

/* The thread-local block of an object. */
struct plan_tls {
	uint32_t machine;
	bool executable; /* a program: the block's place is the same in all its threads */
	uint64_t bytes;  /* 0: it has none */
	uint64_t align;
	struct plan_tls_symbol *symbol;
	size_t symbols;
	bool has_symbols; /* false: without a symbol table nothing is known of them */
};

/* `debug`: its separate debug file, or NULL. Both must stay open. 0 or -ENOMEM. */
int plan_tls_read(struct plan_tls *tls, Elf *elf, Elf *debug);
void plan_tls_close(struct plan_tls *tls);

/*
 * From the thread pointer (x86-64: fs base, AArch64: tpidr_el0) to what lies at `value` of the
 * block of the main program, as the ABI has it. False: that is not in the block.
 */
bool plan_tls_offset(const struct plan_tls *tls, uint64_t value, int64_t *out);

/* The variable of this linker's name, whatever the compiler hung on behind; NULL: it was dropped. */
const struct plan_tls_symbol *plan_tls_find(const struct plan_tls *tls, const char *name);

/*
 * The variable of a word or more whose name, demangled, matches; beside some of them lies a byte that
 * says whether they are ready. NULL: there is none.
 */
const struct plan_tls_symbol *plan_tls_match(const struct plan_tls *tls, const char *pattern);

#endif
