/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/open/named_query.h"
#include "analyzer/store/column.h"
#include "analyzer/store/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * tasks: prints a dump of tasks: who waits where, for what, and who holds it.
 */

enum { INDENT = 8, PLACE_COLUMN = 62, LEVEL_MAX = 20 };

struct printing {
	uint64_t rows; /* printed of a section */
	int64_t group; /* that the last row was of */
};

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

static void print_head(struct printing *p, sqlite3_stmt *q)
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

static void print_outcome(struct printing *p, sqlite3_stmt *q)
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
		printf(", seen here for %s", duration_word(seen, column_number(q, "seen_ns", 0)));
	putchar('\n');
}

/* A line, or in a macro the lines that the await is between. */
static void print_place(const char *file, int64_t line, int64_t line_end)
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
	int used = INDENT + 2 * (int)(level < LEVEL_MAX ? level - 1 : LEVEL_MAX - 1);

	printf("%*s", used, "");
	if (times > 1)
		used += printf("%" PRId64 " × ", times) - (int)(sizeof("×") - 1) + 1;
	fputs(name ? name : "a type that is not known", stdout);
	for (const char *c = name ? name : ""; *c; c++)
		used += (*c & 0xc0) != 0x80;
	return used;
}

static void print_await_line(sqlite3_stmt *q)
{
	const char *file = column_text(q, "file"), *what = column_text(q, "what");
	const char *kind = column_text(q, "kind");
	int used;

	used = print_name(column_text(q, "name"), column_number(q, "level", 1),
			  column_number(q, "times", 1));
	if (file || what)
		printf("%*s", used < PLACE_COLUMN ? PLACE_COLUMN - used : 2, "");
	if (file)
		print_place(file, column_number(q, "line", 0), column_number(q, "line_end", 0));
	if (what)
		printf("%s%s", file ? ", " : "", what);
	if (!strcmp(kind, "dyn"))
		fputs("  a future behind dyn whose type is not known", stdout);
	putchar('\n');
}

static void print_await(struct printing *p, sqlite3_stmt *q)
{
	(void)p;
	if (column_number(q, "position", 0) == 0)
		print_group(q);
	if (column_text(q, "kind"))
		print_await_line(q);
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
		print_place(column_text(q, "holder_file"), column_number(q, "holder_line", 0),
			    column_number(q, "holder_line_end", 0));
	}
	putchar(')');
	if (column_number(q, "holder_drops_guard", 0))
		fputs(", unless it dropped its guard before", stdout);
}

