/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DEBUGFILE_SOURCES_H
#define HUD_ANALYZER_DEBUGFILE_SOURCES_H

#include <stddef.h>
#include <stdint.h>

/* Where to look for binaries and their debug files, and whom to call while a server is asked. */
struct debug_sources {
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
	/*
	 * Called now and then during a download, `all` 0: not known; with `what` NULL after it. May
	 * be NULL.
	 */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t all);
	/* Called with one line when a server of debug files fails. May be NULL. */
	void (*trouble)(void *context, const char *what);
	void *progress_context; /* of both */
};

/* Where the binary and its debug information were looked for, in that order. */
struct symbol_step {
	const char *step;    /* "--binary", ".gnu_debuglink", … */
	const char *path;    /* the file that was tried */
	const char *outcome; /* "taken: …", or why not */
};

#endif
