/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text_clean.h"
#include "analyzer/load/state.h"
#include "format/base/array.h"
#include "format/plan/tasks.h"
#include "format/wire/names.h"
#include "format/wire/tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Dumps of tasks: each task with the frames that follow it. Many wait by the same chain of them:
 * a number for each such chain groups the tasks.
 */

/* Offsets in debug information are smaller, and so are the ids of processes. */
#define ENTRY_BITS 40
#define PROCESS_BITS 24

/* SQLite's numbers have a sign: words that are not counted with keep their bits. */
static int64_t bits(uint64_t word)
{
	int64_t out;

	memcpy(&out, &word, sizeof(out));
	return out;
}

static int dump_take(struct ingest *in, struct capture_state *c, const struct hud_task_dump *d)
{
	int64_t process = defined_process_row(&c->defined, d->process);
	struct row row;

	if (!process || !d->dump || !capture_time_plausible(c, d->start_ns) ||
	    !capture_time_plausible(c, d->end_ns) || d->bytes > INT64_MAX ||
	    id_map_get(&c->task_dumps, d->dump, 0))
		return -EINVAL;
	if (d->end_ns < d->start_ns)
		return -ERANGE;
	if (id_map_set(&c->task_dumps, d->dump, 0, 1) ||
	    (d->debug_bytes && id_map_set(&c->debug_bytes, d->process, 0, d->debug_bytes)))
		return -ENOMEM;
	id_map_free(&c->dumped_tasks);
	row = ingest_row(in, ROW_TASK_DUMP);
	row_number(&row, c->row);
	row_number(&row, d->dump);
	row_id(&row, process);
	row_number(&row, (int64_t)d->start_ns);
	row_number(&row, (int64_t)d->end_ns);
	row_number(&row, (d->dump_flags & HUD_TASK_DUMP_TYPES) != 0);
	row_number(&row, (d->dump_flags & HUD_TASK_DUMP_CUT) != 0);
	row_number(&row, d->runtimes);
	row_number(&row, d->tasks);
	row_number(&row, d->threads);
	row_number(&row, d->retries);
	row_number(&row, d->reads);
	row_number(&row, (int64_t)d->bytes);
	row_number(&row, ingest_row_id(in, ROW_TASK_DUMP));
	return row_insert(&row);
}

static int runtime_take(struct ingest *in, const struct capture_state *c,
			const struct hud_task_runtime *t)
{
	int64_t process = defined_process_row(&c->defined, t->process);
	struct row row = ingest_row(in, ROW_TASK_RUNTIME);

	if (!process || !t->dump || t->owner > INT64_MAX)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, t->dump);
	row_id(&row, process);
	row_number(&row, (int64_t)t->owner);
	row_text(&row, hud_scheduler_name(t->scheduler));
	row_number(&row, t->threads);
	row_number(&row, t->lists);
	row_number(&row, t->broken);
	row_number_if(&row, t->expected != HUD_NOT_KNOWN, t->expected);
	row_number(&row, t->found);
	row_number(&row, ingest_row_id(in, ROW_TASK_RUNTIME));
	return row_insert(&row);
}

/* The number of a chain; 0: no memory. */
static uint64_t chain_number(struct capture_state *c, const struct open_task *t)
{
	struct task_chain chain;
	uint64_t known;

	if (task_chain_read(&chain, t->part, t->parts))
		return 0;
	known = id_map_get(&c->task_chains, chain.hash[0], chain.hash[1]);
	if (known)
		return known;
	known = c->task_chains.used + 1;
	return id_map_set(&c->task_chains, chain.hash[0], chain.hash[1], known) ? 0 : known;
}

