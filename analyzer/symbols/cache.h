/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_CACHE_H
#define HUD_ANALYZER_SYMBOLS_CACHE_H

#include "analyzer/symbols/module.h"

/*
 * Facts kept on disk from one run to the next: a file for each binary, named by its build-id, by
 * which files its symbols come from (device, inode, size, time of change) and by the version of
 * this program. It is replaced as a whole, never changed; failures are not kept; when all of them
 * together are too large the ones not used for longest go.
 */

/* Where: $HUD_CACHE, else $XDG_CACHE_HOME/hud, else ~/.cache/hud. NULL: nowhere. For free(). */
char *symbol_cache_directory(void);

/* What is kept of the module goes to m->cached. 0, also when there is nothing, or -ENOMEM. */
int symbol_cache_load(struct symbol_module *m);
/* Keeps what is known of the module now. What goes wrong costs the next run time, no more. */
void symbol_cache_save(struct symbol_module *m);

#endif
