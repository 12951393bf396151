/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_NAMELESS_H
#define HUD_ANALYZER_SYMBOLS_NAMELESS_H

#include "analyzer/rules/frame.h"

#include <stdint.h>

/*
 * Functions without a name: where they begin, by the unwind information of their binary, and whose
 * they are, by the source files that their panics would report.
 */
struct symbol_module;
struct symbol_nameless;

/*
 * Sets name, origin and file of the function at a file offset: "app+0x1234", where it begins, or
 * the offset itself where that is not known. 0 or -ENOMEM.
 */
int symbol_nameless_frame(struct symbol_module *m, uint64_t file_offset, struct symbol_frame *out);

void symbol_nameless_close(struct symbol_nameless *n);

#endif
