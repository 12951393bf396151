/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/plan/tasks.h"
#include "format/plan/plan.h"
#include "format/plan/valid.h"

#include <errno.h>
#include <stdbool.h>

/* The cell of a task is smaller. */
#define CELL_BYTES_MAX (1u << 30)

static bool word_in(uint32_t offset, uint32_t bytes)
{
	return bytes <= HUD_PLAN_PART_BYTES_MAX && offset <= HUD_PLAN_PART_BYTES_MAX &&
	       offset + 8 <= bytes;
}

static bool root_valid(const struct hud_plan_task_root *r)
{
	return plan_width_valid(r->variant.bytes) && r->variant.offset <= HUD_PLAN_PART_BYTES_MAX &&
	       r->handle <= HUD_PLAN_PART_BYTES_MAX && r->owner <= HUD_PLAN_PART_BYTES_MAX &&
	       r->list <= HUD_PLAN_PART_BYTES_MAX &&
	       (r->shards == HUD_NO_OFFSET ||
		(r->shards <= HUD_PLAN_PART_BYTES_MAX && r->shard_bytes)) &&
	       r->shard_bytes <= HUD_PLAN_PART_BYTES_MAX && r->first <= HUD_PLAN_PART_BYTES_MAX &&
	       r->last <= HUD_PLAN_PART_BYTES_MAX && r->count.offset <= HUD_PLAN_PART_BYTES_MAX &&
	       plan_count_valid(&r->count);
}

static bool lists_valid(const struct hud_plan_tasks *l)
{
	if (l->roots > HUD_PLAN_TASK_ROOTS_MAX || l->block_bytes > HUD_PLAN_TASK_BLOCK_BYTES_MAX ||
	    !word_in(l->poll, l->vtable_bytes) || !word_in(l->trailer, l->vtable_bytes) ||
	    !word_in(l->id, l->vtable_bytes) || !word_in(l->previous, l->trailer_bytes) ||
	    !word_in(l->next, l->trailer_bytes) || l->state > HUD_PLAN_PART_BYTES_MAX ||
	    l->vtable > HUD_PLAN_PART_BYTES_MAX || l->owner > HUD_PLAN_PART_BYTES_MAX)
		return false;
	for (uint32_t i = 0; i < l->roots; i++)
		if (!root_valid(&l->root[i]))
			return false;
	return true;
}

static bool node_known(const struct plan_tasks *t, uint32_t node)
{
	return node == HUD_NO_NODE || node < t->nodes;
}

static bool node_valid(const struct plan_tasks *t, const struct hud_plan_task_node *n)
{
	if (!n->kind || n->kind > HUD_NODE_LAST || n->leaf > HUD_LEAF_LAST ||
	    !plan_width_valid(n->tag_bytes) || n->tag > CELL_BYTES_MAX ||
	    n->bytes > CELL_BYTES_MAX || n->first > t->edges || n->edges > t->edges - n->first)
		return false;
	for (size_t i = 0; i < sizeof(n->field) / sizeof(n->field[0]); i++)
		if (n->field[i] > CELL_BYTES_MAX && n->field[i] != HUD_NO_OFFSET)
			return false;
	return true;
}

static int types_check(const struct plan_tasks *t)
{
	for (size_t i = 0; i < t->types; i++) {
		const struct hud_plan_task_type *type = &t->type[i];

		if ((i && type->poll <= type[-1].poll) || !node_known(t, type->node) ||
		    type->stage > CELL_BYTES_MAX)
			return -EBADMSG;
	}
	for (size_t i = 0; i < t->dyns; i++)
		if ((i && t->dyn[i].vtable <= t->dyn[i - 1].vtable) ||
		    !node_known(t, t->dyn[i].node))
			return -EBADMSG;
	return 0;
}

static int mains_check(const struct plan_tasks *t)
{
	for (size_t i = 0; i < t->mains; i++) {
		const struct hud_plan_task_main *m = &t->main[i];

		if (m->start >= m->end || (i && m->start < m[-1].end) || m->base > HUD_MAIN_BY_FP ||
		    m->node >= t->nodes)
			return -EBADMSG;
	}
	return 0;
}

int plan_tasks_check(const struct plan_tasks *t)
{
	if (t->lists && !lists_valid(t->lists))
		return -EBADMSG;
	for (size_t i = 0; i < t->nodes; i++)
		if (!node_valid(t, &t->node[i]))
			return -EBADMSG;
	for (size_t i = 0; i < t->edges; i++)
		if (!node_known(t, t->edge[i].node) || t->edge[i].offset > CELL_BYTES_MAX)
			return -EBADMSG;
	return mains_check(t) ? -EBADMSG : types_check(t);
}

/* Both begin with the address that they are ordered by. */
static const void *find(const void *items, size_t count, size_t bytes, uint64_t address)
{
	const uint8_t *at = items;

	for (size_t low = 0, high = count; low < high;) {
		size_t middle = low + (high - low) / 2;
		const uint64_t *key = (const void *)(at + middle * bytes);

		if (*key == address)
			return key;
		if (*key < address)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct hud_plan_task_type *plan_task_type(const struct plan_tasks *t, uint64_t poll)
{
	return find(t->type, t->types, sizeof(*t->type), poll);
}

const struct hud_plan_task_dyn *plan_task_dyn(const struct plan_tasks *t, uint64_t vtable)
{
	return find(t->dyn, t->dyns, sizeof(*t->dyn), vtable);
}

const struct hud_plan_task_main *plan_task_main(const struct plan_tasks *t, uint64_t pc)
{
	size_t low = 0, high = t->mains;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->main[middle].end <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->mains && t->main[low].start <= pc ? &t->main[low] : NULL;
}
