/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/dump.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is on a thread: polls, block_on, closures of the blocking pool. */

static void print_thread(sqlite3_stmt *q, const char *name)
{
	printf("thread %" PRId64, column_number(q, "tid", 0));
	if (name)
		printf(" (%s)", name);
}

static void print_function(sqlite3_stmt *q, const char *before, const char *function)
{
	const char *file = column_text(q, "file");
	char line[COLUMN_LINE_BYTES];

	printf("%s%s", before, function);
	if (file)
		printf(", %s%s", file, column_line(q, "line", line));
}

/* A task that was at no await, and where its thread slept or computed. */
void dump_polled_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *function = column_text(q, "function"), *callers = column_text(q, "callers");
	bool asleep = column_number(q, "asleep", 0);
	int64_t asleep_ns = column_number(q, "asleep_ns", -1);
	char slept[WORD_BYTES];

	(void)p;
	printf("  task %" PRId64 "  %s", column_number(q, "task_id", 0), column_text(q, "task"));
	if (column_number(q, "tid", 0)) {
		fputs(", by ", stdout);
		print_thread(q, column_text(q, "thread"));
	}
	if (asleep)
		fputs(": asleep", stdout);
	if (asleep_ns >= 0)
		printf(" for %s", duration_word(slept, asleep_ns));
	if (asleep)
		printf(", %s", column_text(q, "cause"));
	if (function)
		print_function(q, asleep ? " in " : ": in ", function);
	else if (!asleep)
		printf(": %s; where it was: hud-record -p PID --tasks -d 2",
		       column_number(q, "tid", 0) ? "it did not sleep"
						  : "by a thread that is not known");
	putchar('\n');
	if (callers)
		printf("      from %s\n", callers);
}

static void print_pool(sqlite3_stmt *q)
{
	int64_t threads = column_number(q, "threads", -1), idle = column_number(q, "idle", -1);
	int64_t workers = column_number(q, "workers", 0);
	int64_t listed = column_number(q, "listed", 0), queued = column_number(q, "queued", 0);

	printf("  %" PRId64 " wait", queued);
	if (threads >= 0 && column_number(q, "thread_limit", -1) >= 0)
		printf("; it has %" PRId64 " of %" PRId64 " threads", threads - workers,
		       column_number(q, "thread_limit", 0) - workers);
	if (idle >= 0)
		printf(", %" PRId64 " idle", idle);
	if (listed < queued)
		printf("; %" PRId64 " of the closures were not read", queued - listed);
	putchar('\n');
}

/* Closures of a function that wait for a thread. */
void dump_closures_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *task = column_text(q, "task");
	int64_t pool = column_number(q, "pool", 0);

	if (pool != p->group)
		print_pool(q);
	p->group = pool;
	if (column_number(q, "closures", 0))
		printf("      %" PRId64 " × %s  (task %" PRId64 "%s)\n",
		       column_number(q, "closures", 0), task ? task : "unknown",
		       column_number(q, "example", 0),
		       column_number(q, "closures", 0) > 1 ? " …" : "");
}

/* A future that no list has, and what it waits for. */
void dump_block_on_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *function = column_text(q, "name");
	bool parked = column_number(q, "parked", 1);

	(void)p;
	if (column_text(q, "kind")) {
		dump_await_line_print(q);
		return;
	}
	fputs("  ", stdout);
	print_thread(q, column_text(q, "comm"));
	if (!parked)
		printf(", which blocks: %s", column_text(q, "cause"));
	if (function)
		print_function(q, parked ? ", called by " : " in ", function);
	if (parked && !column_number(q, "is_read", 0))
		fputs("; where its future lies is not known", stdout);
	if (column_number(q, "local_set", 0))
		fputs("; with tasks of a LocalSet", stdout);
	putchar('\n');
}

/* A closure of the blocking pool: where its thread sleeps. */
static void print_running(sqlite3_stmt *q)
{
	const char *function = column_text(q, "function");

	fputs(", on ", stdout);
	print_thread(q, column_text(q, "comm"));
	printf(": asleep, %s", column_text(q, "cause"));
	if (function)
		print_function(q, " in ", function);
}

/* A task below the one that awaits its end. */
void dump_join_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *task = column_text(q, "task"), *file = column_text(q, "place_file");
	const char *leaf = column_text(q, "leaf"), *closure = column_text(q, "closure");
	int64_t level = column_number(q, "level", 1);

	(void)p;
	printf("%*stask %" PRId64 "  %s",
	       2 * (int)(level < DUMP_LEVEL_MAX ? level : DUMP_LEVEL_MAX), "",
	       column_number(q, "task_id", 0),
	       task      ? task
	       : closure ? "a closure"
			 : "in no list of tasks");
	if (file) {
		fputs(", ", stdout);
		dump_place_print(file, column_number(q, "place_line", 0),
				 column_number(q, "place_line_end", 0));
	}
	if (leaf && strcmp(leaf, "join") != 0)
		printf(": %s", leaf);
	if (closure && !strcmp(closure, "queued"))
		fputs(": waits for a thread of the blocking pool", stdout);
	if (closure && !strcmp(closure, "running"))
		print_running(q);
	putchar('\n');
}
