/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Any text as a rule of `check` is refused with one line that says where, or is a rule that can be
 * applied; any texts as filters choose a part of a capture, or are refused.
 */
#include "analyzer/compare/check_rule.h"
#include "tests/fuzz/load.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include "analyzer/open/filter.h"

static void rule_read(const char *text)
{
	char error[CHECK_ERROR_BYTES] = "";
	struct check_rule rule;

	if (!check_rule_read(text, &rule, error)) {
		MUST(error[0] && !memchr(error, '\n', strlen(error)));
		return;
	}
	MUST(rule.text == text && rule.figure < CHECK_FIGURES && check_figure_name(rule.figure));
	MUST(memchr(rule.pattern, 0, sizeof(rule.pattern)) &&
	     memchr(rule.cause, 0, sizeof(rule.cause)));
	MUST(rule.limit == rule.limit);
}

/* The made-up world, which is loaded once. */
static sqlite3 *world_copy(void)
{
	static struct database_image image;

	if (!image.data)
		image_take(&image, everything_load());
	return image_copy(&image);
}

static void filter_apply_all(struct supply *supply, uint8_t which)
{
	char *text[6];
	const char *given[6];
	struct filter filter;
	int64_t capture = 1;
	sqlite3 *db = world_copy();

	for (int i = 0; i < 6; i++) {
		text[i] = which >> i & 1 ? supply_text(supply) : NULL;
		given[i] = text[i];
	}
	filter = (struct filter) {given[0], given[1], given[2], given[3], given[4], given[5], 0, 0};
	filter.site = which >> 6;
	MUST(!filter_functions(db));
	if (filter_apply(db, &filter, &capture, 1) == STATUS_DONE) {
		filter_unfit(db, &filter);
		database_restrict(db);
		MUST(database_number(db, "SELECT count(*) FROM blocking_sites", -1) >= 0);
	}
	for (int i = 0; i < 6; i++)
		free(text[i]);
	sqlite3_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	uint8_t which = supply_byte(&supply);
	char *text;

	if (which) {
		filter_apply_all(&supply, which);
		return 0;
	}
	text = supply_text(&supply);
	rule_read(text);
	free(text);
	return 0;
}
