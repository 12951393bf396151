/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/descend.h"

/*
 * Futures that are awaited together: in the list of a set, or one after another. Tasks that end
 * move in the list of a set that has them, whoever polls that: its links are checked, and so is its
 * own count.
 */

/* May one more future be followed? */
static bool child_fits(struct descent *d, uint64_t followed)
{
	const struct task_limits *limits = d->r->dump->limits;

	if (d->r->children + d->children >= limits->all_children) {
		d->r->dump->counts.cut = true;
		return false;
	}
	return followed < limits->children && task_within_limits(d->r);
}

/* Each has limits of its own, and what was read of it is forgotten afterwards. */
static void child_follow(struct descent *d, const struct value *set,
			 const struct hud_plan_task_edge *e, const struct task_region *item,
			 uint64_t offset, enum manner manner)
{
	struct task_reading *r = d->r;
	size_t parts = r->parts, scratched = r->scratched;
	size_t frames = r->dump->frames, frames_before = d->frames_before;
	uint32_t steps = d->steps;
	struct value child = {
		.node = e->node,
		.region = item,
		.offset = offset + e->offset,
		.level = set->level,
		.manner = manner,
	};

	d->children++;
	d->frames_before = frames;
	d->steps = 0;
	if (e->node != HUD_NO_NODE)
		descent_follow(d, child);
	d->frames_before = frames_before + (r->dump->frames - frames);
	d->steps = steps;
	r->parts = parts;
	r->scratched = scratched;
}

/* A list, and how much of it was followed. */
struct list {
	struct descent *d;
	const struct value *set; /* with the level of its futures */
	const struct hud_plan_task_edge *edge;
	uint64_t followed;   /* of all lists of the set */
	uint64_t first_says; /* what the first item says of their number */
	bool whole;
};

static uint64_t first_says(struct list *l, const struct hud_plan_task_node *n,
			   const struct task_region *item, uint64_t offset)
{
	const struct hud_plan_task_edge *e = l->d->r->plan->edge + n->first;
	uint64_t number = 0;

	for (uint32_t i = 0; i < n->edges; i++)
		if ((e[i].edge_flags & HUD_EDGE_COUNT_FIRST) &&
		    !task_region_number(item, offset + e[i].offset, POINTER_BYTES, &number))
			l->d->moved = true;
	return number;
}

static void list_walk(struct list *l, uint64_t address)
{
	struct descent *d = l->d;
	const struct hud_plan_task_node *n = descent_node(d, l->set);
	uint64_t before = 0, previous, next;

	while (address && !d->failed && !d->cut && !d->moved) {
		size_t parts = d->r->parts, scratched = d->r->scratched;
		const struct task_region *item;
		uint64_t offset;

		if (!child_fits(d, l->followed)) {
			l->whole = false;
			return;
		}
		item = address % 8 ? NULL : descent_part(d, address, n->field[2]);
		offset = item ? address - item->address : 0;
		if (!item ||
		    !task_region_number(item, offset + n->field[0], POINTER_BYTES, &next) ||
		    !task_region_number(item, offset + n->field[1], POINTER_BYTES, &previous) ||
		    previous != before) {
			d->moved = true;
			return;
		}
		if (!l->followed++)
			l->first_says = first_says(l, n, item, offset);
		child_follow(d, l->set, l->edge, item, offset, AWAITED);
		d->r->parts = parts;
		d->r->scratched = scratched;
		before = address;
		address = next;
	}
}

/* The address of the first item, in the value or behind it. */
static uint64_t list_first(struct list *l, uint64_t pointer)
{
	const struct hud_plan_task_node *n = descent_node(l->d, l->set);
	uint64_t first = pointer;

	if ((n->node_flags & HUD_NODE_BEHIND) && pointer &&
	    !task_read_word(l->d->r, pointer + l->edge->value, &first))
		l->d->moved = true;
	return l->d->moved ? 0 : first;
}

/* How many are in the set: what it says itself, or else what was followed. */
static uint64_t list_number(struct list *l)
{
	const struct hud_plan_task_node *n = descent_node(l->d, l->set);
	const struct hud_plan_task_edge *e = l->d->r->plan->edge + n->first;
	uint64_t number = l->followed;
	bool says = false;

	for (uint32_t i = 0; i < n->edges; i++) {
		if (!(e[i].edge_flags & (HUD_EDGE_COUNT | HUD_EDGE_COUNT_FIRST)))
			continue;
		says = true;
		number = e[i].edge_flags & HUD_EDGE_COUNT_FIRST
				 ? l->first_says
				 : descent_number(l->d, l->set, e[i].offset, POINTER_BYTES);
	}
	if (says && !l->d->cut && (l->whole ? number != l->followed : number < l->followed))
		l->d->moved = true;
	return number;
}

void descent_list(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	uint64_t pointer = descent_number(d, v, n->tag, POINTER_BYTES);
	struct task_dump *dump = d->r->dump;
	size_t at = dump->frames;
	struct value set = *v;
	struct list list = {.d = d, .set = &set, .whole = true};
	struct task_frame *f;
	uint64_t number;

	if (v->manner == KEPT) /* nobody awaits its futures there */
		return;
	f = descent_frame(d, v, HUD_FRAME_FUTURE);
	if (!f)
		return;
	f->leaf = HUD_LEAF_SET;
	set.level++;
	list.whole = !d->r->counting;
	for (uint32_t i = 0; i < n->edges && !d->r->counting; i++) {
		list.edge = &d->r->plan->edge[n->first + i];
		if (!(list.edge->edge_flags & (HUD_EDGE_COUNT | HUD_EDGE_COUNT_FIRST)))
			list_walk(&list, list_first(&list, pointer));
	}
	number = list_number(&list);
	dump->frame[at].number = number;
	if (!list.followed && !(list.whole && !number))
		dump->frame[at].kind = HUD_FRAME_WAIT;
}

void descent_slice(struct descent *d, const struct value *v)
{
	const struct hud_plan_task_node *n = descent_node(d, v);
	const struct hud_plan_task_edge *edge = d->r->plan->edge + n->first;
	uint64_t address = descent_number(d, v, n->tag, POINTER_BYTES);
	uint64_t number = descent_number(d, v, n->field[0], POINTER_BYTES);

	for (uint64_t i = 0; i < number && n->edges && !d->failed && !d->cut && !d->moved; i++) {
		size_t parts = d->r->parts, scratched = d->r->scratched;
		uint64_t at = address + i * n->field[1];
		const struct task_region *item;

		if (!child_fits(d, i)) {
			d->cut = true;
			return;
		}
		item = n->field[1] ? descent_part(d, at, n->field[1]) : NULL;
		if (item)
			child_follow(d, v, edge, item, at - item->address, v->manner);
		d->r->parts = parts;
		d->r->scratched = scratched;
	}
}
