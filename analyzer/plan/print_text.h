/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_PRINT_TEXT_H
#define HUD_ANALYZER_PLAN_PRINT_TEXT_H

#include "analyzer/plan/build.h"

#include <stdio.h>

/* What a plan holds and what it lacks, for people. */
void plan_print_text(FILE *to, const struct plan_built *built, const char *object,
		     const char *output);

#endif
