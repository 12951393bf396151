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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_that_the_kernel_emulates_are_cheap_to_probe),
		cmocka_unit_test(the_target_of_a_branch_is_relative_or_in_a_word_of_the_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
