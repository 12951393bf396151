/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/terminal.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/html/html.h"
#include "analyzer/report/report.h"

/*
 * report: prints the report of a capture, as text or as JSON.
 */

static enum exit_status report_run(const struct arguments *arguments)
{
	const struct report_form form = {
		.path = arguments->positional[0],
		.top = arguments->top,
		.site = arguments->filter.site != 0,
		.filtered = filter_given(&arguments->filter),
		.colour = colour_wanted(stdout),
		.width = terminal_width(stdout),
	};
	const struct input_request request = arguments_input(arguments, arguments->positional[0]);
	struct input input;
	enum exit_status status;

	status = input_open(&request, &input);
	if (status != STATUS_DONE)
		return status;
	if (arguments->html)
		status = report_html(&input, arguments->html);
	else if (arguments->json)
		status = report_json(&input, arguments->top);
	else
		status = report_text(&input, &form);
	input_close(&input);
	return status;
}

const struct verb verb_report = {
	.name = "report",
	.usage = "CAPTURE|DB",
	.summary = "say which code blocked the workers, for how long, and why",
	.details = "Prints a verdict in one sentence, the blocking sites with advice, what\n"
		   "each worker did, a timeline, tasks, the blocking pool, CPU hotspots, and\n"
		   "what was lost. With --site N: everything about one site. Filters (--from\n"
		   "to --min) choose a part of the recording; all numbers are then of that\n"
		   "part. docs/REPORT.md explains it; docs/report.schema.json describes what\n"
		   "--json prints. --html FILE writes a page, in one file that can be sent.\n",
	.options = "--top --site --json --html " FILTER_OPTIONS " --capture " SYMBOL_OPTIONS
		   " " USER_OPTIONS,
	.least = 1,
	.most = 1,
	.run = report_run,
};
