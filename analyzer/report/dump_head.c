/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/dump.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What a dump is of, and how far it was read. */

/* What a dump does not go into, as far as it is known to be there. */
static void print_unread(sqlite3_stmt *q)
{
	int64_t block_on = column_number(q, "block_on", 0), sets = column_number(q, "sets", 0);
	int64_t local = column_number(q, "local_sets_unread", 0);

	if (block_on || local)
		fputs("  not read: ", stdout);
	if (block_on)
		printf("what block_on waits for on %" PRId64 " thread%s", block_on,
		       block_on == 1 ? "" : "s");
	if (local)
		printf("%sthe tasks of %" PRId64 " LocalSet%s in a block_on",
		       block_on ? ", and " : "", local, local == 1 ? "" : "s");
	if (block_on || local)
		putchar('\n');
	if (sets)
		printf("  not read: the futures of sets that %" PRId64 " task%s\n", sets,
		       sets == 1 ? " awaits" : "s await");
}

void dump_head_print(struct dump_list *p, sqlite3_stmt *q)
{
	char duration[WORD_BYTES];
	int64_t tasks = column_number(q, "tasks", 0), runtimes = column_number(q, "runtimes", 0);
	int64_t local = column_number(q, "local_sets", 0);

	(void)p;
	printf("TASKS of %s (pid %" PRId64 "): %" PRId64 " task%s of %" PRId64 " runtime%s",
	       column_text(q, "process"), column_number(q, "pid", 0), tasks, tasks == 1 ? "" : "s",
	       runtimes, runtimes == 1 ? "" : "s");
	if (local)
		printf(" and %" PRId64 " LocalSet%s", local, local == 1 ? "" : "s");
	printf(", read in %s while it ran\n",
	       duration_word(duration, column_number(q, "duration_ns", -1)));
	if (column_number(q, "dumps", 1) > 1)
		printf("  dump %" PRId64 " of %" PRId64 "\n", column_number(q, "dump", 0),
		       column_number(q, "dumps", 0));
	if (column_number(q, "dumped_processes", 1) > 1)
		printf("  of %" PRId64 " processes with dumps this is one: --dump N shows another, "
		       "query CAPTURE @task_dumps lists them\n",
		       column_number(q, "dumped_processes", 0));
	if (column_text(q, "expected"))
		printf("  the runtimes count %" PRId64 " tasks themselves\n",
		       column_number(q, "expected", 0));
	if (column_number(q, "broken_lists", 0))
		printf("  %" PRId64 " lists changed each time they were read: tasks may be "
		       "missing\n",
		       column_number(q, "broken_lists", 0));
	if (column_number(q, "cut", 0))
		puts("  a limit was reached: tasks, or parts of what they wait for, are missing");
	print_unread(q);
	if (!column_number(q, "types", 1))
		puts("  what the tasks wait for is not known: the program has no debug\n"
		     "  information of types (cargo: debug = true), or it is not at hand "
		     "(--debug-dir)\n"
		     "  or in .dwo or .dwp files (split-debuginfo), which are not read for it");
}

static const struct {
	const char *outcome;
	const char *what;
} outcomes[] = {
	{"read", "waiting"},
	{"polling", "polled by a thread just then"},
	{"moving", "changed each time they were read"},
	{"gone", "ended meanwhile"},
	{"failed", "could not be read"},
	{"unknown", "of a type without debug information: what they wait for is not known"},
	{"cut", "too large, or nested too deep, to be read whole"},
};

void dump_outcome_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *outcome = column_text(q, "outcome");

	(void)p;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (!strcmp(outcomes[i].outcome, outcome))
			printf("  %6" PRId64 " %s\n", column_number(q, "tasks", 0),
			       outcomes[i].what);
	if (column_number(q, "woken", 0))
		printf("         %" PRId64 " of them woken, and not polled yet\n",
		       column_number(q, "woken", 0));
	if (column_number(q, "never_polled", 0))
		printf("         %" PRId64 " of them never polled\n",
		       column_number(q, "never_polled", 0));
}
