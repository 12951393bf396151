/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/tick.h"
#include "format/wire/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTERS = HUD_LEARN_CORE_BYTES / 4, CORES_MAX = 128 };
/* Of 100 pairs: a rare one may be of two snapshots between which another was lost. */
enum { PAIRS_MIN = 8, ALWAYS = 95, NEVER = 5, OFTEN = 20, MOVED_MIN = 2 };
/* Calls in a poll are few: one pair that is wrong would be more than NEVER. */
enum { WRONG_MAX = 1 };
#define FASTEST_NS 50 /* from one poll to the next */

/* How often each counter moved in pairs of one sort. */
struct pairs {
	uint32_t count;
	uint32_t moved[COUNTERS];
};

/* A snapshot, and what it has of the core in question. */
struct observation {
	const struct hud_core_snapshot *snapshot; /* NULL: there is none */
	const struct hud_core_words *words;
};

struct tick_scan {
	bool all_sites; /* no task is polled without a probe */
	bool grows[COUNTERS];
	struct pairs wakes;  /* a park, then a poll */
	struct pairs rests;  /* a poll, then a park */
	struct pairs still;  /* snapshots of one poll */
	struct pairs rounds; /* polls, one after the other, without a sleep between them */
	/*
	 * In current_thread, which has no LIFO slot: more polls than twice the sleeps between them.
	 * Here `moved` counts moves by no less than these polls, and one for the park.
	 */
	struct pairs many;
	/* The last snapshots with each core. */
	struct {
		uint64_t core;
		struct observation any, poll, park;
	} last[CORES_MAX];
	size_t cores;
};

static uint32_t counter(const struct hud_core_words *w, size_t i)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)w->word + i * sizeof(value), sizeof(value));
	return value;
}

static bool is_in_poll(const struct hud_snapshot *s)
{
	return learn_is_poll(s) || s->kind == HUD_SNAPSHOT_CALL;
}

/* A sleep in a futex is a park by the proven layout, or says nothing of the tick. */
static bool is_of_use(const struct learn_group *g, const struct hud_snapshot *s,
		      const struct hud_core_words *w)
{
	return s->kind != HUD_SNAPSHOT_SLEEP ||
	       (g->futex && w->word[g->parked / sizeof(w->word[0])] == g->parked_value);
}

/* Of a snapshot that is of use. Workers that do not have the driver park in a futex. */
static bool is_park(const struct learn_group *g, const struct hud_snapshot *s)
{
	return s->kind == HUD_SNAPSHOT_SLEEP || (s->kind == HUD_SNAPSHOT_PARK && !g->futex);
}

/* Which sort of pair are these snapshots of one core? NULL: none that says something. */
static struct pairs *pairs_of(struct tick_scan *scan, const struct learn_group *g,
			      const struct hud_snapshot *a, const struct hud_snapshot *b)
{
	bool park = is_park(g, a);

	if (a->tid != b->tid || (!park && !is_in_poll(a)))
		return NULL;
	if (learn_is_poll(b) && a->polls != b->polls)
		return park ? &scan->wakes : a->sleeps == b->sleeps ? &scan->rounds : NULL;
	if (park)
		return NULL;
	if (is_park(g, b))
		return &scan->rests;
	/* block_on polls its own future, which no probe sees. */
	if (learn_is_poll(a) && b->kind == HUD_SNAPSHOT_CALL && a->polls == b->polls &&
	    g->kind == HUD_SCHEDULER_MULTI_THREAD && scan->all_sites)
		return &scan->still;
	return NULL;
}

static void pair_take(struct tick_scan *scan, const struct learn_group *g,
		      const struct observation *a, const struct observation *b)
{
	const struct hud_snapshot *before = &a->snapshot->head, *after = &b->snapshot->head;
	uint64_t most = (after->time_ns - before->time_ns) / FASTEST_NS + 1;
	struct pairs *pairs = pairs_of(scan, g, before, after);

	if (pairs)
		pairs->count++;
	for (size_t i = 0; i < COUNTERS; i++) {
		uint32_t step = counter(b->words, i) - counter(a->words, i);

		if (step > INT32_MAX || step > most)
			scan->grows[i] = false;
		if (pairs && step)
			pairs->moved[i]++;
	}
}

/*
 * Of two polls, or two parks: of each, the last before the other. Says something where the tick
 * must have moved by more than any count of parks, even one of parks and wakeups.
 */
