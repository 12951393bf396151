/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_pool.h"
#include "analyzer/symbols/extract.h"
#include "format/base/array.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* A thread is started for each so many bytes of entries, or addresses of units without entries. */
enum { THREADS = 16, THREAD_BYTES = 256 << 10, ADDRESSES_A_GROUP = 2048 };

/* Addresses of one unit. */
struct group {
	struct symbol_address *addresses;
	size_t count;
	uint64_t bytes; /* of the unit's entries, which must be read */
};

struct work {
	const struct symbol_source *source;
	struct group *groups; /* the largest first */
	size_t count;
	_Atomic size_t next;
};

struct worker {
	pthread_t thread;
	struct work *work;
	struct symbol_extract *extract;
	int error;
};

static int address_order(const void *a, const void *b)
{
	const struct symbol_address *x = a;
	const struct symbol_address *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return x->vaddr < y->vaddr ? -1 : x->vaddr > y->vaddr;
}

static int group_order(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;

	return x->bytes < y->bytes ? 1 : x->bytes > y->bytes ? -1 : 0;
}

static bool same_group(const struct symbol_address *first, size_t length,
		       const struct symbol_address *next)
{
	return first->unit == next->unit && (first->unit || length < ADDRESSES_A_GROUP);
}

static int groups_make(struct work *w, struct symbol_address *addresses, size_t count)
{
	size_t room = 0;

	qsort(addresses, count, sizeof(*addresses), address_order);
	for (size_t i = 0; i < count;) {
		const struct dwarf_unit *unit = addresses[i].unit;
		size_t length = 1;

		while (i + length < count &&
		       same_group(&addresses[i], length, &addresses[i + length]))
			length++;
		if (!array_grow(&w->groups, w->count, &room, sizeof(*w->groups)))
			return -ENOMEM;
		w->groups[w->count++] = (struct group) {
			.addresses = &addresses[i],
			.count = length,
			.bytes = unit ? unit->end - unit->offset : length,
		};
		i += length;
	}
	qsort(w->groups, w->count, sizeof(*w->groups), group_order);
	return 0;
}

static void *work_run(void *context)
{
	struct worker *me = context;
	struct work *w = me->work;

	while (!me->error) {
		size_t at = atomic_fetch_add(&w->next, 1);

		if (at >= w->count)
			break;
		me->error = symbol_extract_unit(me->extract, w->groups[at].addresses,
						w->groups[at].count);
	}
	return NULL;
}

static size_t threads_for(const struct work *w)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t bytes = 0;
	size_t threads = processors > 1 ? (size_t)processors : 1;

	for (size_t i = 0; i < w->count; i++)
		bytes += w->groups[i].bytes;
	if (threads > THREADS)
		threads = THREADS;
	if (threads > w->count)
		threads = w->count;
	if (threads > bytes / THREAD_BYTES + 1)
		threads = bytes / THREAD_BYTES + 1;
	return threads ? threads : 1;
}

int symbol_extract_all(const struct symbol_source *source, struct symbol_address *addresses,
		       size_t count, struct text_pool *shared)
{
	struct work work = {.source = source};
	struct worker workers[THREADS] = {{0}};
	int error = groups_make(&work, addresses, count);
	size_t threads = threads_for(&work);
	size_t started = 1; /* the first is this thread */

	for (size_t i = 0; !error && i < threads; i++) {
		workers[i].work = &work;
		error = symbol_extract_open(source, false, &workers[i].extract);
	}
	/* If a thread cannot be started the others do its work. */
	while (!error && started < threads &&
	       !pthread_create(&workers[started].thread, NULL, work_run, &workers[started]))
		started++;
	if (!error)
		work_run(&workers[0]);
	for (size_t i = 0; i < threads; i++) {
		if (i && i < started)
			pthread_join(workers[i].thread, NULL);
		error = error ? error : workers[i].error;
		symbol_extract_close(workers[i].extract, shared);
	}
	free(work.groups);
	return error;
}
