/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_SYMBOLS_H
#define HUD_ANALYZER_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/rules/frame.h"
#include "analyzer/symbols/options.h"

/*
 * From (binary, file offset) to functions and lines, through inlined calls.
 *
 * Strings handed out are owned by the symbolizer and live as long as it.
 */
struct symbolizer;
struct symbol_module; /* one binary of the capture, by build-id or path */

enum symbol_quality { SYMBOLS_NONE, SYMBOLS_DYNSYM, SYMBOLS_SYMTAB, SYMBOLS_DWARF };
const char *symbol_quality_name(enum symbol_quality q); /* "none", "dynsym", "symtab", "dwarf" */

int symbolizer_open(const struct symbolizer_options *options, struct symbolizer **out);
void symbolizer_close(struct symbolizer *s);

/*
 * A record of a symbolized capture, before the modules it speaks of are asked for. Where it has
 * symbols for a binary these are used, unless files with better ones are at hand, or files were
 * named with --binary or --debug-dir. -EINVAL: makes no sense, and was left out; -ENOMEM.
 */
struct hud_record;
int symbolizer_add_record(struct symbolizer *s, const uint8_t *capture_id,
			  const struct hud_record *record);

/*
 * The module for a mapping. Looks for a file with this build-id among --binary, --debug-dir, `path`
 * and /usr/lib/debug/.build-id. Never NULL but for no memory: where no file fits the module answers
 * with names of the form module+0xoffset and says why in symbol_module_problem().
 */
struct symbol_module *symbolizer_module(struct symbolizer *s, const uint8_t *build_id,
					size_t build_id_bytes, const char *path);
enum symbol_quality symbol_module_quality(const struct symbol_module *m);
const char *symbol_module_file(const struct symbol_module *m); /* where symbols came from; NULL */
const char *symbol_module_problem(const struct symbol_module *m); /* one line, or NULL */

/* Where the binary and its debug information were looked for, in that order. */
struct symbol_step {
	const char *step;    /* "--binary", ".gnu_debuglink", … */
	const char *path;    /* what was looked at */
	const char *outcome; /* "taken: …", or why not */
};
/* The step with this number from 0, or NULL behind the last. */
const struct symbol_step *symbol_module_step(const struct symbol_module *m, size_t index);
/* What is missing and how to get it: one line or two, or NULL where nothing is. */
const char *symbol_module_advice(struct symbol_module *m);
/* Does it hold the scheduler of a runtime? 1 yes, 0 no, -1: it has no symbols to tell by. */
int symbol_module_has_runtime(struct symbol_module *m);

/*
 * Looks up many addresses at once, over all processors, so that symbol_module_resolve() finds them
 * known. Worth it for more than a few. 0 or a negative errno; the answers are the same without it.
 */
int symbol_module_prepare(struct symbol_module *m, const uint64_t *offsets, size_t count);

/*
 * The chain of functions at a file offset, innermost first; at least one frame. For a return
 * address the caller passes the address less one. Resolved once and remembered.
 */
int symbol_module_resolve(struct symbol_module *m, uint64_t file_offset,
			  const struct symbol_frame **frames, size_t *count);

/* Is any --binary unused because no build-id of the capture matched it? Its path, or NULL. */
const char *symbolizer_unused_binary(const struct symbolizer *s, size_t index);

#endif
