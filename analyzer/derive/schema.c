/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/derive/schema.h"
#include "analyzer/base/embedded.h"
#include "analyzer/derive/advice.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

static int schema_make(sqlite3 *db)
{
	char sql[256];
	int err = database_run_file(db, "sql/schema.sql", 0);

	if (!err)
		err = database_run_folder(db, "sql/view/", 0);
	if (!err)
		err = advice_write(db, embedded_text("rules/advice.rules"));
	if (err)
		return err;
	snprintf(sql, sizeof(sql),
		 "PRAGMA application_id = %d; PRAGMA user_version = %d;"
		 "INSERT INTO schema_info VALUES ('version', '%d'),"
		 "('made_by', 'hud-analyze " HUD_VERSION "')",
		 SCHEMA_APPLICATION, SCHEMA_VERSION, SCHEMA_VERSION);
	return database_run(db, sql);
}

static int schema_check(sqlite3 *db)
{
	/* -1 also when the file is no database at all. */
	if (database_number(db, "PRAGMA application_id", -1) != SCHEMA_APPLICATION)
		return -EBADMSG;
	if (database_number(db, "PRAGMA user_version", -1) != SCHEMA_VERSION)
		return -EPROTO;
	return 0;
}

int schema_open(const char *path, enum database_access access, sqlite3 **out)
{
	bool new = access == DATABASE_TEMPORARY || access == DATABASE_CREATE;
	int err = database_open(path, access, out);

	if (!err)
		err = new ? schema_make(*out) : schema_check(*out);
	if (!err)
		return 0;
	sqlite3_close(*out);
	*out = NULL;
	return err;
}
