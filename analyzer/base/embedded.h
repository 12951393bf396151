/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_EMBEDDED_H
#define HUD_ANALYZER_BASE_EMBEDDED_H

/* The SQL and rules files, compiled in. The name of the last entry is NULL. */
struct embedded_file {
	const char *name; /* "sql/query/sites.sql" */
	const char *text; /* terminated */
};
extern const struct embedded_file embedded_files[];

/* The text of a file, or NULL. */
const char *embedded_text(const char *name);

/* What follows the folder ("sql/view/") in the name of a file; NULL: the file is not in it. */
const char *embedded_within(const struct embedded_file *file, const char *folder);

#endif
