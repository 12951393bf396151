/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_JUDGE_H
#define HUD_ANALYZER_COMPARE_JUDGE_H

#include "analyzer/compare/comparison.h"

/* Judges all blocking, sites, tasks and workers: fills the table `change` of the comparison. */
enum exit_status comparison_judge(struct comparison *c);

#endif
