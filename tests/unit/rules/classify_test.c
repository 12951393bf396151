/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/rules/rules.h"
#include "format/wire/recording.h"

enum { FRAMES = 24 };

/* The outermost frames of each kind of stack. */
#define MT "tokio::runtime::scheduler::multi_thread::"
#define TASK                                                                                       \
	"tokio::runtime::task::core::Core::poll", "std::panic::catch_unwind",                      \
		"tokio::runtime::task::harness::Harness::poll", "tokio::runtime::task::raw::poll"
#define THREAD "std::sys::unix::thread::Thread::new::thread_start", "start_thread", "clone3"
#define POOL "tokio::runtime::blocking::pool::Inner::run", THREAD
#define BLOCKING "tokio::runtime::blocking::task::BlockingTask::poll", TASK
#define LOOP MT "worker::Context::run", MT "worker::run"
#define WORKER LOOP, MT "worker::Launch::launch", BLOCKING, POOL
#define RUN MT "worker::Context::run_task"
#define MAIN "demo::main", "main", "__libc_start_main"
#define CT "tokio::runtime::scheduler::current_thread::"
#define CT_LOOP CT "Context::enter", CT "CoreGuard::block_on", CT "CurrentThread::block_on", MAIN
#define ROOT_LOOP                                                                                  \
	"tokio::runtime::park::CachedParkThread::block_on", MT "MultiThread::block_on",            \
		"tokio::runtime::runtime::Runtime::block_on", MAIN

struct stack {
	const char *frames[FRAMES]; /* names folded, innermost first */
	enum stack_class class;
	const char *scheduler;
	const char *site;
	const char *entry;
	bool complete;
	bool idle;
};

