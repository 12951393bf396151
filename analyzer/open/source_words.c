/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/open/source_words.h"
#include "analyzer/store/column.h"

#include <stdio.h>
#include <string.h>

const char *source_words(sqlite3_stmt *row, char room[static SOURCE_WORDS_BYTES])
{
	const char *source = column_text(row, "source");
	double followed = column_real(row, "followed_percent");
	int length;

	if (strcmp(source, "stack") == 0)
		return "polls and parks distinguished by stack traces only";
	if (strcmp(source, "passive") == 0)
		return "polls seen in the runtime's own state";
	length = snprintf(room, SOURCE_WORDS_BYTES, "each poll timed, during %.0f%% of it",
			  column_real(row, "timed_percent"));
	if (followed > 0 && followed < 99.5)
		snprintf(room + length, SOURCE_WORDS_BYTES - (size_t)length,
			 ", each task followed, during %.0f%%", followed);
	return room;
}
