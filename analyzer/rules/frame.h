/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_FRAME_H
#define HUD_ANALYZER_RULES_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* Whose code a function is: by where it was declared, see rules/origin.rules. */
enum frame_origin {
	ORIGIN_UNKNOWN,
	ORIGIN_USER,
	ORIGIN_RUNTIME_ITSELF, /* the crate that is a runtime: tokio */
	ORIGIN_RUNTIME,        /* crates that only carry one: mio, futures, tower, hyper … */
	ORIGIN_THIRD_PARTY,
	ORIGIN_STD,
	ORIGIN_LIBC,
	ORIGIN_KERNEL,
};

/* One line of an inline chain. */
struct symbol_frame {
	const char *function; /* demangled in full; "module+0x1234" where no name is known */
	/* Folded for people and keys: no hash, generics, closure and async indices. */
	const char *site;  /* demo::guilty::hash */
	const char *crate; /* "demo"; NULL when not Rust or not known */
	/* Of `line`, as in the debug information; the user's without comp_dir; NULL. */
	const char *file;
	uint32_t line; /* the call site, or the pc's own line for the innermost; 0 unknown */
	uint32_t column;
	const char *decl_file;
	uint32_t decl_line;    /* where the function is declared; 0 unknown */
	const char *task_type; /* for a poll function with a future type T: T's full name; NULL */
	const char *task;      /* task_type folded for people, wrappers taken off; NULL */
	/* Of a function that runs a closure for another thread (ROLE_JOB): that closure; NULL. */
	const struct symbol_frame *runs;
	/* Other functions that the linker put at the same address, folded, by '\n'; NULL. */
	const char *aliases;
	enum frame_origin origin;
	const char *runtime; /* ORIGIN_RUNTIME_ITSELF: its name; else NULL */
	bool inlined;        /* inlined into the next frame of the chain */
	bool generated;      /* written by derive: not in the user's source */
	/* At the beginning of a function that polls a task, whose future is not entered yet. */
	bool at_entry;
	/* Has no name, in a program whose runtime is known by the shape of its functions. */
	bool nameless;
	bool keeps_frame_pointer; /* … which its first instructions set up */
	uint32_t code;            /* enum hud_code_flags: what is known of it then */
	uint64_t poll_site; /* HUD_CODE_POLL: offset of the poll site; 0: it is not known which */
};

/* Is its name known? Else it is called by where it lies: "module+0x1234". */
bool frame_has_name(const struct symbol_frame *frame);
/* "user", "third-party", …, and for a runtime its own name. */
const char *frame_origin_name(const struct symbol_frame *frame);

#endif
