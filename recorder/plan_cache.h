/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_CACHE_H
#define HUD_RECORDER_PLAN_CACHE_H

#include "format/build_id.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Plans that were made before, on disk: /var/cache/hud for root, $XDG_CACHE_HOME/hud or
 * ~/.cache/hud for others. The key is the build-id (or the hash of the
 * code, where there is none), the file's size, device, inode and mtime, and
 * hud's version. Only whole plans are kept, at most 512 MiB of them, the longest unused go first.
 * A cache that cannot be used is no error: the plan is made again.
 */
struct plan_cache {
	int directory; /* -1: none */
};

void plan_cache_open(struct plan_cache *c);
void plan_cache_close(struct plan_cache *c);

/* The plan of this file as it was kept: `*data` is malloc'ed. False: there is none. */
bool plan_cache_get(const struct plan_cache *c, const struct build_id *id, const struct stat *file,
		    uint8_t **data, size_t *bytes);

/* Keeps a plan that was found to be whole. */
void plan_cache_put(const struct plan_cache *c, const struct build_id *id, const struct stat *file,
		    const uint8_t *data, size_t bytes);

#endif
