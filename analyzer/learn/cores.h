/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_CORES_H
#define HUD_ANALYZER_LEARN_CORES_H

#include "analyzer/learn/input.h"
#include "format/plan/plan.h"
#include "format/wire/recording.h"

/* The least that a layout is believed for: of each scheduler. */
enum { LEARN_PARKS_MIN = 32, LEARN_POLLS_MIN = 32 };
/*
 * Where probes see fewer polls, as where all work is in the future of block_on: system calls that
 * the driver never makes count as polls, each as half of one.
 */
enum { LEARN_CALLS_MIN = 2 * LEARN_POLLS_MIN };

/*
 * The schedulers whose contexts a thread-local word leads to, with this tag: all of one kind and
 * one layout, if it is a scheduler at all.
 */
struct learn_group {
	int64_t word;
	int tag; /* LEARN_NO_TAG: the context does not begin with a small number */
	enum hud_learn_reason reason; /* why it is not proven */
	bool proven;
	uint32_t kind; /* enum hud_scheduler_kind */
	/* Where proven, else the chain with the most parks and polls. */
	uint32_t chain;
	bool futex;            /* parks were seen in futexes only: it has no I/O driver */
	uint32_t parked;       /* offset in the core */
	uint64_t parked_value; /* there, while the thread is parked */
	uint32_t parks, polls; /* that were seen with a core */
	uint32_t calls;        /* the same; of no weight where there are enough polls */
	uint32_t cores, threads;
	size_t candidates; /* layouts that agree with all of them */
};

enum { LEARN_GROUPS_MAX = 16 };

struct learn_groups {
	struct learn_group item[LEARN_GROUPS_MAX];
	size_t count;
};

/* 0 or -ENOMEM. */
int learn_groups_find(struct learn_groups *out, const struct learn_input *in);

/* The words of a snapshot in this group's context by the chain; NULL: it is in none. */
const struct hud_core_words *learn_group_words(const struct learn_input *in,
					       const struct learn_group *g, uint32_t chain,
					       const struct hud_core_snapshot *s);

/* A probe at the first instruction of the function that polls the task in its argument. */
bool learn_is_poll(const struct hud_snapshot *s);

#endif
