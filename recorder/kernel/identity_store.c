/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/identity_store.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

_Static_assert(IDENTITY_SCHEDULERS == HUD_PLAN_SCHEDULERS_MAX, "a plan's schedulers must fit");

/* The lowest offset from the thread pointer at which anything is read. */
static int64_t first_word(const struct hud_plan_identity *identity)
{
	int64_t first = INT64_MAX;

	if (identity->identity_flags & HUD_IDENTITY_TASK)
		first = identity->task;
	if (identity->identity_flags & HUD_IDENTITY_TASK_TAG && identity->task_tag < first)
		first = identity->task_tag;
	for (uint32_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].context < first)
			first = identity->scheduler[i].context;
	return first;
}

/* What the BPF programs know of the process; if it is new, nothing. */
static struct identity_list list_read(const struct identity_store *s, pid_t pid)
{
	struct identity_list list;
	uint32_t key = (uint32_t)pid;

	if (!bpf_map_lookup_elem(s->identities_of, &key, &list))
		return list;
	list = (struct identity_list) {0};
	for (uint32_t i = 0; i < IDENTITY_OBJECTS; i++)
		list.index[i] = IDENTITY_NONE;
	return list;
}

static int list_write(struct identity_store *s, pid_t pid, const struct identity_list *list)
{
	uint32_t key = (uint32_t)pid;

	if (bpf_map_update_elem(s->identities_of, &key, list, BPF_ANY))
		return -errno;
	(*s->version)++;
	return 0;
}

int identity_store_objects(struct identity_store *s, pid_t pid, uint32_t objects)
{
	struct identity_list list = list_read(s, pid);

	if (list.objects == objects)
		return 0;
	list.objects = objects;
	return list_write(s, pid, &list);
}

static void identity_fill(struct identity *out, const struct plan *plan, uint32_t object,
			  uint32_t module)
{
	const struct hud_plan_identity *identity = plan->identity;
	const struct hud_plan_tasks *tasks = plan->tasks.lists;

	memset(out, 0, sizeof(*out)); /* its padding as well: it is compared */
	out->first = first_word(identity);
	out->task = identity->task;
	out->task_tag = identity->task_tag;
	out->flags = identity->identity_flags;
	out->schedulers = identity->schedulers;
	out->module = module;
	out->object = object;
	out->task_vtable = identity->task_vtable;
	out->task_id = identity->task_id;
	memcpy(out->scheduler, identity->scheduler,
	       identity->schedulers * sizeof(out->scheduler[0]));
	if (plan->pool)
		out->pool = *plan->pool;
	if (tasks) {
		out->task_state = tasks->state;
		out->task_running = tasks->running;
		out->task_cancelled = tasks->cancelled;
	}
}

/*
 * The index of an equal one, which processes of one program share; else of a new one. One that was
 * contradicted is not used again.
 */
static int identity_index(struct identity_store *s, const struct identity *value, uint32_t *out)
{
	struct identity known;

	for (*out = 0; *out < s->used; (*out)++)
		if (!s->contradictions[*out] && !bpf_map_lookup_elem(s->identities, out, &known) &&
		    !memcmp(&known, value, sizeof(known)))
			return 0;
	if (s->used == IDENTITIES_MAX)
		return -ENOSPC;
	if (bpf_map_update_elem(s->identities, out, value, BPF_ANY))
		return -errno;
	s->used++;
	return 0;
}

int identity_store_set(struct identity_store *s, pid_t pid, uint32_t object,
		       const struct plan *plan, uint32_t module, uint32_t file)
{
	struct identity_list list = list_read(s, pid);
	struct identity value;
	uint32_t index;
	int error;

	if (object >= IDENTITY_OBJECTS)
		return -ENOSPC;
	identity_fill(&value, plan, object, module);
	if (value.flags & HUD_IDENTITY_LEARNED)
		value.file = file;
	error = identity_index(s, &value, &index);
	if (error)
		return error;
	list.index[object] = index;
	return list_write(s, pid, &list);
}

void identity_store_unset(struct identity_store *s, pid_t pid, uint32_t object)
{
	struct identity_list list = list_read(s, pid);

	if (object >= IDENTITY_OBJECTS)
		return;
	list.index[object] = IDENTITY_NONE;
	list_write(s, pid, &list);
}

void identity_store_clear(struct identity_store *s, pid_t pid)
{
	uint32_t key = (uint32_t)pid;

	bpf_map_delete_elem(s->identities_of, &key);
	(*s->version)++;
}

uint64_t identity_store_contradictions(const struct identity_store *s, pid_t pid, uint32_t object)
{
	struct identity_list list = list_read(s, pid);

	if (object >= IDENTITY_OBJECTS || list.index[object] >= IDENTITIES_MAX)
		return 0;
	return __atomic_load_n(&s->contradictions[list.index[object]], __ATOMIC_RELAXED);
}
