/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/rules/rules.h"
#include "format/wire/recording.h"

/* Stacks of stripped programs, whose functions are known by their shape only. */

enum { FRAMES = 10 };

#define POLLS_TASK (HUD_CODE_POLL | HUD_CODE_TASK)
#define POLLS_CLOSURE (HUD_CODE_POLL | HUD_CODE_CLOSURE)
#define RUNS_WORKER (HUD_CODE_ENTER | HUD_CODE_WORKER)

/* A function without a name; `poll_site` is that of a poll. */
#define CODE(flags, place)                                                                         \
	{                                                                                          \
		.function = "app+0x10", .site = "app+0x10", .nameless = true, .code = (flags),     \
		.poll_site = (place), .task = (flags)&HUD_CODE_POLL ? "app+0x" #place : NULL       \
	}
#define SOME CODE(0, 0)
#define USER                                                                                       \
	{                                                                                          \
		.function = "app+0x20", .site = "app+0x20", .nameless = true,                      \
		.origin = ORIGIN_USER, .file = "src/server.rs"                                     \
	}
#define LIBC(name)                                                                                 \
	{                                                                                          \
		.function = (name), .site = (name), .origin = ORIGIN_LIBC                          \
	}
#define THREAD CODE(HUD_CODE_POOL, 0), SOME, LIBC("start_thread"), LIBC("clone3")
#define TASK CODE(POLLS_TASK, 100)
#define WORKER                                                                                     \
	CODE(HUD_CODE_WORKER, 0), CODE(RUNS_WORKER, 0), SOME, CODE(POLLS_CLOSURE, 200), THREAD
#define MAIN LIBC("__libc_start_main")

struct stack {
	struct symbol_frame frame[FRAMES + 2];
	enum stack_class class;
	const char *scheduler;
	const char *task;
	int site;
};

static struct stack_verdict verdict_of(const struct stack *s, bool at_root)
{
	const struct symbol_frame *frames[FRAMES + 2];
	struct stack_verdict v;
	struct rules *rules;
	size_t count = 0;

	assert_int_equal(rules_open(&rules), 0);
	for (; count < FRAMES + 2 && s->frame[count].function; count++)
		frames[count] = &s->frame[count];
	v = stack_classify(rules, frames, count, at_root);
	if (v.scheduler)
		assert_string_equal(v.scheduler, s->scheduler ? s->scheduler : "none");
	else
		assert_null(s->scheduler);
	rules_close(rules);
	return v;
}

static void check(const struct stack *stacks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct stack_verdict v = verdict_of(&stacks[i], false);

		if (v.class != stacks[i].class || v.site != stacks[i].site)
			fail_msg("stack %zu: %s, site %d", i, stack_class_name(v.class), v.site);
		if (stacks[i].task)
			assert_string_equal(v.task, stacks[i].task);
		else
			assert_null(v.task);
	}
}

#define CHECK(stacks) check(stacks, sizeof(stacks) / sizeof((stacks)[0]))

/* As of a static libc without symbols: whether a caller is missing only the walk can say. */
static void a_stack_whose_first_function_has_no_name_is_whole_if_its_walk_says_so(void **state)
{
	static const struct stack stack = {{SOME, CODE(HUD_CODE_WORKER, 0), CODE(RUNS_WORKER, 0),
					    SOME, CODE(POLLS_CLOSURE, 200), CODE(HUD_CODE_POOL, 0),
					    SOME},
					   STACK_RUNTIME,
					   "multi_thread",
					   NULL,
					   -1};

	struct stack cut = stack;

	(void)state;
	cut.scheduler = NULL;
	assert_int_equal(verdict_of(&stack, true).class, STACK_RUNTIME);
	assert_int_equal(verdict_of(&cut, false).class, STACK_UNKNOWN);
}

static void two_polls_on_a_stack_are_a_worker_in_a_task(void **state)
{
	static const struct stack stacks[] = {
		{{LIBC("nanosleep"), SOME, TASK, WORKER},
		 STACK_POLL,
		 "multi_thread",
		 "app+0x100",
		 1},
		/* The user's function by its source file, though others are further in. */
		{{LIBC("nanosleep"), SOME, USER, TASK, WORKER},
		 STACK_POLL,
		 "multi_thread",
		 "app+0x100",
		 2},
		/* A function that the table has, and one that it jumps to: one poll. */
		{{SOME, TASK, TASK, WORKER}, STACK_POLL, "multi_thread", "app+0x100", 0},
		/* It computes where the future is inlined. */
		{{TASK, WORKER}, STACK_POLL, "multi_thread", "app+0x100", 0},
		/* Which of them are closures is not known. */
		{{SOME, CODE(HUD_CODE_POLL, 100), SOME, CODE(HUD_CODE_POLL, 200), THREAD},
		 STACK_POLL,
		 NULL,
		 "app+0x100",
		 0},
		/* A single-threaded runtime within a closure of the pool. */
		{{SOME, TASK, CODE(HUD_CODE_SINGLE, 0), SOME, CODE(POLLS_CLOSURE, 300), THREAD},
		 STACK_POLL,
		 "current_thread",
		 "app+0x100",
		 0},
	};

	(void)state;
	CHECK(stacks);
}

