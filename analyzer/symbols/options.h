/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_OPTIONS_H
#define HUD_ANALYZER_SYMBOLS_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* Where symbols are looked for, whose code is the user's, and who is told how far it is. */
struct symbolizer_options {
	const char *const *binaries; /* --binary paths */
	size_t binary_count;
	const char *const *debug_dirs; /* --debug-dir paths */
	size_t debug_dir_count;
	const char *const *user_prefixes; /* --user-prefix: code declared below is the user's */
	size_t user_prefix_count;
	const char *const *user_crates; /* --user-crate: so is code of these crates */
	size_t user_crate_count;
	/*
	 * Told now and then how far a download is, `all` 0: not known; and with `what` NULL when it
	 * is over. NULL: nobody listens.
	 */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t all);
	/* Told in one line what a server did that should have given debug files. NULL: nobody. */
	void (*trouble)(void *context, const char *what);
	void *progress_context; /* of both */
	const char *cache; /* directory for what is known from one run to the next; NULL: none */
};

#endif
