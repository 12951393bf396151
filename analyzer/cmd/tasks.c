/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/open/named_query.h"
#include "analyzer/report/report.h"

/*
 * tasks: prints a dump of tasks: who waits where, for what, and who holds it.
 */

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
		status = report_dump_json(&input);
	else
		status = report_dump(&input, arguments->top);
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
