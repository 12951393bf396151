/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/fuzz/frame.h"

#include <zstd.h>

/* libFuzzer of clang 14 forgets some bytes of its own in main(); nothing of hud is C++. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libstdc++\n";
}

static const uint8_t *supply_take(struct supply *s, size_t bytes)
{
	const uint8_t *taken = s->data;

	s->data += bytes;
	s->size -= bytes;
	return taken;
}

int64_t supply_read(void *context, void *data, size_t bytes)
{
	struct supply *s = context;

	if (s->step && bytes > s->step)
		bytes = s->step;
	if (bytes > s->size)
		bytes = s->size;
	if (bytes)
		memcpy(data, supply_take(s, bytes), bytes);
	return (int64_t)bytes;
}

uint8_t supply_byte(struct supply *s)
{
	return s->size ? *supply_take(s, 1) : 0;
}

char *supply_text(struct supply *s)
{
	const uint8_t *end = s->size ? memchr(s->data, 0, s->size) : NULL;
	size_t length = end ? (size_t)(end - s->data) : s->size;
	char *text = malloc(length + 1);

	MUST(text);
	memcpy(text, s->data, length);
	text[length] = '\0';
	supply_take(s, end ? length + 1 : length);
	return text;
}

uint8_t *supply_rest(struct supply *s, size_t *bytes)
{
	uint8_t *copy = malloc(s->size);

	*bytes = s->size;
	MUST(copy || !s->size);
	if (s->size)
		memcpy(copy, supply_take(s, s->size), *bytes);
	return copy;
}

uint8_t *frame_compress(const void *content, size_t bytes, size_t *frame_bytes)
{
	size_t room = ZSTD_compressBound(bytes);
	uint8_t *frame = malloc(room);
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	MUST(frame && zstd);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, 1);
	*frame_bytes = ZSTD_compress2(zstd, frame, room, content, bytes);
	MUST(!ZSTD_isError(*frame_bytes));
	ZSTD_freeCCtx(zstd);
	return frame;
}
