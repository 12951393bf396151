/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_H
#define HUD_ANALYZER_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From (binary, file offset) to functions and lines, through inlined calls.
 *
 * Strings handed out are owned by the symbolizer and live as long as it.
 */
struct symbolizer;
struct symbol_module; /* one binary of the capture, by build-id or path */

/* Whose code a function is: by where it was declared, see rules/origin.rules. */
enum frame_origin {
	ORIGIN_UNKNOWN,
	ORIGIN_USER,
	ORIGIN_TOKIO,   /* the runtime itself */
	ORIGIN_RUNTIME, /* crates that only carry a runtime: mio, futures, tower, hyper … */
	ORIGIN_THIRD_PARTY,
	ORIGIN_STD,
	ORIGIN_LIBC,
	ORIGIN_KERNEL,
};
const char *frame_origin_name(enum frame_origin origin); /* "user", "tokio", "third-party", … */

/* One line of an inline chain. */
struct symbol_frame {
	const char *function; /* demangled in full; "module+0x1234" where nothing is known */
	const char *site;     /* folded for people and keys: demo::guilty::hash; no hash, generics,
				  closure and async indices */
	const char *crate;    /* "demo"; NULL when not Rust or not known */
	const char *file; /* of the line below, as the debug info names it, made short of comp_dir
				  for the user's own; NULL */
	uint32_t line;    /* the call site, or the pc's own line for the innermost; 0 unknown */
	uint32_t column;
	const char *decl_file;
	uint32_t decl_line;    /* where the function is declared; 0 unknown */
	const char *task_type; /* for a poll function with a future type T: T's full name; NULL */
	const char *task;      /* task_type folded for people, wrappers taken off; NULL */
	const char
		*aliases; /* other functions folded to the same address by the linker, separated by
				  '\n', folded like `site`; NULL */
	enum frame_origin origin;
	bool inlined;   /* inlined into the next frame of the chain */
	bool generated; /* derive-generated: no place of its own in the user's source */
};

enum symbol_quality { SYMBOLS_NONE, SYMBOLS_DYNSYM, SYMBOLS_SYMTAB, SYMBOLS_DWARF };
const char *symbol_quality_name(enum symbol_quality q); /* "none", "dynsym", "symtab", "dwarf" */

struct symbolizer_options {
	const char *const *binaries; /* --binary paths */
	size_t binary_count;
	const char *const *debug_dirs; /* --debug-dir paths */
	size_t debug_dir_count;
	const char *const *user_prefixes; /* --user-prefix: code declared below is the user's */
	size_t user_prefix_count;
	const char *const *user_crates; /* --user-crate: so is code of these crates */
	size_t user_crate_count;
	/*
	 * Told now and then how far a download is, `all` 0: not known; and with `what` NULL when it
	 * is over. NULL: nobody listens.
	 */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t all);
	/* Told in one line what a server did that should have given debug files. NULL: nobody. */
	void (*trouble)(void *context, const char *what);
	void *progress_context; /* of both */
	const char *cache; /* directory for what is known from one run to the next; NULL: none */
};

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
/* Does it hold Tokio's scheduler? 1 yes, 0 no, -1 cannot tell (no symbols). */
int symbol_module_has_tokio(struct symbol_module *m);

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
