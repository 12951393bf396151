/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/export/export.h"

/*
 * export: writes what was recorded in a format that other tools read.
 */

static enum exit_status export_run(const struct arguments *arguments)
{
	const struct export_form form = {
		.format = arguments->format,
		.of = arguments->of,
		.query = arguments->positionals > 1 ? arguments->positional[1] : NULL,
		.output = arguments->output,
		.top = arguments->top,
	};
	const struct input_request request = arguments_input(arguments, arguments->positional[0]);
	struct input input;
	enum exit_status status = export_check(&form);

	if (status == STATUS_DONE)
		status = input_open(&request, &input);
	if (status != STATUS_DONE)
		return status;
	database_stop_on_interrupt(input.db);
	status = export_write(&input, &form);
	input_close(&input);
	return status;
}

const struct verb verb_export = {
	.name = "export",
	.usage = "CAPTURE|DB [@QUERY] --format FORMAT [-o FILE]",
	.summary = "write what was recorded for flame graphs, trace viewers and the like",
	.details = "Formats: perfetto, chrome (what each thread did, over time); folded,\n"
		   "speedscope, pprof (flame graphs and call graphs); firefox (both); prometheus\n"
		   "(a text snapshot); ndjson, csv (the rows of the named query @QUERY). Without\n"
		   "-o, or with -o -, to standard output; a file has a temporary name until it\n"
		   "is complete. docs/EXPORTS.md says which one to take for which question.\n",
	.options = "--format --of --output --top --site " FILTER_OPTIONS
		   " --capture " SYMBOL_OPTIONS " " USER_OPTIONS,
	.least = 1,
	.most = 2,
	.run = export_run,
};
