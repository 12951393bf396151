/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_BUILD_H
#define HUD_ANALYZER_PLAN_BUILD_H

#include "analyzer/plan/object.h"
#include "analyzer/plan/runtime.h"
#include "format/plan.h"

/* The plan of one object, serialized, and what is worth telling of it. */
struct plan_built {
	void *data;
	size_t bytes;
	struct hud_plan head;
	struct hud_plan_numbers numbers;
	size_t rows;
	size_t rules;
	size_t pages;
	size_t content_bytes;   /* of rows, pages and rules: about what the kernel has to hold */
	uint64_t rules_dropped; /* ranges made unsupported since their rule was one too many */
	uint64_t skipped;       /* FDEs that could not be read */
	bool damaged;
	struct plan_runtime runtime;
	bool unwind_information; /* false: it has none at all, frame pointers it is */
};

/* `start_ns`: CLOCK_MONOTONIC when work on this object began. 0 or a negative errno. */
int plan_build(struct plan_built *out, const struct plan_object *object, uint64_t start_ns);
void plan_built_free(struct plan_built *built);

uint64_t plan_clock_ns(void);

#endif
