/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_POLL_H
#define HUD_ANALYZER_PLAN_POLL_H

#include "analyzer/debuginfo/dwarf_index.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/plan/names.h"
#include "analyzer/plan/vtable.h"
#include "format/plan.h"

/* A function that polls one type of task, and what is known of that type. */
struct plan_poll {
	struct hud_plan_poll_site site;
	const char *task;      /* the type's full name; NULL */
	const char *scheduler; /* that of what schedules it; NULL */
	const char *file;      /* where the async fn or block is written; NULL */
	uint32_t line;
	bool scheduled; /* by code alone it is known who schedules it: kind, blocking pool */
};

struct plan_polls {
	struct text_pool pool;
	struct plan_poll *item; /* by address */
	size_t count;
	size_t left_out; /* that a plan has no room for */
	bool by_shape;   /* found by the tables they stand in: there are no symbols */
};

/* What the search has to go by. */
struct plan_poll_source {
	const struct plan_names *names;
	const struct rules *rules;
	const struct plan_image *image;
	const struct elf_symbols *symbols;
	struct dwarf_index *debug; /* NULL: none */
	const struct plan_vtable *vtable;
	size_t vtables;
};

/* 0 or -ENOMEM. */
int plan_polls_find(struct plan_polls *out, const struct plan_poll_source *source);
void plan_polls_close(struct plan_polls *polls);

/* What plan_poll_debug.c adds from debug information, and plan_poll_symbol.c from symbols. */
int plan_polls_debug(struct plan_polls *polls, const struct plan_poll_source *source);
int plan_polls_symbols(struct plan_polls *polls, const struct plan_poll_source *source);

/* Keeps the two type parameters of "name<TASK, SCHEDULER>" with the site, as far as there are any. */
int plan_poll_types(struct plan_polls *polls, struct plan_poll *poll, const char *name);

#endif