/* The task whose frames were read is written once all of them are known. */
static int open_task_write(struct ingest *in, struct capture_state *c)
{
	struct open_task *t = &c->open_task;
	uint64_t chain;
	struct row row;

	if (!t->row)
		return 0;
	chain = t->frames ? chain_number(c, t) : 0;
	if (t->frames && !chain)
		return -ENOMEM;
	row = ingest_row(in, ROW_DUMPED_TASK);
	row_number(&row, c->row);
	row_number(&row, t->task.dump);
	row_id(&row, defined_process_row(&c->defined, t->task.process));
	row_number(&row, (int64_t)t->task.task);
	row_number(&row, (int64_t)t->task.owner);
	row_number(&row, bits(t->task.state));
	row_id(&row, t->site);
	row_id(&row, t->task.tid);
	row_text(&row, hud_task_outcome_name(t->task.outcome));
	row_number(&row, (t->task.task_flags & HUD_TASK_FINISHED) != 0);
	row_number(&row, (t->task.task_flags & HUD_TASK_WOKEN) != 0);
	row_number(&row, (t->task.task_flags & HUD_TASK_CANCELLED) != 0);
	row_number(&row, (t->task.task_flags & HUD_TASK_MAIN) != 0);
	row_id(&row, (int64_t)chain);
	row_number(&row, t->row);
	t->row = 0;
	return row_insert(&row);
}

/*
 * A dump that has not ended has a task once. Tasks without an id, and futures of block_on, are not
 * distinguished.
 */
static bool task_is_new(const struct capture_state *c, const struct hud_task *t)
{
	return !id_map_get(&c->task_dumps, t->dump, 0) &&
	       (!t->task || id_map_get(&c->dumped_tasks, t->task, t->process) != t->dump);
}

static int task_take(struct ingest *in, struct capture_state *c, const struct hud_task *wire)
{
	struct open_task *t = &c->open_task;
	const struct defined_kernel_stack *none;
	int64_t site;
	int err = open_task_write(in, c);

	if (err)
		return err;
	if (!defined_process_row(&c->defined, wire->process) || !wire->dump || !wire->site ||
	    wire->task > INT64_MAX || wire->owner > INT64_MAX || wire->process >> PROCESS_BITS ||
	    !hud_task_outcome_name(wire->outcome) || !task_is_new(c, wire) ||
	    capture_stack_rows(c, wire->site, 0, &site, &none))
		return -EINVAL;
	if (wire->task && id_map_set(&c->dumped_tasks, wire->task, wire->process, wire->dump))
		return -ENOMEM;
	*t = (struct open_task) {.part = t->part, .part_room = t->part_room};
	t->task = *wire;
	t->site = site;
	t->stack = (size_t)id_map_get(&c->defined.user_stacks, wire->site, 0);
	t->row = ingest_row_id(in, ROW_DUMPED_TASK);
	return 0;
}

/* The index + 1 of a type, which is written when its name is known. 0: no memory. */
static uint64_t type_find(struct ingest *in, struct capture_state *c,
			  const struct hud_task_frame *f)
{
	uint64_t key = f->entry | (uint64_t)f->process << ENTRY_BITS;
	uint64_t known = id_map_get(&c->task_types, key, f->variant);
	struct loaded_task_type *type;

	if (known || LIST_ADD(c->task_type))
		return known;
	type = &c->task_type.at[c->task_type.count - 1];
	*type = (struct loaded_task_type) {
		.row = ingest_row_id(in, ROW_TASK_TYPE),
		.process = f->process,
		.stack = c->open_task.stack,
		.key = {.entry = f->entry,
			.variant = f->variant,
			.coroutine = f->kind == HUD_FRAME_COROUTINE},
	};
	known = c->task_type.count;
	return id_map_set(&c->task_types, key, f->variant, known) ? 0 : known;
}

/* What a task waits for, without what it holds and which of several things it is. */
static int chain_add(struct open_task *t, const struct hud_task_frame *f, int64_t type)
{
	if (f->kind == HUD_FRAME_HOLD)
		return 0;
	if (!array_grow(&t->part, t->parts, &t->part_room, sizeof(*t->part)))
		return -ENOMEM;
	t->part[t->parts++] = (struct chain_part) {
		.depth = f->depth,
		.set = f->leaf == HUD_LEAF_SET,
		.what = (uint64_t)f->kind << 16 | f->leaf,
		.type = (uint64_t)type,
	};
	return 0;
}

static bool frame_is_valid(const struct capture_state *c, const struct hud_task_frame *f)
{
	const struct open_task *t = &c->open_task;

	return t->row && t->task.process == f->process && t->task.dump == f->dump &&
	       t->task.task == f->task && f->depth < TASK_DEPTH_MAX &&
	       hud_task_frame_kind_name(f->kind) && !(f->entry >> ENTRY_BITS) &&
	       (!f->leaf || hud_task_leaf_name(f->leaf)) && t->frames < INT32_MAX;
}

