/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>

/* Who took the CPU that the workers waited for. */

#define END_US 1000000

static void quota_read(struct scene *s, uint64_t at_us, uint64_t periods, uint64_t throttled_us)
{
	struct hud_cpu_quota reading = {
		.head = {.type = HUD_CPU_QUOTA, .size = sizeof(reading)},
		.time_ns = BEGIN_NS + at_us * 1000,
		.process = s->process,
		.quota_ns = 30000000,
		.period_ns = 100000000,
		.periods = periods,
		.throttled_periods = throttled_us ? 1 + throttled_us / 100000 : 0,
		.throttled_ns = throttled_us * 1000,
	};

	scene_event(s, &reading);
}

/* A worker ran for 0.4 s and waited for 0.5 s; its cgroup was held back for `throttled_us`. */
static void assert_short_of_cpu_by(uint64_t throttled_us, const char *reason)
{
	struct scene s;
	sqlite3 *db;
	char sql[256];

	scene_begin(&s, 1);
	quota_read(&s, 0, 0, 0);
	scene_samples(&s, 11, 5000, 8000, 1000, TINY);
	scene_window(&s, 11, 0, END_US, 400000, 0, 500000);
	quota_read(&s, END_US, 10, throttled_us);
	db = scene_load(&s, END_US);
	snprintf(sql, sizeof(sql), "SELECT level FROM verdict WHERE sentence LIKE '%%: %s.'",
		 reason);
	assert_text(db, sql, "STARVED");
	sqlite3_close(db);
}

static void a_quota_is_named_where_it_explains_half_of_the_waits_or_more(void **state)
{
	static const char others[] = "the CPUs were busy with other threads";

	(void)state;
	assert_short_of_cpu_by(0, others);
	assert_short_of_cpu_by(70000, others);
	assert_short_of_cpu_by(240000, others);
	assert_short_of_cpu_by(260000, "the limit of its cgroup, 0.3 CPUs, was used up in 3 of 10 "
				       "periods");
	assert_short_of_cpu_by(500000, "the limit of its cgroup, 0.3 CPUs, was used up in 6 of 10 "
				       "periods");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_is_named_where_it_explains_half_of_the_waits_or_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
