/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever an SQLite file holds, it is refused, or a report, a query and a comparison of it end:
 * with an answer, or with an error.
 *
 * Input: a byte, and for 0 the file; for 1 what differs from a database of hud-analyze's: places of
 * 4 bytes, each with one byte for how many bytes follow, and these; else SQL that was run on such a
 * database, by somebody who may also change its schema.
 */
#include "analyzer/compare/diff.h"
#include "analyzer/compare/judge.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/report/report.h"
#include "analyzer/store/table.h"
#include "tests/fuzz/load.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include "analyzer/open/named_query.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { STEPS_MAX = 100 }; /* of 10,000 instructions of SQLite's each */

static const struct database_image *world(void)
{
	static struct database_image image;

	if (!image.data)
		image_take(&image, everything_load());
	return &image;
}

static void bytes_change(struct supply *supply, struct database_image *image)
{
	while (supply->size > 5) {
		uint32_t at;
		size_t bytes;

		supply_read(supply, &at, sizeof(at));
		at %= (uint32_t)image->bytes;
		bytes = supply_byte(supply) % 32u;
		if (bytes > (size_t)image->bytes - at)
			bytes = (size_t)image->bytes - at;
		supply_read(supply, image->data + at, bytes);
	}
}

static int steps_end(void *context)
{
	return ++*(int *)context > STEPS_MAX;
}

static void statements_run(struct supply *supply, struct database_image *image)
{
	sqlite3 *db = image_copy(world());
	char *sql = supply_text(supply);
	int steps = 0;

	sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
	sqlite3_progress_handler(db, 10000, steps_end, &steps);
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	image->data = sqlite3_serialize(db, "main", &image->bytes, 0);
	sqlite3_close(db);
	free(sql);
}

/* The file that the input means. */
static void image_make(struct supply *supply, struct database_image *out)
{
	uint8_t kind = supply_byte(supply);

	if (kind > 1) {
		statements_run(supply, out);
		return;
	}
	out->bytes = kind ? world()->bytes : (sqlite3_int64)supply->size;
	out->data = sqlite3_malloc64((sqlite3_uint64)out->bytes + 1);
	MUST(out->data);
	if (!kind) {
		supply_read(supply, out->data, supply->size);
		return;
	}
	memcpy(out->data, world()->data, (size_t)out->bytes);
	bytes_change(supply, out);
}

static void file_write(const char *path, const struct database_image *image)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd >= 0 && write(fd, image->data, (size_t)image->bytes) == image->bytes);
	close(fd);
}

static void query_run(const struct input *input, const char *name)
{
	sqlite3_stmt *q = named_query(input, name, 0);

	if (q)
		table_print(q, TABLE_JSON);
	sqlite3_finalize(q);
}

static void input_print(const struct input *input, const char *path, unsigned which)
{
	const struct report_form form = {.path = path, .width = 100};

	if (which == 0)
		report_text(input, &form);
	else if (which == 1)
		report_json(input, 0);
	else
		query_run(input, which == 2 ? "sites" : "tasks");
}

static void sides_compare(const char *path)
{
	const struct input_request request = {0};
	struct comparison comparison;

	MUST(comparison_open(&comparison) == STATUS_DONE);
	if (comparison_add(&comparison, BEFORE, path, &request) == STATUS_DONE &&
	    comparison_add(&comparison, AFTER, path, &request) == STATUS_DONE &&
	    comparison_prepare(&comparison) == STATUS_DONE &&
	    comparison_judge(&comparison) == STATUS_DONE)
		diff_text(&comparison, 10);
	comparison_close(&comparison);
}

/* What is done with it is chosen by the size of the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct input_request request = {0};
	struct database_image image = {0};
	struct input input;
	char path[64];

	snprintf(path, sizeof(path), "/dev/shm/hud-database-fuzz-%d.db", (int)getpid());
	image_make(&supply, &image);
	file_write(path, &image);
	sqlite3_free(image.data);
	request.path = path;
	if (size % 5 == 4) {
		sides_compare(path);
	} else if (capture_file_is_database(path) && input_open(&request, &input) == STATUS_DONE) {
		input_print(&input, path, size % 5);
		input_close(&input);
	}
	unlink(path);
	return 0;
}
