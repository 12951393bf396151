/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libFuzzer: whatever the bytes are, the reader ends, reads nothing it must not, and gives out only
 * records that are as large as they say.
 *
 *   clang -std=c17 -g -O1 -I. -fsanitize=fuzzer,address,undefined \
 *       tests/fuzz/capture_reader_fuzz.c format/[a-z]*.c -lzstd -o build/capture_reader_fuzz
 *
 * The first byte chooses: bytes as they are; or the content of a chunk, which gets a header and a
 * frame that are right (a fuzzer does not find checksums).
 */
#include "format/capture_reader.h"
#include "format/names.h"
#include "format/records.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define STEPS_MAX 100000000

struct supply {
	const uint8_t *data;
	size_t size, step;
};

static int64_t supply_read(void *context, void *data, size_t bytes)
{
	struct supply *s = context;

	if (bytes > s->step)
		bytes = s->step;
	if (bytes > s->size)
		bytes = s->size;
	if (bytes)
		memcpy(data, s->data, bytes);
	s->data += bytes;
	s->size -= bytes;
	return (int64_t)bytes;
}

/* Touches every byte, so that the sanitizer sees each. */
static void check_record(const struct hud_record *record)
{
	const struct record_kind *kind = record_kind(record->type);
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < record->size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)record)[i]);
	if (!kind || !record_is_whole(kind, record) || !hud_record_name(record->type))
		abort();
}

static void read_all(const uint8_t *data, size_t size, size_t step)
{
	struct supply supply = {data, size, step};
	struct capture_reader *reader;
	struct capture_reader_state state;

	if (capture_reader_open(supply_read, &supply, &reader))
		return;
	for (size_t steps = 0;; steps++) {
		const struct hud_record *record;

		if (capture_reader_next(reader, &record) || !record)
			break;
		check_record(record);
		if (steps > STEPS_MAX)
			abort();
	}
	state = capture_reader_state(reader);
	if (state.bytes > size || state.damaged_bytes + state.cut_bytes > size)
		abort();
	capture_reader_close(reader);
}

static void read_as_records(const uint8_t *data, size_t size)
{
	struct hud_chunk chunk = {.version = HUD_FORMAT_VERSION, .bytes = size};
	size_t bound = ZSTD_compressBound(sizeof(chunk) + size), bytes;
	uint8_t *content = malloc(sizeof(chunk) + size), *frame = malloc(bound);
	ZSTD_CCtx *zstd = ZSTD_createCCtx();

	if (!content || !frame || !zstd)
		abort();
	memcpy(chunk.magic, HUD_CHUNK_MAGIC, sizeof(chunk.magic));
	if (size) {
		chunk.records = data[0];
		memcpy(content + sizeof(chunk), data, size);
		memset(content + sizeof(chunk), 0, 1);
	}
	memcpy(content, &chunk, sizeof(chunk));
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
	bytes = ZSTD_compress2(zstd, frame, bound, content, sizeof(chunk) + size);
	read_all(frame, bytes, SIZE_MAX);
	ZSTD_freeCCtx(zstd);
	free(frame);
	free(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & 1)
		read_as_records(data + 1, size - 1);
	else
		read_all(data + 1, size - 1, data[0] & 2 ? 7 : SIZE_MAX);
	return 0;
}
