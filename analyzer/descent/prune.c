/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/draft.h"

#include <errno.h>
#include <stdlib.h>

/* A bound for hostile files: useful types are rarely nested deeper. */
enum { PASSES = 1000 };

static bool is_written(const struct draft_node *n)
{
	return n->node.kind == HUD_NODE_COROUTINE || n->node.kind == HUD_NODE_DYN ||
	       n->node.kind == HUD_NODE_LEAF || n->node.kind == HUD_NODE_GUARD ||
	       n->node.kind == HUD_NODE_LIST || n->node.kind == HUD_NODE_TASKS;
}

static bool is_passed(const struct draft_node *n)
{
	return n->node.kind == HUD_NODE_POINTER || (n->node.node_flags & HUD_NODE_TRANSPARENT) ||
	       n->stage;
}

/* Marks a node by its edges, and what it awaits. True: something has changed. */
static bool node_mark(struct draft *d, struct draft_node *n)
{
	bool useful = n->useful || is_written(n), changed = false;

	for (uint32_t i = 0; i < n->node.edges; i++) {
		const struct hud_plan_task_edge *e = &d->edge[n->node.first + i];
		struct draft_node *to = e->node == HUD_NO_NODE ? NULL : &d->node[e->node];

		if (!to)
			continue;
		if (!to->awaited &&
		    ((e->edge_flags & HUD_EDGE_AWAITED) || (n->awaited && is_passed(n))))
			to->awaited = changed = true;
		useful |= to->useful;
	}
	changed |= useful != n->useful;
	n->useful = useful;
	return changed;
}

/* From the back: what a type has in it is mostly read after it. */
static void all_mark(struct draft *d)
{
	bool changed = true;

	for (int pass = 0; changed && pass < PASSES; pass++) {
		changed = false;
		for (size_t i = d->nodes; i-- > 0;)
			changed |= node_mark(d, &d->node[i]);
	}
}

static bool is_kept(const struct draft_node *n)
{
	return n->useful || n->awaited || n->stage;
}

/* New numbers of the nodes that are kept; HUD_NO_NODE: it is not. */
static uint32_t *numbers_make(const struct draft *d, size_t *count)
{
	uint32_t *number = calloc(d->nodes + 1, sizeof(*number));

	*count = 0;
	for (size_t i = 0; number && i < d->nodes; i++)
		number[i] = is_kept(&d->node[i]) ? (uint32_t)(*count)++ : HUD_NO_NODE;
	return number;
}

/* Each variant and list keeps an edge; a member or pointer that leads to nothing has none. */
static bool edge_stays(const struct hud_plan_task_node *n, const struct hud_plan_task_edge *e)
{
	return e->node != HUD_NO_NODE || n->kind == HUD_NODE_ENUM ||
	       n->kind == HUD_NODE_COROUTINE || n->kind == HUD_NODE_LIST ||
	       n->kind == HUD_NODE_TASKS;
}

static void node_write(const struct draft *d, const struct draft_node *from, const uint32_t *number,
		       struct hud_plan_task_node *node, struct hud_plan_task_edge *edge,
		       size_t *edges)
{
	*node = from->node;
	node->first = (uint32_t)*edges;
	node->edges = 0;
	for (uint32_t i = 0; i < from->node.edges; i++) {
		struct hud_plan_task_edge e = d->edge[from->node.first + i];

		if (e.node != HUD_NO_NODE)
			e.node = number[e.node];
		if (!edge_stays(node, &e))
			continue;
		edge[(*edges)++] = e;
		node->edges++;
	}
}

int draft_prune(struct draft *d, struct descent_table *out)
{
	struct hud_plan_task_node *node = NULL;
	struct hud_plan_task_edge *edge = NULL;
	size_t nodes, edges = 0;
	uint32_t *number;

	all_mark(d);
	number = numbers_make(d, &nodes);
	if (number) {
		node = calloc(nodes + 1, sizeof(*node));
		edge = calloc(d->edges + 1, sizeof(*edge));
	}
	if (!node || !edge) {
		free(number);
		free(node);
		free(edge);
		return -ENOMEM;
	}
	for (size_t i = 0; i < d->nodes; i++)
		if (number[i] != HUD_NO_NODE)
			node_write(d, &d->node[i], number, &node[number[i]], edge, &edges);
	out->tasks.node = node;
	out->tasks.nodes = nodes;
	out->tasks.edge = edge;
	out->tasks.edges = edges;
	/* The caller's indexes are those of the draft. */
	for (size_t i = 0; i < out->tasks.types; i++) {
		struct hud_plan_task_type *t = (void *)(uintptr_t)&out->tasks.type[i];

		if (t->node != HUD_NO_NODE)
			t->node = number[t->node];
	}
	for (size_t i = 0; i < out->tasks.dyns; i++) {
		struct hud_plan_task_dyn *t = (void *)(uintptr_t)&out->tasks.dyn[i];

		if (t->node != HUD_NO_NODE)
			t->node = number[t->node];
	}
	for (size_t i = 0; i < out->tasks.mains; i++) {
		struct hud_plan_task_main *t = (void *)(uintptr_t)&out->tasks.main[i];

		t->node = number[t->node];
	}
	free(number);
	return 0;
}
