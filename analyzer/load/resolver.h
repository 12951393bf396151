/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_RESOLVER_H
#define HUD_ANALYZER_LOAD_RESOLVER_H

#include "analyzer/rules/classify.h"
#include "analyzer/symbols/options.h"
#include "format/wire.h"

/*
 * What ingest asks about code: who stands behind an address, and what does a stack say? Answered by
 * the symbolizer and the rules (resolver_open), or by a test.
 *
 * Strings and frames handed out live as long as the resolver.
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
					 size_t count);
	const char *(*cause)(void *context, uint32_t machine, int32_t syscall,
			     const char *const *kernel, size_t count, bool off_cpu);
	const char *(*syscall)(void *context, uint32_t machine, int32_t number);
	/* A record of symbols that the capture brings. -EINVAL: refused. NULL: not wanted. */
	int (*symbols)(void *context, const uint8_t *capture_id, const struct hud_record *record);
	/* These offsets will be asked for: look them up at once. NULL: not needed. */
	int (*prepare)(void *context, void *module, const uint64_t *offsets, size_t count);
};

/* The real one. `options` is only read during the call. */
int resolver_open(const struct symbolizer_options *options, struct resolver **out);
void resolver_close(struct resolver *resolver);

/* A --binary path that fits no binary of what was loaded, or NULL. */
const char *resolver_unused_binary(const struct resolver *resolver);

#endif
