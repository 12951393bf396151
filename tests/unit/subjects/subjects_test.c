/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Whose turn it is to be learned from, and where. What is mapped in whom stands in a table here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/base/clock.h"
#include "recorder/learn/sites.h"
#include "recorder/learn/subjects.h"

static const struct process_image *images;
static size_t image_count;

void process_table_images(const struct process_table *t, bool ended,
			  void (*each)(void *context, const struct process_image *image),
			  void *context)
{
	(void)t;
	(void)ended;
	for (size_t i = 0; i < image_count; i++)
		each(context, &images[i]);
}

bool object_learnable(const struct object_table *t, uint32_t object)
{
	(void)t;
	return object < 8;
}

bool object_half_learned(const struct object_table *t, uint32_t object)
{
	(void)t;
	(void)object;
	return false;
}

/* The id of the process that is chosen at this time, or 0. */
static uint32_t chosen(struct subjects *s, uint64_t now_ns, struct process_image *image)
{
	return subjects_choose(s, NULL, now_ns, image) ? image->id : 0;
}

static void of_several_processes_each_has_its_turn(void **state)
{
	static const struct process_image all[] = {{.id = 1}, {.id = 2}, {.id = 5}};
	struct subjects s = {0};
	struct process_image image;
	uint64_t now = NS_PER_S;

	(void)state;
	images = all;
	image_count = 3;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(chosen(&s, now, &image), all[i % 3].id);
		subjects_pause(&s, &image, false, now);
		now = s.item[0].next_ns;
	}
	subjects_free(&s);
}

static void one_that_idles_is_passed_over_at_once(void **state)
{
	static const struct process_image all[] = {{.id = 1}, {.id = 2}};
	struct subjects s = {0};
	struct process_image image;

	(void)state;
	images = all;
	image_count = 2;
	assert_int_equal(chosen(&s, 1, &image), 1);
	subjects_pause(&s, &image, true, 1);
	assert_int_equal(chosen(&s, 1, &image), 2);
	subjects_pause(&s, &image, true, 1);
	assert_int_equal(chosen(&s, 1, &image), 0); /* all had their turn */
	assert_int_equal(chosen(&s, 6 * NS_PER_S, &image), 1);
	subjects_free(&s);
}

static void the_pause_grows_with_what_was_in_vain_and_not_with_idling(void **state)
{
	static const struct process_image all[] = {{.id = 1}};
	struct subjects s = {0};
	struct process_image image;

	(void)state;
	images = all;
	image_count = 1;
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(chosen(&s, s.count ? s.item[0].next_ns : 0, &image), 1);
		subjects_pause(&s, &image, true, 0);
		assert_int_equal(s.item[0].next_ns, 5 * NS_PER_S);
	}
	for (size_t i = 0; i < 8; i++)
		subjects_pause(&s, &image, false, 0);
	assert_int_equal(s.item[0].next_ns, 60 * NS_PER_S);
	subjects_free(&s);
}

static void the_object_that_waits_for_longest_is_next(void **state)
{
	static const struct process_image all[] = {{.id = 1, .object = 0}, {.id = 1, .object = 3}};
	struct subjects s = {0};
	struct process_image image;

	(void)state;
	images = all;
	image_count = 2;
	assert_true(subjects_choose(&s, NULL, 1, &image) && image.object == 0);
	assert_true(subjects_choose(&s, &all[0], 1, &image) && image.object == 3);
	subjects_pause(&s, &all[0], true, 1);
	assert_true(subjects_choose(&s, NULL, 60 * NS_PER_S, &image) && image.object == 3);
	subjects_free(&s);
}

static void nothing_is_tried_that_cannot_be_followed(void **state)
{
	static const struct process_image all[] = {{.id = 1, .number = 4, .object = 4},
						   {.id = 1, .number = 3, .object = 3},
						   {.id = 2, .number = 4, .object = 3}};
	struct subjects s = {0};
	struct process_image image;

	(void)state;
	images = all;
	image_count = 3;
	assert_true(subjects_choose(&s, NULL, 1, &image) && image.object == 3 && image.id == 1);
	subjects_pause(&s, &image, true, 1);
	assert_false(subjects_choose(&s, NULL, 1, &image));
	subjects_free(&s);
}

static void each_attempt_probes_other_sites(void **state)
{
	static const struct hud_plan_segment segment = {.address = 0x1000, .bytes = 0x1000};
	static const struct hud_plan_poll_site site[] = {
		{.address = 0x1001, .site_flags = HUD_POLL_SITE_CHEAP},
		{.address = 0x1002},
		{.address = 0x1003, .site_flags = HUD_POLL_SITE_CHEAP},
		{.address = 0x1004, .site_flags = HUD_POLL_SITE_CHEAP},
		{.address = 0x1005, .site_flags = HUD_POLL_SITE_CHEAP | HUD_POLL_SITE_BLOCKING},
	};
	struct plan plan = {.segment = &segment, .segments = 1, .poll_site = site, .poll_sites = 5};
	unsigned long offset[8];

	(void)state;
	assert_int_equal(sites_choose(&plan, true, 0, 2, offset), 2);
	assert_true(offset[0] == 1 && offset[1] == 3);
	assert_int_equal(sites_choose(&plan, true, 2, 2, offset), 2);
	assert_true(offset[0] == 3 && offset[1] == 4);
	assert_int_equal(sites_choose(&plan, true, 4, 2, offset), 2);
	assert_true(offset[0] == 1 && offset[1] == 3);
	assert_int_equal(sites_choose(&plan, false, 8, 8, offset), 1);
	assert_true(offset[0] == 2);
	assert_false(sites_are_cheap(&plan));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_several_processes_each_has_its_turn),
		cmocka_unit_test(one_that_idles_is_passed_over_at_once),
		cmocka_unit_test(the_pause_grows_with_what_was_in_vain_and_not_with_idling),
		cmocka_unit_test(the_object_that_waits_for_longest_is_next),
		cmocka_unit_test(nothing_is_tried_that_cannot_be_followed),
		cmocka_unit_test(each_attempt_probes_other_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
