/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/load/known_code.h"

/* Two functions, and as the capture has them. */
struct record {
	struct hud_code head;
	uint64_t word[2 * HUD_CODE_WORDS];
};

#define BYTES(size, flags) ((size) | (uint64_t)(flags) << 32)

static const struct record two = {
	.head = {.head = {HUD_CODE, 0, sizeof(struct record)},
		 .build_id = {1, 2, 3, 4},
		 .build_id_bytes = 4,
		 .functions = 2},
	.word = {0x2000, BYTES(0x100, HUD_CODE_WORKER), 0, 0x1000,
		 BYTES(0x100, HUD_CODE_POLL | HUD_CODE_TASK), 0x900},
};
static const struct symbol_frame nameless = {.function = "app+0x1080", .site = "app+0x1080"};
static const struct symbol_frame named = {.function = "demo::run", .site = "demo::run"};

static const struct symbol_frame *applied(const struct known_code *code, struct text_pool *pool,
					  uint64_t offset, const struct symbol_frame *frame)
{
	assert_int_equal(known_code_apply(code, pool, offset, &frame, 1), 0);
	return frame;
}

static void what_is_known_of_a_function_is_added_to_a_frame_without_a_name(void **state)
{
	struct known_codes all = {0};
	struct text_pool pool = {0};
	const struct symbol_frame *frame;
	struct record record = two;
	struct known_code *code;

	(void)state;
	assert_int_equal(known_code_add(&all, &two.head), 0);
	assert_null(known_code_of(&all, two.head.build_id, 3));
	code = known_code_of(&all, two.head.build_id, 4);
	assert_non_null(code);
	frame = applied(code, &pool, 0x10ff, &nameless);
	assert_int_equal(frame->code, HUD_CODE_POLL | HUD_CODE_TASK);
	assert_string_equal(frame->task, "app+0x900");
	frame = applied(code, &pool, 0x2000, &nameless);
	assert_int_equal(frame->code, HUD_CODE_WORKER);
	assert_null(frame->task);
	frame = applied(code, &pool, 0x1100, &nameless);
	assert_true(frame->nameless && !frame->code);
	assert_ptr_equal(applied(code, &pool, 0x1080, &named), &named);
	/* Of one with a name only what no name shows: that a loop of the pool is in it. */
	record.word[1] = BYTES(0x100, HUD_CODE_POOL | HUD_CODE_WORKER);
	record.head.build_id[0] = 9;
	assert_int_equal(known_code_add(&all, &record.head), 0);
	code = known_code_of(&all, record.head.build_id, 4);
	frame = applied(code, &pool, 0x2000, &named);
	assert_int_equal(frame->code, HUD_CODE_POOL);
	assert_true(!frame->nameless && !frame->task);
	known_codes_close(&all);
	text_pool_close(&pool);
}

static void a_frame_at_the_entry_of_a_poll_function_says_so(void **state)
{
	struct known_codes all = {0};
	struct text_pool pool = {0};
	const struct symbol_frame *frame;
	struct known_code *code;

	(void)state;
	assert_int_equal(known_code_add(&all, &two.head), 0);
	code = known_code_of(&all, two.head.build_id, 4);
	assert_non_null(code);
	frame = applied(code, &pool, 0x1000, &named);
	assert_true(frame->at_entry && !frame->nameless && !frame->code);
	assert_ptr_equal(applied(code, &pool, 0x1010, &named), &named);
	assert_true(applied(code, &pool, 0x1001, &nameless)->at_entry);
	assert_false(applied(code, &pool, 0x1010, &nameless)->at_entry);
	assert_false(applied(code, &pool, 0x2000, &nameless)->at_entry); /* it polls nothing */
	known_codes_close(&all);
	text_pool_close(&pool);
}

static void functions_that_cannot_be_are_refused(void **state)
{
	struct known_codes all = {0};
	struct record bad = two;

	(void)state;
	bad.head.build_id_bytes = 0;
	assert_int_equal(known_code_add(&all, &bad.head), -EINVAL);
	bad = two;
	bad.word[1] = BYTES(0, HUD_CODE_POLL);
	assert_int_equal(known_code_add(&all, &bad.head), -EINVAL);
	bad = two;
	bad.word[0] = UINT64_MAX - 0x10;
	assert_int_equal(known_code_add(&all, &bad.head), -EINVAL);
	known_codes_close(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_of_a_function_is_added_to_a_frame_without_a_name),
		cmocka_unit_test(a_frame_at_the_entry_of_a_poll_function_says_so),
		cmocka_unit_test(functions_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
