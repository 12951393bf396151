/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_IMAGE_REFERENCES_H
#define HUD_ANALYZER_IMAGE_REFERENCES_H

#include "analyzer/image/image.h"

/*
 * What code refers to. Panics leave texts in release builds without symbols too: their message, and
 * the source file and line that they would report.
 */

/* `from`: address of the instruction; `to`: the address of data that it takes. */
typedef void (*plan_reference)(void *context, uint64_t from, uint64_t to);

/* All of [start, end), in ascending order of `from`. */
void plan_references_each(const struct plan_image *image, uint64_t start, uint64_t end,
			  plan_reference each, void *context);

/*
 * All calls and jumps, of which `from` is the address, to one of the `count` ascending `targets`;
 * also those through a word in the object (GOT).
 */
void plan_calls_each(const struct plan_image *image, const uint64_t *targets, size_t count,
		     plan_reference each, void *context);

/* A core::panic::Location. */
struct plan_location {
	const char *path; /* not terminated; in the image */
	size_t bytes;
	uint32_t line;
	uint32_t column;
};

/* Is there one at this address, of a source file in Rust? */
bool plan_location_at(const struct plan_image *image, uint64_t address, struct plan_location *out);

/* Does the text that is there, or that a word there has the address of, match the pattern? */
bool plan_text_matches(const struct plan_image *image, uint64_t address, const char *pattern);

#endif
