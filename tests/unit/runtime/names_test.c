/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The runtime's names, its version, and where a thread-local lies. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/base/embedded.h"
#include "analyzer/runtime/runtime_names.h"
#include "analyzer/runtime/tls.h"
#include "analyzer/runtime/version.h"
#include "format/wire/events.h"

#define MULTI "tokio::runtime::scheduler::multi_thread::worker::"
#define SINGLE "tokio::runtime::scheduler::current_thread::"

static void a_thread_local_is_below_or_above_the_thread_pointer(void **state)
{
	struct plan_tls x86 = {.machine = EM_X86_64, .bytes = 0x131, .align = 16};
	struct plan_tls arm = {.machine = EM_AARCH64, .bytes = 0x131, .align = 8};
	int64_t offset;

	(void)state;
	assert_true(plan_tls_offset(&x86, 0x28, &offset));
	assert_int_equal(offset, 0x28 - 0x140);
	assert_true(plan_tls_offset(&arm, 0x28, &offset));
	assert_int_equal(offset, 0x28 + 16);
	arm.align = 64;
	assert_true(plan_tls_offset(&arm, 0, &offset));
	assert_int_equal(offset, 64);
	assert_false(plan_tls_offset(&x86, 0x131, &offset));
	x86.bytes = 0;
	assert_false(plan_tls_offset(&x86, 0, &offset));
}

/* Of programs that lld linked: their instructions have these offsets. */
static void a_block_keeps_the_remainder_of_its_address(void **state)
{
	struct plan_tls x86 = {
		.machine = EM_X86_64, .bytes = 0x2438, .align = 0x20, .address = 0x305010};
	struct plan_tls arm = {
		.machine = EM_AARCH64, .bytes = 0x200f0, .align = 0x20, .address = 0x205018};
	int64_t offset;

	(void)state;
	assert_true(plan_tls_offset(&x86, 8, &offset));
	assert_int_equal(offset, -0x2448);
	x86.address = 0x305020;
	x86.bytes = 0x2428;
	assert_true(plan_tls_offset(&x86, 8, &offset));
	assert_int_equal(offset, -0x2438);
	assert_true(plan_tls_offset(&arm, 0, &offset));
	assert_int_equal(offset, 0x18);
}

static void a_version_is_three_numbers(void **state)
{
	static const char text[] = "1.24.2/src", cut[] = "1.24.", util[] = "util-0.7.1/src";
	struct plan_version v = plan_version_read(text, text + sizeof(text) - 1);

	(void)state;
	assert_true(v.known);
	assert_true(v.major == 1 && v.minor == 24 && v.patch == 2);
	v = plan_version_read(cut, cut + sizeof(cut) - 1);
	assert_false(v.known);
	v = plan_version_read(util, util + sizeof(util) - 1);
	assert_false(v.known);
}

static void the_rules_have_all_names(void **state)
{
	struct plan_names names;

	(void)state;
	assert_int_equal(plan_names_open(&names, "rules/tokio-state.rules"), 0);
	assert_string_equal(names.name[NAME_RUNTIME], "tokio");
	assert_non_null(embedded_text(names.name[NAME_LAYOUTS]));
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++)
		assert_non_null(plan_names_scheduler(&names, plan_scheduler_kinds[i].kind));
	assert_null(plan_names_scheduler(&names, 0));
	assert_int_equal(plan_names_kind_of(&names, "alloc::sync::Arc<" MULTI "Handle>"),
			 HUD_SCHEDULER_MULTI_THREAD);
	assert_int_equal(plan_names_kind_of(&names, "alloc::sync::Arc<" SINGLE "Handle>"),
			 HUD_SCHEDULER_CURRENT_THREAD);
	assert_int_equal(plan_names_kind_of(&names, "tokio::runtime::Handle"), 0);
	plan_names_close(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_local_is_below_or_above_the_thread_pointer),
		cmocka_unit_test(a_block_keeps_the_remainder_of_its_address),
		cmocka_unit_test(a_version_is_three_numbers),
		cmocka_unit_test(the_rules_have_all_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
