/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_SCAN_H
#define HUD_ANALYZER_LOAD_SCAN_H

#include "analyzer/base/message.h"
#include "analyzer/load/defined.h"
#include "analyzer/symbols/module.h"
#include "format/capture/reader.h"

/*
 * Which offsets of which binaries the stacks of a capture hold: what loading it would ask the
 * symbolizer for.
 */
struct scan_binary {
	struct symbol_module *module;
	struct offsets offsets; /* each once, in order */
};

struct scan_capture {
	uint8_t id[16];
	uint64_t next_sequence;
	uint64_t end_ns;
	bool symbolized; /* has symbols already */
	struct defined defined;
	int64_t last_row[ROW_KINDS];     /* for defined_add(); no rows are written */
	LIST(struct scan_binary) binary; /* in the order they were mapped */
};

struct scan {
	struct symbolizer *symbolizer;
	LIST(struct scan_capture *) capture;
	struct capture_reader_state reader; /* when all was read */
};

/* Reads it all. 0 or a negative errno, of the reader or -ENOMEM. */
int scan_read(struct scan *s, struct symbolizer *symbolizer, capture_source source, void *context);
/* Finds the binaries and their offsets. After scan_read(). 0 or -ENOMEM. */
int scan_resolve(struct scan *s);
/* Adds the offsets of the functions that calls in the user's code name: see tail_call. */
int scan_add_callees(struct scan_binary *b);
void scan_close(struct scan *s);

/* Refuses a --binary that fits nothing, which may not show otherwise. */
enum exit_status scan_check_binaries(const struct scan *s);

#endif