static void many_take(struct tick_scan *scan, bool parks, const struct observation *a,
		      const struct observation *b)
{
	const struct hud_snapshot *before, *after = &b->snapshot->head;
	uint64_t least;

	if (!a->snapshot)
		return;
	before = &a->snapshot->head;
	least = after->polls - before->polls + parks;
	if (before->tid != after->tid || after->polls <= before->polls ||
	    after->sleeps < before->sleeps || least <= 2 * (after->sleeps - before->sleeps))
		return;
	scan->many.count++;
	for (size_t i = 0; i < COUNTERS; i++)
		scan->many.moved[i] += counter(b->words, i) - counter(a->words, i) >= least;
}

static void observation_take(struct tick_scan *scan, const struct learn_group *g,
			     const struct observation *now)
{
	bool park = is_park(g, &now->snapshot->head);
	struct observation *same;
	size_t i = 0;

	while (i < scan->cores && scan->last[i].core != now->words->core)
		i++;
	if (i == CORES_MAX)
		return;
	if (i == scan->cores)
		scan->last[scan->cores++].core = now->words->core;
	else
		pair_take(scan, g, &scan->last[i].any, now);
	scan->last[i].any = *now;
	if (!park && !learn_is_poll(&now->snapshot->head))
		return;
	same = park ? &scan->last[i].park : &scan->last[i].poll;
	if (g->kind == HUD_SCHEDULER_CURRENT_THREAD)
		many_take(scan, park, same, now);
	*same = *now;
}

static bool share(const struct pairs *p, size_t i, uint32_t percent)
{
	return 100ull * p->moved[i] >= (uint64_t)percent * p->count;
}

static bool stays_in_polls(const struct pairs *still, size_t i)
{
	return still->moved[i] <= WRONG_MAX ||
	       100ull * still->moved[i] <= (uint64_t)NEVER * still->count;
}

/* What the tick must do: else it is another counter, or none. */
static bool can_be_tick(const struct tick_scan *scan, size_t i)
{
	return scan->grows[i] && share(&scan->wakes, i, ALWAYS) && share(&scan->rests, i, ALWAYS) &&
	       stays_in_polls(&scan->still, i);
}

/*
 * Of those that can be, the one that moves between polls. All of the core of multi_thread is in a
 * snapshot, and so the tick is one of them: a single one needs little more.
 */
static bool counts_rounds(const struct tick_scan *scan, size_t i, size_t candidates)
{
	if (candidates == 1)
		return scan->rounds.moved[i] >= MOVED_MIN;
	return scan->rounds.count >= 2 * PAIRS_MIN && share(&scan->rounds, i, OFTEN);
}

static bool is_proven(const struct tick_scan *scan, const struct learn_group *g, size_t i,
		      size_t candidates)
{
	if (!can_be_tick(scan, i))
		return false;
	if (g->kind == HUD_SCHEDULER_CURRENT_THREAD)
		return scan->many.count >= PAIRS_MIN && share(&scan->many, i, 100);
	return counts_rounds(scan, i, candidates);
}

static void tick_choose(struct learn_tick *out, const struct tick_scan *scan,
			const struct learn_group *g)
{
	size_t candidates = 0, proven = 0;

	if (scan->wakes.count < PAIRS_MIN || scan->rests.count < PAIRS_MIN)
		return;
	for (size_t i = 0; i < COUNTERS; i++)
		candidates += can_be_tick(scan, i);
	for (size_t i = 0; i < COUNTERS; i++) {
		if (!is_proven(scan, g, i, candidates))
			continue;
		proven++;
		out->offset = (uint32_t)(i * sizeof(uint32_t));
		out->moved = scan->wakes.moved[i] + scan->rests.moved[i] + scan->rounds.moved[i];
	}
	out->proven = proven == 1;
}

int learn_tick_find(struct learn_tick *out, const struct learn_input *in,
		    const struct learn_group *g)
{
	struct tick_scan *scan = calloc(1, sizeof(*scan));

	memset(out, 0, sizeof(*out));
	if (!scan)
		return -ENOMEM;
	scan->all_sites = in->head.snapshots_flags & HUD_SNAPSHOTS_ALL_SITES;
	memset(scan->grows, true, sizeof(scan->grows));
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];
		struct observation o = {s, learn_group_words(in, g, g->chain, s)};

		if (o.words && o.words->core && is_of_use(g, &s->head, o.words))
			observation_take(scan, g, &o);
	}
	tick_choose(out, scan, g);
	free(scan);
	return 0;
}
