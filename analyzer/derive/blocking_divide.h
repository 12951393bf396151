/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_BLOCKING_DIVIDE_H
#define HUD_ANALYZER_DERIVE_BLOCKING_DIVIDE_H

#include "analyzer/base/spill.h"
#include "analyzer/base/text_set.h"

#include <stdbool.h>

/* A blocking poll that is to be divided. */
struct blocking_whole {
	int64_t id; /* blocking_poll.id */
	int64_t wall_ns, run_queue_ns;
	int64_t sleep_ns; /* time asleep, all sleeps together; 0: there is no record of the poll */
	int64_t threshold_ns; /* of shorter sleeps only some have a record: they were sampled */
	bool divides;         /* false: it is a single sleep */
};

/* What a blocking poll is divided by (a sleep, or samples with one stack and cause) and into. */
struct part {
	int64_t offcpu_span;           /* of a sleep with a record; 0: none */
	int64_t stack;                 /* 0: none, or it shows no poll */
	int64_t wall_ns, run_queue_ns; /* of samples 0 */
	int64_t blocking_poll;         /* blocking_poll.id; of a result */
	uint32_t cause;                /* index into `causes` */
	uint32_t samples;              /* of sleeps 0 */
	uint32_t key;                  /* number of its (stack, cause), set by blocking_parts.c */
};

struct parts {
	struct part *at; /* in `memory`; part_at() is for passes over the parts of many polls */
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
 * Divides a blocking poll by stack and cause. The parts are added to `out`; their times add up to
 * the poll's. `sleeps` and `samples` are those inside the poll, with causes of out->causes; they
 * are sorted and merged on the way. 0 or -ENOMEM.
 */
int blocking_divide(const struct blocking_whole *whole, struct parts *sleeps, struct parts *samples,
		    struct parts *out);

#endif
