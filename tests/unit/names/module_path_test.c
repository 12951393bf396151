/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/names/module_path.h"

static void a_file_says_its_modules(void **state)
{
	static const struct {
		const char *path, *unit, *modules;
	} cases[] = {
		{"/root/.cargo/registry/src/index.crates.io-1949cf8c/tokio-1.53.1/src/runtime/task/"
		 "raw.rs",
		 NULL, "tokio::runtime::task::raw::"},
		{"/rustc/5980/library/core/src/ptr/mod.rs", NULL, "core::ptr::"},
		{"crates/order-store/src/lib.rs", "x/@/x.1-cgu.0", "order_store::"},
		{"src/bin/server.rs", "src/bin/server.rs/@/server.6d2a-cgu.00", "server::"},
		{"src/bin/tool/main.rs", NULL, "tool::"},
		{"src/bin/tool/options.rs", NULL, "tool::options::"},
		{"src/main.rs", "src/main.rs/@/shop.6d2a-cgu.00", "shop::"},
		{"src/db/pool.rs", "src/main.rs/@/shop.6d2a-cgu.00", "shop::db::pool::"},
		{"benches/load.rs", "benches/load.rs/@/load.6d2a-cgu.00", "load::"},
		{"src/db.rs", NULL, ""},
		{"/home/me/other/src/db.rs", "src/main.rs/@/shop.6d2a-cgu.00", "other::db::"},
		{"src/db.rs", "inlined.c", ""},
		{"", NULL, ""},
		{"src/", "a/@/b", "b::"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text out = {0};

		text_add_string(&out, ">");
		module_path_add(&out, cases[i].path, cases[i].unit);
		assert_string_equal(out.bytes + 1, cases[i].modules);
		text_close(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_its_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
