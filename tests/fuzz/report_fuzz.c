/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever a capture says, it is refused or loads, and then the report and the named queries can be
 * printed. The records come as tests/fuzz/records.h has them; functions are named by the symbols in
 * the capture, and classified by the rules.
 */
#include "analyzer/base/embedded.h"
#include "analyzer/report/report.h"
#include "analyzer/store/table.h"
#include "tests/fuzz/load.h"

#include "analyzer/open/named_query.h"

/*
 * To prepare statements takes longer than all else: by its size an input gets the report as text or
 * as JSON, and one in EACH of the queries.
 */
enum { EACH = 16 };

static void queries_print(const struct input *input, size_t which)
{
	for (const struct embedded_file *f = embedded_files; f->name; f++) {
		sqlite3_stmt *q;

		if (!embedded_within(f, "sql/query/") || which++ % EACH)
			continue;
		MUST(query_prepare(input, f->text, 0, &q) == STATUS_DONE);
		MUST(!table_print(q, TABLE_JSON));
		sqlite3_finalize(q);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	return records_mutate(data, size, room, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct report_form form = {.path = "fuzz.hud", .width = 100};
	struct input input;

	if (!load_open(&input, data, size, LOAD_BY_RULES))
		return 0;
	if (size / 8 & 1)
		MUST(report_text(&input, &form) == STATUS_DONE);
	else
		MUST(report_json(&input, 0) == STATUS_DONE);
	queries_print(&input, size / 16);
	load_close(&input);
	return 0;
}