static void print_resource(struct printing *p, sqlite3_stmt *q)
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
		print_place(file, column_number(q, "waits_line", 0),
			    column_number(q, "waits_line_end", 0));
	}
	if (permits)
		printf("; %s permits free", permits);
	if (column_number(q, "holders", 0))
		print_holder(q);
	else if (column_number(q, "channel", 0))
		fputs("; the channel is full", stdout);
	else if (permits && column_number(q, "polled", 0))
		printf("; no task at an await has a guard of it, one that is polled may (%" PRId64
		       " are)",
		       column_number(q, "polled", 0));
	else if (permits)
		fputs("; no task with a guard of it was found", stdout);
	putchar('\n');
}

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
static void print_polled(struct printing *p, sqlite3_stmt *q)
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
static void print_closures(struct printing *p, sqlite3_stmt *q)
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
static void print_block_on(struct printing *p, sqlite3_stmt *q)
{
	const char *function = column_text(q, "name");
	bool parked = column_number(q, "parked", 1);

	(void)p;
	if (column_text(q, "kind")) {
		print_await_line(q);
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
static void print_join(struct printing *p, sqlite3_stmt *q)
{
	const char *task = column_text(q, "task"), *file = column_text(q, "place_file");
	const char *leaf = column_text(q, "leaf"), *closure = column_text(q, "closure");
	int64_t level = column_number(q, "level", 1);

	(void)p;
	printf("%*stask %" PRId64 "  %s", 2 * (int)(level < LEVEL_MAX ? level : LEVEL_MAX), "",
	       column_number(q, "task_id", 0),
	       task      ? task
	       : closure ? "a closure"
			 : "in no list of tasks");
	if (file) {
		fputs(", ", stdout);
		print_place(file, column_number(q, "place_line", 0),
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

static void print_cycle(struct printing *p, sqlite3_stmt *q)
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

static void print_change(struct printing *p, sqlite3_stmt *q)
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
static void print_growth(struct printing *p, sqlite3_stmt *q)
{
	char wall[WORD_BYTES];

	(void)p;
	printf("  %8" PRId64 " → %" PRId64 "  %s, more at %" PRId64 " of %" PRId64 " dumps in %s\n",
	       column_number(q, "tasks_first", 0), column_number(q, "tasks_last", 0),
	       column_text(q, "task"), column_number(q, "rises", 0),
	       column_number(q, "dumps", 0) - 1,
	       duration_word(wall, column_number(q, "wall_ns", 0)));
}

struct section {
	const char *title; /* NULL: of the head, which --top does not cut */
	const char *query;
	void (*print)(struct printing *p, sqlite3_stmt *q);
	uint64_t usual;   /* units, where --top says nothing else */
	const char *unit; /* column: rows of one value are one unit; NULL: each row is one */
};

static const struct section sections[] = {
	{NULL, "task_dumps", print_head, 1, NULL},
	{NULL, "task_outcomes", print_outcome, UINT64_MAX, NULL},
	{"DEADLOCKS", "task_cycles", print_cycle, 25, NULL},
	{"WHAT BECAME OF THEM, since the dump before", "task_changes", print_change, 10, NULL},
	{"EVER MORE, at no dump fewer: a leak, unless they end later", "task_growth", print_growth,
	 10, NULL},
	{"WAITED FOR TOGETHER", "task_resources", print_resource, 25, NULL},
	{"POLLED JUST THEN, at no await", "polled_tasks", print_polled, 10, NULL},
	{"QUEUED for a thread of the blocking pool", "task_pools", print_closures, 25, NULL},
	{"IN block_on, which no list has", "task_block_on", print_block_on, 10, "tid"},
	{"WHO AWAITS WHOM, each below the one that awaits its end", "task_joins", print_join, 25,
	 NULL},
	{"WHERE TASKS WAIT, the most frequent chains of awaits first", "task_awaits", print_await,
	 25, "number"},
};

/* Does the row begin another unit than the one before, whose value is *last? */
static bool unit_begins(const struct section *section, sqlite3_stmt *q, int64_t *last)
{
	int64_t unit = section->unit ? column_number(q, section->unit, 0) : *last + 1;
	bool begins = unit != *last;

	*last = unit;
	return begins;
}

static enum exit_status unreadable(const struct input *input)
{
	return message(STATUS_SYSTEM, NULL, "cannot read the dump: %s", sqlite3_errmsg(input->db));
}

/* Prints a section below its title, if there is any of it: `top` units, and how many more exist. */
static enum exit_status print_section(const struct input *input, const struct section *section,
				      uint64_t top)
{
	/* Of the dumps that were asked for the head is of the last one: the others are no rest. */
	sqlite3_stmt *q = named_query(input, section->query, section->title ? 0 : top);
	struct printing p = {0};
	int step = SQLITE_ERROR;
	uint64_t units = 0;
	int64_t last = 0;

	for (bool first = true; q && (step = sqlite3_step(q)) == SQLITE_ROW; first = false) {
		if (first && section->title)
			printf("\n%s\n", section->title);
		units += unit_begins(section, q, &last);
		if (units <= top)
			section->print(&p, q);
	}
	if (units > top)
		printf("%s  and %" PRIu64 " more: --top %" PRIu64 "\n",
		       section->print == print_await ? "\n" : "", units - top, units);
	sqlite3_finalize(q);
	if (!q) /* it was said why */
		return STATUS_SYSTEM;
	return step == SQLITE_DONE ? STATUS_DONE : unreadable(input);
}

static enum exit_status print_text(const struct input *input, uint64_t asked)
{
	enum exit_status status = STATUS_DONE;
	char which[INPUT_WHICH_BYTES];

	if (input->captures > 1)
		puts(input_which(input, which));
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(sections) / sizeof(*sections); i++)
		status = print_section(input, &sections[i],
				       asked && sections[i].title ? asked : sections[i].usual);
	return status;
}

static enum exit_status print_json(const struct input *input)
{
	sqlite3_stmt *q = named_query(input, "task_document", 0);
	int err;

	if (!q) /* it was said why */
		return STATUS_SYSTEM;
	err = table_print(q, TABLE_PLAIN);
	sqlite3_finalize(q);
	return err ? unreadable(input) : STATUS_DONE;
}

static bool has_dump(const struct input *input)
{
	sqlite3_stmt *q = named_query(input, "task_dumps", 1);
	bool found = q && sqlite3_step(q) == SQLITE_ROW;

	sqlite3_finalize(q);
	return found;
}

static enum exit_status tasks_run(const struct arguments *arguments)
{
	struct input_request request = arguments_input(arguments, arguments->positional[0]);
	enum exit_status status;
	struct input input;

	request.filter.last_dump = !request.filter.dump;
	status = input_open(&request, &input);
	if (status != STATUS_DONE)
		return status;
	if (!has_dump(&input))
		status = message(STATUS_INPUT,
				 "hud-record tasks PID -o FILE makes one of a running process",
				 "%s: there is no dump of tasks in it", arguments->positional[0]);
	else if (arguments->json)
		status = print_json(&input);
	else
		status = print_text(&input, arguments->top);
	input_close(&input);
	return status;
}

const struct verb verb_tasks = {
	.name = "tasks",
	.usage = "CAPTURE|DB",
	.summary = "show all tasks of a process, and what each waits for",
	.details = "Prints the last dump of tasks in the capture (hud-record tasks): which tasks\n"
		   "wait at the same place, by which awaits they came there, what they wait for\n"
		   "together, who holds it, who waits for each other, where polls block, and what\n"
		   "waits for the blocking pool. --top: so many of each list. --dump: another of\n"
		   "the dumps (query CAPTURE @task_dumps lists them).\n",
	.options = "--dump --top --json --capture " SYMBOL_OPTIONS " " USER_OPTIONS,
	.why_whole = "tasks is about a moment, not a time",
	.least = 1,
	.most = 1,
	.run = tasks_run,
};
