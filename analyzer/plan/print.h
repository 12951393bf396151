/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_PRINT_H
#define HUD_ANALYZER_PLAN_PRINT_H

#include "analyzer/plan/build.h"

#include <stdio.h>

/* What a plan holds, and what it does not: for people, and as one JSON object on one line. */
void plan_print(FILE *to, const struct plan_built *built, const char *object, const char *output);
void plan_print_json(FILE *to, const struct plan_built *built, const char *object,
		     const char *output);

/* The same of the asynchronous runtime in it: nothing for people where there is none. */
void plan_print_runtime(FILE *to, const struct plan_runtime *r);
void plan_print_runtime_json(FILE *to, const struct plan_runtime *r);

/* A string as JSON has it; NULL is null. */
void plan_print_string(FILE *to, const char *text);

/* Is the plan known by a hash of its object's code, since that has no build-id? */
bool plan_by_hash(const struct hud_plan *head);
/* The build-id, or the hash without its mark, in hexadecimal; empty where there is neither. */
enum { BUILD_ID_TEXT_BYTES = 2 * HUD_BUILD_ID_BYTES_MAX + 1 };
const char *build_id_text(char out[BUILD_ID_TEXT_BYTES], const struct hud_plan *head);

#endif
