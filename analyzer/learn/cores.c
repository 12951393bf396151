/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/cores.h"
#include "analyzer/learn/words.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 8, CORE_WORDS = HUD_LEARN_CORE_BYTES / WORD, OWNERS_MAX = 128 };
enum { TAG_CURRENT_THREAD = 0, TAG_MULTI_THREAD = 1 };
/*
 * A value that says "parked" is a variant's number, or a niche: no address, no count. Niches are
 * small, the largest values, or those just above the largest capacity of a Vec, as in the driver of
 * a Tokio without its feature `time`.
 */
#define PARKED_SMALL UINT64_C(256)
#define PARKED_CAPACITY (UINT64_C(1) << 63)
#define CHUNK_BYTES_MAX (UINT64_C(1) << 20)
/* A parker: two counts of references, its state, a lock, a condition variable. */
#define PARKER_BYTES UINT64_C(64)

const struct hud_core_words *learn_group_words(const struct learn_input *in,
					       const struct learn_group *g, uint32_t chain,
					       const struct hud_core_snapshot *s)
{
	const struct hud_core_words *w = &s->chain[chain];

	if (in->head.request.chain[chain].word != g->word ||
	    !learn_on_stack(&s->head, w->context) || learn_tag_of(w->context_word[0]) != g->tag)
		return NULL;
	return w;
}

bool learn_is_poll(const struct hud_snapshot *s)
{
	return s->kind == HUD_SNAPSHOT_POLL && s->site && s->poll == s->site;
}

/* A core while one thread has it: the runtime hands cores on, and frees them. */
struct owner {
	uint64_t core;
	uint32_t tid;
	uint64_t word[CORE_WORDS]; /* at its first poll */
};

/* The layouts with one chain: which words of the core can say whether the thread is parked? */
struct scan {
	bool possible[CORE_WORDS];
	bool address[CORE_WORDS]; /* at polls it is an address in each core */
	uint64_t parked[CORE_WORDS];
	uint32_t parks, polls, calls;
	uint32_t without_core;            /* parks that this chain finds no core at */
	uint32_t futex_parks[CORE_WORDS]; /* sleeps in futexes that are parks by that word */
	struct owner owner[OWNERS_MAX];
	size_t owners;
};

static bool says_parked(uint64_t value)
{
	return value < PARKED_SMALL || value > UINT64_MAX - PARKED_SMALL ||
	       value - PARKED_CAPACITY < PARKED_SMALL;
}

static void park_take(struct scan *scan, const struct hud_core_words *w)
{
	if (!w->core) {
		scan->without_core++;
		return;
	}
	for (size_t i = 0; i < CORE_WORDS; i++) {
		if (!scan->parks)
			scan->parked[i] = w->word[i];
		if (w->word[i] != scan->parked[i] || !says_parked(w->word[i]))
			scan->possible[i] = false;
	}
	scan->parks++;
}

/* The thread's core, if a poll of it was seen. */
static const struct owner *owner_known(const struct scan *scan, uint32_t tid, uint64_t core)
{
	for (size_t i = 0; i < scan->owners; i++)
		if (scan->owner[i].core == core && scan->owner[i].tid == tid)
			return &scan->owner[i];
	return NULL;
}

/* The first poll of this thread with this core; or that it is, now. NULL: no room. */
static const struct owner *owner_find(struct scan *scan, const struct hud_core_snapshot *s,
				      const struct hud_core_words *w)
{
	const struct owner *known = owner_known(scan, s->head.tid, w->core);
	struct owner *o;

	if (known || scan->owners == OWNERS_MAX)
		return known;
	o = &scan->owner[scan->owners++];
	o->core = w->core;
	o->tid = s->head.tid;
	memcpy(o->word, w->word, sizeof(o->word));
	return o;
}

static void poll_take(struct scan *scan, const struct hud_core_snapshot *s,
		      const struct hud_core_words *w)
{
	const struct owner *o = owner_find(scan, s, w);

	if (s->head.kind == HUD_SNAPSHOT_CALL)
		scan->calls++;
	else
		scan->polls++;
	for (size_t i = 0; i < CORE_WORDS; i++) {
		if (w->word[i] == scan->parked[i] || (o && w->word[i] != o->word[i]))
			scan->possible[i] = false;
		if (!learn_on_heap(&s->head, w->word[i]))
			scan->address[i] = false;
	}
}

/* Polls, and calls where those are few. */
static void polls_scan(struct scan *scan, const struct learn_input *in, const struct learn_group *g,
		       uint32_t chain, bool calls)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];
		const struct hud_core_words *w = learn_group_words(in, g, chain, s);

		if (w && w->core &&
		    (calls ? s->head.kind == HUD_SNAPSHOT_CALL : learn_is_poll(&s->head)))
			poll_take(scan, s, w);
	}
}

