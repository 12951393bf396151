/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/supersede.h"
#include "analyzer/store/database.h"
#include "format/base/hex.h"
#include "format/wire/recording.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Runs the statement that a query gives. */
static int statement_run(void *context, sqlite3_stmt *q)
{
	return sqlite3_exec(context, (const char *)sqlite3_column_text(q, 0), NULL, NULL, NULL);
}

/* Tables without a column `capture` have the rows of those that they refer to. */
static const char rows_of_rows[] =
	"SELECT 'DELETE FROM ' || t.name || ' WHERE ' || f.\"from\" || ' IN (SELECT ' || f.\"to\" "
	"|| ' FROM ' || f.\"table\" || ' WHERE capture = ' || ?1 || ')' "
	"FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f "
	"JOIN pragma_table_info(f.\"table\") AS c ON c.name = 'capture' "
	"WHERE t.type = 'table' "
	"AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'capture')";

static const char rows[] =
	"SELECT 'DELETE FROM ' || t.name || ' WHERE capture = ' || ?1 "
	"FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c ON c.name = 'capture' "
	"WHERE t.type = 'table'";

static bool same_id(const struct hud_chunk *chunk, const char *capture_id)
{
	char id[33];

	hex_text(chunk->capture_id, sizeof(chunk->capture_id), id);
	return !strcmp(id, capture_id);
}

/* Number of chunks that the stream has of this capture; 0: none of them has symbols. */
static int chunks_count(const char *capture_id, capture_source source, void *context,
			uint64_t *chunks)
{
	struct capture_reader *reader;
	const struct hud_record *r;
	bool symbols = false;
	uint64_t next = 0;
	int err = capture_reader_open(source, context, &reader);

	*chunks = 0;
	if (err)
		return err;
	while (!(err = capture_reader_next(reader, &r)) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);

		if (!chunk || r->type == HUD_LOST || !same_id(chunk, capture_id))
			continue;
		symbols = symbols || r->type == HUD_SYMBOL_BINARY;
		*chunks += chunk->sequence >= next;
		next = chunk->sequence >= next ? chunk->sequence + 1 : next;
	}
	capture_reader_close(reader);
	*chunks = symbols ? *chunks : 0;
	return err;
}

int ingest_supersede(sqlite3 *db, const char *capture_id, capture_source source, void *context)
{
	char sql[128];
	int64_t known, loaded;
	uint64_t chunks;
	int err = chunks_count(capture_id, source, context, &chunks);

	snprintf(sql, sizeof(sql), "SELECT id FROM capture WHERE capture_id = '%s'", capture_id);
	if (!err)
		err = database_read(db, sql, 0, &known);
	if (err)
		return err;
	snprintf(sql, sizeof(sql), "SELECT chunks FROM capture WHERE id = %" PRId64, known);
	err = database_read(db, sql, 0, &loaded);
	if (!err && (!known || chunks <= (uint64_t)loaded))
		err = -EEXIST;
	if (!err)
		err = database_errno(database_rows(db, rows_of_rows, known, statement_run, db));
	if (!err)
		err = database_errno(database_rows(db, rows, known, statement_run, db));
	snprintf(sql, sizeof(sql), "DELETE FROM capture WHERE id = %" PRId64, known);
	return err ? err : database_run(db, sql);
}
