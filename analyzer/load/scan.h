/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_SCAN_H
#define HUD_ANALYZER_LOAD_SCAN_H

#include "analyzer/symbols/module.h"
#include "format/capture_reader.h"

/*
 * Which offsets of which binaries the stacks of a capture speak of: what ingest will ask for when
 * it loads it.
 */
struct scan_binary {
	struct symbol_module *module;
	uint64_t *offsets;
	size_t count, room;
};

struct scan_capture {
	uint8_t id[16];
	uint64_t next_sequence;
	uint64_t end_ns;
	bool symbolized;              /* has symbols already */
	struct scan_binary *binaries; /* in the order they were mapped */
	size_t binary_count, binary_room;
	struct scan_state *state;
};

struct scan {
	struct symbolizer *symbolizer;
	struct scan_capture **captures;
	size_t count, room;
	struct capture_reader_state reader; /* when all was read */
};

/* Reads it all. 0 or a negative errno, of the reader or -ENOMEM. */
int scan_read(struct scan *s, struct symbolizer *symbolizer, capture_source source, void *context);
/* Finds the binaries and the offsets in each, each once, in order. Call it after scan_read(). */
int scan_resolve(struct scan *s);
void scan_close(struct scan *s);

#endif