/*
 * Where no worker waits in epoll: a thread parks in a futex, while the address of its parker is
 * taken out of the core. A lock that a poll waits for leaves it where it is. Mostly the futex is
 * within the parker, where no lock is. It need not be (parking_lot, a timer) where a tag says that
 * this is a core of multi_thread: all of that is in a snapshot, so the word is one of those that
 * agree, and a wrong one would make it ambiguous.
 */
static void futex_take(struct scan *scan, const struct learn_group *g, const struct owner *o,
		       uint64_t futex, const struct hud_core_words *w)
{
	for (size_t i = 0; i < CORE_WORDS; i++) {
		bool taken_out = !w->word[i], own = futex - o->word[i] < PARKER_BYTES;

		if ((!taken_out && w->word[i] != o->word[i]) || (own && !taken_out))
			scan->possible[i] = false;
		scan->futex_parks[i] += taken_out && (own || g->tag == TAG_MULTI_THREAD);
	}
}

static void chain_scan_futexes(struct scan *scan, const struct learn_input *in,
			       const struct learn_group *g, uint32_t chain)
{
	memset(scan, 0, sizeof(*scan));
	memset(scan->possible, true, sizeof(scan->possible));
	memset(scan->address, true, sizeof(scan->address));
	polls_scan(scan, in, g, chain, false);
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];
		const struct hud_core_words *w = learn_group_words(in, g, chain, s);
		const struct owner *o = NULL;

		if (w && w->core && s->head.kind == HUD_SNAPSHOT_SLEEP)
			o = owner_known(scan, s->head.tid, w->core);
		if (o)
			futex_take(scan, g, o, s->head.site, w);
	}
	for (size_t i = 0; i < CORE_WORDS; i++) {
		if (!scan->address[i] || !scan->futex_parks[i])
			scan->possible[i] = false;
		if (scan->possible[i] && scan->futex_parks[i] > scan->parks)
			scan->parks = scan->futex_parks[i];
	}
}

static void chain_scan(struct scan *scan, const struct learn_input *in, const struct learn_group *g,
		       uint32_t chain)
{
	memset(scan, 0, sizeof(*scan));
	memset(scan->possible, true, sizeof(scan->possible));
	memset(scan->address, true, sizeof(scan->address));
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];
		const struct hud_core_words *w = learn_group_words(in, g, chain, s);

		if (w && s->head.kind == HUD_SNAPSHOT_PARK)
			park_take(scan, w);
	}
	polls_scan(scan, in, g, chain, false);
	if (scan->polls < LEARN_POLLS_MIN)
		polls_scan(scan, in, g, chain, true);
}

static void owners_count(const struct scan *scan, struct learn_group *g)
{
	g->cores = g->threads = 0;
	for (size_t i = 0; i < scan->owners; i++) {
		bool core = false, thread = false;

		for (size_t k = 0; k < i; k++) {
			core |= scan->owner[k].core == scan->owner[i].core;
			thread |= scan->owner[k].tid == scan->owner[i].tid;
		}
		g->cores += !core;
		g->threads += !thread;
	}
}

/*
 * In multi_thread what is taken out is the address of the parker, in current_thread a driver with
 * variants. Where the context has a tag, both must agree. 0: they do not.
 */
static uint32_t kind_of(int tag, const struct scan *scan, size_t word)
{
	uint32_t kind = scan->address[word] && !scan->parked[word] ? HUD_SCHEDULER_MULTI_THREAD
								   : HUD_SCHEDULER_CURRENT_THREAD;

	if (tag != LEARN_NO_TAG &&
	    tag != (kind == HUD_SCHEDULER_MULTI_THREAD ? TAG_MULTI_THREAD : TAG_CURRENT_THREAD))
		return 0;
	return kind;
}

/* Is it the size of a chunk of glibc's malloc, with its flags, where the chunk before is in use? */
static bool says_chunk(uint64_t value)
{
	return (value & 0xb) == 1 && value >= 0x20 && value < CHUNK_BYTES_MAX;
}

/*
 * Where the allocation of a core ends that glibc made: the size of the next chunk is there, and at
 * its end that of the one after, and so on. CORE_WORDS: there are no two such sizes in the words.
 */
static size_t allocation_end(const uint64_t word[CORE_WORDS])
{
	for (size_t end = 1; end < CORE_WORDS; end += 2) {
		size_t at = end, sizes = 0;

		for (; at < CORE_WORDS && says_chunk(word[at]); at += word[at] / 16 * 2)
			sizes++;
		if (at >= CORE_WORDS && sizes >= 2)
			return end;
	}
	return CORE_WORDS;
}

/* Beyond the end of all cores lies what was allocated after them. */
static size_t cores_end(const struct scan *scan)
{
	size_t end = scan->owners ? allocation_end(scan->owner[0].word) : CORE_WORDS;

	for (size_t i = 1; i < scan->owners; i++)
		if (allocation_end(scan->owner[i].word) != end)
			return CORE_WORDS;
	return end;
}

