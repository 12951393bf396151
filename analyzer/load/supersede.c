/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/supersede.h"
#include "analyzer/store/database.h"
#include "format/base/hex.h"
#include "format/wire/recording.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Rows without a column `capture`, by the frames and stacks they belong to. */
static const char *const indirect[] = {
	"DELETE FROM frame_alias WHERE frame IN (SELECT id FROM frame WHERE capture = %lld)",
	"DELETE FROM stack_frame WHERE stack IN (SELECT id FROM stack WHERE capture = %lld)",
};

static int run_for(sqlite3 *db, const char *format, long long capture)
{
	char sql[256];

	snprintf(sql, sizeof(sql), format, capture);
	return database_run(db, sql);
}

/* All other tables have a column `capture`. */
static int tables_clear(sqlite3 *db, long long capture)
{
	sqlite3_stmt *tables;
	char sql[256];
	int err = 0;

	if (sqlite3_prepare_v2(db,
			       "SELECT t.name FROM sqlite_master AS t "
			       "JOIN pragma_table_info(t.name) AS c ON c.name = 'capture' "
			       "WHERE t.type = 'table'",
			       -1, &tables, NULL) != SQLITE_OK)
		return -EIO;
	while (!err && sqlite3_step(tables) == SQLITE_ROW) {
		snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE capture = %lld",
			 (const char *)sqlite3_column_text(tables, 0), capture);
		err = database_run(db, sql);
	}
	sqlite3_finalize(tables);
	return err;
}

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
	long long known;
	uint64_t chunks;
	int err = chunks_count(capture_id, source, context, &chunks);

	snprintf(sql, sizeof(sql), "SELECT id FROM capture WHERE capture_id = '%s'", capture_id);
	known = database_number(db, sql, 0);
	snprintf(sql, sizeof(sql), "SELECT chunks FROM capture WHERE id = %lld", known);
	if (!err && (!known || chunks <= (uint64_t)database_number(db, sql, 0)))
		err = -EEXIST;
	for (size_t i = 0; !err && i < sizeof(indirect) / sizeof(*indirect); i++)
		err = run_for(db, indirect[i], known);
	if (!err)
		err = tables_clear(db, known);
	return err ? err : run_for(db, "DELETE FROM capture WHERE id = %lld", known);
}
