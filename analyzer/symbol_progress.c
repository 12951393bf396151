/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbol_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void symbol_progress(void *context, const char *what, uint64_t done, uint64_t all)
{
	(void)context;
	if (!isatty(STDERR_FILENO))
		return;
	if (all)
		fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " KiB ", what, done >> 10,
			all >> 10);
	else
		fprintf(stderr, "\r%s: asking the servers ", what);
	if (all && done >= all)
		fputs("\n", stderr);
}
