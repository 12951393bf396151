/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_WORDS_H
#define HUD_ANALYZER_LEARN_WORDS_H

#include "analyzer/learn/input.h"

/*
 * The thread-local words that may lead to a scheduler's context, which lies on the stack of the
 * thread that runs it: in each thread 0, or the address of a word on its stack. Those of most
 * threads first. Returns how many; -ENOMEM.
 */
int learn_words_find(const struct learn_input *in, int64_t word[HUD_LEARN_WORDS]);

/*
 * With the words: a chain goes on to a word of the context that is 0 or an address on the heap,
 * another in each thread, and which a word of 0 precedes (the flag of a RefCell). Sets `*more`
 * where there are others. Returns how many.
 */
int learn_chains_find(const struct learn_input *in, struct hud_learn_chain chain[HUD_LEARN_CHAINS],
		      bool *more);

/* Which schedulers' contexts a word leads to: a tag, if the context begins with a small number. */
enum { LEARN_NO_TAG = -1, LEARN_TAGS = 16 };
int learn_tag_of(uint64_t first_word);

#endif
