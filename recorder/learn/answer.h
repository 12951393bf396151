/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_ANSWER_H
#define HUD_RECORDER_LEARN_ANSWER_H

#include "format/plan/plan.h"
#include "recorder/base/pipe.h"

/* The answer to a question about snapshots, on its way from hud-analyze. */
struct answer {
	int pipe; /* -1: none is awaited */
	struct collected text;
};

/* `pipe`: of plan_broker_request(), negative: there was an error. */
void answer_begin(struct answer *a, int pipe);
void answer_end(struct answer *a);
bool answer_awaited(const struct answer *a);

enum answer_state { ANSWER_MORE, ANSWER_WHOLE, ANSWER_FAILED };

/* Reads what has come. WHOLE: `*out` is the caller's; `text` stays until the next begin or end. */
enum answer_state answer_read(struct answer *a, struct plan *out);

#endif
