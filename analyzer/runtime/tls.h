/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_TLS_H
#define HUD_ANALYZER_RUNTIME_TLS_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A thread-local variable that has a symbol. */
struct plan_tls_symbol {
	uint64_t value; /* offset in the thread-local block */
	uint64_t bytes;
	const char *name; /* owned by the Elf */
};

/* The thread-local block of an object. */
struct plan_tls {
	uint32_t machine;
	/* a program: the block is at the same offset from the thread pointer in all threads */
	bool executable;
	uint64_t bytes; /* 0: it has none */
	uint64_t align;
	uint64_t address; /* in the file's image: linkers keep its remainder by `align` */
	struct plan_tls_symbol *symbol;
	size_t symbols;
	bool has_symbols; /* false: no symbol table, so variables are not known */
	bool musl;        /* a library that needs musl: its blocks are not where glibc has them */
	/* Of a library: address of a word that the dynamic linker sets to its module; 0: none. */
	uint64_t module_slot;
};

/* `debug`: its separate debug file, or NULL. Both must stay open. 0 or -ENOMEM. */
int plan_tls_read(struct plan_tls *tls, Elf *elf, Elf *debug);
void plan_tls_close(struct plan_tls *tls);

/*
 * The offset from the thread pointer (x86-64: fs base, AArch64: tpidr_el0) to `value` in the
 * thread-local block of the main program, by the ABI. False: it is not in the block.
 */
bool plan_tls_offset(const struct plan_tls *tls, uint64_t value, int64_t *out);

/* The same for a value of this size, all of which must be in the block. */
bool plan_tls_place(const struct plan_tls *tls, uint64_t value, uint64_t bytes, int64_t *out);

/* The variable with this symbol, which may have a suffix of the compiler; NULL: none. */
const struct plan_tls_symbol *plan_tls_find(const struct plan_tls *tls, const char *name);

/*
 * The variable of at least a word whose demangled name matches. (Some have a byte of the same name,
 * which says whether they are initialized.) NULL: none.
 */
const struct plan_tls_symbol *plan_tls_match(const struct plan_tls *tls, const char *pattern);

#endif
