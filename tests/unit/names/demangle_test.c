/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/names/demangle.h"
#include "analyzer/base/text.h"
#include "analyzer/names/demangle_legacy.h"

#include <libiberty/demangle.h>

static void rust_and_cplus_names_are_demangled(void **state)
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
		{"__rust_try", "__rust_try", true},
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

/* Each level refers to the one before it twice: a name of 8 n bytes expands to 2^n bytes. */
static void a_name_that_expands_without_bound_is_not_demangled(void **state)
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

static void library_add(const char *bytes, size_t length, void *out)
{
	text_add(out, bytes, length);
}

/* Names that demangle_legacy() accepts come out as from libiberty. */
static bool same_as_library(const char *name)
{
	struct text quick = {0}, library = {0};
	bool taken = demangle_legacy(&quick, name);
	bool rust;

	if (taken) {
		rust = rust_demangle_callback(name, DMGL_NO_OPTS, library_add, &library);
		assert_true(rust);
		assert_string_equal(quick.bytes, library.bytes);
	} else {
		assert_null(quick.bytes);
	}
	text_close(&quick);
	text_close(&library);
	return taken;
}

static void legacy_names_are_demangled_as_by_libiberty(void **state)
{
	const char *slash = strrchr(__FILE__, '/');
	char command[512], line[4096];
	int names = 0, taken = 0;
	FILE *symbols;

	(void)state;
	snprintf(command, sizeof(command),
		 "d=$(mktemp -d) && PATH=/usr/bin:/bin rustc -O %.*s/../fixture/inlined.rs -o $d/x "
		 "&& nm $d/x | cut -d' ' -f3 | grep ^_ZN; rm -r $d",
		 slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".");
	symbols = popen(command, "r");
	assert_non_null(symbols);
	while (fgets(line, sizeof(line), symbols)) {
		line[strcspn(line, "\n")] = '\0';
		if (strstr(line, ".llvm.")) /* libiberty gets such names without the suffix */
			continue;
		names++;
		taken += same_as_library(line);
		/* Names that are slightly wrong. */
		for (size_t i = 3; i < strlen(line); i += 5) {
			char was = line[i];

			for (const char *c = "$.E9_u7\x80"; *c; c++) {
				line[i] = *c;
				same_as_library(line);
			}
			line[i] = '\0';
			same_as_library(line);
			line[i] = was;
		}
	}
	assert_int_equal(pclose(symbols), 0);
	assert_true(names > 200);
	assert_true(taken > names * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rust_and_cplus_names_are_demangled),
		cmocka_unit_test(legacy_names_are_demangled_as_by_libiberty),
		cmocka_unit_test(a_name_that_expands_without_bound_is_not_demangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
