/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the memory of a process holds, and however it changes while it is read, the reading of
 * its tasks ends within its limits.
 *
 * Input: words of 8 bytes, which are the memory, one after the other and around; with bit 0 of the
 * first byte set, each read sees one word of it changed; with bit 2 the lists are searched. Small
 * words stand for addresses that lead somewhere: of tasks, of the program's tables.
 */
#include "recorder/tasks/dump.h"
#include "tests/fuzz/frame.h"
#include "tests/unit/fixture/tasks_fixture.h"

enum { WORDS = 2048, THREAD_WORD = 64, HANDLE_WORD = 128 };
#define MEMORY UINT64_C(0x7f0000000000)
#define PROGRAM UINT64_C(0x550000000000)

struct memory {
	uint64_t word[WORDS];
	uint64_t vtable[10];
	bool changes;
	size_t at;
};

static uint64_t clock_stopped(void)
{
	return 1;
}

static size_t memory_read(void *context, const struct task_span *span, size_t count, void *out)
{
	struct memory *m = context;
	uint8_t *to = out;

	if (m->changes)
		m->word[m->at++ % WORDS] ^= 0x11;
	for (size_t i = 0; i < count; i++) {
		uint64_t at = span[i].address;

		if (at >= MEMORY && at - MEMORY <= sizeof(m->word) &&
		    span[i].bytes <= sizeof(m->word) - (at - MEMORY))
			memcpy(to, (const uint8_t *)m->word + (at - MEMORY), span[i].bytes);
		else if (at == PROGRAM + TASK_VTABLE && span[i].bytes == sizeof(m->vtable))
			memcpy(to, m->vtable, sizeof(m->vtable));
		else
			return i;
		to += span[i].bytes;
	}
	return count;
}

static uint64_t address_of(uint64_t word)
{
	switch (word & 0xff) {
	case 1:
		return PROGRAM + TASK_VTABLE;
	case 2:
		return PROGRAM + TASK_DYN;
	case 3:
		return MEMORY + (word >> 8) % WORDS * 8;
	default:
		return word;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread thread = {.tid = 1, .pointer = MEMORY + THREAD_WORD * 8};
	struct task_dump d = {.memory = {memory_read, m},
			      .bias = PROGRAM,
			      .limits = &task_limits_usual,
			      .thread = &thread,
			      .threads = 1,
			      .clock = clock_stopped};
	struct hud_plan_tasks searched;
	struct plan plan;

	if (!m || size < 16)
		goto out;
	m->changes = data[0] & 1;
	for (size_t i = 0; i < WORDS; i++) {
		memcpy(&m->word[i], data + i % (size / 8) * 8, 8);
		m->word[i] = address_of(m->word[i]);
	}
	m->vtable[0] = PROGRAM + TASK_POLL;
	m->vtable[7] = TASK_TRAILER;
	m->vtable[9] = TASK_ID;
	m->word[THREAD_WORD - 8] = 1 + (data[0] >> 1 & 1);
	m->word[THREAD_WORD - 7] = MEMORY + HANDLE_WORD * 8;
	tasks_plan(&plan);
	if (data[0] & 4) {
		searched = task_lists;
		searched.roots = 0;
		searched.block = -128;
		searched.block_bytes = 128;
		plan.tasks.lists = &searched;
	}
	d.plan = &plan;
	MUST(!task_dump_read(&d) && d.seens <= WORDS);
	for (size_t i = 0; i < d.seens; i++)
		MUST(d.seen[i].frame + d.seen[i].frames <= d.frames);
	task_dump_close(&d);
out:
	free(m);
	return 0;
}
