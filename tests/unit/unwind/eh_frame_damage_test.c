/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Damaged call frame information gives rows or an error, and no crash. */
#include "tests/unit/fixture/unwind_fixture.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

enum { ROUNDS = 300, FLIPS = 20 };

static void build(const struct unwind_object *object, const struct eh_section *section)
{
	struct unwind_object copy = *object;
	struct plan plan;

	copy.frames = 1;
	assert_int_equal(eh_frame_open(&copy.frame[0], section), 0);
	rows_of_object(&copy, &plan);
	plan_free(&plan);
	eh_frame_close(&copy.frame[0]);
}

/* An object, and a copy of its .eh_frame without room after its end. */
struct subject {
	struct unwind_object object;
	struct eh_section section;
	uint8_t *data;
	int fd;
};

static void subject_open(struct subject *s)
{
	s->fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_int_equal(unwind_object_open(&s->object, s->fd), 0);
	assert_true(s->object.frames > 0);
	s->section = s->object.frame[s->object.frames - 1].section;
	if (s->section.bytes > 20000)
		s->section.bytes = 20000;
	s->data = malloc(s->section.bytes);
}

static void subject_fill(struct subject *s, size_t bytes)
{
	const struct eh_section *original = &s->object.frame[s->object.frames - 1].section;

	free(s->data);
	s->data = malloc(bytes ? bytes : 1);
	memcpy(s->data, original->data, bytes);
	s->section.data = s->data;
	s->section.bytes = bytes;
}

static void subject_close(struct subject *s)
{
	free(s->data);
	unwind_object_close(&s->object);
	close(s->fd);
}

static void a_section_with_wrong_bytes_is_survived(void **state)
{
	uint64_t random = 88172645463325252u;
	struct subject s;
	size_t bytes;

	(void)state;
	subject_open(&s);
	bytes = s.section.bytes;
	for (size_t round = 0; round < ROUNDS; round++) {
		subject_fill(&s, bytes);
		for (size_t i = 0; i < FLIPS; i++) {
			uint64_t r = random_next(&random);

			s.data[r % bytes] = (uint8_t)(r >> 56);
		}
		build(&s.object, &s.section);
	}
	subject_close(&s);
}

static void a_section_cut_anywhere_is_survived(void **state)
{
	struct subject s;
	size_t bytes;

	(void)state;
	subject_open(&s);
	bytes = s.section.bytes < 1000 ? s.section.bytes : 1000;
	for (size_t cut = 0; cut < bytes; cut++) {
		subject_fill(&s, cut);
		build(&s.object, &s.section);
	}
	subject_close(&s);
}

static void a_section_read_as_the_other_kind_is_survived(void **state)
{
	struct subject s;

	(void)state;
	subject_open(&s);
	subject_fill(&s, s.section.bytes);
	s.section.debug_frame = true;
	build(&s.object, &s.section);
	s.section.debug_frame = false;
	s.section.machine = EM_AARCH64;
	build(&s.object, &s.section);
	subject_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_with_wrong_bytes_is_survived),
		cmocka_unit_test(a_section_cut_anywhere_is_survived),
		cmocka_unit_test(a_section_read_as_the_other_kind_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
