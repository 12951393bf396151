/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"

#include <inttypes.h>

/* Collapsed stacks, as flamegraph.pl and its kin read them: `main;read 1200`, in ns. */

static int row(void *context, sqlite3_stmt *q)
{
	FILE *out = context;

	for (const char *c = (const char *)sqlite3_column_text(q, 0); c && *c; c++)
		putc_unlocked(*c == '\n' || *c == '\r' ? ' ' : *c, out);
	fprintf(out, " %" PRId64 "\n", (int64_t)sqlite3_column_int64(q, 1));
	return 0;
}

enum exit_status export_folded(const struct export *e)
{
	const struct export_of of = export_of(e);

	return export_rows(e, "folded", &of, row, e->out);
}
