/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/transfer.h"
#include "recorder/base/child_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct list {
	void **items;
	size_t *count;
	size_t bytes; /* of an item */
};

enum { LISTS = 8 };

static void lists_of(struct task_dump *d, struct list list[LISTS])
{
	const struct list all[LISTS] = {
		{(void **)&d->thread, &d->threads, sizeof(*d->thread)},
		{(void **)&d->runtime, &d->runtimes, sizeof(*d->runtime)},
		{(void **)&d->seen, &d->seens, sizeof(*d->seen)},
		{(void **)&d->frame, &d->frames, sizeof(*d->frame)},
		{(void **)&d->pool, &d->pools, sizeof(*d->pool)},
		{(void **)&d->closure, &d->closures, sizeof(*d->closure)},
		{(void **)&d->stack, &d->stacks, sizeof(*d->stack)},
		{(void **)&d->address, &d->addresses, sizeof(*d->address)},
	};

	memcpy(list, all, sizeof(all));
}

int task_dump_send(const struct task_dump *d, int out)
{
	struct task_dump copy = *d;
	struct list list[LISTS];
	int error = child_call_write(out, d, sizeof(*d));

	lists_of(&copy, list);
	for (size_t i = 0; !error && i < LISTS; i++)
		error = child_call_write(out, *list[i].items, *list[i].count * list[i].bytes);
	return error;
}

int task_dump_receive(struct task_dump *d, const uint8_t *data, size_t bytes)
{
	struct task_dump sent;
	struct list list[LISTS], from[LISTS];

	if (bytes < sizeof(sent))
		return -EBADMSG;
	memcpy(&sent, data, sizeof(sent));
	data += sizeof(sent);
	bytes -= sizeof(sent);
	d->counts = sent.counts;
	d->start_ns = sent.start_ns;
	d->end_ns = sent.end_ns;
	lists_of(d, list);
	lists_of(&sent, from);
	for (size_t i = 0; i < LISTS; i++) {
		size_t count = *from[i].count, size = list[i].bytes;

		if (count > bytes / size)
			return -EBADMSG;
		*list[i].items = calloc(count + 1, size);
		if (!*list[i].items)
			return -ENOMEM;
		memcpy(*list[i].items, data, count * size);
		*list[i].count = count;
		data += count * size;
		bytes -= count * size;
	}
	return bytes ? -EBADMSG : 0;
}
