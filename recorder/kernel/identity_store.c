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

int identity_store_set(struct identity_store *s, pid_t pid, const struct plan *plan,
		       uint32_t module)
{
	const struct hud_plan_identity *identity = plan->identity;
	const struct hud_plan_tasks *tasks = plan->tasks.lists;
	struct identity value = {
		.first = first_word(identity),
		.task = identity->task,
		.task_tag = identity->task_tag,
		.flags = identity->identity_flags,
		.schedulers = identity->schedulers,
		.module = module,
		.task_vtable = identity->task_vtable,
		.task_id = identity->task_id,
	};
	uint32_t key = (uint32_t)pid;

	if (s->used == IDENTITIES_MAX)
		return -ENOSPC;
	memcpy(value.scheduler, identity->scheduler,
	       identity->schedulers * sizeof(value.scheduler[0]));
	if (plan->pool)
		value.pool = *plan->pool;
	if (tasks) {
		value.task_state = tasks->state;
		value.task_running = tasks->running;
		value.task_cancelled = tasks->cancelled;
	}
	if (bpf_map_update_elem(s->identities, &s->used, &value, BPF_ANY) ||
	    bpf_map_update_elem(s->identity_of, &key, &s->used, BPF_ANY))
		return -errno;
	s->used++;
	(*s->version)++;
	return 0;
}

void identity_store_clear(struct identity_store *s, pid_t pid)
{
	uint32_t key = (uint32_t)pid;

	bpf_map_delete_elem(s->identity_of, &key);
	(*s->version)++;
}

uint64_t identity_store_contradictions(const struct identity_store *s, pid_t pid)
{
	uint32_t key = (uint32_t)pid, index;

	if (bpf_map_lookup_elem(s->identity_of, &key, &index) || index >= IDENTITIES_MAX)
		return 0;
	return __atomic_load_n(&s->contradictions[index], __ATOMIC_RELAXED);
}
