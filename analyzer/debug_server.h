/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUG_SERVER_H
#define HUD_ANALYZER_DEBUG_SERVER_H

#include "analyzer/symbols.h"

/*
 * debuginfod: servers that give debug files by build-id. Asked only when DEBUGINFOD_URLS is set,
 * through libdebuginfod, which is loaded then, so that nothing else depends on it.
 */
enum debug_server_file { DEBUG_SERVER_DEBUG, DEBUG_SERVER_IMAGE };

bool debug_server_wanted(void);

/*
 * *path: the file, in the client's own cache, or NULL, and then *outcome says why. Both are the
 * caller's to free. 0 or -ENOMEM.
 */
int debug_server_find(const struct symbolizer_options *options, const uint8_t *build_id,
		      size_t build_id_bytes, enum debug_server_file kind, char **path,
		      char **outcome);

#endif