static const struct stack stacks[] = {
	/* tasks */
	{{"nanosleep", "std::thread::sleep", "demo::hash", "demo::save", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::hash",
	 "demo::save",
	 true,
	 false},
	{{"demo::hash", "tokio::runtime::task::raw::poll", RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", TASK, "tokio::runtime::thread_pool::worker::Context::run_task",
	  "tokio::runtime::thread_pool::worker::run", BLOCKING, POOL},
	 STACK_POLL,
	 "multi_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"regex::exec", "demo::check", "hyper::serve", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::check",
	 "demo::check",
	 true,
	 false},
	{{"read", "regex::load", "regex::exec", "hyper::serve", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "regex::load",
	 NULL,
	 true,
	 false},
	{{"read", "std::io::read", "hyper::read", "hyper::serve", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "hyper::read",
	 NULL,
	 true,
	 false},
	{{"read", "std::io::read", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "read",
	 NULL,
	 true,
	 false},
	{{"demo::hash", TASK, RUN},
	 STACK_POLL,
	 "multi_thread",
	 "demo::hash",
	 "demo::hash",
	 false,
	 false},
	{{"demo::hash", TASK}, STACK_UNKNOWN, NULL, "demo::hash", "demo::hash", false, false},
	/* block_on of another library inside a task blocks the worker; Tokio's own would panic */
	{{"futex", "std::thread::park", "futures_executor::block_on", "demo::wait", TASK, RUN,
	  WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::wait",
	 "demo::wait",
	 true,
	 false},
	/* without debug information a future may be inlined in its poll function, not in these */
	{{"tokio::runtime::task::state::State::transition_to_running", TASK, RUN, WORKER},
	 STACK_RUNTIME,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"tokio::runtime::task::state::State::transition_to_notified_by_val", TASK, RUN, WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "tokio::runtime::task::state::State::transition_to_notified_by_val",
	 NULL,
	 true,
	 false},
	/* workers without a task */
	{{"futex", MT "park::Inner::park", MT "park::Parker::park", MT "worker::Context::park",
	  WORKER},
	 STACK_PARK,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"epoll_wait", "mio::poll::Poll::poll", "tokio::runtime::io::Driver::turn",
	  "tokio::runtime::time::Driver::park_internal", MT "worker::run", BLOCKING, POOL},
	 STACK_PARK,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"epoll_wait", "tokio::runtime::io::driver::Driver::turn",
	  MT "worker::Context::park_internal", MT "worker::Context::park_yield", WORKER},
	 STACK_RUNTIME,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"epoll_wait", "tokio::runtime::io::Driver::turn", MT "worker::Context::park_timeout",
	  MT "worker::Context::maintenance", WORKER},
	 STACK_RUNTIME,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	/* whose loop is inlined into the closure of the pool that it is */
	{{"syscall", MT "park::Inner::park", MT "worker::Context::park_internal",
	  "tokio::runtime::task::raw::poll", "std::sys::backtrace::__rust_begin_short_backtrace",
	  THREAD},
	 STACK_PARK,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{MT "queue::Steal::steal_into", WORKER},
	 STACK_RUNTIME,
	 "multi_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"futex", MT "park::Parker::park"}, STACK_UNKNOWN, NULL, NULL, NULL, false, false},
	/* a worker that took over the core of a block_in_place is launched by a closure in that */
	{{"demo::hash", TASK, RUN, LOOP, MT "worker::block_in_place", BLOCKING, POOL},
	 STACK_POLL,
	 "multi_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", "tokio::runtime::scheduler::block_in_place::block_in_place", "demo::save",
	  TASK, RUN, WORKER},
	 STACK_BLOCK_IN_PLACE,
	 "multi_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"futex", "tokio::runtime::park::Inner::park",
	  "tokio::runtime::park::CachedParkThread::block_on",
	  "tokio::runtime::handle::Handle::block_on", "demo::wait",
	  "tokio::task::blocking::block_in_place", "demo::save", TASK, RUN, LOOP},
	 STACK_BLOCK_IN_PLACE,
	 "multi_thread",
	 NULL,
	 NULL,
	 false,
	 false},
	/* a waker of the timer driver's, and a callback */
	{{"nanosleep", "std::thread::sleep", "demo::wake",
	  "tokio::runtime::time::Driver::park_internal", MT "park::Parker::park",
	  MT "worker::Context::park_timeout", WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::wake",
	 "demo::wake",
	 true,
	 false},
	{{"nanosleep", "std::thread::sleep", "demo::parks", MT "worker::Context::park", WORKER},
	 STACK_POLL,
	 "multi_thread",
	 "demo::parks",
	 "demo::parks",
	 true,
	 false},
	/* the blocking pool */
	{{"nanosleep", "std::thread::sleep", "demo::resize", BLOCKING, POOL},
	 STACK_POOL,
	 NULL,
	 "demo::resize",
	 "demo::resize",
	 true,
	 false},
	{{"futex", "tokio::runtime::park::CachedParkThread::park",
	  "tokio::runtime::park::CachedParkThread::block_on",
	  "tokio::runtime::handle::Handle::block_on", "demo::report", BLOCKING, POOL},
	 STACK_POOL,
	 NULL,
	 "demo::report",
	 "demo::report",
	 true,
	 false},
	{{"demo::resize", TASK, POOL},
	 STACK_POOL,
	 NULL,
	 "demo::resize",
	 "demo::resize",
	 true,
	 false},
	{{"demo::resize", TASK, THREAD},
	 STACK_POOL,
	 NULL,
	 "demo::resize",
	 "demo::resize",
	 true,
	 false},
	{{"futex", "parking_lot::condvar::Condvar::wait_for", POOL},
	 STACK_POOL,
	 NULL,
	 NULL,
	 NULL,
	 true,
	 true},
	{{"demo::resize", BLOCKING},
	 STACK_UNKNOWN,
	 NULL,
	 "demo::resize",
	 "demo::resize",
	 false,
	 false},
	/* current_thread: tasks, the root future, parks */
	{{"demo::hash", TASK, CT "Context::run_task", CT_LOOP},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"nanosleep", "demo::hash", "demo::all", CT_LOOP},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::all",
	 true,
	 false},
	{{"epoll_wait", "tokio::runtime::io::driver::Driver::turn", CT "Context::park", CT_LOOP},
	 STACK_PARK,
	 "current_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"epoll_wait", "tokio::runtime::io::driver::Driver::turn", CT "Context::park_yield",
	  CT_LOOP},
	 STACK_RUNTIME,
	 "current_thread",
	 NULL,
	 NULL,
	 true,
	 false},
	{{"demo::hash", TASK, "tokio::runtime::basic_scheduler::CoreGuard::block_on", MAIN},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", TASK, "tokio::task::local::LocalSet::tick", "demo::all", CT_LOOP},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", "tokio::runtime::task::raw::poll",
	  "tokio::runtime::runtime::Runtime::block_on", MAIN},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", TASK, CT_LOOP, BLOCKING, POOL},
	 STACK_POLL,
	 "current_thread",
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	/* root futures of threads that are no workers */
	{{"nanosleep", "demo::hash", "demo::all", ROOT_LOOP},
	 STACK_ROOT,
	 NULL,
	 "demo::hash",
	 "demo::all",
	 true,
	 false},
	{{"futex", "tokio::runtime::park::Inner::park", ROOT_LOOP},
	 STACK_ROOT,
	 NULL,
	 NULL,
	 NULL,
	 true,
	 false},
	{{"demo::hash", TASK, "tokio::task::local::LocalSet::tick", ROOT_LOOP},
	 STACK_ROOT,
	 NULL,
	 "demo::hash",
	 "demo::hash",
	 true,
	 false},
	{{"demo::hash", "tokio::runtime::enter::Enter::block_on", "demo::main"},
	 STACK_ROOT,
	 NULL,
	 "demo::hash",
	 "demo::hash",
	 false,
	 false},
	{{"demo::hash", "demo::all", "tokio::runtime::runtime::Runtime::block_on", MAIN},
	 STACK_UNKNOWN,
	 NULL,
	 "demo::hash",
	 "demo::main",
	 true,
	 false},
	/* everything else */
	{{"nanosleep", "std::thread::sleep", "demo::metrics", THREAD},
	 STACK_OTHER,
	 NULL,
	 "demo::metrics",
	 "demo::metrics",
	 true,
	 false},
	{{"nanosleep", "std::thread::sleep", "demo::metrics"},
	 STACK_UNKNOWN,
	 NULL,
	 "demo::metrics",
	 "demo::metrics",
	 false,
	 false},
	{{"nanosleep", "std::thread::sleep"}, STACK_UNKNOWN, NULL, "nanosleep", NULL, false, false},
	/* a stripped program: whose function this is, is not known */
	{{"epoll_wait", "sccache+0x2f842d", THREAD},
	 STACK_UNKNOWN,
	 NULL,
	 "epoll_wait",
	 NULL,
	 true,
	 false},
	{{"futex", "tokio::runtime::blocking::pool::BlockingPool::shutdown", MAIN},
	 STACK_UNKNOWN,
	 NULL,
	 "demo::main",
	 "demo::main",
	 true,
	 false},
	{{NULL}, STACK_UNKNOWN, NULL, NULL, NULL, false, false},
};

static enum frame_origin origin(const char *name)
{
	static const struct {
		const char *start;
		enum frame_origin origin;
	} starts[] = {
		{"demo::", ORIGIN_USER},     {"tokio::", ORIGIN_RUNTIME_ITSELF},
		{"std::", ORIGIN_STD},       {"hyper::", ORIGIN_RUNTIME},
		{"mio::", ORIGIN_RUNTIME},   {"parking_lot::", ORIGIN_RUNTIME},
		{"futures", ORIGIN_RUNTIME}, {"regex::", ORIGIN_THIRD_PARTY},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (!strncmp(name, starts[i].start, strlen(starts[i].start)))
			return starts[i].origin;
	return ORIGIN_LIBC;
}

static size_t frames_make(const struct stack *s, struct symbol_frame *frames,
			  const struct symbol_frame **out)
{
	size_t count = 0;

	for (; count < FRAMES && s->frames[count]; count++) {
		frames[count] = (struct symbol_frame) {
			.function = s->frames[count],
			.site = s->frames[count],
			.origin = origin(s->frames[count]),
		};
		out[count] = &frames[count];
	}
	return count;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int open_rules(void **state)
{
	return rules_open((struct rules **)state);
}

static int close_rules(void **state)
{
	rules_close(*state);
	return 0;
}

static void a_stack_has_the_class_of_what_its_thread_does(void **state)
{
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		const struct stack *s = &stacks[i];
		struct symbol_frame frames[FRAMES];
		const struct symbol_frame *list[FRAMES];
		size_t count = frames_make(s, frames, list);
		struct stack_verdict v = stack_classify(*state, list, count, false);
		const char *site = v.site >= 0 ? list[v.site]->site : NULL;
		const char *entry = v.entry >= 0 ? list[v.entry]->site : NULL;

		if (v.class != s->class || !same(v.scheduler, s->scheduler) ||
		    !same(site, s->site) || !same(entry, s->entry) || v.complete != s->complete ||
		    v.pool_idle != s->idle)
			fail_msg("stack %zu (%s …): %s, scheduler %s, site %s, entry %s%s%s", i,
				 s->frames[0], stack_class_name(v.class), v.scheduler, site, entry,
				 v.complete ? ", complete" : "", v.pool_idle ? ", idle" : "");
	}
}

/* In a program with names and without debug information no type tells what is polled. */
static void a_task_without_a_type_is_named_by_what_is_polled(void **state)
{
	static const struct stack stack = {.frames = {"memcpy", "db::compact",
						      "miner::Interval::new", TASK, RUN, LOOP,
						      THREAD}};
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	size_t count = frames_make(&stack, frames, list);

	frames[1].origin = frames[2].origin = ORIGIN_UNKNOWN;
	frames[1].crate = "db";
	frames[2].crate = "miner";
	assert_string_equal(stack_classify(*state, list, count, false).task,
			    "miner::Interval::new");
	frames[2].crate = NULL; /* C, or not known */
	assert_string_equal(stack_classify(*state, list, count, false).task, "db::compact");
}

static void what_a_cancelled_task_drops_is_no_name_of_it(void **state)
{
	static const struct stack stack = {.frames = {"demo::Guard::drop",
						      "core::ptr::drop_in_place", TASK, RUN, LOOP,
						      THREAD}};
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	size_t count = frames_make(&stack, frames, list);
	struct stack_verdict v = stack_classify(*state, list, count, false);

	assert_int_equal(v.class, STACK_POLL);
	assert_string_equal(list[v.site]->site, "demo::Guard::drop");
	assert_null(v.task);
}

/* The loop of the pool is inlined into std: the code that it is in refers to the pool. */
static void an_idle_thread_of_the_pool_is_known_by_its_code(void **state)
{
	static const struct stack stack = {
		.frames = {"syscall", "std::sys::sync::condvar::futex::Condvar::wait_timeout",
			   "std::sys::backtrace::__rust_begin_short_backtrace", THREAD}};
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	size_t count = frames_make(&stack, frames, list);

	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_OTHER);
	frames[2].code = HUD_CODE_POOL;
	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_POOL);
	assert_true(stack_classify(*state, list, count, false).pool_idle);
	frames[2].code = HUD_CODE_POOL | HUD_CODE_ENTER;
	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_OTHER);
}

