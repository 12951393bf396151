/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/tasks/dump.h"
#include "format/base/array.h"
#include "format/base/clock.h"
#include "format/wire/recording.h"
#include "recorder/tasks/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The array of lists is as long as a runtime has workers, or some times that. */
enum { SHARDS_MAX = 65536 };

/* Room for the copies of ten thousand tasks, before it grows; what is not used is not there. */
enum { COPY_BYTES = 32 << 20 };

const struct task_limits task_limits_usual = {
	.tasks = 1000000,
	.depth = 1000,
	.steps = 4096,
	.frames = 256,
	.children = 256,
	.all_children = 1 << 16,
	.cell_bytes = 1 << 20,
	.bytes = UINT64_C(1) << 30,
	.ns = 10 * NS_PER_S,
};

/* Adds the runtime, unless another thread has led to it. */
static bool runtime_add(struct task_dump *d, uint64_t handle, const struct hud_plan_task_root *root)
{
	for (size_t i = 0; i < d->runtimes; i++) {
		if (d->runtime[i].handle != handle)
			continue;
		d->runtime[i].threads++;
		return true;
	}
	if (!array_grow(&d->runtime, d->runtimes, &d->runtime_room, sizeof(*d->runtime)))
		return false;
	d->runtime[d->runtimes++] =
		(struct task_runtime) {.handle = handle, .kind = root->kind, .threads = 1};
	return true;
}

static int runtimes_find(struct task_reading *r)
{
	struct task_dump *d = r->dump;
	const struct hud_plan_tasks *lists = r->plan->lists;

	for (size_t i = 0; i < d->threads; i++) {
		for (uint32_t k = 0; k < lists->roots; k++) {
			const struct hud_plan_task_root *root = &lists->root[k];
			uint64_t handle =
				task_handle_read(r, d->thread[i].pointer + (uint64_t)root->place,
						 root->handle, &root->variant);

			if (handle && !runtime_add(d, handle, root))
				return -ENOMEM;
		}
	}
	return 0;
}

static const struct hud_plan_task_root *root_of(const struct task_reading *r, uint32_t kind)
{
	const struct hud_plan_tasks *lists = r->plan->lists;

	for (uint32_t i = 0; i < lists->roots; i++)
		if (lists->root[i].kind == kind)
			return &lists->root[i];
	return NULL;
}

/* Where the lists begin, how many they are, and how far one is from the next. */
static bool lists_find(struct task_reading *r, const struct task_runtime *runtime,
		       const struct hud_plan_task_root *root, uint64_t *first, uint64_t *count)
{
	*first = runtime->handle + root->list;
	*count = 1;
	if (root->shards == HUD_NO_OFFSET)
		return true;
	return task_read_word(r, runtime->handle + root->list, first) &&
	       task_read_word(r, runtime->handle + root->shards, count) && *count &&
	       *count <= SHARDS_MAX;
}

static void runtime_read(struct task_reading *r, uint32_t index)
{
	struct task_runtime *runtime = &r->dump->runtime[index];
	const struct hud_plan_task_root *root = root_of(r, runtime->kind);
	uint64_t first, count;

	if (!root || !task_read_word(r, runtime->handle + root->owner, &runtime->owner) ||
	    !runtime->owner || !lists_find(r, runtime, root, &first, &count)) {
		runtime->broken = 1;
		runtime->expected = HUD_NOT_KNOWN;
		return;
	}
	runtime->lists = (uint32_t)count;
	runtime->expected = task_count_read(r, runtime->handle, &root->count);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = first + i * root->shard_bytes;
		struct task_list list = {.first = at + root->first,
					 .last = at + root->last,
					 .owner = runtime->owner,
					 .runtime = index};

		if (!task_list_walk(r, &list))
			runtime->broken++;
	}
}

uint64_t task_of_thread(struct task_reading *r, const struct task_thread *t)
{
	const struct hud_plan_identity *identity = r->dump->plan->identity;
	uint16_t flags = identity ? identity->identity_flags : 0;
	uint64_t tag = 1, task;

	if (!(flags & HUD_IDENTITY_TASK))
		return 0;
	if ((flags & HUD_IDENTITY_TASK_TAG) &&
	    (!task_read_word(r, t->pointer + (uint64_t)identity->task_tag, &tag) || !tag))
		return 0;
	return task_read_word(r, t->pointer + (uint64_t)identity->task, &task) ? task : 0;
}

static void polling_name(struct task_dump *d)
{
	for (size_t i = 0; i < d->seens; i++)
		for (size_t k = 0; d->seen[i].outcome == TASK_POLLING && k < d->threads; k++)
			if (d->thread[k].task && d->thread[k].task == d->seen[i].id)
				d->seen[i].tid = d->thread[k].tid;
}

void task_cells_count(struct task_reading *r)
{
	for (size_t i = 0; i < r->cells; i++)
		r->dump->runtime[r->cell[i].runtime].found++;
	polling_name(r->dump);
}

static int tasks_read(struct task_reading *r)
{
	int err = r->plan->lists->roots ? runtimes_find(r) : task_lists_search(r);

	if (err)
		return err;
	for (size_t i = 0; r->plan->lists->roots && i < r->dump->runtimes && task_within_limits(r);
	     i++)
		runtime_read(r, (uint32_t)i);
	if (task_cells_decode(r))
		return -ENOMEM;
	if (task_pools_read(r))
		return -ENOMEM;
	for (size_t i = 0; i < r->dump->threads; i++)
		r->dump->thread[i].task = task_of_thread(r, &r->dump->thread[i]);
	task_cells_count(r);
	return 0;
}

bool task_reading_open(struct task_reading *r, struct task_dump *d)
{
	*r = (struct task_reading) {.dump = d, .plan = &d->plan->tasks};
	r->vtable = calloc(TASK_VTABLES, sizeof(*r->vtable));
	r->part = calloc(TASK_PARTS_MAX, sizeof(*r->part));
	r->scratch = malloc(TASK_SCRATCH_BYTES);
	return r->vtable && r->part && r->scratch;
}

void task_reading_close(struct task_reading *r)
{
	free(r->vtable);
	free(r->part);
	free(r->scratch);
	free(r->cell);
	free(r->slot);
	free(r->copy);
	free(r->local_set);
}

int task_dump_read(struct task_dump *d)
{
	struct task_reading r;
	int err = -ENOMEM;

	d->start_ns = d->clock();
	if (task_reading_open(&r, d) && array_reserve(&r.copy, 0, COPY_BYTES, &r.copy_room, 1))
		err = tasks_read(&r);
	task_reading_close(&r);
	d->end_ns = d->clock();
	return err;
}

void task_dump_close(struct task_dump *d)
{
	free(d->runtime);
	free(d->seen);
	free(d->frame);
	free(d->pool);
	free(d->closure);
	free(d->stack);
	free(d->address);
	d->runtime = NULL;
	d->seen = NULL;
	d->frame = NULL;
	d->pool = NULL;
	d->closure = NULL;
	d->stack = NULL;
	d->address = NULL;
	d->runtimes = d->seens = d->frames = d->pools = d->closures = d->stacks = 0;
	d->runtime_room = d->seen_room = d->frame_room = d->pool_room = d->closure_room = 0;
	d->addresses = d->stack_room = d->address_room = 0;
}
