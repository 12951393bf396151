/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/rules/boundary.h"

enum { FRAMES = 12 };

/* Functions as they are demangled, innermost first; which crate is whose is in origin_named(). */
struct block {
	const char *about;
	const char *frames[FRAMES];
	const char *boundary; /* folded */
};

#define RAW "tokio::runtime::task::core::Core<T,S>::poll"
#define CALL_ONCE "core::ops::function::FnOnce::call_once"

static const struct block blocks[] = {
	{"the function that an async fn calls, not the leaf",
	 {"app::step", "app::simulate", "app::recompute", "app::handle::{{closure}}", RAW},
	 "app::recompute"},
	{"as v0 names it",
	 {"app::step", "app::recompute", "app::handle::{closure#0}", RAW},
	 "app::recompute"},
	{"an async fn that computes by itself", {"app::handle::{{closure}}", RAW}, "app::handle"},
	{"through async functions of the user's and a library's",
	 {"app::step", "app::price::{{closure}}", "app::handle::{{closure}}",
	  "<axum::handler::HandlerFuture as core::future::future::Future>::poll",
	  "app::serve::{{closure}}", RAW},
	 "app::step"},
	{"std between two async functions",
	 {"app::step", "app::price::{{closure}}",
	  "<core::pin::Pin<P> as core::future::future::Future>::poll",
	  "<core::future::from_generator::GenFuture<T> as core::future::future::Future>::poll",
	  "app::handle::{{closure}}", RAW},
	 "app::step"},
	{"a Future of the user's own",
	 {"app::step", "app::advance", "<app::Machine as core::future::future::Future>::poll", RAW},
	 "app::advance"},
	{"a Future of the user's own that computes by itself",
	 {"<app::Machine as core::future::future::Future>::poll", RAW},
	 "app::Machine::poll"},
	{"poll_fn's closure is async code",
	 {"app::step", "app::run::{{closure}}",
	  "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll", RAW},
	 "app::step"},
	{"a method that a library's future calls",
	 {"app::step", "<app::Service as tower_service::Service<R>>::call",
	  "<axum::route::RouteFuture as core::future::future::Future>::poll", RAW},
	 "app::Service::call"},
	{"a helper that runs what it is given is passed",
	 {"app::step", "app::work", "app::handle::{{closure}}::{{closure}}", "app::retry",
	  "app::handle::{{closure}}", RAW},
	 "app::work"},
	{"two helpers, one in the other",
	 {"app::work", "app::handle::{{closure}}::{{closure}}::{{closure}}", "app::measure",
	  "app::handle::{{closure}}::{{closure}}", "app::retry", "app::handle::{{closure}}", RAW},
	 "app::work"},
	{"a helper of a closure that works by itself",
	 {"app::handle::{{closure}}::{{closure}}", "app::measure", "app::handle::{{closure}}", RAW},
	 "app::handle"},
	{"a helper that is given a function",
	 {"app::step", "app::work", CALL_ONCE, "app::retry", "app::handle::{{closure}}", RAW},
	 "app::work"},
	{"a helper that is given a function, as v0 names it",
	 {"app::step", "app::work", "<app::work as core::ops::function::FnOnce<()>>::call_once",
	  "app::retry", "app::handle::{closure#0}", RAW},
	 "app::work"},
	{"what a library calls back is its caller's, which has the loop",
	 {"<app::Item as core::cmp::Ord>::cmp", "alloc::slice::merge_sort",
	  "app::handle::{{closure}}", RAW},
	 "app::handle"},
	{"as debug information names what was inlined",
	 {"app::parse", "app::{impl#3}::visit_map", "serde_json::de::from_slice",
	  "app::handle::{{closure}}", RAW},
	 "app::handle"},
	{"a drop is called by the async fn itself",
	 {"app::close", "<app::Store as core::ops::drop::Drop>::drop", "core::ptr::drop_in_place",
	  "app::handle::{{closure}}", RAW},
	 "app::Store::drop"},
	{"a loop over things is no helper",
	 {"app::each", CALL_ONCE, "core::iter::traits::iterator::Iterator::for_each", "app::all",
	  "app::handle::{{closure}}", RAW},
	 "app::all"},
	{"a closure of a synchronous function",
	 {"app::all::{{closure}}", "core::iter::traits::iterator::Iterator::map", "app::all",
	  "app::handle::{{closure}}", RAW},
	 "app::all"},
	{"what block_on polls inside a synchronous function",
	 {"app::step", "app::inner::{{closure}}",
	  "futures_executor::local_pool::block_on::{{closure}}", "app::outer",
	  "app::handle::{{closure}}", RAW},
	 "app::outer"},
	{"without an async function: the outermost", {"app::step", "app::run", RAW}, "app::run"},
};

