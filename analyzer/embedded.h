/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EMBEDDED_H
#define HUD_ANALYZER_EMBEDDED_H

/* The SQL and rules files, as they were at build time. The last entry has no name. */
struct embedded_file {
	const char *name; /* "sites.sql" */
	const char *text; /* terminated */
};
extern const struct embedded_file embedded_files[];

/* Text of a file by name, or NULL. */
const char *embedded_text(const char *name);

#endif
