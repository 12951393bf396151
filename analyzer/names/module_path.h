/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_MODULE_PATH_H
#define HUD_ANALYZER_NAMES_MODULE_PATH_H

#include "analyzer/base/text.h"

/*
 * The modules that a Rust function is in, by the file of its code, as cargo lays files out:
 *
 *   …/tokio-1.53.1/src/runtime/task/raw.rs     tokio::runtime::task::raw::
 *   /rustc/…/library/core/src/ptr/mod.rs       core::ptr::
 *   src/bin/server.rs                          server::
 *   src/db.rs                                  shop::db::, by the unit's name
 *
 * `path`: without the directory that the unit was compiled in. `unit`: its name in the debug
 * information, which ends with /@/CRATE.HASH-cgu.N; NULL. What is in a `mod { }` or an `impl` is
 * not known. Appends nothing where the crate is not known.
 */
void module_path_add(struct text *out, const char *path, const char *unit);

#endif
