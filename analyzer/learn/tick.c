/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/tick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTERS = HUD_LEARN_CORE_BYTES / 4, CORES_MAX = 128 };
enum {
	PAIRS_MIN = 16,
	MOVED_PERCENT = 20,
	STILL_PERCENT = 5,
	IDLES_MIN = 4,
	IDLE_PERCENT = 50,
	MANY_MIN = 8
};
#define FASTEST_NS 50 /* from one poll to the next */

/* How often each counter moved in pairs of one sort. */
struct pairs {
	uint32_t count;
	uint32_t moved[COUNTERS];
};

struct tick_scan {
	bool grows[COUNTERS];
	struct pairs rounds; /* polls, one after the other */
	struct pairs idles;  /* parks, one after the other, without a poll between them */
	struct pairs still;  /* looks at one poll */
	/*
	 * In current_thread, which has no LIFO slot: more polls than twice the sleeps between them.
	 * Here `moved` counts moves by no less than these polls, and one for the park.
	 */
	struct pairs many;
	/* The last snapshot with each core. */
	struct {
		uint64_t core;
		const struct hud_core_snapshot *snapshot;
		const struct hud_core_words *words;
	} last[CORES_MAX];
	size_t cores;
};

static uint32_t counter(const struct hud_core_words *w, size_t i)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)w->word + i * sizeof(value), sizeof(value));
	return value;
}

/* Which sort of pair are these snapshots of one core? NULL: none that says something. */
static struct pairs *pairs_of(struct tick_scan *scan, const struct learn_group *g,
			      const struct hud_snapshot *a, const struct hud_snapshot *b)
{
	if (a->tid != b->tid)
		return NULL;
	if (learn_is_poll(a) && learn_is_poll(b))
		return a->polls != b->polls && a->sleeps == b->sleeps ? &scan->rounds : NULL;
	if (a->polls != b->polls)
		return NULL;
	if (a->kind == HUD_SNAPSHOT_PARK && b->kind == HUD_SNAPSHOT_PARK)
		return &scan->idles;
	/* block_on polls its own future, which no probe sees. */
	if (learn_is_poll(a) && b->kind == HUD_SNAPSHOT_CALL &&
	    g->kind == HUD_SCHEDULER_MULTI_THREAD)
		return &scan->still;
	return NULL;
}

/*
 * By how much the tick must have moved between two polls, or two parks, of one thread, where it
 * must have moved by more than any count of parks, even one of parks and wakeups; else 0.
 */
static uint64_t many_least(const struct learn_group *g, const struct hud_snapshot *a,
			   const struct hud_snapshot *b)
{
	bool parks = a->kind == HUD_SNAPSHOT_PARK && b->kind == HUD_SNAPSHOT_PARK;
	uint64_t least = b->polls - a->polls + parks;

	if (g->kind != HUD_SCHEDULER_CURRENT_THREAD || a->tid != b->tid || b->polls <= a->polls ||
	    b->sleeps < a->sleeps || (!parks && !(learn_is_poll(a) && learn_is_poll(b))))
		return 0;
	return least > 2 * (b->sleeps - a->sleeps) ? least : 0;
}

static void pair_take(struct tick_scan *scan, const struct learn_group *g,
		      const struct hud_core_snapshot *a, const struct hud_core_words *before,
		      const struct hud_core_snapshot *b, const struct hud_core_words *after)
{
	uint64_t most = (b->head.time_ns - a->head.time_ns) / FASTEST_NS + 1;
	struct pairs *pairs = pairs_of(scan, g, &a->head, &b->head);
	uint64_t many = many_least(g, &a->head, &b->head);

	if (pairs)
		pairs->count++;
	scan->many.count += many != 0;
	for (size_t i = 0; i < COUNTERS; i++) {
		uint32_t step = counter(after, i) - counter(before, i);

		if (step > INT32_MAX || step > most)
			scan->grows[i] = false;
		if (pairs && step)
			pairs->moved[i]++;
		if (many && step >= many)
			scan->many.moved[i]++;
	}
}

static void snapshot_take(struct tick_scan *scan, const struct learn_group *g,
			  const struct hud_core_snapshot *s, const struct hud_core_words *w)
{
	size_t i = 0;

	while (i < scan->cores && scan->last[i].core != w->core)
		i++;
	if (i == CORES_MAX)
		return;
	if (i == scan->cores)
		scan->cores++;
	else
		pair_take(scan, g, scan->last[i].snapshot, scan->last[i].words, s, w);
	scan->last[i].core = w->core;
	scan->last[i].snapshot = s;
	scan->last[i].words = w;
}

static bool share(const struct pairs *p, size_t i, uint32_t percent)
{
	return 100ull * p->moved[i] >= (uint64_t)percent * p->count;
}

static bool counts_polls(const struct tick_scan *scan, size_t i)
{
	if (!scan->grows[i] ||
	    100ull * scan->still.moved[i] > (uint64_t)STILL_PERCENT * scan->still.count)
		return false;
	if (scan->rounds.count >= PAIRS_MIN)
		return share(&scan->rounds, i, MOVED_PERCENT);
	return scan->many.count >= MANY_MIN && share(&scan->many, i, 100);
}

static void tick_choose(struct learn_tick *out, const struct tick_scan *scan)
{
	size_t all = 0, idle = 0, first = 0, first_idle = 0;

	for (size_t i = COUNTERS; i-- > 0;) {
		if (!counts_polls(scan, i))
			continue;
		all++;
		first = i;
		if (scan->idles.count < IDLES_MIN || !share(&scan->idles, i, IDLE_PERCENT))
			continue;
		idle++;
		first_idle = i;
	}
	if (idle != 1 && all != 1)
		return;
	out->proven = true;
	first = idle == 1 ? first_idle : first;
	out->offset = (uint32_t)(first * sizeof(uint32_t));
	out->moved = scan->rounds.count >= PAIRS_MIN ? scan->rounds.moved[first]
						     : scan->many.moved[first];
}

int learn_tick_find(struct learn_tick *out, const struct learn_input *in,
		    const struct learn_group *g)
{
	struct tick_scan *scan = calloc(1, sizeof(*scan));

	memset(out, 0, sizeof(*out));
	if (!scan)
		return -ENOMEM;
	memset(scan->grows, true, sizeof(scan->grows));
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];
		const struct hud_core_words *w = learn_group_words(in, g, g->chain, s);

		if (w && w->core)
			snapshot_take(scan, g, s, w);
	}
	tick_choose(out, scan);
	free(scan);
	return 0;
}
