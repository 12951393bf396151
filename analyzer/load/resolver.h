/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_RESOLVER_H
#define HUD_ANALYZER_LOAD_RESOLVER_H

#include "analyzer/rules/classify.h"
#include "analyzer/symbols/options.h"
#include "analyzer/symbols/symbols.h"
#include "format/wire/chunk.h"

/*
 * What the loader asks about code: the functions at an address, the class of a stack, the cause of
 * a wait. The symbolizer and the rules answer (resolver_open), or a test.
 *
 * Strings and frames live as long as the resolver.
 */
struct resolved_binary {
	void *module;            /* for frames() */
	const char *symbols;     /* quality: "dwarf", "none", … */
	const char *symbol_file; /* NULL */
	const char *problem;     /* NULL */
	int has_runtime;         /* 1, 0, -1: not known */
};

struct resolver {
	void *context;
	int (*binary)(void *context, const uint8_t *build_id, size_t build_id_bytes,
		      const char *path, struct resolved_binary *out);
	int (*frames)(void *context, void *module, uint64_t file_offset,
		      const struct symbol_frame **frames, size_t *count);
	struct stack_verdict (*classify)(void *context, const struct symbol_frame *const *frames,
					 size_t count, bool at_root);
	const char *(*cause)(void *context, uint32_t machine, int32_t syscall,
			     const char *const *kernel, size_t count, bool off_cpu);
	const char *(*syscall)(void *context, uint32_t machine, int32_t number);
	/* How a worker without work waits in this system call. NULL: not known. */
	enum stack_park (*parks_in)(void *context, const char *syscall);
	/* Takes a record of symbols from the capture. -EINVAL: refused. NULL: not wanted. */
	int (*symbols)(void *context, const uint8_t *capture_id, const struct hud_record *record);
	/* The frame of generated code at an address, NULL where it has no name. NULL: not known. */
	int (*generated)(void *context, uint32_t pid, uint64_t address,
			 const struct symbol_frame **frame);
	/* The type of a future in that module. NULL: none is known. 0 or -ENOMEM. */
	int (*task_type)(void *context, void *module, const struct symbol_task_key *key,
			 struct symbol_task_type *out);
	/* See symbol_module_split_missing(). NULL: none can be. */
	const char *(*split_missing)(void *context, void *module);
	/* See symbol_module_call_target(). NULL: it cannot be known. */
	bool (*call_target)(void *context, const void *module, uint64_t last, uint64_t *target);
	/* Announces the offsets that frames() will be called with. NULL: not needed. */
	int (*prepare)(void *context, void *module, const uint64_t *offsets, size_t count);
};

/* One of the symbolizer and the embedded rules. `options` is only read during the call. */
int resolver_open(const struct symbolizer_options *options, struct resolver **out);
void resolver_close(struct resolver *resolver);

/* See symbolizer_look_beside(). */
int resolver_look_beside(const struct resolver *resolver, const char *capture);

/* Did the --binary with this index fit a binary of what was loaded? */
bool resolver_binary_used(const struct resolver *resolver, size_t index);
/* A --binary path that fits no binary of what was loaded, or NULL. */
const char *resolver_unused_binary(const struct resolver *resolver);

#endif