/* How many of these words can say whether the thread is parked: the last such is the group's. */
static size_t words_judge(struct learn_group *g, const struct scan *scan, uint32_t chain,
			  size_t end)
{
	size_t candidates = 0;

	for (size_t i = 0; i < end; i++) {
		uint32_t kind = scan->possible[i] ? kind_of(g->tag, scan, i) : 0;

		if (!kind)
			continue;
		candidates++;
		g->chain = chain;
		g->parked = (uint32_t)(i * WORD);
		g->parked_value = scan->parked[i];
		g->kind = kind;
	}
	return candidates;
}

static void chain_judge(struct learn_group *g, const struct scan *scan, uint32_t chain)
{
	size_t candidates;

	if (scan->parks + scan->polls + scan->calls >= g->parks + g->polls + g->calls) {
		g->parks = scan->parks;
		g->polls = scan->polls;
		g->calls = scan->calls;
		owners_count(scan, g);
		if (!g->candidates)
			g->chain = chain;
	}
	if (scan->without_core || !scan->parks || !(scan->polls + scan->calls))
		return;
	candidates = words_judge(g, scan, chain, CORE_WORDS);
	if (candidates > 1)
		candidates = words_judge(g, scan, chain, cores_end(scan));
	g->candidates += candidates;
}

static bool has_polls(const struct learn_group *g)
{
	return g->polls >= LEARN_POLLS_MIN || 2 * g->polls + g->calls >= LEARN_CALLS_MIN;
}

static enum hud_learn_reason group_reason(const struct learn_group *g)
{
	if (g->parks && g->polls + g->calls && !g->candidates)
		return HUD_LEARN_CONTRADICTED;
	if (!g->parks && has_polls(g))
		return HUD_LEARN_NO_DRIVER;
	if (g->parks < LEARN_PARKS_MIN)
		return HUD_LEARN_FEW_PARKS;
	if (!has_polls(g))
		return HUD_LEARN_FEW_POLLS;
	if (g->candidates > 1)
		return HUD_LEARN_AMBIGUOUS;
	if (g->threads > 1 && g->cores < 2)
		return HUD_LEARN_ONE_CORE;
	return HUD_LEARN_OPEN;
}

/* Do both lead to one core wherever they lead to any, and `copy` wherever `own` does? */
static bool is_copy_of(const struct learn_input *in, const struct learn_group *g, uint32_t copy,
		       uint32_t own)
{
	uint32_t same = 0;

	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_words *o = learn_group_words(in, g, own, &in->core[i]);
		const struct hud_core_words *c = learn_group_words(in, g, copy, &in->core[i]);

		if (!o || !c || !o->core)
			continue;
		if (o->core != c->core)
			return false;
		same++;
	}
	return same >= LEARN_PARKS_MIN;
}

/*
 * Behind the context, on the stack, the compiler may keep another copy of the core's address. It
 * stays there when the thread has handed its core on: only the one in the context itself counts,
 * which comes first.
 */
static bool is_stale_copy(const struct learn_input *in, const struct learn_group *g, uint32_t chain)
{
	const struct hud_learn_chain *all = in->head.request.chain;

	for (uint32_t c = 0; c < in->head.request.chains; c++)
		if (all[c].word == g->word && all[c].core < all[chain].core &&
		    is_copy_of(in, g, chain, c))
			return true;
	return false;
}

static void group_scan(struct learn_group *g, const struct learn_input *in, struct scan *scan)
{
	for (uint32_t c = 0; c < in->head.request.chains; c++) {
		if (in->head.request.chain[c].word != g->word || is_stale_copy(in, g, c))
			continue;
		if (g->futex)
			chain_scan_futexes(scan, in, g, c);
		else
			chain_scan(scan, in, g, c);
		chain_judge(g, scan, c);
	}
}

static void group_judge(struct learn_group *g, const struct learn_input *in, struct scan *scan)
{
	group_scan(g, in, scan);
	if (!g->parks) {
		g->futex = true;
		group_scan(g, in, scan);
	}
	g->reason = group_reason(g);
	g->proven = g->reason == HUD_LEARN_OPEN;
}

static void group_add(struct learn_groups *groups, int64_t word, int tag)
{
	for (size_t i = 0; i < groups->count; i++)
		if (groups->item[i].word == word && groups->item[i].tag == tag)
			return;
	if (groups->count < LEARN_GROUPS_MAX)
		groups->item[groups->count++] = (struct learn_group) {.word = word, .tag = tag};
}

int learn_groups_find(struct learn_groups *out, const struct learn_input *in)
{
	struct scan *scan = malloc(sizeof(*scan));

	memset(out, 0, sizeof(*out));
	if (!scan)
		return -ENOMEM;
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];

		for (uint32_t c = 0; c < in->head.request.chains; c++)
			if (learn_on_stack(&s->head, s->chain[c].context))
				group_add(out, in->head.request.chain[c].word,
					  learn_tag_of(s->chain[c].context_word[0]));
	}
	for (size_t i = 0; i < out->count; i++)
		group_judge(&out->item[i], in, scan);
	free(scan);
	return 0;
}
