/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What an instruction costs to probe, and where a branch leads. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyzer/image/instruction.h"

static bool cheap(uint32_t machine, const char *code, size_t bytes)
{
	struct plan_image_part part = {.address = 0x1000, .bytes = bytes, .code = true};
	struct plan_image image = {.machine = machine, .part = &part, .parts = 1};

	part.data = (uint8_t *)(uintptr_t)code;
	return plan_instruction_is_cheap(&image, 0x1000);
}

static void instructions_that_the_kernel_emulates_are_cheap_to_probe(void **state)
{
	(void)state;
	assert_true(cheap(EM_X86_64, "\x55\x48\x89\xe5", 4));         /* push rbp */
	assert_true(cheap(EM_X86_64, "\x41\x57", 2));                 /* push r15 */
	assert_true(cheap(EM_X86_64, "\xe9\x01\x02\x03\x04", 5));     /* jmp */
	assert_true(cheap(EM_X86_64, "\x0f\x84\x01\x02\x03\x04", 6)); /* je */
	assert_true(cheap(EM_AARCH64, "\x02\x00\x00\x14", 4));        /* b */
	assert_true(cheap(EM_AARCH64, "\x40\x00\x00\xb4", 4));        /* cbz x0 */
	assert_false(cheap(EM_X86_64, "\x48\x83\xec\x18", 4));        /* sub rsp */
	assert_false(cheap(EM_X86_64, "\xf3\x0f\x1e\xfa", 4));        /* endbr64 */
	assert_false(cheap(EM_X86_64, "\x48\x89\xf8", 3));            /* mov rax, rdi */
	assert_false(cheap(EM_X86_64, "\x41", 1));
	assert_false(cheap(EM_AARCH64, "\xfd\x7b\xbf\xa9", 4)); /* stp x29, x30 */
	assert_false(cheap(EM_AARCH64, "\x02\x00\x00", 3));
}

static uint64_t target(uint32_t machine, const char *code, size_t bytes)
{
	static uint8_t table[] = {0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0};
	struct plan_image_part part = {.address = 0x2000, .bytes = sizeof(table), .data = table};
	struct plan_image image = {.machine = machine, .part = &part, .parts = 1};

	return plan_instruction_target(&image, (const uint8_t *)code, bytes, 0x1000);
}

static void the_target_of_a_branch_is_relative_or_in_a_word_of_the_object(void **state)
{
	(void)state;
	assert_int_equal(target(EM_X86_64, "\xe8\xfb\xff\xff\xff", 5), 0x1000);
	assert_int_equal(target(EM_X86_64, "\xe9\x00\x01", 3), 0);
	assert_int_equal(target(EM_X86_64, "\xff\x15\xfa\x0f\x00\x00", 6), 0x12345678);
	assert_int_equal(target(EM_X86_64, "\xff\x25\xfb\x0f\x00\x00", 6), 0);
	assert_int_equal(target(EM_AARCH64, "\xff\xff\xff\x97", 4), 0xffc);
	assert_int_equal(target(EM_AARCH64, "\x02\x00\x00\x14", 4), 0x1008);
}

static struct plan_frame_call frame_call(uint32_t machine, const char *code, size_t bytes)
{
	struct plan_image image = {.machine = machine};
	struct plan_frame_call call = {0};

	if (!plan_instruction_frame_call(&image, (const uint8_t *)code, bytes, 0x1000, &call))
		call.target = 0;
	return call;
}

static void expect_call(struct plan_frame_call call, uint64_t target, int64_t offset, bool by_fp)
{
	assert_int_equal(call.target, target);
	assert_int_equal(call.offset, offset);
	assert_int_equal(call.by_fp, by_fp);
}

static void a_call_with_the_address_of_a_place_in_the_frame_is_found(void **state)
{
	(void)state;
	/* lea 0x48(%rsp), %rdi; call */
	expect_call(frame_call(EM_X86_64, "\x48\x8d\x7c\x24\x48\xe8\xf6\xff\xff\xff", 10), 0x1000,
		    0x48, false);
	/* lea 0x88(%rsp), %rdi; call */
	expect_call(frame_call(EM_X86_64, "\x48\x8d\xbc\x24\x88\0\0\0\xe8\xf3\xff\xff\xff", 13),
		    0x1000, 0x88, false);
	/* lea -0x20(%rbp), %rdi; call */
	expect_call(frame_call(EM_X86_64, "\x48\x8d\x7d\xe0\xe8\xf7\xff\xff\xff", 9), 0x1000, -0x20,
		    true);
	/* mov %rsp, %rdi; call */
	expect_call(frame_call(EM_X86_64, "\x48\x89\xe7\xe8\xf8\xff\xff\xff", 8), 0x1000, 0, false);
	/* lea 0x38(%rbx), %rdi; call: not of the frame */
	assert_int_equal(frame_call(EM_X86_64, "\x48\x8d\x7b\x38\xe8\xf7\xff\xff\xff", 9).target,
			 0);
	/* lea 0x48(%rsp), %rdi; ret; and with nothing after it */
	assert_int_equal(frame_call(EM_X86_64, "\x48\x8d\x7c\x24\x48\xc3", 6).target, 0);
	assert_int_equal(frame_call(EM_X86_64, "\x48\x8d\x7c\x24\x48", 5).target, 0);
	assert_int_equal(frame_call(EM_X86_64, "\x48\x8d\x7c\x24", 4).target, 0);
	/* add x0, sp, #0x48; bl; and sub x0, x29, #0x20; bl */
	expect_call(frame_call(EM_AARCH64, "\xe0\x23\x01\x91\xff\xff\xff\x97", 8), 0x1000, 0x48,
		    false);
	expect_call(frame_call(EM_AARCH64, "\xa0\x83\x00\xd1\xff\xff\xff\x97", 8), 0x1000, -0x20,
		    true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_that_the_kernel_emulates_are_cheap_to_probe),
		cmocka_unit_test(the_target_of_a_branch_is_relative_or_in_a_word_of_the_object),
		cmocka_unit_test(a_call_with_the_address_of_a_place_in_the_frame_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