/* The last frame with a lower depth, which this one belongs to; row 0: none. */
static struct open_frame parent_take(struct open_task *t, uint16_t depth, struct open_frame f)
{
	struct open_frame parent = {0};

	for (int i = depth - 1; i >= 0 && !parent.row; i--)
		parent = t->parent[i];
	t->parent[depth] = f;
	for (int i = depth + 1; i < TASK_DEPTH_MAX; i++)
		t->parent[i] = (struct open_frame) {0};
	return parent;
}

static int frame_take(struct ingest *in, struct capture_state *c, const struct hud_task_frame *f)
{
	bool permits = f->frame_flags & HUD_FRAME_HAS_PERMITS;
	struct open_task *t = &c->open_task;
	struct open_frame parent;
	int64_t type, id;
	uint64_t found;
	struct row row;

	if (!frame_is_valid(c, f))
		return -EINVAL;
	found = type_find(in, c, f);
	type = found ? c->task_type.at[found - 1].row : 0;
	if (!type || chain_add(t, f, type))
		return -ENOMEM;
	id = ingest_row_id(in, ROW_TASK_FRAME);
	parent = parent_take(t, f->depth, (struct open_frame) {id, (size_t)found});
	if (parent.row && f->kind == HUD_FRAME_HOLD && f->leaf == HUD_LEAF_GUARD)
		c->task_type.at[parent.type - 1].key.keeps_guard = true;
	row = ingest_row(in, ROW_TASK_FRAME);
	row_number(&row, c->row);
	row_number(&row, f->dump);
	row_number(&row, t->row);
	row_number(&row, t->frames++);
	row_id(&row, parent.row);
	row_number(&row, f->depth);
	row_text(&row, hud_task_frame_kind_name(f->kind));
	row_text(&row, f->leaf ? hud_task_leaf_name(f->leaf) : NULL);
	row_number(&row, type);
	row_number(&row, (f->frame_flags & HUD_FRAME_STARTED) != 0);
	row_number(&row, (f->frame_flags & HUD_FRAME_SUSPENDED) != 0);
	row_number_if(&row, f->leaf && f->number <= INT64_MAX, (int64_t)f->number);
	row_number_if(&row, f->resource != 0, bits(f->resource));
	row_number_if(&row, permits, (int64_t)(f->permits >> 1));
	row_number_if(&row, permits, (int64_t)(f->permits & 1));
	row_number(&row, id);
	return row_insert(&row);
}

static int pool_take(struct ingest *in, const struct capture_state *c,
		     const struct hud_task_pool *p)
{
	int64_t process = defined_process_row(&c->defined, p->process);
	struct row row = ingest_row(in, ROW_TASK_POOL);

	if (!process || !p->dump || !p->pool)
		return -EINVAL;
	row_number(&row, c->row);
	row_number(&row, p->dump);
	row_id(&row, process);
	row_number(&row, p->pool);
	row_text(&row, hud_scheduler_name(p->scheduler));
	row_number_if(&row, p->threads != HUD_NOT_KNOWN, p->threads);
	row_number_if(&row, p->idle != HUD_NOT_KNOWN, p->idle);
	row_number_if(&row, p->limit != HUD_NOT_KNOWN, p->limit);
	row_number_if(&row, p->workers != HUD_NOT_KNOWN, p->workers);
	row_number(&row, p->queued);
	row_number(&row, p->listed);
	row_number(&row, ingest_row_id(in, ROW_TASK_POOL));
	return row_insert(&row);
}

static int closure_take(struct ingest *in, const struct capture_state *c,
			const struct hud_task_closure *wire)
{
	int64_t process = defined_process_row(&c->defined, wire->process), site;
	const struct defined_kernel_stack *none;
	struct row row;

	if (!process || !wire->dump || !wire->pool || !wire->site || wire->task > INT64_MAX ||
	    capture_stack_rows(c, wire->site, 0, &site, &none))
		return -EINVAL;
	row = ingest_row(in, ROW_QUEUED_CLOSURE);
	row_number(&row, c->row);
	row_number(&row, wire->dump);
	row_id(&row, process);
	row_number(&row, wire->pool);
	row_number(&row, (int64_t)wire->task);
	row_id(&row, site);
	row_number(&row, ingest_row_id(in, ROW_QUEUED_CLOSURE));
	return row_insert(&row);
}

