/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/thread_table.h"

#include <stdlib.h>

/* Open addressing with linear probing; Fibonacci hashing spreads neighbouring tids. */
static size_t slot_of(const struct thread_table *t, uint32_t tid)
{
	return (size_t)(tid * 2654435769u) & (t->room - 1);
}

static struct thread_entry *slot_find(const struct thread_table *t, uint32_t tid)
{
	size_t i = slot_of(t, tid);

	while (t->slot[i].tid && t->slot[i].tid != tid)
		i = (i + 1) & (t->room - 1);
	return &t->slot[i];
}

static bool table_grow(struct thread_table *t)
{
	struct thread_table grown = {.room = t->room ? 2 * t->room : 256, .count = t->count};

	grown.slot = calloc(grown.room, sizeof(*grown.slot));
	if (!grown.slot)
		return false;
	for (size_t i = 0; i < t->room; i++)
		if (t->slot[i].tid)
			*slot_find(&grown, t->slot[i].tid) = t->slot[i];
	free(t->slot);
	*t = grown;
	return true;
}

struct thread_entry *thread_table_entry(struct thread_table *t, uint32_t tid)
{
	struct thread_entry *e;

	if (!tid || (2 * (t->count + 1) > t->room && !table_grow(t)))
		return NULL;
	e = slot_find(t, tid);
	if (!e->tid) {
		*e = (struct thread_entry) {.tid = tid};
		t->count++;
	}
	return e;
}

/* Entries after the hole are put anew, so that no search ends at the hole before its entry. */
void thread_table_remove(struct thread_table *t, uint32_t tid)
{
	size_t hole, i;

	if (!t->room || !tid)
		return;
	hole = (size_t)(slot_find(t, tid) - t->slot);
	if (!t->slot[hole].tid)
		return;
	t->slot[hole].tid = 0;
	t->count--;
	for (i = (hole + 1) & (t->room - 1); t->slot[i].tid; i = (i + 1) & (t->room - 1)) {
		struct thread_entry moved = t->slot[i];

		t->slot[i].tid = 0;
		*slot_find(t, moved.tid) = moved;
	}
}

void thread_table_free(struct thread_table *t)
{
	free(t->slot);
	*t = (struct thread_table) {0};
}
