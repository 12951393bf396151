/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Stacks of threads that sleep, by the rows of plans, from a memory that may be anything. */
#include "format/wire/definitions.h"
#include "recorder/tasks/dump.h"
#include "tests/unit/fixture/tasks_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STACK_BYTES = 1 << 17, CODE_BYTES = 1 << 16, FRAME_BYTES = 32 };
#define STACK UINT64_C(0x7f0000000000)
#define CODE UINT64_C(0x550000000000)
#define LIBRARY UINT64_C(0x560000000000) /* code without a plan */

struct memory {
	uint8_t byte[STACK_BYTES];
	size_t reads;
};

static size_t memory_read(void *context, const struct task_span *span, size_t count, void *out)
{
	struct memory *m = context;
	uint8_t *to = out;

	m->reads++;
	for (size_t i = 0; i < count; i++) {
		if (span[i].address < STACK || span[i].bytes > STACK_BYTES ||
		    span[i].address - STACK > STACK_BYTES - span[i].bytes)
			return i;
		memcpy(to, &m->byte[span[i].address - STACK], span[i].bytes);
		to += span[i].bytes;
	}
	return count;
}

static uint64_t clock_stopped(void)
{
	return 1;
}

/* One page of code: frames of FRAME_BYTES; its second half is where a thread begins. */
static const struct hud_plan_page page[] = {{.rows = 2}};
static const struct hud_plan_row row[] = {{0, 0}, {CODE_BYTES / 2, 1}};
static const struct hud_plan_rule rule[] = {
	{.type = HUD_RULE_CFA_SP,
	 .cfa_offset = FRAME_BYTES,
	 .fp_offset = HUD_RULE_UNCHANGED,
	 .ra_offset = -8},
	{.type = HUD_RULE_ROOT},
};
static const struct hud_plan_identity identity = {.identity_flags = HUD_IDENTITY_TASK, .task = -16};

struct reading {
	struct plan plan;
	struct task_code code[2];
	struct task_dump dump;
};

static void reading_begin(struct reading *r, struct memory *m)
{
	tasks_plan(&r->plan);
	r->plan.identity = &identity;
	r->plan.page = page;
	r->plan.pages = 1;
	r->plan.row = row;
	r->plan.rows = 2;
	r->plan.rule = rule;
	r->plan.rules = 2;
	r->code[0] = (struct task_code) {CODE, CODE + CODE_BYTES, &r->plan, CODE};
	r->code[1] = (struct task_code) {.start = LIBRARY, .end = LIBRARY + CODE_BYTES};
	r->dump = (struct task_dump) {
		.memory = {memory_read, m},
		.plan = &r->plan,
		.limits = &task_limits_usual,
		.clock = clock_stopped,
	};
}

static void word_set(struct memory *m, uint64_t address, uint64_t value)
{
	memcpy(&m->byte[address - STACK], &value, sizeof(value));
}

/* Frames from here up, the last one where threads begin. */
static void frames_make(struct memory *m, uint64_t from, size_t frames)
{
	for (size_t i = 0; i < frames; i++)
		word_set(m, from + (i + 1) * FRAME_BYTES - 8,
			 CODE + 0x100 * (i + 1) + (i + 1 == frames ? CODE_BYTES / 2 : 0));
}

static struct task_thread sleeper(uint32_t tid, uint64_t sp)
{
	return (struct task_thread) {.tid = tid,
				     .pointer = STACK + STACK_BYTES - 64,
				     .asleep = true,
				     .switches = 5,
				     .syscall = 35,
				     .registers = {.pc = CODE + 0x10, .sp = sp, .exact = 1}};
}

static void a_stack_is_walked_by_the_rows_of_its_plan(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread t = sleeper(7, STACK + 0x1008);
	struct reading r;

	(void)state;
	reading_begin(&r, m);
	frames_make(m, t.registers.sp, 3);
	word_set(m, t.pointer - 16, 42);
	assert_int_equal(task_stacks_read(&r.dump, &t, 1, r.code, 2), 0);
	assert_int_equal(r.dump.stacks, 1);
	assert_int_equal(r.dump.stack[0].frames, 4);
	assert_int_equal(r.dump.stack[0].stop, HUD_STOP_ROOT);
	assert_int_equal(r.dump.stack[0].frame_pointer_from, 0);
	assert_int_equal(r.dump.stack[0].thread.task, 42);
	assert_int_equal(r.dump.address[0], CODE + 0x10);
	assert_int_equal(r.dump.address[1], CODE + 0x100);
	assert_int_equal(r.dump.address[3], CODE + 0x300 + CODE_BYTES / 2);
	task_dump_close(&r.dump);
	free(m);
}

