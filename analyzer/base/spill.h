/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_SPILL_H
#define HUD_ANALYZER_BASE_SPILL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Memory for an array that grows with the length of a capture. While it is small it is of the heap; from
 * then on it is a mapped file without a name, so that the kernel can write it out when memory is short. The
 * file lies where SQLite puts its own: SQLITE_TMPDIR, TMPDIR, /var/tmp, /tmp. Its space is reserved: a full
 * disk is an error here and no SIGBUS later. Where no such file can be had it stays on the heap.
 * All-zero is a valid beginning.
 */
struct spill {
	void *at; /* NULL: there is none yet */
	size_t bytes;
	size_t near; /* where the part lies that is passed over just now */
	bool mapped;
	int fd; /* of what is mapped */
};

/* Bytes that stay in memory of an array that is passed over. */
#define SPILL_NEAR ((size_t)2 << 20)

/*
 * Room for one more element of `element` bytes after `count` of them, which are kept. 0 or -ENOMEM: it is as
 * it was.
 */
int spill_grow(struct spill *s, size_t count, size_t element);

/*
 * Several arrays that together may be of the heap for longer: a fault for each page of a mapped file costs a
 * third of the time that passes over them take. All-zero is a valid beginning.
 */
struct spill_budget {
	size_t used; /* bytes of the heap, by all of them */
};

/* Bytes of the heap for all arrays of a budget. */
#define SPILL_TOGETHER ((size_t)128 << 20)

/* As spill_grow() and spill_free(), of an array that is always in this budget. */
int spill_grow_within(struct spill *s, size_t count, size_t element, struct spill_budget *budget);
void spill_free_within(struct spill *s, struct spill_budget *budget);

/* Takes all of it out of memory, as far as it is in a file; what is asked for again comes back from there. */
void spill_leave(struct spill *s, size_t offset);

/*
 * An element, for passes in one direction: what lies far from it leaves memory. (Two cursors that drift
 * apart would fight.)
 */
static inline void *spill_at(struct spill *s, size_t index, size_t element)
{
	size_t offset = index * element;

	if (offset - s->near >= SPILL_NEAR)
		spill_leave(s, offset);
	return (char *)s->at + offset;
}

void spill_free(struct spill *s);

#endif
