/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/rules/rules.h"
#include "analyzer/base/text.h"

static void a_task_is_named_without_its_wrappers(void **state)
{
	static const char *const cases[][2] = {
		{"demo::handlers::save::{async_fn_env#0}", "demo::handlers::save"},
		{"core::future::from_generator::GenFuture<demo::all::{async_fn_env#0}>",
		 "demo::all"},
		{"tracing::instrument::Instrumented<core::future::from_generator::GenFuture<"
		 "demo::all::{async_fn_env#0}>>",
		 "demo::all"},
		{"core::pin::Pin<alloc::boxed::Box<demo::all::{async_block_env#2}, A>>",
		 "demo::all"},
		{"hyper::server::conn::Connection<tokio::net::TcpStream, demo::Service>",
		 "hyper::server::conn::Connection"},
		{"core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future>>", NULL},
		{"tokio::runtime::blocking::task::BlockingTask<fn()>", NULL},
	};
	struct rules *rules;

	(void)state;
	assert_int_equal(rules_open(&rules), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text out = {0};

		rules_fold_task(rules, &out, cases[i][0]);
		if (cases[i][1])
			assert_string_equal(out.bytes, cases[i][1]);
		else
			assert_null(out.bytes);
		text_close(&out);
	}
	rules_close(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_is_named_without_its_wrappers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
