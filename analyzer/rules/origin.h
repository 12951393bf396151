/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_ORIGIN_H
#define HUD_ANALYZER_RULES_ORIGIN_H

#include "analyzer/rules/frame.h"
#include "analyzer/rules/rules.h"

/* What is known of a function whose origin is wanted. */
struct origin_query {
	const char *function; /* its name, of one in no crate; NULL: not asked for by that */
	const char *crate;    /* NULL: not Rust, or not known */
	size_t crate_length;
	bool by_trait;           /* a trait's method: its default body may be another crate's */
	const char *decl_file;   /* joined with comp_dir where it was relative; NULL: not known */
	const char *comp_dir;    /* of the unit; NULL */
	const char *module_path; /* of the mapping; NULL */
	const char *const *main_crates; /* crates that hold a `main`: always the user's */
	size_t main_crate_count;
	const char *const *user_prefixes; /* --user-prefix, --user-crate: before all rules */
	size_t user_prefix_count;
	const char *const *user_crates;
	size_t user_crate_count;
};

/* `*runtime`: name of the runtime whose crate it is, for ORIGIN_RUNTIME_ITSELF; else NULL. */
enum frame_origin origin_of(const struct rules *r, const struct origin_query *q,
			    const char **runtime);

/*
 * Was this function (demangled in full) written by a derive macro? Some names show it. Others only
 * allow it; then `sign` decides: the function has names that only macros give, or all its code is
 * on the line of its declaration, where the derive attribute is.
 */
bool origin_derived(const struct rules *r, const char *function, bool sign);

#endif
