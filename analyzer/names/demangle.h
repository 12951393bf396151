/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_DEMANGLE_H
#define HUD_ANALYZER_NAMES_DEMANGLE_H

#include <stdbool.h>

#include "analyzer/base/text.h"

/*
 * Appends a linker's name as people write it: Rust (legacy and v0), C++, or unchanged but for a
 * symbol version. The hash of legacy Rust names is left out. `*rust`: it was a Rust name.
 */
void demangle_name(struct text *out, const char *name, bool *rust);

/* The same as `c++filt` writes it, with the parameters of C++ functions. */
void demangle_name_parameters(struct text *out, const char *name);

#endif
