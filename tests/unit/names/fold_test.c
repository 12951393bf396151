/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/names/demangle.h"
#include "analyzer/base/text.h"
#include "analyzer/names/fold.h"

static void check_fold(const char *name, const char *folded)
{
	struct text out = {0};

	fold_name(&out, name);
	assert_string_equal(out.bytes, folded);
	text_close(&out);
}

/* Left: symbols of programs built with rustc 1.63 and 1.95, as rust_demangle() prints them. */
static void names_are_folded(void **state)
{
	static const char *const cases[][2] = {
		{"demo::guilty::hash::h0123456789abcdef", "demo::guilty::hash"},
		{"demo::guilty::hash", "demo::guilty::hash"},
		{"demo::hello", "demo::hello"},
		{"demo::h0123456789abcdef::f", "demo::f"},
		{"demo::main::{{closure}}", "demo::main"},
		{"demo::all::{{closure}}::{{closure}}", "demo::all"},
		{"demo::all::{closure#0}::{closure#1}", "demo::all"},
		{"demo::handlers::save::{async_fn_env#0}", "demo::handlers::save"},
		{"demo::all::{async_fn#0}::{async_block_env#1}", "demo::all"},
		{"demo::spawn::{closure_env#1}<demo::Order>", "demo::spawn"},
		{"demo::guilty::{impl#3}::add", "demo::guilty::add"},
		{"demo::guilty::generic::<demo::Order>", "demo::guilty::generic"},
		{"<demo::guilty::Store as demo::guilty::Save>::save", "demo::guilty::Store::save"},
		{"<demo::guilty::Store>::add", "demo::guilty::Store::add"},
		{"demo::guilty::Store<T>::add", "demo::guilty::Store::add"},
		{"<demo::Store<T,U> as demo::Save<A>>::save::{{closure}}", "demo::Store::save"},
		{"<&mut demo::Store as demo::Save>::save", "demo::Store::save"},
		{"<dyn demo::Save as demo::Other>::go", "demo::Save::go"},
		{"<&T as core::fmt::Debug>::fmt", "core::fmt::Debug::fmt"},
		{"<usize as core::fmt::Debug>::fmt", "core::fmt::Debug::fmt"},
		{"<[T] as core::fmt::Debug>::fmt", "core::fmt::Debug::fmt"},
		{"<[u8]>::sort", "slice::sort"},
		{"<str>::len", "str::len"},
		{"alloc::slice::<impl [T]>::sort_by", "alloc::slice::sort_by"},
		{"core::fmt::num::<impl core::fmt::UpperHex for u32>::fmt", "core::fmt::num::fmt"},
		{"demo::io::<impl demo::Save for demo::Store>::save", "demo::Store::save"},
		{"<alloc::vec::Vec<u8> as demo::Save>::save", "demo::Save::save"},
		{"<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop", "alloc::vec::Vec::drop"},
		{"core::ptr::drop_in_place<demo::Order>", "core::ptr::drop_in_place"},
		{"core::ops::function::FnOnce::call_once{{vtable.shim}}",
		 "core::ops::function::FnOnce::call_once"},
		{"<F as core::ops::function::FnOnce<(A, fn(B) -> C)>>::call_once",
		 "core::ops::function::FnOnce::call_once"},
		{"<<demo::A<T> as demo::B>::C as demo::D>::run", "demo::A::C::run"},
		{"_$LT$demo..Store$u20$as$u20$demo..Save$GT$::save", "demo::Store::save"},
		{"demo::call$u21$", "demo::call!"},
		{"demo::call$unknown$", "demo::call$unknown$"},
		{"demo::cost$", "demo::cost$"},
		{"demo::hash.llvm.1234567890", "demo::hash"},
		{"demo::hash [clone .cold]", "demo::hash"},
		{"std::vector<int, std::allocator<int> >::push_back", "std::vector::push_back"},
		{"(anonymous namespace)::work", "(anonymous namespace)::work"},
		{"ns::Point::operator<<", "ns::Point::operator<<"},
		{"clone3", "clone3"},
		{"memcpy@@GLIBC_2.14", "memcpy"},
		{"libc.so.6+0x88fd4", "libc.so.6+0x88fd4"},
		{"{{closure}}", "{{closure}}"},
		{"<", "<"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(cases) / sizeof(cases[0]); i++)
		check_fold(cases[i][0], cases[i][1]);
}

static void a_name_with_a_thousand_brackets_is_folded_without_harm(void **state)
{
	char deep[4096];
	struct text out = {0};
	size_t length = 0;
	bool by_trait;

	(void)state;
	for (int i = 0; i < 1000; i++)
		memcpy(deep + 4 * i, "<&a:", 4);
	deep[4000] = '\0';
	fold_name(&out, deep);
	assert_non_null(out.bytes);
	fold_crate(deep, &length, &by_trait);
	fold_first_argument(deep, &length);
	fold_trait_method(&out, deep);
	text_close(&out);
}

static void the_crate_is_that_of_the_type_or_of_a_trait_outside_std(void **state)
{
	static const struct {
		const char *name;
		const char *crate;
		bool by_trait;
	} cases[] = {
		{"demo::guilty::hash", "demo", false},
		{"demo::all::{{closure}}", "demo", false},
		{"<demo::Store>::add", "demo", false},
		{"<demo::Store as core::fmt::Debug>::fmt", "demo", true},
		{"<alloc::vec::Vec<u8> as demo::Save>::save", "demo", true},
		{"<&T as core::fmt::Debug>::fmt", "core", true},
		{"core::num::<impl u32>::from_str_radix", "core", false},
		{"tokio::worker::<impl tokio::task::Schedule for alloc::sync::Arc<H>>::schedule",
		 "tokio", true},
		{"__rust_try", "__rust", false},
		{"main", "", false},
		{"libc.so.6+0x88fd4", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length;
		bool by_trait;
		const char *crate = fold_crate(cases[i].name, &length, &by_trait);

		assert_int_equal(length, strlen(cases[i].crate));
		assert_memory_equal(crate, cases[i].crate, length);
		assert_int_equal(by_trait, cases[i].by_trait);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_folded),
		cmocka_unit_test(a_name_with_a_thousand_brackets_is_folded_without_harm),
		cmocka_unit_test(the_crate_is_that_of_the_type_or_of_a_trait_outside_std),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
