/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "format/wire/recording.h"
#include "recorder/tasks/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Without debug information the way to the lists is not known, but a task is: by a vtable whose
 * first function is a poll site of the program. A thread in a runtime has the address of its handle
 * somewhere in its thread-local variables; the handle has the first and the last task of the list
 * side by side, and near them the number that its tasks have as their owner; or the address of an
 * array of such lists, how many they are, and that number.
 */
enum {
	HANDLE_WORDS = 128, /* of a handle are looked at */
	HEADER_BYTES = 64,
	NEAR_BEFORE = 4, /* words around the ends of a list in which its number is */
	NEAR_AFTER = 8,
	SHARD_WORDS = 3, /* of a list in an array: a lock, and its ends */
	SEARCHED_SHARDS_MAX = 4096,
	HANDLES_MAX = 4096,
};

/* A part of memory, as words. */
struct words {
	uint64_t address;
	uint64_t word[HANDLE_WORDS];
	size_t count;
	/* Of each word that is the address of a task: the task's owner; else 0. */
	uint64_t owner[HANDLE_WORDS];
};

/* What may be a list: two words side by side, the addresses of tasks of one owner. */
struct candidate {
	uint64_t handle, ends, owner;
	bool shard; /* one of an array */
};

struct search {
	struct task_reading *r;
	struct candidate *found;
	size_t count, found_room;
	uint64_t *seen; /* addresses that were looked at */
	size_t seens, room;
};

static bool seen_before(struct search *s, uint64_t address)
{
	for (size_t i = 0; i < s->seens; i++)
		if (s->seen[i] == address)
			return true;
	if (s->seens < HANDLES_MAX && array_grow(&s->seen, s->seens, &s->room, sizeof(*s->seen)))
		s->seen[s->seens++] = address;
	return false;
}

/* The owner of the task with this header; 0: it is no task of this program. */
static uint64_t header_owner(struct task_reading *r, uint64_t address, const uint8_t *header)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	struct task_region region = {address, header, HEADER_BYTES};
	uint64_t vtable, owner;

	if (!task_region_number(&region, lists->vtable, 8, &vtable) ||
	    !task_region_number(&region, lists->owner, 8, &owner) || !vtable ||
	    !task_vtable_at(r, vtable))
		return 0;
	return owner;
}

static bool may_be_header(uint64_t word)
{
	return word % 8 == 0 && task_address_plausible(word);
}

/* Looks which words are addresses of tasks: all at once, but for those that cannot be read. */
static void owners_read(struct task_reading *r, struct words *w)
{
	uint8_t header[HANDLE_WORDS * HEADER_BYTES];
	struct task_span span[HANDLE_WORDS];
	size_t index[HANDLE_WORDS], count = 0;

	memset(w->owner, 0, sizeof(w->owner));
	for (size_t i = 0; i < w->count; i++) {
		if (!may_be_header(w->word[i]))
			continue;
		span[count] = (struct task_span) {w->word[i], HEADER_BYTES};
		index[count++] = i;
	}
	for (size_t from = 0; from < count;) {
		struct task_dump *d = r->dump;
		size_t whole = d->memory.read(d->memory.context, span + from, count - from, header);

		d->counts.reads++;
		d->counts.bytes += whole * HEADER_BYTES;
		for (size_t i = 0; i < whole; i++)
			w->owner[index[from + i]] =
				header_owner(r, span[from + i].address, header + i * HEADER_BYTES);
		from += whole + 1;
	}
}

/* Is a number one of the words around? */
static bool is_near(const struct words *w, size_t at, uint64_t number)
{
	size_t from = at > NEAR_BEFORE ? at - NEAR_BEFORE : 0;

	for (size_t i = from; i < w->count && i < at + NEAR_AFTER; i++)
		if (w->word[i] == number)
			return true;
	return false;
}

static struct task_runtime *runtime_of(struct search *s, uint64_t owner, uint64_t handle)
{
	struct task_dump *d = s->r->dump;

	for (size_t i = 0; i < d->runtimes; i++)
		if (d->runtime[i].owner == owner)
			return &d->runtime[i];
	if (!array_grow(&d->runtime, d->runtimes, &d->runtime_room, sizeof(*d->runtime))) {
		s->r->no_memory = true;
		return NULL;
	}
	d->runtime[d->runtimes] =
		(struct task_runtime) {.handle = handle, .owner = owner, .expected = HUD_NOT_KNOWN};
	return &d->runtime[d->runtimes++];
}

static void candidate_add(struct search *s, struct candidate c)
{
	if (seen_before(s, c.ends)) /* several words lead to one handle */
		return;
	if (!array_grow(&s->found, s->count, &s->found_room, sizeof(*s->found))) {
		s->r->no_memory = true;
		return;
	}
	s->found[s->count++] = c;
}

/* The first task of a list: none is before it. */
static bool is_first(struct task_reading *r, uint64_t address)
{
	const struct hud_plan_tasks *lists = r->plan->lists;
	const struct task_vtable *vtable;
	uint64_t at, previous;

	if (!task_read_word(r, address + lists->vtable, &at))
		return false;
	vtable = task_vtable_at(r, at);
	return vtable &&
	       task_read_word(r, address + vtable->trailer + lists->previous, &previous) &&
	       !previous;
}

