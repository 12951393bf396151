/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "recorder/capture/process_state.h"
#include "recorder/target/procfs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The objects of processes that have a runtime, and where it keeps its state. */

#define MODULES_MAX 65536u /* libraries with thread-locals, in a process */

/* Does the object have a runtime whose state is known, or can be learned? */
static bool has_runtime(const struct process_table *t, uint32_t object)
{
	const struct plan *plan = object_plan(t->objects, object);

	return plan && (plan->identity || plan->thread_block);
}

/*
 * The number that the C library gave to a library in this process, from the word that the dynamic
 * linker wrote it to. 0: not yet, or none.
 */
static uint32_t module_read(const struct process_table *t, const struct process *p,
			    const struct process_mapping *m)
{
	const struct plan *plan = object_plan(t->objects, m->object);
	uint64_t bias, module;
	uint32_t number;

	if (!plan->thread_block ||
	    !object_placed(t->objects, m->object, m->start, m->offset, &number, &bias) ||
	    proc_word_read(p->entry.pid, bias + plan->thread_block->module_slot, &module))
		return 0;
	return module <= MODULES_MAX ? (uint32_t)module : 0;
}

/* For messages; NULL: it cannot be read, or no memory. */
static char *library_path(const struct process *p, const struct process_mapping *m)
{
	char link[96], path[PATH_MAX];
	ssize_t length;

	process_mapping_link(p, m, link, sizeof(link));
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return NULL;
	path[length] = 0;
	return strdup(path);
}

static bool runtime_is_known(const struct process *p, uint32_t object)
{
	for (size_t i = 0; i < p->runtimes; i++)
		if (p->runtime[i].object == object)
			return true;
	return false;
}

static void runtime_add(struct process *p, const struct process_runtime *one)
{
	if (array_grow(&p->runtime, p->runtimes, &p->runtime_room, sizeof(*p->runtime)))
		p->runtime[p->runtimes++] = *one;
	else
		free(one->library);
}

/*
 * A program that was started by naming the loader (ld-linux.so ./program), which is the executable
 * then. Its thread-locals are where they always are.
 */
static bool is_loaded_program(const struct process_table *t, const struct process *p,
			      uint32_t object)
{
	const struct plan *plan = object_plan(t->objects, object);

	if (has_runtime(t, p->object))
		return false;
	return plan->thread_block ? !plan->thread_block->module_slot
				  : !(plan->identity->identity_flags & HUD_IDENTITY_MODULE);
}

/* Finds the objects with a runtime, the executable first; libraries as they are loaded. */
static void runtimes_find(const struct process_table *t, struct process *p)
{
	struct process_runtime one = {.object = p->object};

	if (has_runtime(t, one.object) && !runtime_is_known(p, one.object))
		runtime_add(p, &one);
	for (uint32_t i = 0; i < p->mappings; i++) {
		const struct process_mapping *m = &p->mapping[i];

		if (m->object == p->object || !has_runtime(t, m->object) ||
		    runtime_is_known(p, m->object))
			continue;
		one = (struct process_runtime) {.object = m->object,
						.module = module_read(t, p, m)};
		if (!one.module && !is_loaded_program(t, p, m->object))
			continue;
		one.library = library_path(p, m);
		runtime_add(p, &one);
	}
}

void process_runtimes_write(struct process_table *t, struct process *p)
{
	runtimes_find(t, p);
	if (!t->identities || !p->runtimes)
		return;
	identity_store_objects(t->identities, p->entry.pid, (uint32_t)p->runtimes);
	for (uint32_t i = 0; i < p->runtimes; i++) {
		struct process_runtime *r = &p->runtime[i];
		const struct plan *plan = object_plan(t->objects, r->object);

		if (plan && plan->identity && !r->identified)
			r->identified = !identity_store_set(t->identities, p->entry.pid, i, plan,
							    r->module, r->object);
	}
}

bool process_runtimes_identified(const struct process *p)
{
	for (size_t i = 0; i < p->runtimes; i++)
		if (p->runtime[i].identified)
			return true;
	return false;
}

