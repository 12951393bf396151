/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_CACHE_H
#define HUD_ANALYZER_SYMBOLS_CACHE_H

#include "analyzer/symbols/module.h"

/*
 * Facts kept on disk from one run to the next: a file for each binary, named by its build-id, by
 * the files its symbols come from (device, inode, size, time of change) and by the version of this
 * program. A file is replaced as a whole, never changed; failures are not kept. When all files
 * together are too large, those not used for longest are removed.
 */

/* $HUD_CACHE, else $XDG_CACHE_HOME/hud, else ~/.cache/hud; NULL: none. The caller's to free(). */
char *symbol_cache_directory(void);
/* Makes a directory, and those above it, where they are missing; readable for this user only. */
void symbol_cache_make(const char *path);

/* Opens the module's file as m->cache; m->cached: there is one. 0 or -ENOMEM. */
int symbol_cache_load(struct symbol_module *m);
/* Writes what is known of the module now. Failure is silent: it only costs the next run time. */
void symbol_cache_save(struct symbol_module *m);

#endif
