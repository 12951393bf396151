/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RUNTIME_VERSION_H
#define HUD_ANALYZER_RUNTIME_VERSION_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

/* A version of three numbers, as crates and compilers have it. */
struct plan_version {
	uint32_t major, minor, patch;
	bool known;
};

/* The version at the start of `text`, "1.24.2"; anything may follow. */
struct plan_version plan_version_read(const char *text, const char *end);

/* Does read-only data contain this text? */
bool plan_text_is_in(Elf *elf, const char *text);

/*
 * The highest version after PREFIX in read-only data. Programs have paths of source files there for
 * panic messages, with or without debug information.
 */
struct plan_version plan_version_of_paths(Elf *elf, const char *prefix);

/* The compiler's version from .comment, where it follows `mark`. */
struct plan_version plan_version_of_comment(Elf *elf, const char *mark);

#endif
