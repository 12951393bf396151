/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Tasks of a LocalSet, by the future that its parked thread drives. */
#include "tests/unit/fixture/task_memory.h"

enum { SET = 0x3000, SHARED = 0x3100, STACK = 0x3800, CODE_BYTES = 0x1000, LOCAL_OWNER = 9 };

/* The thread is in the function that drives the LocalSet. */
static const struct hud_plan_task_main drives[] = {{.start = MAIN_START,
						    .end = MAIN_END,
						    .node = NODE_LOCAL_SET,
						    .offset = MAIN_OFFSET,
						    .base = HUD_MAIN_BY_SP}};

/* One task of the runtime, and so many of the LocalSet behind it. */
static struct memory *memory_with_local(size_t tasks)
{
	struct memory *m = memory_make(1);

	*word(m, MEMORY + STACK + MAIN_OFFSET + 8) = MEMORY + SET;
	*word(m, MEMORY + SET + SHARED_POINTER) = MEMORY + SHARED;
	*word(m, MEMORY + SHARED + SHARED_ID) = LOCAL_OWNER;
	/* The two ends of a list of the fixture are 8 bytes behind its beginning. */
	link_tasks(m, MEMORY + SHARED + SHARED_FIRST - 8, 1, tasks);
	for (size_t i = 1; i <= tasks; i++)
		*word(m, task_address(i) + 24) = LOCAL_OWNER;
	return m;
}

static void read_all(struct reading *r, struct memory *m)
{
	static const struct task_code code = {PROGRAM, PROGRAM + CODE_BYTES, NULL, PROGRAM};
	struct task_thread sleeper = {
		.tid = 11,
		.pointer = MEMORY + THREAD,
		.asleep = true,
		.registers = {.pc = PROGRAM + MAIN_START, .sp = MEMORY + STACK, .exact = 1}};
	struct task_code of_program = code;

	read_tasks(r, m);
	r->plan.tasks.main = drives;
	of_program.plan = &r->plan;
	assert_int_equal(task_stacks_read(&r->dump, &sleeper, 1, &of_program, 1), 0);
}

static void reading_end(struct reading *r, struct memory *m)
{
	task_dump_close(&r->dump);
	free(m);
}

static void the_future_leads_to_the_tasks_of_its_local_set(void **state)
{
	static const size_t numbers[] = {0, 1, 3, 40};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct memory *m = memory_with_local(numbers[i]);
		struct reading r = {0};

		read_all(&r, m);
		assert_int_equal(r.dump.runtimes, 2);
		assert_int_equal(r.dump.runtime[1].kind, HUD_SCHEDULER_LOCAL_SET);
		assert_int_equal(r.dump.runtime[1].owner, LOCAL_OWNER);
		assert_int_equal(r.dump.runtime[1].found, numbers[i]);
		assert_int_equal(r.dump.runtime[1].broken, 0);
		assert_int_equal(r.dump.runtime[0].found, 1);
		assert_int_equal(r.dump.seens, 1 + numbers[i]);
		for (size_t k = 1; k <= numbers[i]; k++) {
			const struct task_seen *seen = seen_of(&r, 100 + k);

			assert_non_null(seen);
			assert_int_equal(seen->owner, LOCAL_OWNER);
			assert_int_equal(seen->outcome, TASK_READ);
			assert_int_equal(seen->frames, 2);
		}
		reading_end(&r, m);
	}
}

/* Of another list, or of none. */
static void a_task_that_is_not_its_own_breaks_the_list(void **state)
{
	struct memory *m = memory_with_local(3);
	struct reading r = {0};

	(void)state;
	*word(m, task_address(2) + 24) = LIST_OWNER;
	read_all(&r, m);
	assert_int_equal(r.dump.runtimes, 2);
	assert_int_equal(r.dump.runtime[1].broken, 1);
	assert_null(seen_of(&r, 102));
	reading_end(&r, m);
}

static void pointers_that_lead_nowhere_lead_to_no_local_set(void **state)
{
	static const uint64_t wild[] = {0, 1, MEMORY - 8, UINT64_MAX, MEMORY + MEMORY_BYTES};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(wild) / sizeof(wild[0]); i++) {
		struct memory *m = memory_with_local(3);
		struct reading r = {0};

		*word(m, MEMORY + (i % 2 ? SET + SHARED_POINTER : STACK + MAIN_OFFSET + 8)) =
			wild[i / 2];
		read_all(&r, m);
		assert_int_equal(r.dump.runtimes, 1);
		assert_int_equal(r.dump.seens, 1);
		reading_end(&r, m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_future_leads_to_the_tasks_of_its_local_set),
		cmocka_unit_test(a_task_that_is_not_its_own_breaks_the_list),
		cmocka_unit_test(pointers_that_lead_nowhere_lead_to_no_local_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
