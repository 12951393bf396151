/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_OBJECT_STATE_H
#define HUD_RECORDER_PLAN_OBJECT_STATE_H

#include "recorder/base/pipe.h"
#include "recorder/plan/cache.h"
#include "recorder/plan/object_table.h"

#include <sys/stat.h>

/* The table of objects from inside; of object_table.c and object_facts.c only. */

enum plan_state { PLAN_MISSING, PLAN_WAITING, PLAN_READY, PLAN_STORED, PLAN_FAILED };

struct object {
	struct build_id id;
	struct stat file;  /* as it was when it was opened */
	struct stat debug; /* as `file`, of its debug file; inode 0: it has none */
	enum plan_state state;
	int fd;                /* PLAN_WAITING: the file, until its plan is asked for; or -1 */
	int pipe;              /* PLAN_WAITING: then the plan comes from there; or -1 */
	uint64_t asked_ns;     /* since when */
	struct collected text; /* … and is collected here */
	struct plan plan;      /* PLAN_READY, PLAN_STORED */
	/* `plan.identity` points to it; NULL: nothing was learned. */
	struct hud_plan_identity *learned;
	const struct hud_plan_identity *guessed; /* `plan.identity` before that, or NULL */
	bool recalled;                           /* learned by an earlier recording */
	uint32_t vain;                           /* attempts since that proved no more */
	uint32_t number;                         /* PLAN_STORED: in the maps */
	char *path;                              /* NULL: the vdso, or no memory */
	uint64_t code_bytes;                     /* mapped as code */
	bool reported;                           /* object_table_each_new() has given its plan */
};

struct object_table {
	struct object_table_options options;
	struct plan_broker broker;
	struct plan_cache cache;
	int analyzer_error; /* why no plan can be asked for: a negative errno */
	size_t at_once;     /* plans that may be made at the same time */
	struct object *object;
	uint32_t objects;
	size_t room;
	uint32_t vdso;
	size_t unsaved;
	bool container_said; /* that files are in a container only */
	struct plan *given;  /* --plan */
	size_t given_count;
	struct unwind_store *store;
};

/* By what the object's plan is kept in the cache. */
struct plan_key object_plan_key(const struct object_table *t, const struct object *o);

/* Puts what was learned in place of what was known or guessed. 0 or -ENOMEM. */
int object_identity_take(struct object *o, const struct hud_plan_identity *learned);

#endif
