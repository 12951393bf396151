/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/words.h"
#include "analyzer/open/filter.h"
#include "analyzer/store/column.h"

/*
 * The filters in force as one sentence, for report, diff and check.
 */

/* Columns in the order of the sentence. A duration is in ns and gets a unit. */
static const struct {
	const char *column;
	const char *label;
	bool duration;
} parts[] = {
	{"from_ns", "from", true},
	{"from_time", "from", false},
	{"to_ns", "to", true},
	{"to_time", "to", false},
	{"worker", "worker", false},
	{"task", "task", false},
	{"cause", "cause", false},
	{"match", "matching", false},
	{"min_ns", "blocks of at least", true},
	{"site", "site", false},
};

void filter_sentence(sqlite3_stmt *row, struct text *out)
{
	const char *before = "only ";

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const char *value = column_text(row, parts[i].column);
		char word[WORD_BYTES];

		if (!value)
			continue;
		if (parts[i].duration)
			value = duration_word(word, column_number(row, parts[i].column, 0));
		text_add_string(out, before);
		text_add_string(out, parts[i].label);
		text_add_string(out, " ");
		text_add_string(out, value);
		before = ", ";
	}
}
