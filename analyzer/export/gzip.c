/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/gzip.h"

#include <errno.h>
#include <stdint.h>

#define WINDOW_GZIP (15 + 16) /* zlib: the largest window, and a header of gzip's */
#define MEMORY_LEVEL 8        /* zlib's default */

int gzip_open(struct gzip *g, FILE *out)
{
	*g = (struct gzip) {.out = out};
	if (deflateInit2(&g->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	g->begun = true;
	return 0;
}

static void deflate_all(struct gzip *g, int flush)
{
	uint8_t buffer[16384];
	size_t made;

	do {
		g->stream.next_out = buffer;
		g->stream.avail_out = sizeof(buffer);
		deflate(&g->stream, flush);
		made = sizeof(buffer) - g->stream.avail_out;
		if (fwrite(buffer, 1, made, g->out) != made)
			return;
	} while (g->stream.avail_out == 0);
}

void gzip_write(struct gzip *g, const void *bytes, size_t length)
{
	g->stream.next_in = (Bytef *)(uintptr_t)bytes;
	g->stream.avail_in = (uInt)length;
	deflate_all(g, Z_NO_FLUSH);
}

void gzip_close(struct gzip *g, bool complete)
{
	if (!g->begun)
		return;
	if (complete) {
		g->stream.avail_in = 0;
		deflate_all(g, Z_FINISH);
	}
	deflateEnd(&g->stream);
	g->begun = false;
}
