/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 8, CONTEXT_WORDS = HUD_LEARN_CONTEXT_BYTES / WORD, THREADS_MAX = 64 };
/* A context begins with a tag or with its handle: neither is the flag before the core. */
enum { CORE_FIRST = 2 };
#define BLOCK_WORDS (HUD_LEARN_BLOCKS_MAX * (HUD_LEARN_BLOCK_BYTES / WORD))

/* What was seen of one word of the block. */
struct word_seen {
	uint32_t tid;     /* the last thread in which it pointed into the stack */
	uint32_t threads; /* changes of that thread */
	bool excluded;    /* it had another value in some thread */
};

static void block_take(const struct learn_input *in, const struct hud_block_snapshot *s,
		       struct word_seen *seen)
{
	size_t words = in->head.bytes / WORD;
	size_t first = (size_t)s->head.part * (HUD_LEARN_BLOCK_BYTES / WORD);

	if (s->head.part >= HUD_LEARN_BLOCKS_MAX)
		return;
	for (size_t i = 0; i < HUD_LEARN_BLOCK_BYTES / WORD && first + i < words; i++) {
		struct word_seen *w = &seen[first + i];

		if (!s->word[i])
			continue;
		if (!learn_on_stack(&s->head, s->word[i]))
			w->excluded = true;
		else if (w->tid != s->head.tid || !w->threads) {
			w->tid = s->head.tid;
			w->threads++;
		}
	}
}

/* The word that most threads have and that was not taken yet, or -1. */
static long most_seen(const struct word_seen *seen)
{
	long best = -1;

	for (size_t i = 0; i < BLOCK_WORDS; i++)
		if (!seen[i].excluded && seen[i].threads &&
		    (best < 0 || seen[i].threads > seen[best].threads))
			best = (long)i;
	return best;
}

int learn_words_find(const struct learn_input *in, int64_t word[HUD_LEARN_WORDS])
{
	struct word_seen *seen = calloc(BLOCK_WORDS, sizeof(*seen));
	int count = 0;

	if (!seen)
		return -ENOMEM;
	for (size_t i = 0; i < in->count; i++)
		block_take(in, &in->block[i], seen);
	while (count < (int)HUD_LEARN_WORDS) {
		long best = most_seen(seen);

		if (best < 0)
			break;
		seen[best].excluded = true;
		word[count++] = in->head.first + best * WORD;
	}
	free(seen);
	return count;
}

int learn_tag_of(uint64_t first_word)
{
	return first_word < LEARN_TAGS ? (int)first_word : LEARN_NO_TAG;
}

/* What was seen of one word of the contexts with one tag. */
struct chain_seen {
	uint64_t core[THREADS_MAX]; /* the last of each thread, 0: none yet */
	uint32_t tid[THREADS_MAX];
	size_t threads;
	bool excluded;
};

static void core_take(struct chain_seen *c, uint32_t tid, uint64_t core)
{
	size_t i = 0;

	while (i < c->threads && c->tid[i] != tid)
		i++;
	if (i == THREADS_MAX)
		return;
	if (i == c->threads)
		c->threads++;
	c->tid[i] = tid;
	c->core[i] = core;
}

static size_t distinct_cores(const struct chain_seen *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->threads; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again || c->core[k] == c->core[i];
		count += !again;
	}
	return count;
}

static void context_take(const struct hud_snapshot *head, const struct hud_context_words *c,
			 struct chain_seen seen[CONTEXT_WORDS])
{
	for (size_t i = CORE_FIRST; i < CONTEXT_WORDS; i++) {
		uint64_t core = c->word[i];

		if (c->word[i - 1] || (core && !learn_on_heap(head, core)))
			seen[i].excluded = true;
		else if (core)
			core_take(&seen[i], head->tid, core);
	}
}

/* In how many threads a word of the contexts can be the core; 0: it cannot. */
static size_t chain_threads(const struct chain_seen *c)
{
	if (c->excluded || (c->threads > 1 && distinct_cores(c) == 1))
		return 0;
	return c->threads;
}

/* `threads`: of each word, in contexts with any tag. */
static void word_scan(const struct learn_input *in, size_t index, struct chain_seen *seen,
		      size_t threads[CONTEXT_WORDS])
{
	for (int tag = LEARN_NO_TAG; tag < LEARN_TAGS; tag++) {
		memset(seen, 0, CONTEXT_WORDS * sizeof(*seen));
		for (size_t i = 0; i < in->count; i++) {
			const struct hud_context_words *c = &in->context[i].context[index];

			if (learn_on_stack(&in->context[i].head, c->address) &&
			    learn_tag_of(c->word[0]) == tag)
				context_take(&in->context[i].head, c, seen);
		}
		for (size_t i = CORE_FIRST; i < CONTEXT_WORDS; i++)
			threads[i] += chain_threads(&seen[i]);
	}
}

/* Puts a chain among those with more threads; the last falls out where there is no room. */
static bool chain_insert(struct hud_learn_chain *chain, size_t *threads, int *count,
			 struct hud_learn_chain one, size_t own)
{
	int at = *count;
	bool full = at == (int)HUD_LEARN_CHAINS;

	if (full && threads[at - 1] >= own)
		return false;
	for (at -= full; at > 0 && threads[at - 1] < own; at--) {
		chain[at] = chain[at - 1];
		threads[at] = threads[at - 1];
	}
	chain[at] = one;
	threads[at] = own;
	*count += !full;
	return !full;
}

int learn_chains_find(const struct learn_input *in, struct hud_learn_chain chain[HUD_LEARN_CHAINS],
		      bool *more)
{
	struct chain_seen *seen = calloc(CONTEXT_WORDS, sizeof(*seen));
	size_t best[HUD_LEARN_CHAINS] = {0};
	int count = 0;

	*more = false;
	if (!seen)
		return -ENOMEM;
	for (uint32_t w = 0; w < in->head.request.words; w++) {
		size_t threads[CONTEXT_WORDS] = {0};

		word_scan(in, w, seen, threads);
		for (uint32_t i = CORE_FIRST; i < CONTEXT_WORDS; i++) {
			struct hud_learn_chain one = {.word = in->head.request.word[w],
						      .core = i * WORD};

			if (threads[i])
				*more |= !chain_insert(chain, best, &count, one, threads[i]);
		}
	}
	free(seen);
	return count;
}
