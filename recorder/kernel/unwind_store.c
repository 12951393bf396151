/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/unwind_store.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

/* For dlopen: 20 MiB of text or so. */
#define RESERVE_PAGES 4096u
#define RESERVE_SHARDS 4096u /* a quarter of a million rows, 1 MiB */
#define RESERVE_RULES 16384u
/* For a command whose program and libraries are not known yet: a few hundred MiB of text. */
#define COMMAND_TIMES 8u
#define RESERVE_SPACES 8u

/* Seen: 37 bytes of code a row in small programs, 60 and more in large ones; up to 1,900 rules. */
#define CODE_BYTES_A_ROW 40u
#define CODE_RULES 8192u
#define CODE_BYTES_MAX (1ull << 30)

static uint32_t shards_of(size_t rows)
{
	return (uint32_t)((rows + UNWIND_SHARD_ROWS - 1) / UNWIND_SHARD_ROWS);
}

void unwind_sizes_add(struct unwind_sizes *sizes, const struct plan *plan)
{
	sizes->pages += (uint32_t)plan->pages;
	sizes->shards += shards_of(plan->rows);
	sizes->rules += (uint32_t)plan->rules;
}

void unwind_sizes_add_code(struct unwind_sizes *sizes, uint64_t bytes)
{
	if (bytes > CODE_BYTES_MAX)
		bytes = CODE_BYTES_MAX;
	sizes->pages += (uint32_t)(bytes >> HUD_PLAN_PAGE_BITS) + 2;
	sizes->shards += shards_of((size_t)(bytes / CODE_BYTES_A_ROW)) + 1;
	sizes->rules += CODE_RULES;
}

void unwind_sizes_reserve(struct unwind_sizes *sizes, uint32_t targets, bool command)
{
	uint32_t times = command ? COMMAND_TIMES : 1;

	sizes->pages += RESERVE_PAGES * times;
	sizes->shards += RESERVE_SHARDS * times;
	sizes->rules += RESERVE_RULES * times;
	sizes->spaces += targets + RESERVE_SPACES;
}

static int element_set(int map, uint32_t key, const void *value)
{
	return bpf_map_update_elem(map, &key, value, BPF_ANY) ? -errno : 0;
}

static int pages_write(const struct unwind_store *s, const struct plan *plan, uint32_t first_row)
{
	for (size_t i = 0; i < plan->pages; i++) {
		struct unwind_page page = {first_row + plan->page[i].first_row, plan->page[i].rows};
		int error = element_set(s->pages, s->used.pages + (uint32_t)i, &page);

		if (error)
			return error;
	}
	return 0;
}

static int rows_write(const struct unwind_store *s, const struct plan *plan)
{
	for (size_t at = 0; at < plan->rows; at += UNWIND_SHARD_ROWS) {
		struct unwind_shard shard = {0};
		int error;

		for (size_t i = 0; i < UNWIND_SHARD_ROWS && at + i < plan->rows; i++) {
			shard.delta[i] = plan->row[at + i].delta;
			shard.rule[i] = plan->row[at + i].rule;
		}
		error = element_set(s->shards, s->used.shards + (uint32_t)(at / UNWIND_SHARD_ROWS),
				    &shard);
		if (error)
			return error;
	}
	return 0;
}

static int rules_write(const struct unwind_store *s, const struct plan *plan)
{
	for (size_t i = 0; i < plan->rules; i++) {
		int error = element_set(s->rules, s->used.rules + (uint32_t)i, &plan->rule[i]);

		if (error)
			return error;
	}
	return 0;
}

int unwind_store_add(struct unwind_store *s, const struct plan *plan, uint32_t *object)
{
	struct unwind_object value = {
		.first = plan->first,
		.first_page = s->used.pages,
		.pages = (uint32_t)plan->pages,
		.first_rule = s->used.rules,
	};
	uint32_t shards = shards_of(plan->rows);
	int error;

	if (s->objects_used >= UNWIND_OBJECTS_MAX || plan->pages > s->size.pages - s->used.pages ||
	    shards > s->size.shards - s->used.shards || plan->rules > s->size.rules - s->used.rules)
		return -ENOSPC;
	error = pages_write(s, plan, s->used.shards * UNWIND_SHARD_ROWS);
	if (!error)
		error = rows_write(s, plan);
	if (!error)
		error = rules_write(s, plan);
	if (!error)
		error = element_set(s->objects, s->objects_used, &value);
	if (error)
		return error;
	s->used.pages += (uint32_t)plan->pages;
	s->used.shards += shards;
	s->used.rules += (uint32_t)plan->rules;
	*object = s->objects_used++;
	return 0;
}

int64_t unwind_store_space(struct unwind_store *s)
{
	return s->used.spaces < s->size.spaces ? (int64_t)s->used.spaces++ : -ENOSPC;
}

int unwind_store_ranges(struct unwind_store *s, uint32_t slot, uint32_t version, pid_t pid,
			const struct unwind_range *range, uint32_t count)
{
	struct unwind_space space = {
		.first = (2 * slot + (version & 1)) * UNWIND_RANGES_MAX,
		.ranges = count < UNWIND_RANGES_MAX ? count : UNWIND_RANGES_MAX,
	};
	uint32_t key = (uint32_t)pid;

	for (uint32_t i = 0; i < space.ranges; i++) {
		int error = element_set(s->ranges, space.first + i, &range[i]);

		if (error)
			return error;
	}
	return bpf_map_update_elem(s->spaces, &key, &space, BPF_ANY) ? -errno : 0;
}
