/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/dump.h"
#include "analyzer/base/message.h"
#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"
#include "analyzer/store/column.h"
#include "analyzer/store/table.h"

#include <inttypes.h>
#include <stdio.h>

struct section {
	const char *title; /* NULL: of the head, which --top does not cut */
	const char *query;
	void (*print)(struct dump_list *p, sqlite3_stmt *q);
	uint64_t usual;   /* units, where --top says nothing else */
	const char *unit; /* column: rows of one value are one unit; NULL: each row is one */
};

static const struct section sections[] = {
	{NULL, "task_dumps", dump_head_print, 1, NULL},
	{NULL, "task_outcomes", dump_outcome_print, UINT64_MAX, NULL},
	{"DEADLOCKS", "task_cycles", dump_cycle_print, 25, NULL},
	{"WHAT BECAME OF THEM, since the dump before", "task_changes", dump_change_print, 10, NULL},
	{"EVER MORE, at no dump fewer: a leak, unless they end later", "task_growth",
	 dump_growth_print, 10, NULL},
	{"HOLD WHAT OTHERS WAIT FOR, and wait for no such thing themselves", "task_holders",
	 dump_holder_print, 10, NULL},
	{"WAITED FOR TOGETHER", "task_resources", dump_resource_print, 25, NULL},
	{"POLLED JUST THEN, at no await", "polled_tasks", dump_polled_print, 10, NULL},
	{"QUEUED for a thread of the blocking pool", "task_pools", dump_closures_print, 25, NULL},
	{"IN block_on, which no list has", "task_block_on", dump_block_on_print, 10, "tid"},
	{"WHO AWAITS WHOM, each below the one that awaits its end", "task_joins", dump_join_print,
	 25, NULL},
	{"WHERE TASKS WAIT, the most frequent chains of awaits first", "task_awaits",
	 dump_await_print, 25, "number"},
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
	struct dump_list p = {0};
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
		       section->print == dump_await_print ? "\n" : "", units - top, units);
	sqlite3_finalize(q);
	if (!q) /* it was said why */
		return STATUS_SYSTEM;
	return step == SQLITE_DONE ? STATUS_DONE : unreadable(input);
}

enum exit_status report_dump(const struct input *input, uint64_t top)
{
	enum exit_status status = STATUS_DONE;
	char which[INPUT_WHICH_BYTES];

	if (input->captures > 1)
		puts(input_which(input, which));
	for (size_t i = 0; status == STATUS_DONE && i < sizeof(sections) / sizeof(*sections); i++)
		status = print_section(input, &sections[i],
				       top && sections[i].title ? top : sections[i].usual);
	return status;
}

enum exit_status report_dump_json(const struct input *input)
{
	sqlite3_stmt *q = named_query(input, "task_document", 0);
	int err;

	if (!q) /* it was said why */
		return STATUS_SYSTEM;
	err = table_print(q, TABLE_PLAIN);
	sqlite3_finalize(q);
	return err ? unreadable(input) : STATUS_DONE;
}
