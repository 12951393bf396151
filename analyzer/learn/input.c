/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 8 };
#define HEAD_FIRST_MAX (UINT64_C(1) << 40)
#define HEAP_FIRST UINT64_C(0x10000)
#define HEAP_END (UINT64_C(1) << 48)

static int head_check(const struct hud_snapshots *head)
{
	const struct hud_learn_request *r = &head->request;

	if (memcmp(head->magic, HUD_SNAPSHOTS_MAGIC, sizeof(head->magic)) != 0)
		return -EBADMSG;
	if (head->version != HUD_FORMAT_VERSION)
		return -EPROTO;
	if (head->count > HUD_SNAPSHOTS_MAX || r->words > HUD_LEARN_WORDS ||
	    r->chains > HUD_LEARN_CHAINS || r->window_bytes > HUD_LEARN_WINDOW_BYTES ||
	    head->bytes % WORD || head->first % WORD ||
	    head->bytes > HUD_LEARN_BLOCKS_MAX * HUD_LEARN_BLOCK_BYTES ||
	    head->first < -(int64_t)HEAD_FIRST_MAX || head->first > (int64_t)HEAD_FIRST_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; i < r->chains; i++)
		if (r->chain[i].core % WORD || !r->chain[i].core ||
		    r->chain[i].core > HUD_LEARN_CONTEXT_BYTES - WORD)
			return -EBADMSG;
	return 0;
}

static size_t snapshot_bytes(uint32_t step)
{
	switch (step) {
	case HUD_LEARN_BLOCK:
		return sizeof(struct hud_block_snapshot);
	case HUD_LEARN_CONTEXT:
		return sizeof(struct hud_context_snapshot);
	case HUD_LEARN_CORE:
		return sizeof(struct hud_core_snapshot);
	default:
		return 0;
	}
}

/* All three kinds begin with the same head. */
static int snapshot_order(const void *left, const void *right)
{
	const struct hud_snapshot *l = left, *r = right;

	return (l->time_ns > r->time_ns) - (l->time_ns < r->time_ns);
}

int learn_input_read(struct learn_input *in, const void *data, size_t bytes)
{
	size_t each;
	void *items;
	int err;

	memset(in, 0, sizeof(*in));
	if (bytes < sizeof(in->head))
		return -EBADMSG;
	memcpy(&in->head, data, sizeof(in->head));
	err = head_check(&in->head);
	each = snapshot_bytes(in->head.request.step);
	if (err || !each || in->head.count != (bytes - sizeof(in->head)) / each)
		return err ? err : -EBADMSG;
	items = malloc(in->head.count * each + 1);
	if (!items)
		return -ENOMEM;
	in->count = in->head.count;
	memcpy(items, (const uint8_t *)data + sizeof(in->head), in->count * each);
	qsort(items, in->count, each, snapshot_order);
	if (in->head.request.step == HUD_LEARN_BLOCK)
		in->block = items;
	else if (in->head.request.step == HUD_LEARN_CONTEXT)
		in->context = items;
	else
		in->core = items;
	return 0;
}

void learn_input_close(struct learn_input *in)
{
	free(in->block);
	free(in->context);
	free(in->core);
	memset(in, 0, sizeof(*in));
}

bool learn_on_stack(const struct hud_snapshot *s, uint64_t address)
{
	/* A thread's stack ends below its thread-local block, except in the main thread. */
	uint64_t end = s->stack_end                ? s->stack_end
		       : s->thread_pointer > s->sp ? s->thread_pointer
						   : UINT64_MAX;

	return address % WORD == 0 && address >= s->sp && address < end &&
	       address - s->sp < HUD_LEARN_STACK_BYTES;
}

bool learn_on_heap(const struct hud_snapshot *s, uint64_t address)
{
	return address % WORD == 0 && address >= HEAP_FIRST && address < HEAP_END &&
	       !learn_on_stack(s, address);
}
