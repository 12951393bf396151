/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_PPROF_TABLES_H
#define HUD_ANALYZER_EXPORT_PPROF_TABLES_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/export/proto.h"
#include "analyzer/export/stack.h"

/*
 * What the samples of a pprof profile refer to: strings, functions, addresses and binaries. Each is
 * written to `out` when it is first asked for, which must not be inside of another message.
 */

/* The numbers of the fields of each message. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,
	PROFILE_TIME = 9,
	PROFILE_DURATION = 10,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_TYPE = 14,
};
enum { TYPE_NAME = 1, TYPE_UNIT = 2 };
enum { SAMPLE_LOCATIONS = 1, SAMPLE_VALUES = 2, SAMPLE_LABEL = 3 };
enum { LABEL_KEY = 1, LABEL_TEXT = 2, LABEL_NUMBER = 3 };
enum {
	MAPPING_ID = 1,
	MAPPING_START = 2,
	MAPPING_END = 3,
	MAPPING_OFFSET = 4,
	MAPPING_FILE = 5,
	MAPPING_BUILD_ID = 6,
	MAPPING_HAS_FUNCTIONS = 7,
	MAPPING_HAS_INLINED = 10,
};
enum { LOCATION_ID = 1, LOCATION_MAPPING = 2, LOCATION_ADDRESS = 3, LOCATION_LINE = 4 };
enum { LINE_FUNCTION = 1, LINE_NUMBER = 2 };
enum {
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_FULL = 3,
	FUNCTION_FILE = 4,
	FUNCTION_LINE = 5,
};

struct pprof_line;

/* All zeros but `out` and `stacks` is an empty one. */
struct pprof_tables {
	struct proto *out;
	struct stack_reader *stacks;
	struct text_pool texts;
	struct id_map string, function, location, start;
	uint64_t strings, functions;
	struct pprof_line *line;
	size_t lines, line_room;
};

void pprof_tables_free(struct pprof_tables *t);

/* The number of a string. */
uint64_t pprof_string(struct pprof_tables *t, const char *text);

/* A row of sql/export/mappings.sql: all of them come before the first stack. */
int pprof_mapping_row(void *tables, sqlite3_stmt *q);

/* Adds the numbers of the addresses of a stack, the innermost first. 0 or -ENOMEM. */
int pprof_stack(struct pprof_tables *t, int64_t stack, struct proto *ids);

#endif
