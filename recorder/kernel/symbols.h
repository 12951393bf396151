/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_KERNEL_SYMBOLS_H
#define HUD_RECORDER_KERNEL_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The running kernel's functions, from /proc/kallsyms, which is read when one is first asked for.
 */
struct kernel_symbols;

/* 0 or a negative errno. `*out` is owned by the caller. */
int kernel_symbols_open(struct kernel_symbols **out);
void kernel_symbols_close(struct kernel_symbols *k);

/* Are addresses hidden (no CAP_SYSLOG, kptr_restrict)? Names can be read nevertheless. */
bool kernel_symbols_hidden(struct kernel_symbols *k);

/* Name of the function that contains the address, or NULL. Lives as long as `k`. */
const char *kernel_symbols_find(struct kernel_symbols *k, uint64_t address);

/*
 * Address of the first of `names` (NULL-terminated) that is a function of the kernel. 0: none is,
 * or addresses are hidden.
 */
uint64_t kernel_symbols_address(struct kernel_symbols *k, const char *const *names);

/*
 * The name of a function with the suffix that the compiler may have added: "finish_task_switch" may
 * be "finish_task_switch.isra.0". NULL: there is none.
 */
const char *kernel_symbols_full_name(struct kernel_symbols *k, const char *name);

#endif
