/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/task_chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Futures of sets, each with its chain: room for those of all sets that are open. */
struct reading {
	const struct chain_part *part;
	struct task_chain *child;
	size_t children;
};

static void word_add(struct task_chain *c, uint64_t word)
{
	c->hash[0] = (c->hash[0] ^ word) * 0x100000001b3u;
	c->hash[0] ^= c->hash[0] >> 29;
	c->hash[1] = (c->hash[1] + word) * 0x9E3779B97F4A7C15u;
	c->hash[1] ^= c->hash[1] >> 32;
}

static int chain_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct task_chain));
}

/* Where what belongs to a frame ends. */
static size_t part_end(const struct reading *r, size_t at, size_t to)
{
	uint16_t depth = r->part[at].depth;

	while (++at < to && r->part[at].depth > depth)
		;
	return at;
}

/* `depth`: of what it begins with, so that the same future in two sets has the same chain. */
static struct task_chain chain_of(struct reading *r, size_t at, size_t to, uint16_t depth)
{
	struct task_chain chain = {{0}};

	while (at < to) {
		const struct chain_part *p = &r->part[at++];
		size_t first = r->children, end;

		word_add(&chain, p->what | (uint64_t)(p->depth - depth) << 32);
		word_add(&chain, p->type);
		if (!p->set)
			continue;
		for (end = part_end(r, at - 1, to); at < end;) {
			size_t next = part_end(r, at, end);
			struct task_chain child = chain_of(r, at, next, r->part[at].depth);

			r->child[r->children++] = child;
			at = next;
		}
		qsort(r->child + first, r->children - first, sizeof(*r->child), chain_order);
		for (size_t i = first; i < r->children; i++)
			if (i == first || chain_order(&r->child[i], &r->child[i - 1]) != 0) {
				word_add(&chain, r->child[i].hash[0]);
				word_add(&chain, r->child[i].hash[1]);
			}
		r->children = first;
	}
	return chain;
}

int task_chain_read(struct task_chain *out, const struct chain_part *part, size_t parts)
{
	struct reading r = {.part = part, .child = calloc(parts + 1, sizeof(*r.child))};

	if (!r.child)
		return -ENOMEM;
	*out = chain_of(&r, 0, parts, 0);
	free(r.child);
	return 0;
}
