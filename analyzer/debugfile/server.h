/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGFILE_SERVER_H
#define HUD_ANALYZER_DEBUGFILE_SERVER_H

#include "analyzer/debugfile/sources.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * debuginfod: servers that give debug files by build-id. Asked only when DEBUGINFOD_URLS is set,
 * through libdebuginfod, which is loaded then, so that nothing else depends on it. Servers that
 * cannot be reached are not asked again.
 */
enum debug_server_file { DEBUG_SERVER_DEBUG, DEBUG_SERVER_IMAGE };

struct debug_server;

bool debug_server_wanted(void);
/* Where the library keeps what it fetched: debuginfod_find_debuginfo(3). NULL: nowhere known. */
char *debug_server_cache(void); /* the caller's to free() */

/* Loads nothing yet. `sources` must outlive it. NULL: no memory. */
struct debug_server *debug_server_open(const struct debug_sources *sources);
void debug_server_close(struct debug_server *s);

/*
 * *path: the file, in the client's own cache, or NULL, and then *outcome says why. Both are the
 * caller's to free. 0 or -ENOMEM.
 */
int debug_server_find(struct debug_server *s, const uint8_t *build_id, size_t build_id_bytes,
		      enum debug_server_file kind, char **path, char **outcome);

/* Calls sources.trouble with what a server did wrong: one line. */
void debug_server_trouble(const struct debug_server *s, const char *what);

#endif
