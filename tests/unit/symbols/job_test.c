/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/symbols/module.h"

/* The closure that a thread pool ran, by the type of its job. */

#define JOB "rayon_core::job::{impl#3}::execute<rayon_core::latch::LatchRef<LockLatch>, "
#define INSTALL "rayon_core::thread_pool::{impl#0}::install::{closure_env#0}"

/* NULL: none. */
static void assert_closure(const char *name, const char *site, enum frame_origin origin)
{
	static const char *const crates[] = {"demo"};
	const struct symbolizer_options options = {.user_crates = crates, .user_crate_count = 1};
	const struct symbol_frame *closure = NULL;
	struct symbol_module *m;
	struct symbolizer *s;

	assert_int_equal(symbolizer_open(&options, &s), 0);
	m = symbolizer_module(s, NULL, 0, "/nonexistent");
	assert_non_null(m);
	assert_int_equal(symbol_job_closure(m, name, "rayon_core", &closure), 0);
	if (site) {
		assert_non_null(closure);
		assert_string_equal(closure->site, site);
		assert_int_equal(closure->origin, origin);
	} else {
		assert_null(closure);
	}
	symbolizer_close(s);
}

static void the_users_closure_is_found_within_those_of_the_pool(void **state)
{
	(void)state;
	assert_closure(JOB INSTALL "<demo::flags::{closure_env#0}, u64>, u64>",
		       "demo::flags::{closure}", ORIGIN_USER);
	assert_closure("<rayon_core::job::StackJob<L, rayon_core::thread_pool::ThreadPool::install<"
		       "demo::flags::{closure#0}::{closure#1}, u64>::{closure#0}, u64>>::execute",
		       "demo::flags::{closure}", ORIGIN_USER);
	assert_closure(JOB "rayon::iter::plumbing::helper::{closure_env#1}<core::ops::Range<u64>, "
			   "image::resize::{closure_env#0}, demo::flags::{closure_env#2}>>",
		       "demo::flags::{closure}", ORIGIN_USER);
}

static void without_one_of_the_users_it_is_another_crates_and_never_the_pools(void **state)
{
	(void)state;
	assert_closure(JOB INSTALL "<image::resize::{closure_env#0}, u64>, u64>",
		       "image::resize::{closure}", ORIGIN_UNKNOWN);
	assert_closure(JOB INSTALL "<fn(u64) -> u64, u64>, u64>", NULL, 0);
	assert_closure(JOB "core::iter::map::{closure_env#0}>", NULL, 0);
	assert_closure("", NULL, 0);
	assert_closure("::{closure", NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_users_closure_is_found_within_those_of_the_pool),
		cmocka_unit_test(without_one_of_the_users_it_is_another_crates_and_never_the_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
