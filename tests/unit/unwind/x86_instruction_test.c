/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/unwind/x86_instruction.h"

static struct x86_instruction read_of(const char *bytes, size_t count)
{
	struct x86_instruction i;

	if (!x86_instruction_read((const uint8_t *)bytes, count, &i))
		fail_msg("instruction %02x %02x …", (uint8_t)bytes[0], (uint8_t)bytes[1]);
	assert_int_equal(i.length, count);
	return i;
}

#define READ(bytes) read_of(bytes, sizeof(bytes) - 1)

static void what_moves_the_stack_pointer_is_known(void **state)
{
	(void)state;
	assert_int_equal(READ("\x55").push, 8);
	assert_true(READ("\x55").saves_fp);
	assert_false(READ("\x41\x55").saves_fp);
	assert_true(READ("\x5d").restores_fp);
	assert_int_equal(READ("\x48\x83\xec\x18").push, 0x18);
	assert_int_equal(READ("\x48\x81\xec\x88\x00\x00\x00").push, 0x88);
	assert_int_equal(READ("\x48\x83\xc4\x18").push, -0x18);
	assert_int_equal(READ("\x48\x83\xc4\x80").push, 0x80);
	assert_int_equal(READ("\x48\x8d\x64\x24\xf0").push, 16);
	assert_int_equal(READ("\xff\x74\x24\x08").push, 8);
	assert_int_equal(READ("\x68\x01\x00\x00\x00").push, 8);
	assert_true(READ("\x31\xed").clears_fp);
}

static void what_gives_it_another_value_loses_it(void **state)
{
	(void)state;
	assert_true(READ("\x48\x83\xe4\xf0").loses_sp); /* and $-16,%rsp */
	assert_true(READ("\x48\x89\xec").loses_sp);     /* mov %rbp,%rsp */
	assert_true(READ("\x48\x8b\x67\x30").loses_sp); /* mov 0x30(%rdi),%rsp */
	assert_true(READ("\xc9").loses_sp);
	assert_true(READ("\x5c").loses_sp);
	assert_false(READ("\x48\x89\xe5").loses_sp);         /* mov %rsp,%rbp */
	assert_false(READ("\x49\x89\xe4").loses_sp);         /* mov %rsp,%r12 */
	assert_false(READ("\x4c\x89\x64\x24\x08").loses_sp); /* mov %r12,8(%rsp) */
	assert_false(READ("\x48\x83\xfc\x10").loses_sp);     /* cmp $16,%rsp */
}

static void where_it_goes_on_is_known(void **state)
{
	(void)state;
	assert_int_equal(READ("\xc3").flow, X86_END);
	assert_int_equal(READ("\x0f\x0b").flow, X86_END);
	assert_int_equal(READ("\xff\x25\x10\x00\x00\x00").flow, X86_END);
	assert_int_equal(READ("\xff\xd0").flow, X86_NEXT);
	assert_int_equal(READ("\xe8\x10\x00\x00\x00").flow, X86_NEXT);
	assert_int_equal(READ("\xeb\xfe").flow, X86_JUMP);
	assert_int_equal(READ("\xeb\xfe").distance, -2);
	assert_int_equal(READ("\x0f\x84\x10\x00\x00\x00").flow, X86_BRANCH);
	assert_int_equal(READ("\x74\x05").flow, X86_BRANCH);
}

/* As objdump reads them: every instruction of hud-analyze. */
static void the_length_of_every_instruction_is_that_of_objdump(void **state)
{
	FILE *listing = popen("objdump -d -w -j .text build/hud-analyze 2>/dev/null", "r");
	char line[512];
	size_t checked = 0;

	(void)state;
	assert_non_null(listing);
	while (fgets(line, sizeof(line), listing)) {
		uint8_t bytes[16];
		size_t count = 0;
		struct x86_instruction i;
		char *at = strchr(line, '\t'), *end;

		while (at && count < sizeof(bytes) && at[1] && at[1] != '\t' && at[1] != '\n') {
			unsigned long value = strtoul(at + 1, &end, 16);

			if (end != at + 3)
				break;
			bytes[count++] = (uint8_t)value;
			at = end;
			if (*at != ' ')
				break;
		}
		if (!count || strstr(line, "(bad)"))
			continue;
		if (!x86_instruction_read(bytes, count, &i) || i.length != count)
			fail_msg("%zu bytes: %s", count, line);
		checked++;
	}
	pclose(listing);
	if (!checked)
		skip();
}

static void what_is_cut_or_no_instruction_is_refused(void **state)
{
	static const uint8_t bytes[] = {0x48, 0x81, 0xec, 0x88, 0, 0, 0};
	struct x86_instruction i;

	(void)state;
	for (size_t length = 0; length < sizeof(bytes); length++)
		assert_false(x86_instruction_read(bytes, length, &i));
	assert_false(x86_instruction_read((const uint8_t *)"\x06\x00\x00", 3, &i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_the_stack_pointer_is_known),
		cmocka_unit_test(what_gives_it_another_value_loses_it),
		cmocka_unit_test(where_it_goes_on_is_known),
		cmocka_unit_test(the_length_of_every_instruction_is_that_of_objdump),
		cmocka_unit_test(what_is_cut_or_no_instruction_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
