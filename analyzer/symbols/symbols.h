/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_SYMBOLS_H
#define HUD_ANALYZER_SYMBOLS_SYMBOLS_H

#include "analyzer/rules/frame.h"
#include "analyzer/symbols/options.h"
#include "format/wire/symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From (binary, file offset) to functions and lines, through inlined calls.
 *
 * All strings belong to the symbolizer and live as long as it.
 */
struct symbolizer;
struct symbol_module; /* one binary of the capture, by build-id or path */

/* "none", "dynsym", "symtab", "dwarf" */
const char *symbol_quality_name(enum hud_symbol_quality q);

/* The caller closes `*out`. 0 or a negative errno. */
int symbolizer_open(const struct symbolizer_options *options, struct symbolizer **out);
void symbolizer_close(struct symbolizer *s);

/*
 * Looks for files also in the directory that hud-record made beside the capture of this path, where
 * there is one. -ENOMEM.
 */
int symbolizer_look_beside(struct symbolizer *s, const char *capture);

/*
 * Takes a record of a symbolized capture. Symbols for a binary must come before its module is used;
 * they are used unless files have better ones, or were named with --binary or --debug-dir.
 * -EINVAL: it makes no sense and was left out; -ENOMEM.
 */
struct hud_record;
int symbolizer_add_record(struct symbolizer *s, const uint8_t *capture_id,
			  const struct hud_record *record);

/*
 * The module for a mapping. Looks for a file with this build-id among --binary, --debug-dir, `path`
 * and /usr/lib/debug/.build-id. NULL: no memory. Where no file fits, frames have names of the form
 * module+0xoffset, and symbol_module_problem() has the reason.
 */
struct symbol_module *symbolizer_module(struct symbolizer *s, const uint8_t *build_id,
					size_t build_id_bytes, const char *path);
enum hud_symbol_quality symbol_module_quality(const struct symbol_module *m);
const char *symbol_module_file(const struct symbol_module *m); /* where symbols came from; NULL */
const char *symbol_module_problem(const struct symbol_module *m); /* one line, or NULL */
/* Which split units were missing of what was resolved so far, and what to do; NULL: none. */
const char *symbol_module_split_missing(struct symbol_module *m);

/* The step of its search with this index, or NULL after the last. */
const struct symbol_step *symbol_module_step(const struct symbol_module *m, size_t index);
/* What is missing and how to get it: one line or two, or NULL where nothing is. */
const char *symbol_module_advice(struct symbol_module *m);
/* Does it hold the scheduler of a runtime? 1 yes, 0 no, -1: it has no symbols to tell by. */
int symbol_module_has_runtime(struct symbol_module *m);

/*
 * Looks up many addresses at once, on all processors, for symbol_module_resolve() after it: much
 * faster than one by one, with the same results. 0 or a negative errno.
 */
int symbol_module_prepare(struct symbol_module *m, const uint64_t *offsets, size_t count);

/*
 * The chain of functions at a file offset, innermost first; at least one frame. For a return
 * address pass the address less one. Resolved once and remembered. 0 or a negative errno.
 */
int symbol_module_resolve(struct symbol_module *m, uint64_t file_offset,
			  const struct symbol_frame **frames, size_t *count);

/*
 * The file offset of the function that is called by the instruction whose last byte is at the
 * offset `last`. False: it is no call of a fixed function, or neither the binary's code is at hand
 * nor a symbolized capture that has it.
 */
bool symbol_module_call_target(const struct symbol_module *m, uint64_t last, uint64_t *target);

/*
 * The frame of generated code at an address of a process, by the names that its runtime wrote and
 * hud-record kept beside the capture that symbolizer_look_beside() was called for last. `*out`
 * NULL: it has no name. 0 or -ENOMEM.
 */
int symbolizer_generated(struct symbolizer *s, uint32_t pid, uint64_t address,
			 const struct symbol_frame **out);

/* A type in what a task waits for, and for a coroutine at which await it is. */
struct symbol_task_type {
	const char *name; /* folded for people; NULL: not known, and so is the rest */
	const char *file; /* of the await, without comp_dir; NULL: not known */
	uint32_t line;    /* 0: not known */
	/* 0: the await is in `line`. Else it is in a macro, somewhere from there to this line. */
	uint32_t line_end;
	enum frame_origin origin;
	const char *runtime; /* as in struct symbol_frame */
	bool drops_guard;    /* if `keeps_guard`: it may have dropped that before */
};

/*
 * The type at an offset of the module's .debug_info, which must have `debug_bytes`: else the file
 * is not the one that the offset is of. `variant`: of a coroutine, the value of its tag. 0 or
 * -ENOMEM.
 */
struct symbol_task_key {
	uint64_t debug_bytes;
	uint64_t entry;
	uint64_t variant;
	bool coroutine;
	bool keeps_guard; /* is it asked whether that may be dropped? */
};
int symbol_module_task_type(struct symbol_module *m, const struct symbol_task_key *key,
			    struct symbol_task_type *out);

/* Did the --binary with this index fit a mapping? */
bool symbolizer_binary_used(const struct symbolizer *s, size_t index);
/* Path of the --binary with this index among those that fit no mapping, or NULL. */
const char *symbolizer_unused_binary(const struct symbolizer *s, size_t index);

#endif
