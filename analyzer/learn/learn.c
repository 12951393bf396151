/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/learn.h"
#include "analyzer/learn/task.h"
#include "analyzer/learn/tick.h"
#include "analyzer/learn/words.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"

#include <errno.h>
#include <string.h>

enum { WORD = 8, UNEXPLAINED_PERCENT = 5 };

static bool is_last(const struct learn_input *in)
{
	return in->head.snapshots_flags & HUD_SNAPSHOTS_LAST;
}

static int words_answer(struct learn_answer *out, const struct learn_input *in)
{
	struct hud_learn_request *next = &out->learned.next;
	int words = learn_words_find(in, next->word);

	if (words < 0)
		return words;
	if (words) {
		next->words = (uint32_t)words;
		next->step = HUD_LEARN_CONTEXT;
	} else if (is_last(in)) {
		out->learned.reason = HUD_LEARN_NO_WORDS;
	} else {
		next->step = HUD_LEARN_BLOCK;
	}
	return 0;
}

/* The window lies around the words, within the block: beyond it nothing may be mapped. */
static void window_place(const struct hud_snapshots *head, struct hud_learn_request *r)
{
	int64_t low = INT64_MAX, high = INT64_MIN, room = (int64_t)HUD_LEARN_WINDOW_BYTES;
	int64_t end = head->first + (int64_t)head->bytes;

	for (uint32_t i = 0; i < r->chains; i++) {
		low = r->chain[i].word < low ? r->chain[i].word : low;
		high = r->chain[i].word > high ? r->chain[i].word : high;
	}
	r->window = low + (high - low) / 2 - room / 2;
	r->window -= r->window % WORD;
	if (r->window > end - room)
		r->window = end - room;
	if (r->window < head->first)
		r->window = head->first;
	r->window_bytes = (uint32_t)(end - r->window < room ? end - r->window : room);
}

static int chains_answer(struct learn_answer *out, const struct learn_input *in)
{
	struct hud_learn_request *next = &out->learned.next;
	bool more;
	int chains = learn_chains_find(in, next->chain, &more);

	if (chains < 0)
		return chains;
	if (chains) {
		next->chains = (uint32_t)chains;
		window_place(&in->head, next);
		next->step = HUD_LEARN_CORE;
		out->learned.reason = more ? HUD_LEARN_MANY_CHAINS : HUD_LEARN_OPEN;
	} else if (is_last(in)) {
		out->learned.reason = HUD_LEARN_NO_CHAINS;
	} else {
		*next = in->head.request;
	}
	return 0;
}

/* In which group is the thread at this poll? NULL: in none. */
static const struct learn_group *group_at(const struct learn_answer *out,
					  const struct learn_input *in,
					  const struct hud_core_snapshot *s, bool proven)
{
	for (size_t i = 0; i < out->groups.count; i++) {
		const struct learn_group *g = &out->groups.item[i];
		const struct hud_core_words *w =
			g->proven == proven ? learn_group_words(in, g, g->chain, s) : NULL;

		if (w && w->core)
			return g;
	}
	return NULL;
}

/* Polls in contexts that no proven scheduler's is; the number of all others too. */
static void polls_explain(struct learn_answer *out, const struct learn_input *in)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct hud_core_snapshot *s = &in->core[i];

		if (!learn_is_poll(&s->head))
			continue;
		if (!group_at(out, in, s, true) && group_at(out, in, s, false))
			out->learned.unexplained++;
	}
}

static void header_prove(struct learn_answer *out, const struct learn_input *in)
{
	size_t polls = 0, others = 0;

	for (size_t i = 0; i < in->count; i++) {
		polls += learn_is_poll(&in->core[i].head) && in->core[i].head.id_offset;
		others += in->core[i].head.kind == HUD_SNAPSHOT_POLL &&
			  !learn_is_poll(&in->core[i].head);
	}
	if (polls < LEARN_POLLS_MIN || others)
		return;
	out->identity.head.identity_flags |= HUD_IDENTITY_HEADER;
	out->identity.head.task_vtable = HUD_LEARN_HEADER_VTABLE;
	out->identity.head.task_id = HUD_LEARN_VTABLE_ID;
}

static void task_prove(struct learn_answer *out, const struct learn_input *in)
{
	struct hud_plan_identity *id = &out->identity.head;
	struct learn_task task;

	learn_task_find(&task, in);
	out->learned.tasks = task.agreed;
	if (!task.proven)
		return;
	id->identity_flags |= HUD_IDENTITY_TASK;
	id->task = task.offset;
	if (!task.tagged)
		return;
	id->identity_flags |= HUD_IDENTITY_TASK_TAG;
	id->task_tag = task.offset - WORD;
}

