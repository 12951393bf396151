/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/image/references.h"
#include "analyzer/poll/code.h"
#include "format/wire/recording.h"

/*
 * A program without symbols, made up: one segment for code and constants from address 0 on, as some
 * linkers make it, so that offsets in tables look like addresses of it.
 */
enum {
	TASK = 0x1000,        /* jumps to */
	TASK_BODY = 0x1100,   /* … here */
	CLOSURE = 0x1200,     /* is one function */
	SCHEDULE = 0x1300,    /* of the task */
	PANICS = 0x1400,      /* the closure's: calls the next */
	NEVER = 0x1480,       /* … which refers to the source of a schedule that panics */
	EXIT = 0x1500,        /* refers to a message of block_in_place */
	EXIT_CALLER = 0x1600, /* calls it */
	WORKER = 0x1700,      /* refers to the worker's source */
	TEXT_END = 0x1800,
	DATA = 0x2000,
	BYTES = 0x3000,
};

static const struct plan_function functions[] = {
	{TASK, TASK + 5},          {TASK_BODY, TASK_BODY + 0x40},
	{CLOSURE, CLOSURE + 0x40}, {SCHEDULE, SCHEDULE + 0x20},
	{PANICS, PANICS + 0x20},   {NEVER, NEVER + 0x20},
	{EXIT, EXIT + 0x20},       {EXIT_CALLER, EXIT_CALLER + 0x20},
	{WORKER, WORKER + 0x20},
};

struct program {
	uint8_t bytes[BYTES];
	struct plan_image_part part;
	struct plan_image image;
	size_t data;
};

static void relative_put(struct program *p, uint64_t at, size_t opcode_bytes, const char *opcode,
			 uint64_t to)
{
	int32_t distance = (int32_t)(to - at - opcode_bytes - sizeof(distance));

	memcpy(p->bytes + at, opcode, opcode_bytes);
	memcpy(p->bytes + at + opcode_bytes, &distance, sizeof(distance));
}

static uint64_t words_put(struct program *p, const uint64_t *words, size_t count)
{
	uint64_t at = DATA + p->data;

	memcpy(p->bytes + at, words, count * sizeof(*words));
	p->data += count * sizeof(*words);
	return at;
}

static uint64_t text_put(struct program *p, const char *text)
{
	uint64_t at = DATA + p->data;

	memcpy(p->bytes + at, text, strlen(text));
	p->data += (strlen(text) + 8) / 8 * 8;
	return at;
}

/* A panic's place in this source file. */
static uint64_t location_put(struct program *p, const char *path)
{
	uint64_t text = text_put(p, path);

	return words_put(p, (uint64_t[]) {text, strlen(path), 12 | UINT64_C(5) << 32}, 3);
}

#define LEA "\x48\x8d\x3d" /* lea …(%rip), %rdi */

static void program_make(struct program *p)
{
	memset(p, 0, sizeof(*p));
	memset(p->bytes + TASK, 0xcc, TEXT_END - TASK);
	p->part = (struct plan_image_part) {
		.address = 0, .bytes = BYTES, .code = true, .data = p->bytes};
	p->image = (struct plan_image) {.machine = EM_X86_64,
					.part = &p->part,
					.parts = 1,
					.text = {{TASK, TEXT_END}},
					.texts = 1};
	words_put(p, (uint64_t[]) {TASK, SCHEDULE, TASK, TASK, TASK, TASK, TASK, 0x200, 32, 40},
		  10);
	words_put(p, (uint64_t[]) {CLOSURE, PANICS, TASK, TASK, TASK, TASK, TASK, 0x100, 32, 32},
		  10);
	relative_put(p, TASK, 1, "\xe9", TASK_BODY);
	relative_put(p, PANICS + 2, 1, "\xe8", NEVER);
	relative_put(p, NEVER + 2, 3, LEA,
		     location_put(p, "/cargo/tokio-1.24.2/src/runtime/blocking/schedule.rs"));
	relative_put(p, EXIT + 2, 3, LEA, text_put(p, "asked to exit when not entered"));
	relative_put(p, EXIT_CALLER + 2, 1, "\xe8", EXIT);
	relative_put(p, WORKER + 2, 3, LEA,
		     location_put(p, "/cargo/tokio-1.24.2/src/runtime/scheduler/multi_thread/"
				     "worker.rs"));
}

/* The polls, by the shape of their tables, and what is known of the program's functions. */
static void codes_find(struct program *p, struct plan_polls *polls, struct plan_codes *codes)
{
	struct plan_functions all = {(struct plan_function *)functions,
				     sizeof(functions) / sizeof(functions[0]), false};
	struct plan_poll_source source = {.image = &p->image};
	struct plan_names names;
	struct plan_vtable *vtable;

	memset(polls, 0, sizeof(*polls));
	assert_int_equal(plan_names_open(&names, "rules/tokio-state.rules"), 0);
	assert_int_equal(plan_vtables_find(&p->image, &vtable, &source.vtables), 0);
	source.vtable = vtable;
	source.names = &names;
	for (size_t i = 0; i < source.vtables; i++)
		assert_int_equal(plan_polls_add(polls, vtable[i].function[PLAN_VTABLE_POLL]), 0);
	assert_int_equal(plan_codes_find(codes, polls, &source, &all), 0);
	free(vtable);
	plan_names_close(&names);
}

