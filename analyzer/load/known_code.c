/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/known_code.h"
#include "format/base/array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many as the longest instruction of x86-64 may have. The set-up of a frame takes more. */
enum { ENTRY_BYTES = 16 };

struct function {
	uint64_t start, end; /* offsets in the file */
	uint64_t site;
	uint32_t flags;
};

struct known_code {
	struct known_code *next;
	uint8_t build_id[HUD_BUILD_ID_BYTES_MAX];
	size_t build_id_bytes;
	struct function *function;
	size_t count, room;
};

static struct known_code *code_find(const struct known_codes *all, const uint8_t *build_id,
				    size_t bytes)
{
	struct known_code *code = all->first;

	while (code &&
	       (code->build_id_bytes != bytes || memcmp(code->build_id, build_id, bytes) != 0))
		code = code->next;
	return code;
}

int known_code_add(struct known_codes *all, const struct hud_code *record)
{
	struct known_code *code;

	if (!record->build_id_bytes || record->build_id_bytes > HUD_BUILD_ID_BYTES_MAX)
		return -EINVAL;
	code = code_find(all, record->build_id, record->build_id_bytes);
	if (!code) {
		code = calloc(1, sizeof(*code));
		if (!code)
			return -ENOMEM;
		memcpy(code->build_id, record->build_id, record->build_id_bytes);
		code->build_id_bytes = record->build_id_bytes;
		code->next = all->first;
		all->first = code;
	}
	for (uint32_t i = 0; i < record->functions; i++) {
		const uint64_t *word = &record->function[(size_t)i * HUD_CODE_WORDS];
		uint64_t bytes = (uint32_t)word[1];

		if (!bytes || word[0] > UINT64_MAX - bytes)
			return -EINVAL;
		if (!array_grow(&code->function, code->count, &code->room, sizeof(*code->function)))
			return -ENOMEM;
		code->function[code->count++] = (struct function) {
			word[0], word[0] + bytes, word[2], (uint32_t)(word[1] >> 32)};
	}
	return 0;
}

void known_codes_close(struct known_codes *all)
{
	while (all->first) {
		struct known_code *code = all->first;

		all->first = code->next;
		free(code->function);
		free(code);
	}
}

static int function_order(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

struct known_code *known_code_of(struct known_codes *all, const uint8_t *build_id, size_t bytes)
{
	struct known_code *code = bytes ? code_find(all, build_id, bytes) : NULL;

	if (code && code->count)
		qsort(code->function, code->count, sizeof(*code->function), function_order);
	return code;
}

static const struct function *function_at(const struct known_code *code, uint64_t offset)
{
	size_t low = 0, high = code->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code->function[middle].start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low && offset < code->function[low - 1].end ? &code->function[low - 1] : NULL;
}

/* "app+0x1234", from the frame's own "app+0x4711"; NULL: -ENOMEM. */
static const char *task_name(struct text_pool *pool, const char *function, uint64_t site)
{
	const char *plus = strstr(function, "+0x");
	size_t module = plus ? (size_t)(plus - function) : 0;
	char *name;
	const char *kept;

	if (asprintf(&name, "%.*s+0x%" PRIx64, (int)module, function, site) < 0)
		return NULL;
	kept = text_pool_intern(pool, name, strlen(name));
	free(name);
	return kept;
}

/*
 * The first instruction, or one after it: a probe on the first leaves the thread there while it
 * runs. Where polls are short, that is where nearly all samples fall.
 */
static bool is_at_entry(const struct function *function, uint64_t offset)
{
	return function && function->flags & HUD_CODE_POLL &&
	       offset - function->start < ENTRY_BYTES;
}

int known_code_apply(const struct known_code *code, struct text_pool *pool, uint64_t offset,
		     const struct symbol_frame **frames, size_t count)
{
	const struct function *function = function_at(code, offset);
	bool nameless = !frame_has_name(*frames), at_entry = is_at_entry(function, offset);
	struct symbol_frame *copy;
	/* A loop that is inlined into a function of std's shows in no name. */
	uint32_t known = function ? function->flags & (HUD_CODE_POOL | HUD_CODE_ENTER) : 0;

	if (count != 1 || !(nameless || at_entry || known))
		return 0;
	copy = text_pool_alloc(pool, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = **frames;
	copy->nameless = nameless;
	copy->at_entry = at_entry;
	copy->code = known;
	if (nameless && function) {
		copy->code = function->flags;
		copy->poll_site = function->site;
	}
	if (copy->code & HUD_CODE_POLL && copy->poll_site) {
		copy->task = copy->task_type = task_name(pool, copy->function, copy->poll_site);
		if (!copy->task)
			return -ENOMEM;
	}
	*frames = copy;
	return 0;
}
