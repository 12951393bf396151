// SPDX-License-Identifier: MIT OR Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/demangle.h"

static void rust_and_cplus_names_are_written_as_people_write_them(void **state)
{
	static const struct {
		const char *name;
		const char *plain;
		bool rust;
	} cases[] = {
		{"_ZN4demo6guilty4hash17h0123456789abcdefE", "demo::guilty::hash", true},
		{"_ZN4demo6guilty4hash17h0123456789abcdefE.llvm.42", "demo::guilty::hash", true},
		{"_ZN42_$LT$demo..Store$u20$as$u20$demo..Save$GT$4save17h0123456789abcdefE",
		 "<demo::Store as demo::Save>::save", true},
		{"_ZN4demo3all28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
		 "demo::all::{{closure}}", true},
		{"_RNvNtCs1234_4demo6guilty4hash", "demo::guilty::hash", true},
		{"_RNCNvCs1234_4demo3all0", "demo::all::{closure#0}", true},
		{"_RINvNtNtNtCs1234_5tokio7runtime4task3raw4pollNvC4demo3allE",
		 "tokio::runtime::task::raw::poll::<demo::all>", true},
		{"_ZN2ns3fooEi", "ns::foo", false},
		{"main", "main", false},
		{"_start", "_start", false},
		{"_ZN", "_ZN", false},
		{"_R", "_R", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text out = {0};
		bool rust;

		demangle_name(&out, cases[i].name, &rust);
		assert_string_equal(out.bytes, cases[i].plain);
		assert_int_equal(rust, cases[i].rust);
		text_close(&out);
	}
}

/* Each level names the one before twice: 2^n bytes out of a name of 8 n. */
static void a_name_that_grows_without_bound_stays_as_it_is(void **state)
{
	struct text name = {0};
	struct text out = {0};
	bool rust;

	(void)state;
	text_add_string(&name, "_RIC1a");
	for (int i = 0; i < 60; i++)
		text_add_string(&name, i ? "TB5_B5_" : "TC1bC1b");
	text_add_string(&name, "E");
	demangle_name(&out, name.bytes, &rust);
	assert_true(out.length <= 1 << 20);
	text_close(&name);
	text_close(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rust_and_cplus_names_are_written_as_people_write_them),
		cmocka_unit_test(a_name_that_grows_without_bound_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