void process_runtimes_forget(struct process *p)
{
	for (size_t i = 0; i < p->runtimes; i++)
		free(p->runtime[i].library);
	p->runtimes = 0;
}

uint32_t process_table_scheduler(const struct process_table *t, pid_t pid, uint32_t number)
{
	const struct process *p = process_find(t, pid);
	uint32_t object = (number - 1) / IDENTITY_SCHEDULERS;
	uint32_t scheduler = (number - 1) % IDENTITY_SCHEDULERS;
	const struct hud_plan_identity *identity =
		p && number && object < p->runtimes
			? object_identity(t->objects, p->runtime[object].object)
			: NULL;

	return identity && scheduler < identity->schedulers ? identity->scheduler[scheduler].kind
							    : 0;
}

void process_table_images(const struct process_table *t, bool ended,
			  void (*each)(void *context, const struct process_image *image),
			  void *context)
{
	for (size_t i = 0; i < t->processes; i++) {
		const struct process *p = &t->process[i];

		if (!p->entry.id || (!p->entry.alive && !ended))
			continue;
		for (size_t k = 0; k < p->runtimes; k++) {
			const struct process_runtime *r = &p->runtime[k];
			struct process_image image = {
				.pid = p->entry.pid,
				.id = p->entry.id,
				.alive = p->entry.alive,
				.object = r->object,
				.number = (uint32_t)k,
				.module = r->module,
				.identified = r->identified,
				.layout_known = r->layout_known,
				.path = r->library ? r->library : p->executable,
			};

			each(context, &image);
		}
	}
}

void process_table_find_runtimes(struct process_table *t)
{
	for (size_t i = 0; i < t->processes; i++)
		if (t->process[i].entry.alive)
			process_runtimes_write(t, &t->process[i]);
}

void process_table_identify(struct process_table *t, uint32_t object)
{
	for (size_t i = 0; i < t->processes; i++) {
		struct process *p = &t->process[i];

		for (uint32_t k = 0; p->entry.alive && k < p->runtimes; k++) {
			struct process_runtime *r = &p->runtime[k];

			if (r->object != object)
				continue;
			if (r->identified)
				identity_store_unset(t->identities, p->entry.pid, k);
			r->identified = r->layout_known = false;
			process_runtimes_write(t, p);
		}
	}
}

/* Tells the capture which object of the process has this number. */
static void runtime_describe(const struct process_table *t, const struct process_image *image)
{
	struct hud_runtime_object wire = {
		.head = HUD_RECORD_HEAD(HUD_RUNTIME_OBJECT, wire),
		.process = image->id,
		.number = image->number,
	};
	int64_t path = capture_writer_string(t->writer, image->path ? image->path : "?");

	if (path < 0)
		return; /* the writer keeps its error */
	wire.path = (uint32_t)path;
	capture_writer_event(t->writer, &wire.head);
}

void process_table_layout(struct process_table *t, const struct process_image *image,
			  const struct hud_layout *layout, uint64_t now_ns)
{
	struct process *p = process_find(t, image->pid);
	struct hud_layout wire = *layout;
	struct process_runtime *r;

	if (!p || image->number >= p->runtimes)
		return;
	wire.head = (struct hud_record)HUD_RECORD_HEAD(HUD_LAYOUT, wire);
	wire.time_ns = now_ns;
	wire.process = p->entry.id;
	wire.layout_flags |= image->number << HUD_LAYOUT_OBJECT_SHIFT;
	r = &p->runtime[image->number];
	if (!r->described)
		runtime_describe(t, image);
	r->described = r->layout_known = true;
	capture_writer_event(t->writer, &wire.head);
}

size_t process_table_identified(const struct process_table *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->processes; i++) {
		const struct process *p = &t->process[i];
		bool any = false;

		for (size_t k = 0; k < p->runtimes; k++)
			any |= object_identity(t->objects, p->runtime[k].object) != NULL;
		count += any;
	}
	return count;
}
