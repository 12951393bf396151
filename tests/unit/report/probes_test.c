/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/report/report.h"
#include "format/wire/events.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/golden.h"

#include <stdlib.h>
#include <string.h>

/* Why not each poll was timed, where --polls was to. */

static void print_report(void *context)
{
	const struct report_form form = {.path = "demo.hud"};

	assert_int_equal(report_text(context, &form), STATUS_DONE);
}

static char *report_with(uint32_t flags, uint32_t costly)
{
	struct hud_probes probes = {
		.head = {HUD_PROBES, 0, sizeof(probes)},
		.time_ns = BEGIN_NS + 50000000,
		.probes_flags = flags,
		.sites = 3,
		.costly_sites = costly,
		.probe_cost_ns = 700,
		.cost_permille = 62,
	};
	struct input input = {.capture = 1, .captures = 1};
	struct scene s;
	char *text;

	scene_begin(&s, 1);
	scene_event(&s, &probes);
	input.db = scene_load(&s, 100000);
	text = printed_text(print_report, &input);
	sqlite3_close(input.db);
	return text;
}

static void probes_that_were_given_up_are_said_to_be_and_what_they_cost(void **state)
{
	char *text = report_with(HUD_PROBES_GIVEN_UP, 2);

	(void)state;
	if (!strstr(text, "the probes of --polls were taken out for good") ||
	    !strstr(text, "up to 6.2% of the targets' CPU time") ||
	    !strstr(text, "a probe there is costly: 2"))
		fail_msg("%s", text);
	free(text);
	text = report_with(HUD_PROBES_ATTACHED, 0);
	assert_null(strstr(text, "probes of --polls"));
	assert_null(strstr(text, "is costly"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_that_were_given_up_are_said_to_be_and_what_they_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
