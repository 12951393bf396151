/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_BLOCKING_DIVIDE_H
#define HUD_ANALYZER_DERIVE_BLOCKING_DIVIDE_H

#include "analyzer/base/spill.h"
#include "analyzer/base/text_set.h"

#include <stdbool.h>

/* A blocking poll, before it is divided. */
struct blocking_whole {
	int64_t id; /* blocking_poll.id */
	int64_t wall_ns, run_queue_ns;
	int64_t sleep_ns;     /* asleep in all, by the record of the poll; 0: it has none */
	int64_t threshold_ns; /* sleeps under it were sampled only */
	bool divides;         /* no: it is one sleep */
};

/* A sleep in a poll, looks at it with one stack and cause, or a part that it divides into. */
struct part {
	int64_t offcpu_span;           /* 0: none */
	int64_t stack;                 /* 0: it tells nothing */
	int64_t wall_ns, run_queue_ns; /* of looks 0 */
	int64_t blocking_poll;         /* of a part: blocking_poll.id */
	uint32_t cause;                /* in the set of `causes` */
	uint32_t samples;              /* of sleeps 0 */
	uint32_t place;                /* which (stack, cause) of all; for blocking_part.c */
};

struct parts {
	struct part *at; /* in `memory`; over all of many polls part_at() passes */
	size_t count;
	struct spill memory;
	struct text_set causes;
};

static inline struct part *part_at(struct parts *parts, size_t index)
{
	return spill_at(&parts->memory, index, sizeof(struct part));
}

/* 0 or -ENOMEM. */
int parts_add(struct parts *parts, struct part part);
void parts_free(struct parts *parts);

/*
 * Into which parts, by stack and cause, does a blocking poll divide? They are added to `out`, and add
 * up to the poll. `sleeps` and `looks` are those in the poll, and are put into another order; their
 * causes are in out->causes. 0 or -ENOMEM.
 */
int blocking_divide(const struct blocking_whole *whole, struct parts *sleeps, struct parts *samples,
		    struct parts *out);

#endif
