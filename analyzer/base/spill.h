/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_SPILL_H
#define HUD_ANALYZER_BASE_SPILL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Memory for an array that grows with the length of a capture. While it is small it is on the heap;
 * from then on it is a mapping of a deleted file, which the kernel can write out when memory is
 * short. The file is in SQLite's directory for temporary files: SQLITE_TMPDIR, TMPDIR, /var/tmp or
 * /tmp. Its blocks are allocated in advance, so that a full disk is an error here and not a SIGBUS
 * later. Where no such file can be made the array stays on the heap.
 *
 * All zeros is an empty one.
 */
struct spill {
	void *at; /* NULL while empty */
	size_t bytes;
	size_t near; /* offset of the part that the current pass is at */
	bool mapped;
	int fd; /* of the mapped file */
};

/* How much of a mapped array a pass keeps in memory. */
#define SPILL_NEAR ((size_t)2 << 20)

/*
 * Makes room for one more element of `element` bytes after the `count` that are there. 0 or -ENOMEM
 * with nothing changed.
 */
int spill_grow(struct spill *s, size_t count, size_t element);

/*
 * A limit for the heap memory of several arrays together. With it they stay on the heap longer: the
 * page faults of a mapped file take a third of the time of the passes over it. All zeros is an
 * unused one.
 */
struct spill_budget {
	size_t used; /* bytes on the heap, of all its arrays */
};

/* That limit. */
#define SPILL_TOGETHER ((size_t)96 << 20)

/* As spill_grow() and spill_free(), for an array that is always used with this budget. */
int spill_grow_within(struct spill *s, size_t count, size_t element, struct spill_budget *budget);
void spill_free_within(struct spill *s, struct spill_budget *budget);

/* Drops a mapped array from memory; its pages come back from the file when they are used. */
void spill_leave(struct spill *s, size_t offset);

/*
 * An element. For passes in one direction: an access far from the last one drops the rest from
 * memory, so two passes at different places would keep reading it back.
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
