/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_PRINT_JSON_H
#define HUD_ANALYZER_PLAN_PRINT_JSON_H

#include "analyzer/plan/build.h"

#include <stdio.h>

/* The same as one JSON object on one line: docs/IDENTITY.md has the part on the runtime. */
void plan_print_json(FILE *to, const struct plan_built *built, const char *object,
		     const char *output);

#endif
