/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_REPORT_DUMP_H
#define HUD_ANALYZER_REPORT_DUMP_H

#include <sqlite3.h>
#include <stdint.h>

/* What the parts of a printed dump of tasks share: each prints the rows of one named query. */

#define DUMP_LEVEL_MAX 20 /* deeper ones are not further to the right */

/* The rows of a query so far. */
struct dump_list {
	uint64_t rows; /* printed */
	int64_t group; /* that the last row was of */
};

void dump_head_print(struct dump_list *p, sqlite3_stmt *q);
void dump_outcome_print(struct dump_list *p, sqlite3_stmt *q);

void dump_await_print(struct dump_list *p, sqlite3_stmt *q);
void dump_resource_print(struct dump_list *p, sqlite3_stmt *q);
void dump_cycle_print(struct dump_list *p, sqlite3_stmt *q);
void dump_holder_print(struct dump_list *p, sqlite3_stmt *q);

void dump_polled_print(struct dump_list *p, sqlite3_stmt *q);
void dump_closures_print(struct dump_list *p, sqlite3_stmt *q);
void dump_block_on_print(struct dump_list *p, sqlite3_stmt *q);
void dump_join_print(struct dump_list *p, sqlite3_stmt *q);

void dump_change_print(struct dump_list *p, sqlite3_stmt *q);
void dump_growth_print(struct dump_list *p, sqlite3_stmt *q);

/* A future of a chain of awaits: name, place, and what it is. */
void dump_await_line_print(sqlite3_stmt *q);

/* A line, or in a macro the lines that the await is between. */
void dump_place_print(const char *file, int64_t line, int64_t line_end);

#endif