/* The second frame is in the function that drives the coroutine. */
static void the_future_in_a_frame_is_read_where_its_plan_says(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread t = sleeper(7, STACK + 0x1008);
	uint64_t future = t.registers.sp + FRAME_BYTES + MAIN_OFFSET;
	const struct task_seen *main;
	struct reading r;

	(void)state;
	reading_begin(&r, m);
	r.dump.bias = CODE;
	frames_make(m, t.registers.sp, 3);
	word_set(m, t.registers.sp + FRAME_BYTES - 8, CODE + MAIN_END);
	word_set(m, future, 3);
	word_set(m, future + 16, 9);
	word_set(m, t.registers.sp + 2 * FRAME_BYTES - 8, CODE + 5);
	assert_int_equal(task_stacks_read(&r.dump, &t, 1, r.code, 2), 0);
	main = &r.dump.stack[0].main;
	assert_int_equal(main->poll, CODE + MAIN_END);
	assert_int_equal(main->tid, 7);
	assert_int_equal(main->outcome, TASK_READ);
	assert_int_equal(main->frames, 2);
	assert_int_equal(r.dump.frame[main->frame].kind, HUD_FRAME_COROUTINE);
	assert_int_equal(r.dump.frame[main->frame].variant, 3);
	assert_int_equal(r.dump.frame[main->frame + 1].kind, HUD_FRAME_WAIT);
	task_dump_close(&r.dump);
	/* A state that no coroutine has, and code behind that in which the future is there. */
	word_set(m, future, 99);
	assert_int_equal(task_stacks_read(&r.dump, &t, 1, r.code, 2), 0);
	assert_int_equal(r.dump.stack[0].main.poll, 0);
	assert_int_equal(r.dump.frames, 0);
	task_dump_close(&r.dump);
	word_set(m, future, 3);
	word_set(m, t.registers.sp + FRAME_BYTES - 8, CODE + MAIN_END + 1);
	assert_int_equal(task_stacks_read(&r.dump, &t, 1, r.code, 2), 0);
	assert_int_equal(r.dump.stack[0].main.poll, 0);
	task_dump_close(&r.dump);
	free(m);
}

static void a_frame_beyond_the_copy_of_the_stack_is_read_where_it_is(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread t = sleeper(7, STACK);
	struct reading r;

	(void)state;
	reading_begin(&r, m);
	t.registers = (struct unwind_registers) {
		.pc = LIBRARY + 1, .sp = STACK + 8, .fp = STACK + STACK_BYTES - 256, .exact = 1};
	word_set(m, t.registers.fp, 0);
	word_set(m, t.registers.fp + 8, CODE + CODE_BYTES / 2 + 1);
	assert_int_equal(task_stacks_read(&r.dump, &t, 1, r.code, 2), 0);
	assert_int_equal(r.dump.stack[0].frames, 2);
	assert_int_equal(r.dump.stack[0].stop, HUD_STOP_ROOT);
	assert_int_equal(r.dump.stack[0].frame_pointer_from, 1);
	task_dump_close(&r.dump);
	free(m);
}

static void only_threads_that_slept_on_have_a_stack(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread before[4], after[3];
	struct reading r;

	(void)state;
	reading_begin(&r, m);
	for (uint32_t i = 0; i < 4; i++)
		before[i] = sleeper(i + 1, STACK + 0x2000);
	before[0].asleep = false;
	frames_make(m, STACK + 0x2000, 1);
	assert_int_equal(task_stacks_read(&r.dump, before, 4, r.code, 2), 0);
	assert_int_equal(r.dump.stacks, 3);
	memcpy(after, before, sizeof(after)); /* the fourth has ended */
	after[1].switches++;                  /* it ran, and sleeps again */
	task_stacks_confirm(&r.dump, after, 3);
	assert_int_equal(r.dump.stacks, 1);
	assert_int_equal(r.dump.stack[0].thread.tid, 3);
	task_dump_close(&r.dump);
	free(m);
}

static void a_stack_that_leads_nowhere_ends_and_says_why(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));
	struct task_thread t[] = {sleeper(1, 8), sleeper(2, STACK + STACK_BYTES - 8),
				  sleeper(3, UINT64_MAX - 4), sleeper(4, STACK)};
	struct reading r;

	(void)state;
	reading_begin(&r, m);
	t[3].registers.pc = 1;
	assert_int_equal(task_stacks_read(&r.dump, t, 4, r.code, 2), 0);
	assert_int_equal(r.dump.stacks, 4);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(r.dump.stack[i].stop,
				 i == 2 ? HUD_STOP_NOT_ADVANCING : HUD_STOP_READ_FAILED);
	assert_int_equal(r.dump.stack[3].stop, HUD_STOP_NO_MAPPING);
	task_dump_close(&r.dump);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_is_walked_by_the_rows_of_its_plan),
		cmocka_unit_test(the_future_in_a_frame_is_read_where_its_plan_says),
		cmocka_unit_test(a_frame_beyond_the_copy_of_the_stack_is_read_where_it_is),
		cmocka_unit_test(only_threads_that_slept_on_have_a_stack),
		cmocka_unit_test(a_stack_that_leads_nowhere_ends_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