/* However much of a worker's stack was unwound, a park does not become a poll. */
static void a_park_is_never_a_block(void **state)
{
	for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
		struct symbol_frame frames[FRAMES];
		const struct symbol_frame *list[FRAMES];
		size_t count = frames_make(&stacks[i], frames, list);

		if (stacks[i].class != STACK_PARK)
			continue;
		for (size_t cut = 0; cut <= count; cut++) {
			struct stack_verdict v = stack_classify(*state, list, cut, false);

			assert_true(v.class == STACK_PARK || v.class == STACK_UNKNOWN);
		}
	}
}

static void generated_code_is_never_the_site_while_there_is_other_code(void **state)
{
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	const struct stack s = {.frames = {"std::hash", "demo::Order::hash", "demo::Order::hash",
					   "demo::guilty::hash", TASK, RUN}};
	size_t count = frames_make(&s, frames, list);
	struct stack_verdict v;

	frames[1].generated = frames[2].generated = true;
	v = stack_classify(*state, list, count, false);
	assert_int_equal(v.site, 3);
	assert_int_equal(v.entry, 3);
	frames[3].origin = ORIGIN_STD;
	v = stack_classify(*state, list, count, false);
	assert_int_equal(v.site, 1); /* better than none */
	assert_int_equal(v.entry, -1);
}

