/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_RUNTIME_H
#define HUD_ANALYZER_PLAN_RUNTIME_H

#include "analyzer/plan/identity.h"
#include "analyzer/plan/object.h"
#include "analyzer/plan/poll.h"
#include "analyzer/plan/version.h"

/* What a plan says of the asynchronous runtime in an object. */
struct plan_runtime {
	bool present;                       /* the runtime is in it */
	struct plan_version version;        /* of the runtime */
	struct plan_version compiler;       /* of rustc */
	struct hud_plan_identity *identity; /* NULL: none */
	const char *problem;                /* why it is not known; NULL: it is, or is guessed */
	struct plan_polls polls;
};

/* 0, -ENOMEM, or -EINVAL for a mistake in our own rules. */
int plan_runtime_read(struct plan_runtime *r, const struct plan_object *object);
void plan_runtime_free(struct plan_runtime *r);

#endif
