/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/report/dump.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where tasks wait, for what, and who waits for each other. */

enum { INDENT = 8, PLACE_COLUMN = 62 };

static void print_group(sqlite3_stmt *q)
{
	const char *outcome = column_text(q, "outcome");
	char seen[WORD_BYTES];

	printf("\n%6" PRId64 " × %s", column_number(q, "tasks", 0),
	       column_text(q, "task") ? column_text(q, "task") : "unknown");
	printf(column_number(q, "tasks", 0) > 1 ? "  (task %" PRId64 " …)" : "  (task %" PRId64 ")",
	       column_number(q, "example", 0));
	if (column_number(q, "finished", 0))
		fputs(", finished", stdout);
	else if (strcmp(outcome, "read") != 0)
		printf(", %s", outcome);
	else if (column_text(q, "started") && !column_number(q, "started", 1))
		fputs(", never polled", stdout);
	if (column_number(q, "seen_ns", 0))
		printf(", %sseen here for %s",
		       column_number(q, "tasks", 0) > 1 ? "one of them " : "",
		       duration_word(seen, column_number(q, "seen_ns", 0)));
	putchar('\n');
}

void dump_place_print(const char *file, int64_t line, int64_t line_end)
{
	printf("%s:%" PRId64, file, line);
	if (line_end)
		printf("-%" PRId64 ", in a macro", line_end);
}

/*
 * So many futures with this name. Returns how many columns it takes: a name may have more bytes
 * than that.
 */
static int print_name(const char *name, int64_t level, int64_t times)
{
	int used = INDENT + 2 * (int)(level < DUMP_LEVEL_MAX ? level - 1 : DUMP_LEVEL_MAX - 1);

	printf("%*s", used, "");
	if (times > 1)
		used += printf("%" PRId64 " × ", times) - (int)(sizeof("×") - 1) + 1;
	fputs(name ? name : "a type that is not known", stdout);
	for (const char *c = name ? name : ""; *c; c++)
		used += (*c & 0xc0) != 0x80;
	return used;
}

void dump_await_line_print(sqlite3_stmt *q)
{
	const char *file = column_text(q, "file"), *what = column_text(q, "what");
	const char *kind = column_text(q, "kind");
	int used;

	used = print_name(column_text(q, "name"), column_number(q, "level", 1),
			  column_number(q, "times", 1));
	if (file || what)
		printf("%*s", used < PLACE_COLUMN ? PLACE_COLUMN - used : 2, "");
	if (file)
		dump_place_print(file, column_number(q, "line", 0),
				 column_number(q, "line_end", 0));
	if (what)
		printf("%s%s", file ? ", " : "", what);
	if (!strcmp(kind, "dyn"))
		fputs("  a future behind dyn whose type is not known", stdout);
	putchar('\n');
}

void dump_await_print(struct dump_list *p, sqlite3_stmt *q)
{
	(void)p;
	if (column_number(q, "position", 0) == 0)
		print_group(q);
	if (column_text(q, "kind"))
		dump_await_line_print(q);
}

/* Who holds it, where: of several the first one that was found. */
static void print_holder(sqlite3_stmt *q)
{
	const char *task = column_text(q, "holder_task"), *place = column_text(q, "holder_place");
	int64_t holders = column_number(q, "holders", 0), tid = column_number(q, "holder_tid", 0);

	if (holders > 1)
		printf("; %" PRId64 " tasks have a guard of it, one is", holders);
	else
		fputs("; held by", stdout);
	if (tid)
		printf(" the block_on of thread %" PRId64, tid);
	else
		printf(" task %" PRId64, column_number(q, "holder", 0));
	printf(" (%s", task ? task : "unknown");
	if (place) {
		printf(", in %s, ", place);
		dump_place_print(column_text(q, "holder_file"), column_number(q, "holder_line", 0),
				 column_number(q, "holder_line_end", 0));
	}
	putchar(')');
	if (column_number(q, "holder_drops_guard", 0))
		fputs(", unless it dropped its guard before", stdout);
}

