/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/names/fold.h"
#include "analyzer/symbols/module.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/*
 * A thread pool wakes who waits for a closure after the closure has ended: it is not on the stack,
 * but in the type of the function that ran it.
 */

/* Length of the path at `at`: core::ops::range::{impl#3}::next. */
static size_t path_length(const char *at)
{
	size_t length = 0;

	while (isalnum((unsigned char)at[length]) || (at[length] && strchr("_:{}#", at[length])))
		length++;
	return length;
}

/* rayon_core runs closures of rayon, which run the user's: neither is meant. */
static bool same_family(const char *path, const char *crate)
{
	return crate && !strncmp(path, crate, strcspn(crate, "_"));
}

static enum frame_origin path_origin(struct symbol_module *m, const char *path,
				     const char **runtime)
{
	const struct symbolizer_options *options = &m->owner->options;
	struct origin_query q = {
		.crate = path,
		.crate_length = strcspn(path, ":"),
		.module_path = m->path,
		.main_crates = m->main_crates,
		.main_crate_count = m->main_crate_count,
		.user_crates = options->user_crates,
		.user_crate_count = options->user_crate_count,
	};

	return origin_of(m->owner->rules, &q, runtime);
}

static int frame_of_closure(struct symbol_module *m, const char *path, enum frame_origin origin,
			    const struct symbol_frame **out)
{
	struct symbol_frame *frame = text_pool_alloc(&m->owner->pool, sizeof(*frame));
	struct text site = {0};
	int error = -ENOMEM;

	fold_name(&site, path);
	text_add_string(&site, "::{closure}");
	if (!frame || site.failed)
		goto out;
	frame->function = path;
	frame->site = text_pool_intern(&m->owner->pool, site.bytes, site.length);
	frame->crate = text_pool_intern(&m->owner->pool, path, strcspn(path, ":"));
	frame->origin = origin;
	if (!frame->site || !frame->crate)
		goto out;
	*out = frame;
	error = 0;
out:
	text_close(&site);
	return error;
}

int symbol_job_closure(struct symbol_module *m, const char *name, const char *crate,
		       const struct symbol_frame **out)
{
	const char *runtime, *found = NULL;
	size_t length;

	for (const char *at = name; *at; at += length ? length : 1) {
		enum frame_origin origin;
		const char *path;

		length = path_length(at);
		if (!length || *at == ':' || !memmem(at, length, "::{", 3) ||
		    same_family(at, crate))
			continue;
		path = text_pool_intern(&m->owner->pool, at, length);
		if (!path)
			return -ENOMEM;
		if (!strstr(path, "::{closure") && !strstr(path, "::{{closure"))
			continue;
		origin = path_origin(m, path, &runtime);
		if (origin == ORIGIN_USER)
			return frame_of_closure(m, path, origin, out);
		if (origin == ORIGIN_UNKNOWN && !found)
			found = path;
	}
	return found ? frame_of_closure(m, found, ORIGIN_UNKNOWN, out) : 0;
}
