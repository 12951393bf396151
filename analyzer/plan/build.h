/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_BUILD_H
#define HUD_ANALYZER_PLAN_BUILD_H

#include "analyzer/plan/runtime.h"
#include "analyzer/unwind/object.h"
#include "format/plan/plan.h"

/* The plan of one object, as the file has it, and what is printed of it. */
struct plan_built {
	void *data;
	size_t bytes;
	struct hud_plan head;
	struct hud_plan_numbers numbers;
	size_t rows;
	size_t rules;
	size_t pages;
	size_t content_bytes;   /* of rows, pages and rules: about what they take in the kernel */
	uint64_t rules_dropped; /* ranges made unsupported since there were too many rules */
	uint64_t skipped;       /* FDEs that could not be read */
	bool damaged;
	struct plan_runtime runtime;
	bool unwind_information; /* false: none, so stacks need frame pointers */
};

/* `start_ns`: on CLOCK_MONOTONIC, when work on this object began. 0 or a negative errno. */
int plan_build(struct plan_built *out, const struct unwind_object *object, uint64_t start_ns);
void plan_built_free(struct plan_built *built);

/* Is the plan known by a hash of its object's code, since the object has no build-id? */
bool plan_by_hash(const struct hud_plan *head);

/* So many bytes as a part of the object's code, in percent. */
double plan_built_percent(const struct plan_built *built, uint64_t bytes);

#endif
