/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the bytes are, the reader ends, reads nothing it must not, and gives out only records
 * that are as large as they say.
 *
 * The first byte chooses: bytes as they are; or the content of a chunk, which gets a header and a
 * frame that are right (a fuzzer does not find checksums).
 */
#include "format/capture/reader.h"
#include "format/wire/names.h"
#include "format/wire/records.h"
#include "tests/fuzz/frame.h"

#define STEPS_MAX 100000000

/* Touches every byte, so that the sanitizer sees each. */
static void check_record(const struct hud_record *record)
{
	const struct record_kind *kind = record_kind(record->type);
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < record->size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)record)[i]);
	MUST(kind && record_is_whole(kind, record) && hud_record_name(record->type));
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
		MUST(steps < STEPS_MAX);
	}
	state = capture_reader_state(reader);
	MUST(state.bytes <= size && state.damaged_bytes + state.cut_bytes <= size);
	capture_reader_close(reader);
}

static void read_as_records(const uint8_t *data, size_t size)
{
	struct hud_chunk chunk = {.version = HUD_FORMAT_VERSION, .bytes = size};
	uint8_t *content = malloc(sizeof(chunk) + size), *frame;
	size_t bytes;

	MUST(content);
	memcpy(chunk.magic, HUD_CHUNK_MAGIC, sizeof(chunk.magic));
	if (size) {
		chunk.records = data[0];
		memcpy(content + sizeof(chunk), data, size);
		memset(content + sizeof(chunk), 0, 1);
	}
	memcpy(content, &chunk, sizeof(chunk));
	frame = frame_compress(content, sizeof(chunk) + size, &bytes);
	read_all(frame, bytes, SIZE_MAX);
	free(frame);
	free(content);
}

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
