/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/base/terminal.h"
#include "analyzer/report/report.h"

/*
 * report: prints the report of a capture, as text or as JSON.
 */

enum exit_status verb_report(const struct arguments *arguments)
{
	const struct report_form form = {
		.top = arguments->top,
		.site = arguments->filter.site != 0,
		.colour = colour_wanted(stdout),
		.width = terminal_width(stdout),
	};
	const struct input_request request = arguments_input(arguments, arguments->positional[0]);
	struct input input;
	enum exit_status status = input_open(&request, &input);

	if (status != STATUS_DONE)
		return status;
	if (arguments->json)
		status = report_json(&input, arguments->top);
	else
		status = report_text(&input, &form);
	input_close(&input);
	return status;
}
