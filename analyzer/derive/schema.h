/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_SCHEMA_H
#define HUD_ANALYZER_DERIVE_SCHEMA_H

#include "analyzer/store/database.h"

/* The tables and views of an analysis (sql/schema/, sql/view/), and their version. */

#define SCHEMA_APPLICATION 0x68756431 /* "hud1", as PRAGMA application_id */

/*
 * Opens a database; makes the schema in a new one, checks the version of an existing one. 0 or a
 * negative errno with `*out` NULL: -EBADMSG, it is no database of hud's; -EPROTO, it is of another
 * version.
 */
int schema_open(const char *path, enum database_access access, sqlite3 **out);

#endif
