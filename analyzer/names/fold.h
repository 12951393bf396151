/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_FOLD_H
#define HUD_ANALYZER_NAMES_FOLD_H

#include "analyzer/base/text.h"

/*
 * A function's name for people and keys: what differs from build to build or from instance to
 * instance is left out.
 *
 *   demo::guilty::hash::h0123456789abcdef         demo::guilty::hash
 *   demo::save::{{closure}}::{{closure}}          demo::save
 *   <demo::Store<T> as demo::Save>::save          demo::Store::save
 *   alloc::vec::Vec<T>::push::<u8>                alloc::vec::Vec::push
 *
 * Appends to `out`; where nothing would be left the name is appended as it is.
 */
void fold_name(struct text *out, const char *name);

/*
 * The crate a folded Rust function was written in, as far as its demangled name tells: the type's,
 * or the trait's where the type is the standard library's. Points into `name`; *length 0: unknown.
 * `*by_trait`: a trait's method, whose default body may come from another crate.
 */
const char *fold_crate(const char *name, size_t *length, bool *by_trait);

/*
 * "Trait::method" of a demangled `<Type as path::Trait<..>>::method…` or `<impl path::Trait for
 * Type>::method`, folded: core::hash::Hash::hash. Nothing is appended for other names.
 */
void fold_trait_method(struct text *out, const char *name);

/* First argument of the last generic list in `name` ("A<B<C>, D>" gives "B<C>"); *length 0: none. */
const char *fold_first_argument(const char *name, size_t *length);

#endif
