/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_EMBEDDED_H
#define HUD_ANALYZER_BASE_EMBEDDED_H

/* The SQL and rules files, as they were at build time. The last entry has no name. */
struct embedded_file {
	const char *name; /* "sql/query/sites.sql" */
	const char *text; /* terminated */
};
extern const struct embedded_file embedded_files[];

/* Text of a file by name, or NULL. */
const char *embedded_text(const char *name);

/* The name of a file within a folder ("sql/view/"): what follows the folder; NULL: it lies elsewhere. */
const char *embedded_within(const struct embedded_file *file, const char *folder);

#endif
