/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"

#include <string.h>

/*
 * Prometheus's text format, for the textfile collector: a sample for each row of
 * sql/export/prometheus.sql, which comes with its metric's name, type and help.
 */

enum column { COLUMN_METRIC, COLUMN_HELP, COLUMN_VALUE, COLUMN_LABELS };

static void escaped(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else
			fprintf(out, strchr(special, *text) ? "\\%c" : "%c", *text);
	}
}

static void heading_write(FILE *out, const char *metric, const char *help)
{
	fprintf(out, "# HELP %s ", metric);
	escaped(out, help, "\\");
	fprintf(out, "\n# TYPE %s gauge\n", metric);
}

/* The columns after the value are labels: their names, and their texts where they are not NULL. */
static void labels_write(FILE *out, sqlite3_stmt *q)
{
	const char *before = "{";

	for (int i = COLUMN_LABELS; i < sqlite3_column_count(q); i++) {
		const char *text = (const char *)sqlite3_column_text(q, i);

		if (!text)
			continue;
		fprintf(out, "%s%s=\"", before, sqlite3_column_name(q, i));
		escaped(out, text, "\"\\");
		putc_unlocked('"', out);
		before = ",";
	}
	if (*before == ',')
		putc_unlocked('}', out);
}

struct exposition {
	FILE *out;
	char metric[64]; /* of the row before */
};

static int row(void *context, sqlite3_stmt *q)
{
	struct exposition *x = context;
	const char *metric = (const char *)sqlite3_column_text(q, COLUMN_METRIC);
	const char *help = (const char *)sqlite3_column_text(q, COLUMN_HELP);

	if (strcmp(metric, x->metric) != 0)
		heading_write(x->out, metric, help);
	snprintf(x->metric, sizeof(x->metric), "%s", metric);
	fputs(metric, x->out);
	labels_write(x->out, q);
	if (sqlite3_column_type(q, COLUMN_VALUE) == SQLITE_FLOAT)
		fprintf(x->out, " %.9f\n", sqlite3_column_double(q, COLUMN_VALUE));
	else
		fprintf(x->out, " %lld\n", sqlite3_column_int64(q, COLUMN_VALUE));
	return 0;
}

enum exit_status export_prometheus(const struct export *e)
{
	struct exposition x = {.out = e->out};

	return export_rows(e, "prometheus", NULL, row, &x);
}
