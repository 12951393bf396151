/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/progress.h"
#include "format/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define QUIET_MS 1000
#define BETWEEN_MS 100

static uint64_t now_ms(void)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE) / NS_PER_MS;
}

void progress_begin(struct progress *p, uint64_t file_bytes)
{
	*p = (struct progress) {.begin_ms = now_ms(), .file_bytes = file_bytes};
	p->terminal = isatty(STDERR_FILENO);
}

void progress_show(void *context, enum ingest_phase phase, uint64_t done, uint64_t all)
{
	struct progress *p = context;
	uint64_t now;

	if (!p->terminal)
		return;
	now = now_ms();
	if (now - p->begin_ms < QUIET_MS || (p->shown && now - p->last_ms < BETWEEN_MS))
		return;
	p->last_ms = now;
	p->shown = true;
	if (phase == INGEST_READING && p->file_bytes)
		fprintf(stderr, "\r\033[Kreading %" PRIu64 "%%", done * 100 / p->file_bytes);
	else if (phase == INGEST_READING)
		fprintf(stderr, "\r\033[Kreading %.1f MB", (double)done / 1e6);
	else if (phase == INGEST_SYMBOLIZING)
		fprintf(stderr, "\r\033[Kresolving stack %" PRIu64 " of %" PRIu64, done, all);
	else
		fputs("\r\033[Kderiving", stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
