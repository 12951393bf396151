/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_SYMBOLS_H
#define HUD_RECORDER_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names of the running kernel's functions, from /proc/kallsyms, which is read when the first is asked for. */
struct kernel_symbols;

/* 0 or a negative errno. `*out` is owned by the caller. */
int kernel_symbols_open(struct kernel_symbols **out);
void kernel_symbols_close(struct kernel_symbols *k);

/* Are addresses hidden (no CAP_SYSLOG, kptr_restrict)? Names are there all the same. */
bool kernel_symbols_hidden(struct kernel_symbols *k);

/* The function that holds the address, or NULL. Lives as long as `k`. */
const char *kernel_symbols_find(struct kernel_symbols *k, uint64_t address);

/*
 * Where the first function of these names begins that the kernel has; the names end with NULL. 0: it has
 * none, or addresses are hidden. Keeps no names in memory.
 */
uint64_t kernel_symbols_address(struct kernel_symbols *k, const char *const *names);

/*
 * The full name of a function whose compiler-made suffix is not known: "finish_task_switch" may be
 * "finish_task_switch.isra.0". NULL: there is none.
 */
const char *kernel_symbols_full_name(struct kernel_symbols *k, const char *name);

#endif