static void what_may_have_given_its_core_away_is_not_known(void **state)
{
	static const struct stack stacks[] = {
		{{LIBC("nanosleep"), CODE(HUD_CODE_IN_PLACE, 0), TASK, WORKER},
		 STACK_UNKNOWN,
		 NULL,
		 "app+0x100",
		 1},
		{{LIBC("nanosleep"), SOME, CODE(POLLS_TASK | HUD_CODE_IN_PLACE, 100), WORKER},
		 STACK_UNKNOWN,
		 NULL,
		 "app+0x100",
		 1},
		/* A closure within a poll: no runtime does that. */
		{{SOME, CODE(POLLS_CLOSURE, 300), WORKER}, STACK_UNKNOWN, NULL, "app+0x300", 0},
	};

	(void)state;
	CHECK(stacks);
}

static void a_closure_alone_is_a_worker_or_of_the_pool(void **state)
{
	static const struct stack stacks[] = {
		{{LIBC("epoll_wait"), SOME, WORKER}, STACK_RUNTIME, "multi_thread", NULL, -1},
		{{LIBC("nanosleep"), SOME, CODE(POLLS_CLOSURE, 300), THREAD},
		 STACK_POOL,
		 NULL,
		 NULL,
		 1},
		/* It wakes a worker, with code of the worker's source; or it is one. */
		{{LIBC("write"), CODE(HUD_CODE_WORKER, 0), SOME, CODE(POLLS_CLOSURE, 300), THREAD},
		 STACK_UNKNOWN,
		 NULL,
		 "app+0x300",
		 1},
		/* Cut below its loop: a task may be missing, or a worker. */
		{{LIBC("nanosleep"), SOME, TASK}, STACK_UNKNOWN, NULL, "app+0x100", 1},
		{{LIBC("nanosleep"), SOME, CODE(POLLS_CLOSURE, 300)},
		 STACK_UNKNOWN,
		 NULL,
		 "app+0x300",
		 1},
		{{LIBC("syscall"), THREAD}, STACK_POOL, NULL, NULL, -1},
	};

	(void)state;
	CHECK(stacks);
}

static void at_the_entry_of_a_poll_function_no_task_is_polled_yet(void **state)
{
	struct stack worker = {{TASK, WORKER}, STACK_RUNTIME, "multi_thread", NULL, -1};
	struct stack single = {{TASK, CODE(HUD_CODE_SINGLE, 0), SOME, MAIN},
			       STACK_RUNTIME,
			       "current_thread",
			       NULL,
			       -1};
	/* A LocalSet: the poll of the task around it goes on. */
	struct stack nested = {{TASK, SOME, CODE(POLLS_TASK, 110), WORKER},
			       STACK_POLL,
			       "multi_thread",
			       "app+0x100",
			       0};

	(void)state;
	worker.frame[0].at_entry = true;
	check(&worker, 1);
	single.frame[0].at_entry = true;
	check(&single, 1);
	nested.frame[0].at_entry = true;
	check(&nested, 1);
}

static void a_task_alone_is_of_the_single_threaded_scheduler_where_that_is_seen(void **state)
{
	static const struct stack stacks[] = {
		{{SOME, TASK, CODE(HUD_CODE_SINGLE, 0), SOME, MAIN},
		 STACK_POLL,
		 "current_thread",
		 "app+0x100",
		 0},
		/* Maybe of a LocalSet, which any thread may poll. */
		{{SOME, TASK, SOME, MAIN}, STACK_UNKNOWN, NULL, "app+0x100", 0},
		/* The root future, or between two polls, or what called block_on. */
		{{SOME, CODE(HUD_CODE_SINGLE, 0), SOME, MAIN},
		 STACK_UNKNOWN,
		 "current_thread",
		 NULL,
		 0},
	};

	(void)state;
	CHECK(stacks);
}

static void a_scheduler_that_polls_nothing_may_be_parked(void **state)
{
	static const struct stack worker = {
		{LIBC("epoll_wait"), SOME, WORKER}, STACK_RUNTIME, "multi_thread", NULL, -1};
	static const struct stack single = {
		{LIBC("epoll_wait"), SOME, CODE(HUD_CODE_SINGLE, 0), MAIN},
		STACK_UNKNOWN,
		"current_thread",
		NULL,
		0};
	static const struct stack task = {{LIBC("epoll_wait"), SOME, TASK, WORKER},
					  STACK_POLL,
					  "multi_thread",
					  "app+0x100",
					  1};

	(void)state;
	assert_int_equal(verdict_of(&worker, false).park, STACK_PARKS_IN_ANY);
	assert_int_equal(verdict_of(&single, false).park, STACK_PARKS_IN_DRIVER);
	assert_int_equal(verdict_of(&task, false).park, STACK_PARKS_NOT);
}

static void only_the_drivers_wait_in_epoll(void **state)
{
	struct rules *rules;

	(void)state;
	assert_int_equal(rules_open(&rules), 0);
	assert_int_equal(rules_parks_in(rules, "epoll_wait"), STACK_PARKS_IN_DRIVER);
	assert_int_equal(rules_parks_in(rules, "futex"), STACK_PARKS_IN_ANY);
	assert_int_equal(rules_parks_in(rules, "nanosleep"), STACK_PARKS_NOT);
	rules_close(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_stack_whose_first_function_has_no_name_is_whole_if_its_walk_says_so),
		cmocka_unit_test(two_polls_on_a_stack_are_a_worker_in_a_task),
		cmocka_unit_test(what_may_have_given_its_core_away_is_not_known),
		cmocka_unit_test(a_closure_alone_is_a_worker_or_of_the_pool),
		cmocka_unit_test(at_the_entry_of_a_poll_function_no_task_is_polled_yet),
		cmocka_unit_test(
			a_task_alone_is_of_the_single_threaded_scheduler_where_that_is_seen),
		cmocka_unit_test(a_scheduler_that_polls_nothing_may_be_parked),
		cmocka_unit_test(only_the_drivers_wait_in_epoll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
