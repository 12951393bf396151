/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_DEMANGLE_LEGACY_H
#define HUD_ANALYZER_NAMES_DEMANGLE_LEGACY_H

#include "analyzer/base/arena.h"

/*
 * Demangles Rust's legacy mangling, _ZN…17h<hash>E, which most symbols of a Rust program have:
 * appends the same as libiberty, without the hash, several times faster. False: nothing is
 * appended, since the name is of another kind or unusual, and libiberty has to demangle it.
 */
bool demangle_legacy(struct text *out, const char *name);

/* The character that the legacy mangling writes as $TEXT$; 0: unknown. */
char demangle_legacy_escape(const char *text, size_t bytes);

#endif
