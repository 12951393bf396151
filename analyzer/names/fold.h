/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_NAMES_FOLD_H
#define HUD_ANALYZER_NAMES_FOLD_H

#include "analyzer/base/text.h"

/*
 * A function's name without what differs between builds or between instances of a generic function,
 * for people to read and for keys.
 *
 *   demo::guilty::hash::h0123456789abcdef         demo::guilty::hash
 *   demo::save::{{closure}}::{{closure}}          demo::save
 *   <demo::Store<T> as demo::Save>::save          demo::Store::save
 *   alloc::vec::Vec<T>::push::<u8>                alloc::vec::Vec::push
 *
 * Appends to `out`. Where nothing would be left the whole name is appended.
 */
void fold_name(struct text *out, const char *name);

/*
 * The crate of a Rust function, from its demangled name: that of the type, or of the trait where
 * the type is of the standard library; "__rust" for what the compiler makes (__rust_try), which is
 * in no crate. Points into `name`; *length 0: unknown. `*by_trait`: it is a method of a trait,
 * whose default body may be in another crate.
 */
const char *fold_crate(const char *name, size_t *length, bool *by_trait);

/*
 * "Trait::method" of a demangled `<Type as path::Trait<..>>::method…` or `<impl path::Trait for
 * Type>::method`, folded: core::hash::Hash::hash. Nothing is appended for other names.
 */
void fold_trait_method(struct text *out, const char *name);

/*
 * First argument of the last generic list in `name` ("A<B<C>, D>" gives "B<C>"); *length 0: none.
 */
const char *fold_first_argument(const char *name, size_t *length);

#endif
