/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the memory of a process holds, and however it changes while it is read, the reading of
 * its tasks ends within its limits.
 *
 * Then the stack of a thread is walked there, from registers that are words of it too; with the
 * future of a block_on in its frames.
 *
 * Input: words of 8 bytes, which are the memory, one after the other and around; with bit 0 of the
 * first byte set, each read sees one word of it changed; with bit 2 the lists are searched. Small
 * words stand for addresses that lead somewhere: of tasks, of items of sets, of the program's
 * tables.
 */
#include "format/wire/definitions.h"
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

/* The pool's address is in the handle's third word. */
static const struct hud_plan_pool pool = {
	.roots = 1,
	.queue_kind = HUD_QUEUE_LENGTH,
	.queue = 8,
	.queue_first = 0,
	.queue_end = 8,
	.queue_room = 16,
	.queue_items = 24,
	.item_bytes = 16,
	.threads = {40, 8},
	.root = {{.kind = HUD_SCHEDULER_MULTI_THREAD,
		  .handle = 8,
		  .place = -64,
		  .pool = 16,
		  .workers = {24, 4}}},
};

/* The first words are the registers; all of the program has no rows of a plan, or one frame. */
static void stacks_read(struct task_dump *d, struct plan *plan, const struct memory *m)
{
	static const struct hud_plan_page page[] = {{.rows = 1}};
	static const struct hud_plan_row row[] = {{0, 0}};
	static const struct hud_plan_rule rule[] = {
		{.type = HUD_RULE_CFA_SP, .cfa_offset = 16, .fp_offset = -16, .ra_offset = -8}};
	const struct task_code code[] = {
		{.start = PROGRAM, .end = PROGRAM + 65536, .plan = plan, .bias = PROGRAM},
		{.start = MEMORY, .end = MEMORY + sizeof(m->word)},
	};
	struct task_thread thread = {
		.tid = 1,
		.pointer = MEMORY + THREAD_WORD * 8,
		.asleep = true,
		.registers = {.pc = m->word[1], .sp = m->word[2], .fp = m->word[3], .exact = 1},
	};

	plan->page = page;
	plan->row = row;
	plan->rule = rule;
	plan->pages = plan->rows = plan->rules = 1;
	MUST(!task_stacks_read(d, &thread, 1, code, 2) && d->stacks == 1);
	MUST(d->stack[0].main.frame + d->stack[0].main.frames <= d->frames);
	MUST(d->stack[0].frames && d->stack[0].frames <= HUD_STACK_FRAMES_MAX && d->stack[0].stop);
	task_stacks_confirm(d, &thread, 1);
	MUST(d->stacks == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread thread = {.tid = 1, .pointer = MEMORY + THREAD_WORD * 8};
	struct task_limits limits = task_limits_usual;
	struct task_dump d = {.memory = {memory_read, m},
			      .bias = PROGRAM,
			      .limits = &limits,
			      .thread = &thread,
			      .threads = 1,
			      .clock = clock_stopped};
	struct hud_plan_tasks searched;
	struct hud_plan_task_main local;
	struct plan plan;

	limits.children = 8; /* so that a set of sets takes no seconds */
	limits.all_children = 64;
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
	plan.pool = &pool;
	d.plan = &plan;
	local = task_mains[0];
	local.node = NODE_LOCAL_SET;
	if (data[0] & 8)
		plan.tasks.main = &local;
	MUST(!task_dump_read(&d) && d.seens <= WORDS);
	MUST(d.pools <= 1 && d.closures <= 1024);
	stacks_read(&d, &plan, m);
	MUST(d.seens <= 2 * WORDS);
	for (size_t i = 0; i < d.seens; i++)
		MUST(d.seen[i].frame + d.seen[i].frames <= d.frames);
	task_dump_close(&d);
out:
	free(m);
	return 0;
}