static uint32_t flags_of(const struct plan_codes *codes, uint64_t address, uint64_t site)
{
	for (size_t i = 0; i < codes->count; i++)
		if (codes->item[i].address == address) {
			assert_int_equal(codes->item[i].site, site);
			return codes->item[i].code_flags;
		}
	return 0;
}

static void a_poll_is_the_function_of_the_table_and_what_it_jumps_to(void **state)
{
	struct plan_polls polls;
	struct plan_codes codes;
	struct program p;

	(void)state;
	program_make(&p);
	codes_find(&p, &polls, &codes);
	assert_int_equal(polls.count, 2);
	assert_int_equal(flags_of(&codes, TASK, TASK), HUD_CODE_POLL | HUD_CODE_TASK);
	assert_int_equal(flags_of(&codes, TASK_BODY, TASK), HUD_CODE_POLL | HUD_CODE_TASK);
	assert_int_equal(flags_of(&codes, CLOSURE, CLOSURE), HUD_CODE_POLL | HUD_CODE_CLOSURE);
	assert_int_equal(polls.item[1].site.site_flags & HUD_POLL_SITE_BLOCKING,
			 HUD_POLL_SITE_BLOCKING);
	plan_codes_close(&codes);
	plan_polls_close(&polls);
}

static void without_the_source_of_a_schedule_that_panics_no_poll_is_known_as_a_closure(void **state)
{
	struct plan_polls polls;
	struct plan_codes codes;
	struct program p;

	(void)state;
	program_make(&p);
	memset(p.bytes + NEVER, 0xcc, 0x20);
	codes_find(&p, &polls, &codes);
	assert_int_equal(flags_of(&codes, TASK, TASK), HUD_CODE_POLL);
	assert_int_equal(flags_of(&codes, CLOSURE, CLOSURE), HUD_CODE_POLL);
	plan_codes_close(&codes);
	plan_polls_close(&polls);
}

static void functions_are_known_by_what_they_refer_to(void **state)
{
	struct plan_polls polls;
	struct plan_codes codes;
	struct program p;

	(void)state;
	program_make(&p);
	codes_find(&p, &polls, &codes);
	assert_int_equal(flags_of(&codes, WORKER, 0), HUD_CODE_WORKER);
	assert_int_equal(flags_of(&codes, EXIT, 0), HUD_CODE_IN_PLACE);
	assert_int_equal(flags_of(&codes, EXIT_CALLER, 0), HUD_CODE_IN_PLACE);
	assert_int_equal(flags_of(&codes, SCHEDULE, 0), 0);
	for (size_t i = 1; i < codes.count; i++)
		assert_true(codes.item[i - 1].address + codes.item[i - 1].bytes <=
			    codes.item[i].address);
	plan_codes_close(&codes);
	plan_polls_close(&polls);
}

static void a_location_leads_to_a_source_file_in_rust(void **state)
{
	struct plan_location at;
	struct program p;
	uint64_t good, bad;

	(void)state;
	program_make(&p);
	good = location_put(&p, "src/server.rs");
	bad = location_put(&p, "src/server.c\n");
	assert_true(plan_location_at(&p.image, good, &at));
	assert_int_equal(at.line, 12);
	assert_int_equal(at.column, 5);
	assert_memory_equal(at.path, "src/server.rs", at.bytes);
	assert_false(plan_location_at(&p.image, bad, &at));
	assert_false(plan_location_at(&p.image, good + 8, &at));
	assert_false(plan_location_at(&p.image, BYTES - 8, &at));
	assert_false(plan_location_at(&p.image, TASK, &at));
	p.bytes[good + 8] = 0xff; /* a length that leads outside */
	p.bytes[good + 9] = 0xff;
	assert_false(plan_location_at(&p.image, good, &at));
}

/* Code without unwind information, and one function that sets up no frame after the first. */
static void without_unwind_information_functions_begin_where_they_set_up_a_frame(void **state)
{
	static const struct unwind_object none;
	struct plan_functions found;
	struct program p;

	(void)state;
	program_make(&p);
	memset(p.bytes + TASK, 0x90, TEXT_END - TASK);
	memcpy(p.bytes + TASK, "\x55\x48\x89\xe5", 4);
	memset(p.bytes + TASK + 0x28, 0xcc, 8);
	memcpy(p.bytes + CLOSURE, "\x55\x48\x89\xe5\xcc\x90", 6); /* no padding: a constant */
	memcpy(p.bytes + WORKER, "\x55\x48\x89\xe5", 4);
	assert_int_equal(plan_functions_read(&found, &none, &p.image), 0);
	assert_true(found.by_frame_setup);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.item[0].end, TASK + 0x28);
	assert_null(plan_functions_at(&found, TASK + 0x30));
	assert_int_equal(plan_functions_at(&found, WORKER - 1)->start, CLOSURE);
	assert_int_equal(plan_functions_from(&found, WORKER)->end, TEXT_END);
	plan_functions_close(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_is_the_function_of_the_table_and_what_it_jumps_to),
		cmocka_unit_test(
			without_the_source_of_a_schedule_that_panics_no_poll_is_known_as_a_closure),
		cmocka_unit_test(functions_are_known_by_what_they_refer_to),
		cmocka_unit_test(a_location_leads_to_a_source_file_in_rust),
		cmocka_unit_test(
			without_unwind_information_functions_begin_where_they_set_up_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
