/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_ROWS_H
#define HUD_ANALYZER_UNWIND_ROWS_H

#include "analyzer/unwind/depth_trace.h"
#include "analyzer/unwind/eh_frame.h"
#include "format/plan/plan.h"

/*
 * The unwind rules of an object as its plan holds them: rows ordered by address, in pages of 64
 * KiB, over all executable segments. Neighbours with the same rule are merged, and code that
 * belongs to no function has rows too.
 */

#define UNWIND_SECTIONS_MAX 4

struct unwind_rows {
	struct hud_plan_page *page;
	uint64_t first; /* address of page 0 */
	size_t pages;
	struct hud_plan_row *row;
	size_t rows;
	struct hud_plan_rule *rule;
	size_t rules;
	uint64_t fdes;
	uint64_t covered_bytes; /* under a rule other than HUD_RULE_NONE */
	uint64_t unsupported_bytes;
	uint64_t rules_dropped; /* ranges made unsupported since the table of rules was full */
};

/*
 * Builds the rows from up to UNWIND_SECTIONS_MAX sections; where two of them describe the same
 * function the later one counts. Without any function there are pages without rows.
 * What no function of `frames` covers has the rules of `traced`; NULL: none.
 *
 * 0, -ENOMEM or -EFBIG: the segments lie too far apart for a table of pages.
 */
int unwind_rows_build(struct unwind_rows *out, const struct eh_frame *frames, size_t count,
		      const struct hud_plan_segment *segment, size_t segments,
		      const struct depth_trace *traced);
void unwind_rows_free(struct unwind_rows *rows);

/* Makes these the rows of a plan; they must stay as long as the plan. */
void unwind_rows_set(const struct unwind_rows *rows, struct plan *plan);

#endif
