/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_DIFF_H
#define HUD_ANALYZER_COMPARE_DIFF_H

#include "analyzer/compare/comparison.h"

/* Prints a comparison, after comparison_judge(). `top`: the number of rows of a kind, at most. */

enum exit_status diff_text(struct comparison *c, uint64_t top);
/* For a pull request. */
enum exit_status diff_markdown(struct comparison *c, uint64_t top);
/* All of it, as docs/diff.schema.json describes. */
enum exit_status diff_json(struct comparison *c);

#endif
