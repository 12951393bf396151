/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_OPTIONS_H
#define HUD_ANALYZER_SYMBOLS_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* Where to look for symbols, which code is the user's, and whom to call while it takes long. */
struct symbolizer_options {
	const char *const *binaries; /* --binary paths */
	size_t binary_count;
	const char *const *debug_dirs; /* --debug-dir paths */
	size_t debug_dir_count;
	/*
	 * Directories beside captures, where hud-record kept what would be lost: as --debug-dir,
	 * but nobody named them. The symbolizer's own, see symbolizer_look_beside().
	 */
	const char **beside;
	size_t beside_count;
	const char *const *user_prefixes; /* --user-prefix: code declared below is the user's */
	size_t user_prefix_count;
	const char *const *user_crates; /* --user-crate: so is code of these crates */
	size_t user_crate_count;
	/*
	 * Called now and then during a download, `all` 0: not known; with `what` NULL after it. May
	 * be NULL.
	 */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t all);
	/* Called with one line when a server of debug files fails. May be NULL. */
	void (*trouble)(void *context, const char *what);
	void *progress_context; /* of both */
	const char *cache;      /* directory of the cache; NULL: none */
};

#endif
