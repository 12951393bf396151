/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_PROGRESS_H
#define HUD_ANALYZER_LOAD_PROGRESS_H

#include "analyzer/load/ingest.h"

#include <stdbool.h>

/* One line on stderr about how far loading is: only on a terminal, only after a second. */
struct progress {
	uint64_t begin_ms, last_ms;
	uint64_t file_bytes; /* 0: not known */
	bool terminal;
	bool shown;
};

void progress_begin(struct progress *p, uint64_t file_bytes);

/* As ingest_options.progress; `context` is the struct progress. */
void progress_show(void *context, enum ingest_phase phase, uint64_t done, uint64_t all);

/* Clears the line. */
void progress_end(struct progress *p);

#endif
