/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/array.h"
#include "recorder/tasks/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where threads of the process sleep: their stacks, from the registers with which they entered the
 * kernel, by the rows of the plans. A thread that sleeps changes none of them. Whether it slept all
 * the time, its count of sleeps says afterwards.
 */

enum {
	PAGE_BYTES = 4096,
	COPY_PAGES = 16, /* of a stack, from its end on: most stacks are no longer */
	STACKS_MAX = 1024,
};

struct walk {
	struct task_reading *r;
	struct task_region copy;
	const struct task_code *code;
	size_t codes;
};

static int word_read(const struct walk *w, uint64_t *to, uint64_t address)
{
	if (address >= w->copy.address &&
	    task_region_number(&w->copy, address - w->copy.address, sizeof(*to), to))
		return 0;
	return task_read_word(w->r, address, to) ? 0 : -EFAULT;
}

#define UNWIND_READ(context, to, address) word_read(context, to, address)
#include "bpf/unwind.h"

/* Copies the stack from its end on, as far as it is mapped. */
static void stack_copy(struct walk *w, uint64_t from, uint8_t *copy)
{
	struct task_dump *d = w->r->dump;
	struct task_span span[COPY_PAGES] = {{from, PAGE_BYTES - from % PAGE_BYTES}};
	size_t whole;

	w->copy = (struct task_region) {from, copy, 0};
	if (!task_address_plausible(from) || d->counts.bytes > d->limits->bytes)
		return;
	for (size_t i = 1; i < COPY_PAGES; i++)
		span[i] = (struct task_span) {span[i - 1].address + span[i - 1].bytes, PAGE_BYTES};
	whole = d->memory.read(d->memory.context, span, COPY_PAGES, copy);
	d->counts.reads++;
	for (size_t i = 0; i < whole; i++)
		w->copy.bytes += span[i].bytes;
	d->counts.bytes += w->copy.bytes;
}

static const struct task_code *code_find(const struct walk *w, uint64_t pc)
{
	size_t low = 0, high = w->codes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->code[middle].end <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low < w->codes && w->code[low].start <= pc ? &w->code[low] : NULL;
}

/* Has the frame the future of a block_on? The innermost one that has is the one that is driven. */
static void main_take(struct walk *w, struct task_stack *s, const struct task_code *code,
		      const struct unwind_registers *registers, uint64_t pc)
{
	const struct task_dump *d = w->r->dump;
	const struct hud_plan_task_main *m;

	if (s->main.poll || !code || code->plan != d->plan || code->bias != d->bias)
		return;
	m = plan_task_main(w->r->plan, pc - code->bias);
	if (m)
		task_main_read(w->r, m,
			       (m->base == HUD_MAIN_BY_FP ? registers->fp : registers->sp) +
				       (uint64_t)(int64_t)m->offset,
			       registers->pc, &s->main);
	s->main.tid = s->thread.tid;
}

/* As bpf/unwind.bpf.h does it. */
static void stack_walk(struct walk *w, struct task_stack *s, uint64_t *address)
{
	static const struct hud_plan_rule by_frame_pointer = {.type = HUD_RULE_NONE};
	struct unwind_registers registers = s->thread.registers;

	while (!s->stop) {
		uint64_t pc = registers.exact ? registers.pc : registers.pc - 1;
		const struct task_code *code = code_find(w, pc);
		const struct hud_plan_rule *rule = NULL;

		address[s->frames++] = registers.pc;
		main_take(w, s, code, &registers, pc);
		if (code && code->plan)
			rule = plan_find(code->plan, pc - code->bias);
		if ((!rule || rule->type == HUD_RULE_NONE) && !s->frame_pointer_from)
			s->frame_pointer_from = s->frames;
		s->stop = code ? unwind_step(w, rule ? rule : &by_frame_pointer, &registers)
			       : HUD_STOP_NO_MAPPING;
		if (!s->stop && s->frames == HUD_STACK_FRAMES_MAX)
			s->stop = HUD_STOP_DEPTH;
	}
}

/* 0 or -ENOMEM. */
static int stack_add(struct walk *w, const struct task_thread *thread, uint8_t *copy)
{
	struct task_dump *d = w->r->dump;
	struct task_stack *s;

	if (!array_reserve(&d->address, d->addresses, HUD_STACK_FRAMES_MAX, &d->address_room,
			   sizeof(*d->address)) ||
	    !array_grow(&d->stack, d->stacks, &d->stack_room, sizeof(*d->stack)))
		return -ENOMEM;
	s = &d->stack[d->stacks++];
	*s = (struct task_stack) {.thread = *thread, .first = d->addresses};
	s->thread.task = task_of_thread(w->r, thread);
	stack_copy(w, thread->registers.sp, copy);
	stack_walk(w, s, d->address + s->first);
	d->addresses += s->frames;
	return 0;
}

int task_stacks_read(struct task_dump *d, const struct task_thread *thread, size_t threads,
		     const struct task_code *code, size_t codes)
{
	struct task_reading r;
	struct walk w = {.r = &r, .code = code, .codes = codes};
	uint8_t *copy = malloc(COPY_PAGES * PAGE_BYTES);
	int err = task_reading_open(&r, d) && copy ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < threads && d->stacks < STACKS_MAX; i++)
		if (thread[i].asleep && task_within_limits(&r))
			err = stack_add(&w, &thread[i], copy);
	if (!err)
		err = task_local_sets_read(&r);
	task_reading_close(&r);
	free(copy);
	return err;
}

static bool slept_on(const struct task_stack *s, const struct task_thread *thread, size_t threads)
{
	for (size_t i = 0; i < threads; i++)
		if (thread[i].tid == s->thread.tid)
			return thread[i].asleep && thread[i].switches == s->thread.switches;
	return false;
}

void task_stacks_confirm(struct task_dump *d, const struct task_thread *thread, size_t threads)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->stacks; i++)
		if (slept_on(&d->stack[i], thread, threads))
			d->stack[kept++] = d->stack[i];
	d->stacks = kept;
}
