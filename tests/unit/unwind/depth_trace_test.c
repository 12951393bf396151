/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/unit/fixture/unwind_fixture.h"

#include "analyzer/unwind/depth_trace.h"

#include <fcntl.h>
#include <unistd.h>

/*
 * Functions whose unwind information is hidden: what is found by following their instructions must
 * be what the unwind information says.
 */
enum { HIDDEN_EACH = 9 };

struct compared {
	const struct depth_trace *trace;
	size_t next;
	uint64_t same, other, unknown;
};

/* Ranges of a hidden function come in ascending order. */
static void range_compare(void *context, uint64_t start, uint64_t end, struct hud_plan_rule rule)
{
	struct compared *c = context;
	const struct depth_trace *t = c->trace;

	for (uint64_t at = start; at < end; at++) {
		const struct depth_rule *r;

		while (c->next < t->count && t->rule[c->next].end <= at)
			c->next++;
		r = c->next < t->count && t->rule[c->next].start <= at ? &t->rule[c->next] : NULL;
		if (!r)
			c->unknown++;
		else if (r->rule.type == rule.type && r->rule.cfa_offset == rule.cfa_offset)
			c->same++;
		else if (rule.type !=
			 HUD_RULE_CFA_SP) /* by the frame pointer: another word for it */
			c->unknown++;
		else
			c->other++;
	}
}

static int fde_order(const void *a, const void *b)
{
	const struct eh_fde *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Hides some functions of a file, follows them, and compares. False: the file is not there. */
static bool hidden_compare(const char *path, struct compared *c, struct depth_trace *trace)
{
	struct unwind_object object;
	struct eh_frame shown;
	struct eh_fde *hidden;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t kept = 0, count = 0;

	if (fd < 0)
		return false;
	assert_int_equal(unwind_object_open(&object, fd), 0);
	assert_true(object.frames > 0);
	shown = object.frame[object.frames - 1];
	hidden = calloc(shown.fdes + 1, sizeof(*hidden));
	shown.fde = calloc(shown.fdes + 1, sizeof(*shown.fde));
	assert_non_null(hidden);
	assert_non_null(shown.fde);
	for (size_t i = 0; i < shown.fdes; i++) {
		const struct eh_fde *fde = &object.frame[object.frames - 1].fde[i];

		if (i % HIDDEN_EACH)
			shown.fde[kept++] = *fde;
		else
			hidden[count++] = *fde;
	}
	shown.fdes = kept;
	assert_int_equal(depth_trace_read(trace, object.elf[0], object.machine, &shown, 1), 0);
	qsort(hidden, count, sizeof(*hidden), fde_order);
	c->trace = trace;
	for (size_t i = 0; i < count; i++)
		eh_frame_rows(&object.frame[object.frames - 1], &hidden[i], hidden[i].end,
			      range_compare, c);
	free(hidden);
	free(shown.fde);
	unwind_object_close(&object);
	close(fd);
	return true;
}

static void what_is_found_is_what_the_unwind_information_says(void **state)
{
	static const char *const files[] = {"build/hud-analyze", "build/hud-record",
					    "/usr/lib/x86_64-linux-gnu/libc.so.6"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct compared c = {0};
		struct depth_trace trace;

		if (!hidden_compare(files[i], &c, &trace))
			continue;
		print_message("%s: %llu bytes the same, %llu not, %llu unknown\n", files[i],
			      (unsigned long long)c.same, (unsigned long long)c.other,
			      (unsigned long long)c.unknown);
		assert_true(c.same >= 100 && c.other <= c.same / 1000);
		depth_trace_free(&trace);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_what_the_unwind_information_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
