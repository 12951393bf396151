/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_DEMANGLE_H
#define HUD_ANALYZER_NAMES_DEMANGLE_H

#include "analyzer/base/text.h"

#include <stdbool.h>

/*
 * Appends the demangled form of a symbol's name: Rust (legacy, without the hash, and v0), C++, or
 * otherwise the name without its symbol version. `*rust`: it was a Rust name, or is one of those
 * that the Rust compiler makes (__rust_try).
 */
void demangle_name(struct text *out, const char *name, bool *rust);

/* The same with the parameters of C++ functions, as `c++filt` prints them. */
void demangle_name_parameters(struct text *out, const char *name);

#endif
