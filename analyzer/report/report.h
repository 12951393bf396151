/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_REPORT_H
#define HUD_ANALYZER_REPORT_REPORT_H

#include "analyzer/open/input.h"

#include <stdio.h>

/* How the text report is printed. */
struct report_form {
	const char *path; /* of what is reported, as given */
	uint64_t top;     /* rows of each list; 0: as many as fit a first screen */
	bool site;        /* one site was chosen: print all about it */
	bool filtered;    /* filters are in force: a command that is printed would leave them out */
	bool colour;
	int width; /* columns of the terminal; 0: not a terminal, lines are not cut */
	FILE *out; /* NULL: standard output */
};

/* Prints the report for people. Says on stderr what failed. */
enum exit_status report_text(const struct input *input, const struct report_form *form);

/*
 * Prints the whole report as one JSON document; `top`: rows of each list, 0: see
 * sql/query/report.sql.
 */
enum exit_status report_json(const struct input *input, uint64_t top);

/*
 * Prints a dump of tasks: the one that the database's filter chose. `top`: rows of each list, 0: as
 * many as are usual. Says on stderr what failed.
 */
enum exit_status report_dump(const struct input *input, uint64_t top);
enum exit_status report_dump_json(const struct input *input);

#endif
