/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_POLL_POLL_H
#define HUD_ANALYZER_POLL_POLL_H

#include "analyzer/base/text_pool.h"
#include "analyzer/dwarf/index.h"
#include "analyzer/elf/symbols.h"
#include "analyzer/poll/task_vtable.h"
#include "analyzer/runtime/runtime_names.h"
#include "format/plan/plan.h"

/* A poll site: the function that polls tasks of one type, and what is known of that type. */
struct plan_poll {
	struct hud_plan_poll_site site;
	const char *task;      /* full name of the task's type; NULL */
	const char *scheduler; /* full name of the scheduler's type; NULL */
	const char *file;      /* of the async fn or block; NULL */
	uint32_t line;
	bool scheduled; /* the scheduler or blocking pool is known from code, without its type */
};

struct plan_polls {
	struct text_pool pool;
	struct plan_poll *item; /* by address */
	size_t count, room;
	size_t left_out; /* sites that a plan has no room for */
	bool by_shape;   /* there are no symbols: found by the vtables of tasks */
	/* What is called for every task, whatever its type: needs symbols. */
	struct hud_plan_task_hook hook[HUD_PLAN_TASK_HOOKS_MAX];
	size_t hooks;
};

/* All that poll sites are searched in. */
struct plan_poll_source {
	const struct plan_names *names;
	const struct rules *rules;
	const struct plan_image *image;
	const struct elf_symbols *symbols;
	struct dwarf_index *debug; /* NULL: none */
	const struct plan_vtable *vtable;
	size_t vtables;
};

/* Adds a site; ascending addresses, and each of them once. 0 or -ENOMEM. */
int plan_polls_add(struct plan_polls *polls, uint64_t address);
void plan_polls_close(struct plan_polls *polls);

/* Sets both types from "name<TASK, SCHEDULER>", as far as the name has them. 0 or -ENOMEM. */
int plan_poll_set_types(struct plan_polls *polls, struct plan_poll *poll, const char *name);

#endif
