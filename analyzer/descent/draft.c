/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/draft.h"
#include "analyzer/dwarf/name.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int draft_open(struct draft *d, struct dwarf_file *file, const struct descent_names *names)
{
	memset(d, 0, sizeof(*d));
	d->file = file;
	d->names = names;
	return descent_rules_open(&d->rules, names->rules);
}

void draft_close(struct draft *d)
{
	for (size_t i = 0; i < d->containers.slots; i++) {
		if (!d->containers.values[i])
			continue;
		dwarf_containers_close(d->containers.values[i]);
		free(d->containers.values[i]);
	}
	key_map_close(&d->containers);
	id_map_free(&d->known);
	text_close(&d->path);
	free(d->node);
	free(d->edge);
	descent_rules_close(&d->rules);
}

uint32_t draft_node(struct draft *d, const struct dwarf_entry *type, bool stage)
{
	uint64_t known = id_map_get(&d->known, type->offset, stage);
	struct draft_node *n;

	if (known)
		return (uint32_t)(known - 1);
	if (d->failed || type->unit->file != d->file)
		return HUD_NO_NODE;
	if (d->nodes == HUD_PLAN_TASK_NODES_MAX) {
		d->cut = true;
		return HUD_NO_NODE;
	}
	if (!array_grow(&d->node, d->nodes, &d->node_room, sizeof(*d->node)) ||
	    id_map_set(&d->known, type->offset, stage, d->nodes + 1)) {
		d->failed = true;
		return HUD_NO_NODE;
	}
	n = &d->node[d->nodes];
	*n = (struct draft_node) {.type = *type, .stage = stage};
	n->node.entry = type->offset;
	return (uint32_t)d->nodes++;
}

void draft_edge(struct draft *d, uint32_t from, const struct hud_plan_task_edge *edge)
{
	struct hud_plan_task_node *n = &d->node[from].node;

	if (d->edges == HUD_PLAN_TASK_EDGES_MAX) {
		d->cut = true;
		return;
	}
	if (d->failed || !array_grow(&d->edge, d->edges, &d->edge_room, sizeof(*d->edge))) {
		d->failed = true;
		return;
	}
	d->edge[d->edges++] = *edge;
	n->edges++;
}

static const struct dwarf_containers *containers_of(void *context, struct dwarf_unit *unit)
{
	struct draft *d = context;
	struct dwarf_containers *c = key_map_find(&d->containers, unit->offset + 1);

	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c || dwarf_containers_read(c, unit) ||
	    key_map_put(&d->containers, unit->offset + 1, c)) {
		if (c)
			dwarf_containers_close(c);
		free(c);
		d->failed = true;
		return NULL;
	}
	return c;
}

const char *draft_path(struct draft *d, const struct dwarf_entry *type)
{
	d->path.length = 0;
	dwarf_qualified_name(type, containers_of, d, &d->path);
	d->failed |= d->path.failed;
	return d->path.length ? d->path.bytes : "";
}

bool draft_pointer(struct draft *d, const struct dwarf_place *in, const char *name, uint32_t *at,
		   struct dwarf_place *target)
{
	struct dwarf_place value = *in, address;
	const struct rules_line *shared;

	if ((*name && !dwarf_place_within(in, DWARF_KIND_MEMBER, name, &value)) ||
	    !dwarf_place_within(&value, DWARF_KIND_POINTER, NULL, &address) ||
	    !dwarf_offset_narrow(address.offset, at) || !dwarf_place_target(&address, target))
		return false;
	shared = descent_rules_line(&d->rules, WORD_SHARED, draft_path(d, &target->type));
	return !shared || dwarf_place_member(target, shared->words[2], target);
}
