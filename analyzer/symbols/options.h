/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_OPTIONS_H
#define HUD_ANALYZER_SYMBOLS_OPTIONS_H

#include "analyzer/debugfile/sources.h"

/* Where to look for symbols, and which code is the user's. */
struct symbolizer_options {
	struct debug_sources sources;
	const char *const *user_prefixes; /* --user-prefix: code declared below is the user's */
	size_t user_prefix_count;
	const char *const *user_crates; /* --user-crate: so is code of these crates */
	size_t user_crate_count;
	const char *cache; /* directory of the cache; NULL: none */
};

#endif
