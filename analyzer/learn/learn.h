/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_LEARN_H
#define HUD_ANALYZER_LEARN_LEARN_H

#include "analyzer/learn/cores.h"

/*
 * From snapshots of a running process: where its runtime keeps its state, by what the words did at
 * parks and polls, and by nothing else. Nothing is believed that is not proven: docs/IDENTITY.md.
 */
struct learn_answer {
	struct hud_plan_learned learned;
	struct learn_groups groups;
	/* What is proven; without schedulers nothing is. */
	struct {
		struct hud_plan_identity head;
		struct hud_plan_scheduler scheduler[HUD_PLAN_SCHEDULERS_MAX];
	} identity;
};

/* 0 or -ENOMEM. */
int learn_answer(struct learn_answer *out, const struct learn_input *in);

/* As a plan that has nothing else; `*data` is malloc'ed. 0 or a negative errno. */
int learn_answer_write(const struct learn_answer *a, const struct learn_input *in, void **data,
		       size_t *bytes);

#endif
