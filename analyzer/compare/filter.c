/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/compare/compare.h"
#include "analyzer/open/filter.h"
#include "analyzer/base/words.h"
#include "analyzer/store/column.h"

#include <stdio.h>

/*
 * Filters of a comparison, as they were given: each capture has its own times and workers for them.
 */

enum exit_status comparison_filter(struct comparison *c, const struct filter *f)
{
	const char *const words[] = {f->from, f->to, f->worker, f->task, f->cause, f->match};
	sqlite3_stmt *q;
	enum exit_status status = STATUS_DONE;

	if (!filter_given(f))
		return STATUS_DONE;
	q = comparison_query(c, "sql/diff/filter_write.sql");
	if (!q)
		return STATUS_SYSTEM;
	for (int i = 0; i < 6; i++)
		sqlite3_bind_text(q, i + 1, words[i], -1, SQLITE_STATIC);
	if (f->min_ns)
		sqlite3_bind_int64(q, 7, f->min_ns);
	if (sqlite3_step(q) != SQLITE_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot compare: %s", sqlite3_errmsg(c->db));
	sqlite3_finalize(q);
	return status;
}

void comparison_filter_print(struct comparison *c, const char *end)
{
	static const struct {
		const char *column;
		const char *label;
	} filters[] = {
		{"from_time", "from"}, {"to_time", "to"},  {"worker", "worker"},
		{"task", "task"},      {"cause", "cause"}, {"match", "matching"},
		{"min_ns", NULL},
	};
	sqlite3_stmt *q = comparison_query(c, "sql/diff/filter.sql");
	bool any = false;
	char word[WORD_BYTES];

	if (!q || sqlite3_step(q) != SQLITE_ROW) {
		sqlite3_finalize(q);
		return;
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		const char *text = column_text(q, filters[i].column);

		if (!text)
			continue;
		printf("%s", any ? ", " : "only ");
		any = true;
		if (filters[i].label)
			printf("%s %s", filters[i].label, text);
		else
			printf("blocks of at least %s",
			       duration_word(word, column_number(q, filters[i].column, 0)));
	}
	fputs(end, stdout);
	sqlite3_finalize(q);
}
