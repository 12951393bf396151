/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_EXPORT_FIXTURE_H
#define HUD_TEST_EXPORT_FIXTURE_H

/* Exports of made-up captures, as text or bytes. */

#include "analyzer/export/export.h"
#include "analyzer/store/database.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct exported {
	char *bytes; /* terminated; the caller's to free() */
	size_t size;
};

/* The whole of a file, which is removed. */
static inline struct exported file_taken(const char *path)
{
	struct exported x = {0};
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	x.size = (size_t)ftell(file);
	rewind(file);
	x.bytes = calloc(1, x.size + 1);
	assert_non_null(x.bytes);
	assert_int_equal(fread(x.bytes, 1, x.size, file), x.size);
	fclose(file);
	assert_int_equal(unlink(path), 0);
	return x;
}

/* Exports capture 1 of a database, which stays open, with `form`, whose output is set here. */
static inline struct exported exported_from(sqlite3 *db, struct export_form form)
{
	const struct input input = {.db = db, .capture = 1, .captures = 1};
	char path[] = "/tmp/hud-export-XXXXXX/out";

	path[strlen(path) - strlen("/out")] = '\0';
	assert_non_null(mkdtemp(path));
	path[strlen(path)] = '/';
	form.output = path;
	assert_int_equal(export_check(&form), STATUS_DONE);
	assert_int_equal(export_write(&input, &form), STATUS_DONE);
	{
		struct exported x = file_taken(path);

		*strrchr(path, '/') = '\0';
		assert_int_equal(rmdir(path), 0);
		return x;
	}
}

/* The number that SQL says of a text, as ?1; for JSON. */
static inline int64_t number_of(const char *text, const char *sql)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	int64_t number;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	number = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return number;
}

#endif
