/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/dump.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>

/* What became of tasks from one dump to the next. */

void dump_change_print(struct dump_list *p, sqlite3_stmt *q)
{
	char after[WORD_BYTES];

	if (!p->rows++)
		printf("  %s after dump %" PRId64 "\n  %8s %8s %8s %8s %8s  task\n",
		       duration_word(after, column_number(q, "after_ns", 0)),
		       column_number(q, "before", 0), "tasks", "new", "gone", "moved", "same");
	printf("  %8" PRId64 " %8" PRId64 " %8" PRId64 " %8" PRId64 " %8" PRId64 "  %s\n",
	       column_number(q, "tasks", 0), column_number(q, "new", 0),
	       column_number(q, "gone", 0), column_number(q, "moved", 0),
	       column_number(q, "same", 0), column_text(q, "task"));
}

/* A type of which there were ever more. */
void dump_growth_print(struct dump_list *p, sqlite3_stmt *q)
{
	char wall[WORD_BYTES];

	(void)p;
	printf("  %8" PRId64 " → %" PRId64 "  %s, more at %" PRId64 " of %" PRId64 " dumps in %s\n",
	       column_number(q, "tasks_first", 0), column_number(q, "tasks_last", 0),
	       column_text(q, "task"), column_number(q, "rises", 0),
	       column_number(q, "dumps", 0) - 1,
	       duration_word(wall, column_number(q, "wall_ns", 0)));
}
