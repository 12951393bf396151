/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/progress.h"
#include "analyzer/base/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void symbol_progress(void *context, const char *what, uint64_t done, uint64_t all)
{
	(void)context;
	if (!isatty(STDERR_FILENO))
		return;
	if (!what)
		fputs("\r\033[K", stderr);
	else if (all)
		fprintf(stderr, "\r\033[K%s: %" PRIu64 " of %" PRIu64 " KiB", what, done >> 10,
			all >> 10);
	else
		fprintf(stderr, "\r\033[K%s: asking the servers", what);
}

void symbol_trouble(void *context, const char *what)
{
	(void)context;
	message(STATUS_DONE, "symbols may be missing; without DEBUGINFOD_URLS no server is asked",
		"debuginfod: %s", what);
}
