/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_DEMANGLE_LEGACY_H
#define HUD_ANALYZER_NAMES_DEMANGLE_LEGACY_H

#include "analyzer/base/text.h"

/*
 * Rust's legacy mangling, _ZN…17h<hash>E, which is nearly all that a Rust program has: appends what
 * libiberty would write, without the hash, several times faster. False, and nothing is appended:
 * it is something else, or unusual, and is for libiberty to judge.
 */
bool demangle_legacy(struct text *out, const char *name);

#endif
