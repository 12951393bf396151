/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/descent/draft.h"
#include "analyzer/descent/driver.h"
#include "analyzer/descent/scan.h"
#include "analyzer/dwarf/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct building {
	struct draft draft;
	struct descent_scan scan;
	struct hud_plan_task_type *type;
	struct hud_plan_task_dyn *dyn;
	size_t types, dyns;
	struct main_list mains;
};

/* Where the future is in the type that holds a task. */
static void cell_read(struct building *b, const struct descent_cell *cell,
		      struct hud_plan_task_type *out)
{
	const struct descent_names *names = b->draft.names;
	struct dwarf_place holder = {0}, stage, trailer;

	if (!dwarf_entry_read(cell->unit, cell->entry, &holder.type) || !holder.type.kind ||
	    !dwarf_place_within(&holder, DWARF_KIND_MEMBER, names->stage, &stage) ||
	    !dwarf_place_within(&stage, DWARF_KIND_ENUM, NULL, &stage) ||
	    !dwarf_place_within(&holder, DWARF_KIND_MEMBER, names->trailer, &trailer) ||
	    !dwarf_offset_narrow(stage.offset, &out->stage) ||
	    !dwarf_offset_narrow(trailer.offset, &out->trailer))
		return;
	out->node = draft_node(&b->draft, &stage.type, true);
}

static void task_add(struct building *b, const struct descent_task *task)
{
	struct hud_plan_task_type type = {
		.poll = task->poll, .node = HUD_NO_NODE, .trailer = HUD_NO_NODE};
	const struct descent_cell *cell =
		task->arguments ? descent_scan_cell(&b->scan, descent_name_hash(task->arguments))
				: NULL;

	if (cell)
		cell_read(b, cell, &type);
	b->type[b->types++] = type;
}

/* Vtables with one address are of one type, unless the linker or compiler has merged them. */
static bool vtable_is_shared(struct building *b, const struct descent_vtable *first,
			     const struct descent_vtable *other)
{
	struct dwarf_entry a, c;
	bool same;
	char *path;

	if (first->entry == other->entry)
		return false;
	if (!dwarf_entry_read(first->unit, first->entry, &a) || !a.kind ||
	    !dwarf_entry_read(other->unit, other->entry, &c) || !c.kind)
		return true;
	path = strdup(draft_path(&b->draft, &a));
	same = path && !strcmp(path, draft_path(&b->draft, &c));
	free(path);
	return !same;
}

/* Takes all vtables at one address; returns how many they are. */
static size_t dyn_add(struct building *b, size_t at)
{
	const struct descent_vtable *v = &b->scan.vtable[at];
	struct hud_plan_task_dyn dyn = {.vtable = v->address, .node = HUD_NO_NODE};
	struct dwarf_entry type;
	bool shared = false;
	size_t count = 1;

	for (; at + count < b->scan.vtables && v[count].address == v->address; count++)
		shared |= vtable_is_shared(b, v, &v[count]);
	if (!shared && dwarf_entry_read(v->unit, v->entry, &type) && type.kind)
		dyn.node = draft_node(&b->draft, &type, false);
	if (dyn.node != HUD_NO_NODE)
		b->draft.node[dyn.node].awaited = true;
	b->dyn[b->dyns++] = dyn;
	return count;
}

static int table_write(struct building *b, struct descent_table *out)
{
	struct draft *d = &b->draft;

	while (!d->failed && d->built < d->nodes)
		draft_node_read(d, (uint32_t)d->built++);
	if (d->failed)
		return -ENOMEM;
	out->tasks.type = b->type;
	out->tasks.types = b->types;
	out->tasks.dyn = b->dyn;
	out->tasks.dyns = b->dyns;
	out->tasks.main = b->mains.at;
	out->tasks.mains = b->mains.count;
	b->type = NULL;
	b->dyn = NULL;
	b->mains.at = NULL;
	out->cut = d->cut;
	return draft_prune(d, out);
}

int descent_build(struct descent_table *out, struct dwarf_file *file,
		  const struct plan_image *image, const struct descent_names *names,
		  const struct descent_task *task, size_t tasks)
{
	struct building b = {0};
	int err = draft_open(&b.draft, file, names);

	memset(out, 0, sizeof(*out));
	if (err)
		return err;
	err = descent_scan_read(&b.scan, file, &b.draft.rules, names->holder);
	if (err)
		goto out;
	b.type = calloc(tasks + 1, sizeof(*b.type));
	b.dyn = calloc(b.scan.vtables + 1, sizeof(*b.dyn));
	if (!b.type || !b.dyn) {
		err = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < tasks && i < HUD_PLAN_TASK_TYPES_MAX; i++)
		task_add(&b, &task[i]);
	for (size_t i = 0; i < b.scan.vtables;)
		i += dyn_add(&b, i);
	for (size_t i = 0; !err && i < b.scan.drivers; i++)
		err = driver_read(&b.mains, &b.draft, &b.scan, &b.scan.driver[i], image);
	main_list_sort(&b.mains);
	if (!err)
		err = table_write(&b, out);
out:
	if (err)
		descent_free(out);
	free(b.type);
	free(b.dyn);
	free(b.mains.at);
	descent_scan_close(&b.scan);
	draft_close(&b.draft);
	return err;
}

void descent_free(struct descent_table *t)
{
	free((void *)(uintptr_t)t->tasks.type);
	free((void *)(uintptr_t)t->tasks.node);
	free((void *)(uintptr_t)t->tasks.edge);
	free((void *)(uintptr_t)t->tasks.dyn);
	free((void *)(uintptr_t)t->tasks.main);
	memset(t, 0, sizeof(*t));
}