/* The same without debug information: whose each function is is not known. */
static const struct block nobodys[] = {
	{"the function that an async fn calls, not the leaf",
	 {"lib::step", "app::simulate", "app::recompute", "app::handle::{{closure}}", RAW},
	 "app::recompute"},
	{"the innermost async code, not a library's function around it",
	 {"lib::step", "app::work", "<app::Machine as core::future::future::Future>::poll",
	  "lib::drive", "app::handle::{{closure}}", RAW},
	 "app::work"},
	{"std is nobody's boundary",
	 {"lib::step", "core::iter::traits::iterator::Iterator::map", "app::handle::{{closure}}",
	  RAW},
	 "lib::step"},
	{"an async fn that computes by itself", {"app::handle::{{closure}}", RAW}, "app::handle"},
};

static enum frame_origin origin_named(const char *function)
{
	if (strstr(function, "app::") && !strstr(function, "axum") && !strstr(function, "FnOnce"))
		return ORIGIN_USER;
	if (strstr(function, "tokio"))
		return ORIGIN_RUNTIME_ITSELF;
	if (strstr(function, "serde_json"))
		return ORIGIN_THIRD_PARTY;
	if (!strncmp(function, "alloc::", strlen("alloc::")))
		return ORIGIN_STD;
	return strstr(function, "core::") && !strstr(function, "axum") ? ORIGIN_STD
								       : ORIGIN_RUNTIME;
}

/* As fold_name() does, for the names above. */
static void fold(char *out, const char *function)
{
	const char *type = *function == '<' ? function + 1 : function;
	const char *closure = strstr(function, "::{");
	const char *method = strstr(function, ">::");

	if (*function == '<')
		sprintf(out, "%.*s%s", (int)strcspn(type, "< "), type, strrchr(method, ':') - 1);
	else
		sprintf(out, "%.*s", closure ? (int)(closure - function) : 200, function);
}

static void check(const struct block *b, bool known)
{
	struct symbol_frame frames[FRAMES];
	const struct symbol_frame *list[FRAMES];
	char site[FRAMES][256];
	const char *found;
	int count = 0, first = known ? -1 : 0;

	for (; count < FRAMES && b->frames[count]; count++) {
		enum frame_origin origin = origin_named(b->frames[count]);

		fold(site[count], b->frames[count]);
		if (!known && origin != ORIGIN_STD)
			origin = ORIGIN_UNKNOWN;
		frames[count] = (struct symbol_frame) {.function = b->frames[count],
						       .site = site[count],
						       .crate = "some",
						       .origin = origin};
		list[count] = &frames[count];
		if (first < 0 && origin == ORIGIN_USER)
			first = count;
	}
	/* The last frame is the poll's own. */
	found = list[(known ? boundary_find : boundary_guess)(list, first, count - 1)]->site;
	if (strcmp(found, b->boundary) != 0)
		fail_msg("%s: %s, not %s", b->about, found, b->boundary);
}

static void the_boundary_is_the_first_synchronous_function_that_async_code_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		check(&blocks[i], true);
}

static void where_names_alone_are_known_it_is_what_the_innermost_async_code_calls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nobodys) / sizeof(*nobodys); i++)
		check(&nobodys[i], false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_boundary_is_the_first_synchronous_function_that_async_code_calls),
		cmocka_unit_test(
			where_names_alone_are_known_it_is_what_the_innermost_async_code_calls),
	};

	return cmocka_run_group_tests_name("boundary", tests, NULL, NULL);
}
