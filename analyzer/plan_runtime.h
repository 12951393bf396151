/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_RUNTIME_H
#define HUD_ANALYZER_PLAN_RUNTIME_H

#include "analyzer/plan_identity.h"
#include "analyzer/plan_object.h"

/* What a plan says of the asynchronous runtime in an object. */
struct plan_runtime {
	bool present;        /* the runtime is in it */
	char version[24];    /* of the runtime; "": not known */
	char compiler[24];   /* of rustc; "": not known */
	const char *unknown; /* why there is no identity, and what that costs; NULL: there is one */
	bool has_debug;      /* it has debug information that describes types */
	struct hud_plan_identity *identity; /* NULL: none */
};

/* 0, -ENOMEM, or -EINVAL for a mistake in our own rules. */
int plan_runtime_read(struct plan_runtime *r, const struct plan_object *object);
void plan_runtime_free(struct plan_runtime *r);

#endif
