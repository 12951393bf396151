/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_GZIP_H
#define HUD_ANALYZER_EXPORT_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <zlib.h>

/* Compresses what is written to a stream. The same bytes always become the same file. */
struct gzip {
	FILE *out;
	z_stream stream;
	bool begun;
};

/* 0 or -ENOMEM. To be closed after an error too. */
int gzip_open(struct gzip *g, FILE *out);
/* Errors of the stream are found by ferror(). */
void gzip_write(struct gzip *g, const void *bytes, size_t length);
/* Writes the end, if `complete`, and frees it. */
void gzip_close(struct gzip *g, bool complete);

#endif
