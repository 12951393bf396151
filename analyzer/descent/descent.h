/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_DESCENT_H
#define HUD_ANALYZER_DESCENT_DESCENT_H

#include "analyzer/dwarf/unit.h"
#include "analyzer/image/image.h"
#include "format/plan/tasks.h"

/*
 * The table by which a recorder goes from a task down to what it waits for, from debug information
 * of the types of all tasks, and of what may be behind `dyn`.
 */

/* A type of tasks: the function that polls it, and the types of its future and scheduler. */
struct descent_task {
	uint64_t poll;
	const char *arguments; /* "<FUTURE, SCHEDULER>", as in the name of the function; NULL */
};

struct descent_names {
	const char *rules;   /* file of rules: "rules/tokio-tasks.rules" */
	const char *holder;  /* path of the type that holds a task */
	const char *stage;   /* in it: the member with the future */
	const char *running; /* the variant of that in which there is one */
	const char *trailer; /* in the holder: the member behind the future */
};

/* Owns what `tasks` points to, but for its lists. */
struct descent_table {
	struct plan_tasks tasks;
	bool cut; /* it would have had more nodes or edges than a plan has room for */
};

/*
 * `image`: of the object that the debug information is of. `task`: by address of the function. 0,
 * -ENOMEM; -EINVAL, -ENOENT: a mistake in the rules.
 */
int descent_build(struct descent_table *out, struct dwarf_file *file,
		  const struct plan_image *image, const struct descent_names *names,
		  const struct descent_task *task, size_t tasks);
void descent_free(struct descent_table *t);

#endif
