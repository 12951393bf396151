/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_VERSION_H
#define HUD_ANALYZER_PLAN_VERSION_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

/* A version of three numbers, as crates and compilers have it. */
struct plan_version {
	uint32_t major, minor, patch;
	bool known;
};

/* The version that `text` begins with: "1.24.2". What follows is left. */
struct plan_version plan_version_read(const char *text, const char *end);

/*
 * The highest version in PREFIX1.24.2/: paths of source files stand in a program for its panic
 * messages, with or without debug information.
 */
struct plan_version plan_version_of_paths(Elf *elf, const char *prefix);

/* That of the compiler, from .comment, where its own mark stands before the version. */
struct plan_version plan_version_of_comment(Elf *elf, const char *mark);

/* major << 16 | minor << 8 | patch; 0 where it is not known. */
uint32_t plan_version_number(const struct plan_version *v);

#endif
