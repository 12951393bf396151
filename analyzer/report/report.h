/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_REPORT_H
#define HUD_ANALYZER_REPORT_REPORT_H

#include "analyzer/open/input.h"

/* In which form people get it. */
struct report_form {
	uint64_t top; /* rows of each list; 0: as many as fit a first screen */
	bool site;    /* one site was chosen: all there is to say about it */
	bool colour;
	int width; /* columns of the terminal; 0: it is none, nothing is cut */
};

/* The report for people: a first screen that answers. */
enum exit_status report_text(const struct input *input, const struct report_form *form);

/* The whole report as one JSON document; `top` 0: all rows of each list. */
enum exit_status report_json(const struct input *input, uint64_t top);

#endif
