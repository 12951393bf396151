/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/learn/task.h"
#include "analyzer/learn/cores.h"

#include <string.h>

enum { WORD = 8, WINDOW_WORDS = HUD_LEARN_WINDOW_BYTES / WORD, THREADS_MAX = 128 };
enum { AGREED_MIN = 16, TASKS_MIN = 4, AGREED_PERCENT = 80 };

/* What was seen of one word of the window. */
struct candidate {
	uint32_t agreed;
	uint32_t tasks; /* changes of the id that it agreed with */
	uint64_t id;    /* the last of these */
	uint32_t tags;  /* times that the word before it was 1 then */
};

struct task_scan {
	struct candidate word[WINDOW_WORDS];
	uint32_t tries;
	/* The last poll that a probe saw begin on each thread. */
	struct {
		uint32_t tid;
		uint64_t polls, id;
	} thread[THREADS_MAX];
	size_t threads;
};

static void in_poll_take(struct task_scan *scan, const struct hud_core_snapshot *s, uint64_t id)
{
	scan->tries++;
	for (size_t i = 0; i < WINDOW_WORDS; i++) {
		struct candidate *c = &scan->word[i];

		if (s->window[i] != id)
			continue;
		c->agreed++;
		c->tags += i && s->window[i - 1] == 1;
		c->tasks += c->id != id;
		c->id = id;
	}
}

static void poll_take(struct task_scan *scan, const struct hud_snapshot *s)
{
	size_t i = 0;

	while (i < scan->threads && scan->thread[i].tid != s->tid)
		i++;
	if (i == THREADS_MAX)
		return;
	if (i == scan->threads)
		scan->threads++;
	scan->thread[i].tid = s->tid;
	scan->thread[i].polls = s->polls;
	scan->thread[i].id = s->id;
}

/* The id of the task that the thread polls, if a probe saw that begin; 0: not known. */
static uint64_t task_of(const struct task_scan *scan, const struct hud_snapshot *s)
{
	for (size_t i = 0; i < scan->threads; i++)
		if (scan->thread[i].tid == s->tid)
			return scan->thread[i].polls == s->polls ? scan->thread[i].id : 0;
	return 0;
}

/* A closure of the blocking pool is a task too, on a thread without a scheduler. */
static void snapshot_take(struct task_scan *scan, const struct hud_core_snapshot *s)
{
	uint64_t id;

	if (learn_is_poll(&s->head)) {
		poll_take(scan, &s->head);
	} else if (s->head.kind == HUD_SNAPSHOT_CALL) {
		id = task_of(scan, &s->head);
		if (id)
			in_poll_take(scan, s, id);
	}
}

static bool agrees(const struct task_scan *scan, const struct candidate *c)
{
	return c->agreed >= AGREED_MIN && c->tasks >= TASKS_MIN &&
	       100ull * c->agreed >= (uint64_t)AGREED_PERCENT * scan->tries;
}

static void task_choose(struct learn_task *out, const struct task_scan *scan, int64_t first)
{
	size_t found = 0;

	for (size_t i = 0; i < WINDOW_WORDS; i++) {
		const struct candidate *c = &scan->word[i];

		if (!agrees(scan, c))
			continue;
		found++;
		/*
		 * Not always: after a poll the tag alone says that the id is over. And other values
		 * mean nothing: a thread that never was in a runtime may have any.
		 */
		out->tagged = 100ull * c->tags >= (uint64_t)AGREED_PERCENT * c->agreed;
		out->offset = first + (int64_t)(i * WORD);
		out->agreed = c->agreed;
	}
	out->proven = found == 1;
}

void learn_task_find(struct learn_task *out, const struct learn_input *in)
{
	struct task_scan scan = {0};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < in->count; i++)
		snapshot_take(&scan, &in->core[i]);
	task_choose(out, &scan, in->head.request.window);
}