static int scheduler_add(struct learn_answer *out, const struct learn_input *in,
			 const struct learn_group *g)
{
	struct hud_plan_identity *id = &out->identity.head;
	struct hud_plan_scheduler s = {
		.kind = g->kind,
		.core = in->head.request.chain[g->chain].core,
		.context = g->word,
		.parked = {.offset = g->parked, .bytes = WORD, .value = g->parked_value},
		.tick = HUD_NO_OFFSET,
		.lifo = HUD_NO_OFFSET,
		.queue_bytes = WORD,
	};
	struct learn_tick tick;
	int err = learn_tick_find(&tick, in, g);

	if (err || id->schedulers == HUD_PLAN_SCHEDULERS_MAX)
		return err;
	if (g->tag != LEARN_NO_TAG)
		s.variant = (struct hud_plan_tag) {.bytes = WORD, .value = (uint64_t)g->tag};
	if (tick.proven)
		s.tick = tick.offset;
	out->identity.scheduler[id->schedulers++] = s;
	out->learned.ticks += tick.moved;
	out->learned.parks += g->parks;
	out->learned.polls += g->polls;
	out->learned.calls += g->calls;
	out->learned.cores += g->cores;
	out->learned.threads += g->threads;
	return 0;
}

/*
 * Before 1.29 each scheduler has a thread-local word of its own, and its context no tag: as long as
 * one of the two is not known, a thread outside of the other's contexts may be in its.
 */
static bool is_partial(const struct learn_answer *out)
{
	const struct hud_plan_scheduler *s = out->identity.scheduler;
	uint32_t kinds = 0;

	for (uint16_t i = 0; i < out->identity.head.schedulers; i++) {
		if (s[i].variant.bytes)
			return false;
		kinds |= s[i].kind;
	}
	return kinds != (HUD_SCHEDULER_MULTI_THREAD | HUD_SCHEDULER_CURRENT_THREAD);
}

/* Are all polls, but for a few, in contexts of the schedulers that are proven? */
static bool is_explained(const struct learn_answer *out)
{
	return 100ull * out->learned.unexplained <=
	       (uint64_t)UNEXPLAINED_PERCENT * out->learned.polls;
}

/* Could more snapshots prove a group that is not proven yet? */
static bool is_open(const struct learn_answer *out)
{
	for (size_t i = 0; i < out->groups.count; i++) {
		const struct learn_group *g = &out->groups.item[i];

		if (!g->proven && g->parks && g->polls + g->calls && g->candidates)
			return true;
	}
	return false;
}

/* Why nothing is proven: of the group that came nearest. */
static enum hud_learn_reason groups_reason(const struct learn_groups *groups)
{
	const struct learn_group *best = NULL;

	for (size_t i = 0; i < groups->count; i++) {
		const struct learn_group *g = &groups->item[i];

		if (!best ||
		    g->parks + g->polls + g->calls > best->parks + best->polls + best->calls)
			best = g;
	}
	return best ? best->reason : HUD_LEARN_FEW_PARKS;
}

static int schedulers_prove(struct learn_answer *out, const struct learn_input *in)
{
	struct hud_plan_identity *id = &out->identity.head;
	int err = learn_groups_find(&out->groups, in);

	for (size_t i = 0; !err && i < out->groups.count; i++)
		if (out->groups.item[i].proven)
			err = scheduler_add(out, in, &out->groups.item[i]);
	if (err)
		return err;
	polls_explain(out, in);
	if (!id->schedulers) {
		out->learned.reason = groups_reason(&out->groups);
		return 0;
	}
	id->identity_flags |= HUD_IDENTITY_KNOWN | HUD_IDENTITY_LEARNED;
	if (in->head.snapshots_flags & HUD_SNAPSHOTS_MODULE)
		id->identity_flags |= HUD_IDENTITY_MODULE;
	if (is_partial(out))
		id->identity_flags |= HUD_IDENTITY_PARTIAL;
	if (!is_explained(out) || is_open(out))
		id->identity_flags |= HUD_IDENTITY_UNEXPLAINED;
	task_prove(out, in);
	header_prove(out, in);
	return 0;
}

/* Is there a tick of each scheduler? */
static bool has_ticks(const struct learn_answer *out)
{
	for (uint16_t i = 0; i < out->identity.head.schedulers; i++)
		if (out->identity.scheduler[i].tick == HUD_NO_OFFSET)
			return false;
	return true;
}

/* Is all known that these snapshots, and those to come, can prove? */
static bool is_whole(const struct learn_answer *out, const struct learn_input *in)
{
	const struct hud_plan_identity *id = &out->identity.head;
	bool full = in->head.snapshots_flags & HUD_SNAPSHOTS_FULL;

	return id->schedulers && !is_open(out) && is_explained(out) &&
	       (full || (id->identity_flags & HUD_IDENTITY_TASK && has_ticks(out)));
}

static int cores_answer(struct learn_answer *out, const struct learn_input *in)
{
	int err = schedulers_prove(out, in);

	if (err || is_whole(out, in) || is_last(in))
		return err;
	out->learned.next = in->head.request;
	out->identity.head.schedulers = 0;
	return 0;
}

int learn_answer(struct learn_answer *out, const struct learn_input *in)
{
	memset(out, 0, sizeof(*out));
	switch (in->head.request.step) {
	case HUD_LEARN_BLOCK:
		return words_answer(out, in);
	case HUD_LEARN_CONTEXT:
		return chains_answer(out, in);
	default:
		return cores_answer(out, in);
	}
}

int learn_answer_write(const struct learn_answer *a, const struct learn_input *in, void **data,
		       size_t *bytes)
{
	struct plan plan = {
		.head.machine = in->head.machine,
		.learned = &a->learned,
		.identity = a->identity.head.schedulers ? &a->identity.head : NULL,
	};

	return plan_serialize(&plan, data, bytes);
}
