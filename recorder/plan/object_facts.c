/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/file.h"
#include "recorder/plan/learned.h"
#include "recorder/plan/object_state.h"
#include "recorder/target/procfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is known of one object, and what was learned of it. */

/* So often what is not known yet is tried again, in all recordings of a file. */
#define VAIN_MAX 3

int object_identity_take(struct object *o, const struct hud_plan_identity *learned)
{
	struct hud_plan_identity *copy;

	if (!o->learned)
		o->guessed = o->plan.identity;
	copy = learned_identity(learned, o->guessed);
	if (!copy)
		return -ENOMEM;
	free(o->learned);
	o->learned = copy;
	o->plan.identity = copy;
	return 0;
}

bool plan_bias(const struct plan *plan, uint64_t start, uint64_t offset, uint64_t *bias)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < plan->segments; i++) {
		const struct hud_plan_segment *s = &plan->segment[i];
		/* A mapping begins at a page, maybe before the segment's first byte. */
		uint64_t low = s->offset & ~(page - 1);

		if (offset < low || offset >= s->offset + s->bytes)
			continue;
		*bias = start - (s->address - s->offset + offset);
		return true;
	}
	return false;
}

bool object_placed(const struct object_table *t, uint32_t object, uint64_t start, uint64_t offset,
		   uint32_t *number, uint64_t *bias)
{
	const struct object *o = object < t->objects ? &t->object[object] : NULL;

	if (!o || o->state != PLAN_STORED)
		return false;
	*number = o->number;
	return plan_bias(&o->plan, start, offset, bias);
}

const struct plan *object_plan(const struct object_table *t, uint32_t object)
{
	const struct object *o = object < t->objects ? &t->object[object] : NULL;

	return o && (o->state == PLAN_READY || o->state == PLAN_STORED) ? &o->plan : NULL;
}

const struct hud_plan_identity *object_identity(const struct object_table *t, uint32_t object)
{
	const struct plan *plan = object_plan(t, object);

	return plan ? plan->identity : NULL;
}

bool object_waits(const struct object_table *t, uint32_t object)
{
	return object < t->objects && t->object[object].state == PLAN_WAITING;
}

const char *object_path(const struct object_table *t, uint32_t object)
{
	const char *path = object < t->objects ? t->object[object].path : NULL;

	return path ? path : "[vdso]";
}

bool object_is_file(const struct object_table *t, uint32_t object, int fd)
{
	const struct stat *known = object < t->objects ? &t->object[object].file : NULL;
	struct stat st;

	return known && !fstat(fd, &st) && file_same(&st, known);
}

int object_open(const struct object_table *t, uint32_t object, pid_t pid, uint64_t start,
		uint64_t end)
{
	struct proc_mapping m = {.start = start, .end = end, .path = object_path(t, object)};
	int fd;

	if (object < t->objects)
		m.inode = t->object[object].file.st_ino;
	fd = proc_mapping_open(pid, &m);
	if (fd >= 0 && !object_is_file(t, object, fd)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

uint64_t object_code_bytes(const struct object_table *t, uint32_t object)
{
	return object < t->objects ? t->object[object].code_bytes : 0;
}

bool object_learnable(const struct object_table *t, uint32_t object)
{
	const struct plan *plan = object_plan(t, object);

	return plan && plan->thread_block &&
	       (!plan->identity || !(plan->identity->identity_flags & HUD_IDENTITY_KNOWN));
}

bool object_half_learned(const struct object_table *t, uint32_t object)
{
	const struct object *o = object < t->objects ? &t->object[object] : NULL;

	return o && o->learned && o->vain < VAIN_MAX && learned_lacks(o->learned);
}

bool object_recalled(const struct object_table *t, uint32_t object)
{
	return object < t->objects && t->object[object].recalled;
}

int object_learn(struct object_table *t, uint32_t object, const struct plan *answer,
		 const uint8_t *data, size_t bytes)
{
	struct object *o = &t->object[object];
	struct plan_key key = object_plan_key(t, o);

	if (!answer->learned || !answer->identity ||
	    !(answer->identity->identity_flags & HUD_IDENTITY_LEARNED))
		return -EBADMSG;
	if (o->learned && learned_contradicts(answer->identity, o->learned))
		return -EUCLEAN;
	if (o->learned && !learned_extends(answer->identity, o->learned))
		return -EEXIST;
	if (object_identity_take(o, answer->identity))
		return -ENOMEM;
	o->recalled = false;
	o->vain = 0;
	key.learned = true;
	if (o->file.st_ino)
		plan_cache_put(&t->cache, &key, data, bytes);
	return 0;
}

/* The plan in `data`, saying that so many attempts were in vain. `*out` is the caller's to free. */
static int vain_serialize(const uint8_t *data, size_t bytes, uint32_t vain, void **out,
			  size_t *out_bytes)
{
	struct hud_plan_learned said;
	struct plan plan;
	int error = plan_parse(data, bytes, &plan);

	if (error)
		return error;
	if (plan.learned) {
		said = *plan.learned;
		said.vain = vain;
		plan.learned = &said;
		error = plan_serialize(&plan, out, out_bytes);
	} else {
		error = -ENOENT;
	}
	plan_free(&plan);
	return error;
}

void object_learned_in_vain(struct object_table *t, uint32_t object)
{
	struct object *o = &t->object[object];
	struct plan_key key = object_plan_key(t, o);
	uint8_t *data;
	void *again;
	size_t bytes;

	o->vain++;
	key.learned = true;
	if (!plan_cache_get(&t->cache, &key, &data, &bytes))
		return;
	if (!vain_serialize(data, bytes, o->vain, &again, &bytes)) {
		plan_cache_put(&t->cache, &key, again, bytes);
		free(again);
	}
	free(data);
}

void object_unlearn(struct object_table *t, uint32_t object)
{
	struct object *o = &t->object[object];
	struct plan_key key = object_plan_key(t, o);

	if (!o->learned)
		return;
	o->plan.identity = NULL; /* what was guessed may be wrong in the same way */
	free(o->learned);
	o->learned = NULL;
	o->recalled = false;
	key.learned = true;
	plan_cache_remove(&t->cache, &key);
}