static int thread_take(struct ingest *in, struct capture_state *c, const struct hud_task_thread *t)
{
	const struct defined_thread *thread = defined_thread(&c->defined, t->process, t->tid);
	const struct defined_kernel_stack *none;
	const char *cause;
	struct row row;
	int64_t stack;

	if (!thread || !t->dump || !t->stack || t->task > INT64_MAX ||
	    capture_stack_rows(c, t->stack, 0, &stack, &none))
		return -EINVAL;
	cause = capture_cause(in, c, t->syscall, NULL, true);
	if (!cause)
		return -ENOMEM;
	row = ingest_row(in, ROW_TASK_THREAD);
	row_number(&row, c->row);
	row_number(&row, t->dump);
	row_number(&row, thread->row);
	row_id(&row, (int64_t)t->task);
	row_text(&row, capture_syscall(in, c, t->syscall));
	row_text(&row, cause);
	row_id(&row, stack);
	row_number(&row, ingest_row_id(in, ROW_TASK_THREAD));
	return row_insert(&row);
}

int ingest_task_event(struct ingest *in, struct capture_state *c, const struct hud_record *r)
{
	int err;

	switch (r->type) {
	case HUD_TASK_RUNTIME:
		return runtime_take(in, c, (const void *)r);
	case HUD_TASK:
		return task_take(in, c, (const void *)r);
	case HUD_TASK_FRAME:
		return frame_take(in, c, (const void *)r);
	case HUD_TASK_POOL:
		return pool_take(in, c, (const void *)r);
	case HUD_TASK_CLOSURE:
		return closure_take(in, c, (const void *)r);
	case HUD_TASK_THREAD:
		return thread_take(in, c, (const void *)r);
	default:
		err = open_task_write(in, c);
		return err ? err : dump_take(in, c, (const void *)r);
	}
}

int ingest_tasks_end(struct ingest *in, struct capture_state *c)
{
	return open_task_write(in, c);
}

/*
 * The program that a type is in: that of the function that polls a task with it. NULL: not known.
 */
static const struct loaded_binary *binary_of(const struct capture_state *c,
					     const struct loaded_task_type *type)
{
	const struct defined_user_stack *stack =
		type->stack ? &c->defined.user_stack.at[type->stack - 1] : NULL;
	uint64_t offset;
	const struct defined_mapping *m =
		stack && stack->frames ? defined_frame(&c->defined, stack, 0, &offset) : NULL;

	return m && m->binary ? &c->binary.at[m->binary - 1] : NULL;
}

static int type_write(struct ingest *in, const struct capture_state *c,
		      const struct loaded_task_type *type, const struct symbol_task_type *known)
{
	struct symbol_frame frame = {.origin = known->origin, .runtime = known->runtime};
	char *name = known->name ? text_clean(known->name, strlen(known->name)) : NULL;
	char *file = known->file ? text_clean(known->file, strlen(known->file)) : NULL;
	struct row row = ingest_row(in, ROW_TASK_TYPE);
	int err = -ENOMEM;

	row_number(&row, c->row);
	row_id(&row, defined_process_row(&c->defined, type->process));
	row_text(&row, name);
	row_text(&row, file);
	row_id(&row, known->line);
	row_id(&row, known->line_end);
	row_text(&row, name ? frame_origin_name(&frame) : NULL);
	row_number(&row, known->drops_guard);
	row_number(&row, type->row);
	if ((name || !known->name) && (file || !known->file))
		err = row_insert(&row);
	free(name);
	free(file);
	return err;
}

int ingest_task_types(struct ingest *in, struct capture_state *c, bool all)
{
	const struct resolver *resolver = in->options->resolver;
	int err = 0;

	for (size_t i = 0; !err && i < c->task_type.count; i++) {
		struct loaded_task_type *type = &c->task_type.at[i];
		struct symbol_task_type known = {0};
		const struct loaded_binary *binary = binary_of(c, type);

		if (type->written || (!binary && !all))
			continue;
		type->key.debug_bytes = id_map_get(&c->debug_bytes, type->process, 0);
		if (binary && resolver->task_type && type->key.debug_bytes)
			err = resolver->task_type(resolver->context, binary->resolved.module,
						  &type->key, &known);
		if (!err)
			err = type_write(in, c, type, &known);
		type->written = true;
	}
	return err;
}
