/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LOAD_INGEST_H
#define HUD_ANALYZER_LOAD_INGEST_H

#include "analyzer/load/resolver.h"
#include "analyzer/store/database.h"
#include "format/capture/reader.h"

/*
 * Loads a stream of captures into the database, in one savepoint: all of it, or nothing changes.
 *
 * A capture is not trusted: records that contradict themselves or refer to something undefined are
 * left out and counted as loss.
 */
enum ingest_phase { INGEST_READING, INGEST_SYMBOLIZING, INGEST_DERIVING };

struct ingest_options {
	const struct resolver *resolver;
	const char *file; /* for the `file` column; NULL: not from a file */
	/* Called now and then with how far it is: bytes read, then stacks. May be NULL. */
	void (*progress)(void *context, enum ingest_phase phase, uint64_t done, uint64_t all);
	void *progress_context;
};

struct ingest_result {
	uint32_t captures;
	int64_t last_capture;    /* row id of the last one */
	char capture_id[33];     /* of the capture that an error is about */
	enum ingest_phase phase; /* where it stopped */
};

/*
 * 0 or a negative errno: -EEXIST: `capture_id` is in the database already; -EBADMSG: no capture in
 * the stream; -EPROTO: it needs a newer hud; -ENODATA: captures, but none with a session record.
 * sqlite3_errcode() has errors of the database as well.
 */
int ingest(sqlite3 *db, capture_source source, void *source_context,
	   const struct ingest_options *options, struct ingest_result *result);

#endif
