/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Call frame information may be anything: there is a plan of it, or an error, and no crash. */
#include "tests/unit/fixture/plan_fixture.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>

enum { ROUNDS = 300, FLIPS = 20 };

static void build(const struct plan_object *object, const struct eh_section *section)
{
	struct plan_object copy = *object;
	struct plan plan;

	copy.frames = 1;
	assert_int_equal(eh_frame_open(&copy.frame[0], section), 0);
	plan_of_object(&copy, &plan);
	plan_free(&plan);
	eh_frame_close(&copy.frame[0]);
}

/* An object and a copy of its .eh_frame, exactly as large as it is. */
struct subject {
	struct plan_object object;
	struct eh_section section;
	uint8_t *data;
	int fd;
};

static void subject_open(struct subject *s)
{
	s->fd = plan_file_open("/proc/self/exe");
	assert_int_equal(plan_object_open(&s->object, s->fd), 0);
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
	plan_object_close(&s->object);
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
			uint64_t r = plan_random(&random);

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

static void a_section_taken_for_the_other_kind_is_survived(void **state)
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

static void an_elf_file_with_wrong_bytes_is_survived(void **state)
{
	uint64_t random = 362436069362436069u;
	size_t bytes = 0, room = 1 << 24, planned = 0;
	uint8_t *original = malloc(room), *copy = malloc(room);
	int fd = plan_file_open("/bin/true");

	(void)state;
	assert_true(fd >= 0);
	bytes = (size_t)read(fd, original, room);
	close(fd);
	for (size_t round = 0; round < ROUNDS; round++) {
		struct plan_object object;
		struct plan_built built;
		struct plan plan;
		int err;

		memcpy(copy, original, bytes);
		/* Headers: the program's at the beginning, the sections' at the end. */
		for (size_t i = 0; i < 3; i++) {
			uint64_t r = plan_random(&random);
			size_t at = r % 2 ? r / 2 % 1000 : bytes - 1 - r / 2 % 2000;

			copy[at] = (uint8_t)(r >> 56);
		}
		if (plan_object_open_memory(&object, copy, bytes))
			continue;
		err = plan_build(&built, &object, 0);
		plan_object_close(&object);
		if (err == -EFBIG) /* a segment that claims to be anywhere */
			continue;
		planned++;
		assert_int_equal(err, 0);
		assert_int_equal(plan_parse(built.data, built.bytes, &plan), 0);
		plan_free(&plan);
		plan_built_free(&built);
	}
	assert_true(planned > ROUNDS / 4);
	free(original);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_with_wrong_bytes_is_survived),
		cmocka_unit_test(a_section_cut_anywhere_is_survived),
		cmocka_unit_test(a_section_taken_for_the_other_kind_is_survived),
		cmocka_unit_test(an_elf_file_with_wrong_bytes_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
