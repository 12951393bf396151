/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_RUNTIME_H
#define HUD_ANALYZER_PLAN_RUNTIME_H

#include "analyzer/descent/descent.h"
#include "analyzer/poll/code.h"
#include "analyzer/poll/poll.h"
#include "analyzer/runtime/version.h"
#include "analyzer/unwind/object.h"

/* The asynchronous runtime in an object: versions, where it keeps its state, poll sites. */
struct plan_runtime {
	bool present;                       /* false: none, and the rest is empty */
	struct plan_names names;            /* what the runtime calls itself and its parts */
	struct plan_version version;        /* of the runtime */
	struct plan_version compiler;       /* of rustc */
	struct hud_plan_identity *identity; /* NULL: not known */
	struct hud_plan_pool *pool;         /* NULL: the place of its queue is not known */
	const char *problem;                /* why `identity` is NULL; NULL: it is not */
	struct hud_plan_block *block;       /* NULL: nothing can be learned of a process */
	struct plan_polls polls;
	struct plan_codes codes;
	struct hud_plan_tasks *task_lists; /* NULL: not known */
	struct descent_table descent;      /* empty where the types of tasks are not known */
};

/*
 * The first runtime with rules that is in the object. 0, -ENOMEM; -EINVAL: a mistake in the rules.
 */
int plan_runtime_read(struct plan_runtime *r, const struct unwind_object *object);
void plan_runtime_free(struct plan_runtime *r);

#endif