void dump_resource_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *permits = column_text(q, "free_permits"), *file = column_text(q, "waits_file");
	const char *function = column_text(q, "waits_in");

	(void)p;
	printf("  #%-4" PRId64 " %" PRId64 " %s %s", column_number(q, "number", 0),
	       column_number(q, "waiters", 0),
	       column_number(q, "waiters", 0) == 1 ? "task waits" : "tasks wait",
	       function ? "in " : "by several functions");
	if (function)
		fputs(function, stdout);
	if (file) {
		fputs(", ", stdout);
		dump_place_print(file, column_number(q, "waits_line", 0),
				 column_number(q, "waits_line_end", 0));
	}
	if (permits)
		printf("; %s permits free", permits);
	if (column_number(q, "holders", 0))
		print_holder(q);
	else if (column_number(q, "channel", 0))
		fputs("; the channel is full", stdout);
	else if (permits && column_number(q, "woken", 0))
		printf("; it may have been given to task %" PRId64
		       ", which is woken and not polled yet",
		       column_number(q, "woken_task", 0));
	else if (permits && column_number(q, "polled", 0))
		printf("; no task at an await has a guard of it, one that is polled may (%" PRId64
		       " are)",
		       column_number(q, "polled", 0));
	else if (permits)
		fputs("; no task with a guard of it was found", stdout);
	putchar('\n');
}

/* A task that others depend on, and where it waits itself. */
void dump_holder_print(struct dump_list *p, sqlite3_stmt *q)
{
	const char *task = column_text(q, "task"), *place = column_text(q, "place");
	const char *file = column_text(q, "place_file"), *leaf = column_text(q, "leaf");
	const char *outcome = column_text(q, "outcome");
	int64_t waiters = column_number(q, "waiters", 0);

	(void)p;
	if (column_number(q, "tid", 0))
		printf("  the block_on of thread %" PRId64, column_number(q, "tid", 0));
	else
		printf("  task %" PRId64, column_number(q, "task_id", 0));
	printf("  %s", task ? task : "unknown");
	if (place && task && strcmp(place, task) != 0)
		printf(", in %s", place);
	if (file) {
		fputs(", ", stdout);
		dump_place_print(file, column_number(q, "place_line", 0),
				 column_number(q, "place_line_end", 0));
	}
	if (leaf)
		printf(": %s", leaf);
	else if (outcome && strcmp(outcome, "read") != 0)
		printf(": %s", outcome);
	printf("; %" PRId64 " wait%s for what it holds\n", waiters, waiters == 1 ? "s" : "");
}

/* Of ids as "3,5,-17": how many are tasks; or threads, which have a minus? */
static size_t members_count(const char *ids, bool threads)
{
	size_t count = 0;

	for (const char *at = ids; *at; at++)
		count += (at == ids || at[-1] == ',') && (*at == '-') == threads;
	return count;
}

/* Prints those, `before` the first of them and `between` two. */
static void print_members(const char *ids, bool threads, const char *before, const char *between)
{
	for (const char *at = ids, *end; *at; at = end + (*end == ',')) {
		end = at + strcspn(at, ",");
		if ((*at == '-') != threads)
			continue;
		printf("%s%.*s", before, (int)(end - at) - threads, at + threads);
		before = between;
	}
}

void dump_cycle_print(struct dump_list *p, sqlite3_stmt *q)
{
	static const char of_thread[] = "the block_on of thread ";
	static const char and_of_thread[] = " and the block_on of thread ";
	const char *ids = column_text(q, "tasks");
	bool certain = column_number(q, "certain", 0);
	size_t tasks = members_count(ids, false);

	(void)p;
	printf("  %s: ", certain ? "deadlock" : "possible deadlock");
	print_members(ids, false, tasks > 1 ? "tasks " : "task ", ",");
	print_members(ids, true, tasks ? and_of_thread : of_thread, and_of_thread);
	fputs(tasks + members_count(ids, true) > 1 ? " wait for each other" : " waits for itself",
	      stdout);
	if (column_number(q, "alike", 1) > 1)
		printf(" (and %" PRId64 " more like it)", column_number(q, "alike", 1) - 1);
	printf("\n      %s\n      at %s\n", column_text(q, "of_types"), column_text(q, "places"));
}