static void the_task_is_that_of_the_innermost_poll(void **state)
{
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	const struct stack s = {.frames = {"demo::hash", "demo::save", TASK, RUN, WORKER}};
	size_t count = frames_make(&s, frames, list);
	struct stack_verdict v;

	assert_string_equal(stack_classify(*state, list, count, false).task, "demo::save");
	frames[5].task = "demo::handlers::save"; /* raw::poll of the task */
	frames[count - 5].task = "launch";       /* raw::poll of the worker */
	v = stack_classify(*state, list, count, false);
	assert_string_equal(v.task, "demo::handlers::save");
	assert_int_equal(v.poll, 2);
	frames[5].task = NULL;
	assert_string_equal(stack_classify(*state, list, count, false).task, "demo::save");
}

/* Where a probe on a poll function leaves the thread while it runs. */
static void at_the_entry_of_a_poll_function_no_task_is_polled_yet(void **state)
{
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	const struct stack task = {
		.frames = {"tokio::runtime::task::harness::Harness::poll", RUN, WORKER}};
	/* The poll of the task around it goes on. */
	const struct stack local = {.frames = {"tokio::runtime::task::harness::Harness::poll",
					       "tokio::task::local::LocalSet::tick", TASK, RUN,
					       WORKER}};
	size_t count = frames_make(&task, frames, list);

	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_POLL);
	frames[0].at_entry = true;
	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_RUNTIME);
	count = frames_make(&local, frames, list);
	frames[0].at_entry = true;
	assert_int_equal(stack_classify(*state, list, count, false).class, STACK_POLL);
}

