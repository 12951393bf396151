/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_CACHE_H
#define HUD_RECORDER_PLAN_CACHE_H

#include "format/elf/build_id.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Plans of earlier recordings, on disk: /var/cache/hud for root, $XDG_CACHE_HOME/hud-record or
 * ~/.cache/hud-record for others. The key is the build-id (or the hash of the code, where there is
 * none), size, device, inode and mtime of the file and of its debug file, and the build of
 * hud-analyze that made it; of what was learned the build-id or the hash alone. Only complete plans
 * are kept, 512 MiB at most; the entry unused for longest is removed first. A cache that cannot be
 * used is no error: the plan is made again.
 */
struct plan_cache {
	int directory; /* -1: none */
};

void plan_cache_open(struct plan_cache *c);
void plan_cache_close(struct plan_cache *c);

/* What a plan is made from. */
struct plan_key {
	const struct build_id *id;
	const struct stat *file;
	const struct stat *debug;    /* its separate debug file; NULL: none */
	const struct build_id *tool; /* hud-analyze's own */
	bool learned;                /* not made of the file: learned from a process that ran it */
};

/* The cached plan of these files; the caller frees `*data`. False: there is none. */
bool plan_cache_get(const struct plan_cache *c, const struct plan_key *key, uint8_t **data,
		    size_t *bytes);

/* Stores a plan that was parsed without error. */
void plan_cache_put(const struct plan_cache *c, const struct plan_key *key, const uint8_t *data,
		    size_t bytes);

/* Removes what turned out to be wrong. */
void plan_cache_remove(const struct plan_cache *c, const struct plan_key *key);

#endif
