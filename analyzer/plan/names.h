/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_NAMES_H
#define HUD_ANALYZER_PLAN_NAMES_H

#include "analyzer/rules/rules.h"

/* What of a runtime's state has a name: the words of tokio-state.rules, in this order. */
enum plan_name {
	NAME_UNIT,
	NAME_PATH,
	NAME_DRIVER_IO,
	NAME_DRIVER_SIGNAL,
	NAME_CONTEXT_VARIABLE,
	NAME_CONTEXT_STORAGE,
	NAME_CONTEXT_TASK,
	NAME_CONTEXT_SCHEDULER,
	NAME_CONTEXT_BUDGET,
	NAME_HEADER_TYPE,
	NAME_HEADER_VTABLE,
	NAME_VTABLE_TYPE,
	NAME_VTABLE_POLL,
	NAME_VTABLE_ID,
	NAME_MULTI, /* the first of those that both kinds of scheduler have */
	NAME_SINGLE = NAME_MULTI + 9,
	NAME_RING_HEAD = NAME_SINGLE + 9,
	NAME_RING_TAIL,
	NAME_DEQUE_LENGTH,
	NAME_DEQUE_FRONT,
	NAME_DEQUE_BACK,
	NAME_DEQUE_ROOM,
	NAME_POLL_SITE,
	NAME_POLL_MARK,
	NAME_POLL_HOLDER,
	NAME_POLL_FREEING,
	NAME_POLL_SCHEDULING,
	NAME_POLL_POOL,
	NAME_POLL_BLOCKING,
	NAME_POLL_MULTI,
	NAME_POLL_SINGLE,
	NAMES,
};

/* To be added to NAME_MULTI or NAME_SINGLE. */
enum plan_scheduler_name {
	OF_VARIABLE,
	OF_VARIANT,
	OF_CONTEXT,
	OF_CORE,
	OF_CORE_TYPE,
	OF_PARK,
	OF_TICK,
	OF_LIFO, /* of MULTI only */
	OF_QUEUE,
};

struct plan_names {
	struct rules_file file;
	const char *name[NAMES]; /* NULL: the file has none */
};

/* -EINVAL: a mistake in our own file. */
int plan_names_open(struct plan_names *n);
void plan_names_close(struct plan_names *n);

#endif