/* A list in the handle itself. */
static void single_search(struct search *s, const struct words *w)
{
	for (size_t i = 0; i + 1 < w->count; i++)
		if (w->owner[i] && w->owner[i] == w->owner[i + 1] && is_near(w, i, w->owner[i]) &&
		    is_first(s->r, w->word[i]))
			candidate_add(s, (struct candidate) {.handle = w->address,
							     .ends = w->address + 8 * i,
							     .owner = w->owner[i]});
}

/*
 * The number of the lists of an array: each is empty, or both its ends are tasks of that owner. 0:
 * it is no such array, or all lists are empty.
 */
static uint64_t shards_owner(struct search *s, uint64_t array, uint64_t count)
{
	struct words ends;
	uint64_t owner = 0;

	for (uint64_t i = 0; i < count; i++) {
		ends = (struct words) {.address = array + 8 * SHARD_WORDS * i,
				       .count = SHARD_WORDS};
		if (!task_read(s->r, ends.address, ends.word, 8 * SHARD_WORDS))
			return 0;
		if (!ends.word[1] && !ends.word[2])
			continue;
		owners_read(s->r, &ends);
		owner = owner ? owner : ends.owner[1];
		if (!owner || owner != ends.owner[1] || owner != ends.owner[2] ||
		    !is_first(s->r, ends.word[1]))
			return 0;
	}
	return owner;
}

/* The address of an array of lists, how many they are, and one less as a mask. */
static void shards_search(struct search *s, const struct words *w)
{
	for (size_t i = 0; i + 3 < w->count; i++) {
		uint64_t array = w->word[i], count = w->word[i + 1], owner;

		if (!may_be_header(array) || !count || count > SEARCHED_SHARDS_MAX ||
		    count & (count - 1) || !is_near(w, i + 2, count - 1))
			continue;
		owner = shards_owner(s, array, count);
		if (!owner || !is_near(w, i + 2, owner))
			continue;
		for (uint64_t k = 0; k < count; k++)
			candidate_add(s,
				      (struct candidate) {.handle = w->address,
							  .ends = array + 8 * (SHARD_WORDS * k + 1),
							  .owner = owner,
							  .shard = true});
	}
}

/* As much as can be read of what may be a handle. */
static bool words_read(struct task_reading *r, struct words *w, uint64_t address)
{
	size_t bytes = sizeof(w->word), page = 4096 - address % 4096;

	w->address = address;
	if (!task_read(r, address, w->word, bytes)) {
		bytes = page < bytes ? page : bytes;
		if (bytes < 64 || !task_read(r, address, w->word, bytes))
			return false;
	}
	w->count = bytes / 8;
	return true;
}

static void handle_search(struct search *s, uint64_t address)
{
	struct words w;

	if (!may_be_header(address) || seen_before(s, address) || !words_read(s->r, &w, address))
		return;
	owners_read(s->r, &w);
	single_search(s, &w);
	shards_search(s, &w);
}

static int thread_search(struct search *s, const struct task_thread *t)
{
	const struct hud_plan_tasks *lists = s->r->plan->lists;
	uint64_t *block = malloc(lists->block_bytes + 8);

	if (!block)
		return -ENOMEM;
	if (task_read(s->r, t->pointer + (uint64_t)lists->block, block, lists->block_bytes))
		for (size_t i = 0; i < lists->block_bytes / 8 && task_within_limits(s->r); i++)
			handle_search(s, block[i]);
	free(block);
	return s->r->no_memory ? -ENOMEM : 0;
}

static bool has_shards(const struct search *s, uint64_t owner)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->found[i].shard && s->found[i].owner == owner)
			return true;
	return false;
}

/*
 * Walks a list. Other pairs of words look like one, such as the ends of a run queue: they count
 * only where there is no list that can be read from one end to the other.
 */
static void candidate_walk(struct search *s, const struct candidate *c)
{
	struct task_list list = {.first = c->ends, .last = c->ends + 8, .owner = c->owner};
	struct task_runtime *runtime = runtime_of(s, c->owner, c->handle);
	bool whole;

	if (!runtime || (!c->shard && has_shards(s, c->owner)))
		return;
	list.runtime = (uint32_t)(runtime - s->r->dump->runtime);
	whole = task_list_walk(s->r, &list);
	if (c->shard) {
		runtime->lists++;
		runtime->broken += !whole;
	} else if (whole) {
		runtime->lists = 1;
		runtime->broken = 0;
	} else if (!runtime->lists) {
		runtime->lists = runtime->broken = 1;
	}
}

int task_lists_search(struct task_reading *r)
{
	struct search s = {.r = r};
	int err = 0;

	for (size_t i = 0; !err && i < r->dump->threads; i++)
		err = thread_search(&s, &r->dump->thread[i]);
	for (size_t i = 0; !err && i < s.count; i++)
		candidate_walk(&s, &s.found[i]);
	free(s.found);
	free(s.seen);
	return err || !r->no_memory ? err : -ENOMEM;
}