/* As debug information (rustc 1.63, 1.95) and v0 names write it. */
static void a_worker_is_known_by_the_type_of_its_task(void **state)
{
#define BLOCKING_TASK "tokio::runtime::blocking::task::BlockingTask<"
	static const char *const types[] = {
		BLOCKING_TASK "demo::resize>",
		BLOCKING_TASK MT "worker::{impl#0}::launch::{closure_env#0}>",
		BLOCKING_TASK "<" MT "worker::Launch>::launch::{closure#0}>",
		BLOCKING_TASK MT "worker::block_in_place::{closure#0}::{closure_env#0}<F, ()>>",
		BLOCKING_TASK MT "worker::block_in_place<F, ()>::{closure#0}::{closure#0}>",
	};
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	const struct stack s = {.frames = {"demo::hash", TASK, BLOCKING, POOL}};
	size_t count = frames_make(&s, frames, list);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		frames[9].task_type = types[i];
		assert_int_equal(stack_classify(*state, list, count, false).class,
				 i ? STACK_POLL : STACK_POOL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_has_the_class_of_what_its_thread_does),
		cmocka_unit_test(a_park_is_never_a_block),
		cmocka_unit_test(generated_code_is_never_the_site_while_there_is_other_code),
		cmocka_unit_test(the_task_is_that_of_the_innermost_poll),
		cmocka_unit_test(at_the_entry_of_a_poll_function_no_task_is_polled_yet),
		cmocka_unit_test(a_worker_is_known_by_the_type_of_its_task),
		cmocka_unit_test_setup_teardown(a_task_without_a_type_is_named_by_what_is_polled,
						open_rules, close_rules),
		cmocka_unit_test_setup_teardown(what_a_cancelled_task_drops_is_no_name_of_it,
						open_rules, close_rules),
		cmocka_unit_test_setup_teardown(an_idle_thread_of_the_pool_is_known_by_its_code,
						open_rules, close_rules),
	};

	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
