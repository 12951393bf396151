/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/task_vtable.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 8, WORDS = PLAN_VTABLE_FUNCTIONS + PLAN_VTABLE_OFFSETS };
/*
 * Bounds of the size of a task, and of its header, which is before everything that offsets point
 * to.
 */
#define TASK_BYTES_MAX (UINT64_C(1) << 32)
#define TASK_HEAD_BYTES 32
/* The scheduler in a task is a pointer to a handle, or empty. */
#define SCHEDULER_BYTES_MAX 64
/*
 * The scheduler follows the header, after padding for its alignment. Words that are addresses are
 * larger.
 */
#define SCHEDULER_OFFSET_MAX 4096

static uint64_t word_at(const uint8_t *at, size_t index)
{
	uint64_t value;

	memcpy(&value, at + index * WORD, sizeof(value));
	return value;
}

/*
 * A task is its header, its scheduler, right after that its id, then its future, and the trailer.
 */
static bool offsets_fit(const uint8_t *at)
{
	uint64_t trailer = word_at(at, 0), scheduler = word_at(at, 1), id = word_at(at, 2);

	return trailer < TASK_BYTES_MAX && trailer > id && id >= scheduler &&
	       id - scheduler <= SCHEDULER_BYTES_MAX && scheduler >= TASK_HEAD_BYTES &&
	       scheduler < SCHEDULER_OFFSET_MAX && trailer % WORD == 0 && id % WORD == 0 &&
	       scheduler % WORD == 0;
}

/* `functions`: how many addresses of code precede `at`; the first may be of another table. */
static bool fits(size_t functions, const uint8_t *at, size_t left)
{
	return functions >= PLAN_VTABLE_FUNCTIONS && left >= PLAN_VTABLE_OFFSETS * WORD &&
	       offsets_fit(at);
}

/* The place of the last word that begins before `end`, where words begin at `skip`. */
static uint64_t last_word(uint64_t end, uint64_t bytes, uint64_t skip)
{
	end = end < bytes ? end : bytes;
	return end - 1 - (end - 1 - skip) % WORD;
}

static int part_search(const struct plan_image *image, const struct plan_image_part *part,
		       struct plan_vtable **out, size_t *count, size_t *room)
{
	uint64_t skip = (WORD - part->address % WORD) % WORD;
	size_t functions = 0;

	for (uint64_t at = skip; at + WORD <= part->bytes; at += WORD) {
		const uint8_t *here = part->data + at;
		const struct plan_image_text *text =
			part->code ? plan_image_text(image, part->address + at) : NULL;

		if (text) {
			at = last_word(text->end - part->address, part->bytes, skip);
			functions = 0;
			continue;
		}
		if (plan_image_is_code(image, word_at(here, 0))) {
			functions++;
			continue;
		}
		if (fits(functions, here, part->bytes - at)) {
			if (!array_grow(out, *count, room, sizeof(**out)))
				return -ENOMEM;
			memcpy(&(*out)[(*count)++], here - PLAN_VTABLE_FUNCTIONS * WORD,
			       sizeof(**out));
		}
		functions = 0;
	}
	return 0;
}

static int vtable_order(const void *a, const void *b)
{
	const struct plan_vtable *x = a, *y = b;

	return (x->function[0] > y->function[0]) - (x->function[0] < y->function[0]);
}

int plan_vtables_find(const struct plan_image *image, struct plan_vtable **out, size_t *count)
{
	size_t room = 0, kept = 0;
	int err = 0;

	*out = NULL;
	*count = 0;
	for (size_t i = 0; !err && i < image->parts; i++)
		err = part_search(image, &image->part[i], out, count, &room);
	if (err) {
		free(*out);
		*out = NULL;
		*count = 0;
		return err;
	}
	if (*count)
		qsort(*out, *count, sizeof(**out), vtable_order);
	for (size_t i = 0; i < *count; i++)
		if (!kept || (*out)[i].function[0] != (*out)[kept - 1].function[0])
			(*out)[kept++] = (*out)[i];
	*count = kept;
	return 0;
}
