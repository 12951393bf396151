/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a reader makes of captures that are cut, damaged, mixed, or none at all. */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/format_fixture.h"

#define CHUNKS 4
#define SPANS 3

static void assert_same(const struct out *a, const struct out *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->capture, b->capture);
	assert_true(a->sequence == b->sequence);
	assert_true(a->digest == b->digest);
}

/*
 * All that was loaded was written, in that order; what is missing is of one chunk at most. Returns
 * how many records are missing.
 */
static size_t assert_at_most_one_chunk_is_missing(const struct loaded *whole,
						  const struct loaded *damaged)
{
	size_t at = 0, missing = 0;
	uint64_t lost_sequence = 0;

	for (size_t i = 0; i < whole->count; i++) {
		while (at < damaged->count && is_reader_loss(&damaged->out[at]))
			at++;
		if (at < damaged->count && damaged->out[at].digest == whole->out[i].digest &&
		    damaged->out[at].sequence == whole->out[i].sequence) {
			assert_same(&damaged->out[at++], &whole->out[i]);
			continue;
		}
		if (missing)
			assert_true(whole->out[i].sequence == lost_sequence);
		lost_sequence = whole->out[i].sequence;
		missing++;
	}
	while (at < damaged->count && is_reader_loss(&damaged->out[at]))
		at++;
	assert_true(at == damaged->count);
	return missing;
}

static void a_whole_capture_loads_without_loss(void **state)
{
	struct bytes capture = {0};
	struct loaded l;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, NULL);
	l = load(capture.data, capture.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(count_of(&l, HUD_OFFCPU), CHUNKS * SPANS);
	assert_int_equal(count_of(&l, HUD_LOST), 0);
	assert_int_equal(count_of(&l, HUD_END), 1);
	assert_int_equal(l.state.chunks, CHUNKS);
	assert_int_equal(l.state.captures, 1);
	assert_int_equal(l.state.bytes, capture.size);
	assert_int_equal(l.state.damaged_bytes + l.state.cut_bytes, 0);
	assert_false(l.state.truncated);
	loaded_free(&l);
	bytes_free(&capture);
}

static void short_and_late_reads_change_nothing(void **state)
{
	struct bytes capture = {0};
	struct loaded whole, l;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, NULL);
	whole = load(capture.data, capture.size);
	for (size_t step = 1; step < 40; step += 6) {
		l = load_from((struct supply) {
			.data = capture.data, .size = capture.size, .step = step, .busy = 1});
		assert_int_equal(l.error, 0);
		assert_int_equal(l.count, whole.count);
		for (size_t i = 0; i < l.count; i++)
			assert_same(&l.out[i], &whole.out[i]);
		loaded_free(&l);
	}
	loaded_free(&whole);
	bytes_free(&capture);
}

static void a_capture_cut_anywhere_loads_up_to_its_last_whole_chunk(void **state)
{
	struct bytes capture = {0};
	size_t boundary[CHUNKS + 1];
	struct loaded whole;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, boundary);
	whole = load(capture.data, capture.size);
	for (size_t cut = 0; cut < capture.size; cut++) {
		struct loaded l = load(capture.data, cut);
		size_t chunks = 0;

		while (chunks < CHUNKS && boundary[chunks + 1] <= cut)
			chunks++;
		if (cut < boundary[0]) {
			assert_int_equal(l.error, -EBADMSG);
			assert_int_equal(l.count, 0);
			continue;
		}
		assert_int_equal(l.error, 0);
		assert_int_equal(l.state.chunks, chunks);
		assert_int_equal(l.state.cut_bytes, cut - boundary[chunks]);
		assert_int_equal(l.state.damaged_bytes, 0);
		assert_true(l.state.truncated);
		assert_int_equal(count_of(&l, HUD_LOST), 0);
		assert_int_equal(count_of(&l, HUD_OFFCPU), chunks * SPANS);
		for (size_t i = 0; i < l.count; i++)
			assert_same(&l.out[i], &whole.out[i]);
		loaded_free(&l);
	}
	loaded_free(&whole);
	bytes_free(&capture);
}

static void one_flipped_byte_costs_at_most_one_chunk_and_invents_nothing(void **state)
{
	static const uint8_t pattern[] = {0x01, 0x04, 0x10, 0x80, 0xff, 0x5a};
	struct bytes capture = {0};
	size_t boundary[CHUNKS + 1], costly = 0;
	struct loaded whole;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, boundary);
	whole = load(capture.data, capture.size);
	for (size_t at = 0; at < capture.size; at++) {
		for (size_t p = 0; p < sizeof(pattern); p++) {
			struct loaded l;
			size_t missing;

			capture.data[at] ^= pattern[p];
			l = load(capture.data, capture.size);
			capture.data[at] ^= pattern[p];
			assert_int_equal(l.error, 0);
			missing = assert_at_most_one_chunk_is_missing(&whole, &l);
			costly += missing > 0;
			if (at < boundary[0])
				assert_int_equal(missing, 0);
			/* Whatever is missing is accounted for. */
			if (missing)
				assert_true(l.state.damaged_bytes + l.state.cut_bytes > 0);
			assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_DAMAGED),
					 l.state.damaged_bytes);
			if (missing && at < boundary[CHUNKS - 1])
				assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_MISSING), 1);
			if (missing && at >= boundary[CHUNKS - 1])
				assert_true(l.state.truncated);
			loaded_free(&l);
		}
	}
	/* Only the unused bits of a frame header are not covered by anything. */
	assert_true(costly > (capture.size - boundary[0]) * sizeof(pattern) * 95 / 100);
	loaded_free(&whole);
	bytes_free(&capture);
}

static void damage_is_reported_once_with_its_bytes_and_where_it_was(void **state)
{
	struct bytes capture = {0};
	size_t boundary[CHUNKS + 1];
	struct loaded l;
	size_t reported = 0;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, boundary);
	memset(capture.data + boundary[1], 0x55, boundary[2] - boundary[1]);
	l = load(capture.data, capture.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(l.state.damaged_bytes, boundary[2] - boundary[1]);
	for (size_t i = 0; i < l.count; i++) {
		if (!is_reader_loss(&l.out[i]))
			continue;
		reported++;
		assert_int_equal(l.out[i].sequence, 2); /* the chunk after the damage */
		assert_int_equal(l.out[i].cause,
				 reported == 1 ? HUD_LOSS_CHUNK_DAMAGED : HUD_LOSS_CHUNK_MISSING);
	}
	assert_int_equal(reported, 2);
	assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_MISSING), 1);
	loaded_free(&l);

	/* At the end of the stream no chunk follows: the loss is the last record. */
	capture.size = boundary[2];
	l = load(capture.data, capture.size);
	assert_int_equal(l.out[l.count - 1].cause, HUD_LOSS_CHUNK_DAMAGED);
	assert_int_equal(l.out[l.count - 1].sequence, 0);
	assert_true(l.state.truncated);
	loaded_free(&l);
	bytes_free(&capture);
}

static void two_captures_in_one_file_never_mix(void **state)
{
	struct bytes both = {0}, chunk[2] = {{0}};
	size_t boundary[2][CHUNKS + 1];
	struct loaded l;

	(void)state;
	make_capture(&both, 1, CHUNKS, SPANS, boundary[0]);
	make_capture(&both, 2, CHUNKS, SPANS + 1, boundary[1]);
	l = load(both.data, both.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(l.state.captures, 2);
	assert_int_equal(count_of(&l, HUD_LOST), 0);
	assert_false(l.state.truncated);
	for (size_t i = 0, second = 0; i < l.count; i++) {
		assert_true(l.out[i].capture == 1 + second);
		second |= l.out[i].type == HUD_END;
	}
	loaded_free(&l);

	/* Even interleaved chunk by chunk each keeps its own count. */
	for (size_t c = 0; c < CHUNKS; c++)
		for (size_t k = 0; k < 2; k++)
			bytes_append(&chunk[0], both.data + boundary[k][c],
				     boundary[k][c + 1] - boundary[k][c]);
	l = load(chunk[0].data, chunk[0].size);
	assert_int_equal(l.error, 0);
	assert_int_equal(l.state.captures, 2);
	assert_int_equal(count_of(&l, HUD_LOST), 0);
	assert_int_equal(count_of(&l, HUD_OFFCPU), CHUNKS * (2 * SPANS + 1));
	loaded_free(&l);

	/* The first one cut: the second is whole, and the loss is not its own. */
	bytes_append(&chunk[1], both.data, boundary[0][CHUNKS] - 5);
	bytes_append(&chunk[1], both.data + boundary[0][CHUNKS], both.size - boundary[0][CHUNKS]);
	l = load(chunk[1].data, chunk[1].size);
	assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_MISSING), 0);
	for (size_t i = 0; i < l.count; i++)
		if (is_reader_loss(&l.out[i]))
			assert_int_equal(l.out[i].capture, 1);
	assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_DAMAGED),
			 boundary[0][CHUNKS] - 5 - boundary[0][CHUNKS - 1]);
	loaded_free(&l);
	bytes_free(&chunk[1]);
	bytes_free(&chunk[0]);
	bytes_free(&both);
}

static void a_gap_in_sequence_is_loss(void **state)
{
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	static const uint64_t sequence[] = {2, 3, 7, 7, 5, 8};
	struct bytes b = {0};
	struct loaded l;

	(void)state;
	for (size_t i = 0; i < sizeof(sequence) / sizeof(sequence[0]); i++)
		craft_chunk(&b, 1, sequence[i], HUD_FORMAT_VERSION, 1, &clock, sizeof(clock));
	l = load(b.data, b.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(count_of(&l, HUD_CLOCK), 6);
	assert_int_equal(count_of(&l, HUD_LOST), 2);
	assert_int_equal(l.out[0].cause, HUD_LOSS_CHUNK_MISSING);
	assert_int_equal(l.out[0].count, 2);
	assert_int_equal(l.out[3].cause, HUD_LOSS_CHUNK_MISSING);
	assert_int_equal(l.out[3].count, 3);
	loaded_free(&l);
	bytes_free(&b);
}

static void a_chunk_whose_sizes_do_not_add_up_is_damage(void **state)
{
	struct hud_clock clock[2] = {{.head = {.type = HUD_CLOCK, .size = sizeof(*clock)}},
				     {.head = {.type = HUD_CLOCK, .size = sizeof(*clock)}}};
	static const uint32_t wrong[] = {0, 4, 7, 12, 23, 25, 32, UINT32_MAX - 7};
	struct bytes b = {0};
	struct loaded l;
	size_t good;

	(void)state;
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 2, clock, sizeof(clock));
	good = b.size;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		clock[1].head.size = wrong[i];
		craft_chunk(&b, 1, 1, HUD_FORMAT_VERSION, 2, clock, sizeof(clock));
	}
	clock[1].head.size = sizeof(*clock);
	craft_chunk(&b, 1, 1, HUD_FORMAT_VERSION, 1, clock, sizeof(clock)); /* says too few */
	craft_chunk(&b, 1, 1, HUD_FORMAT_VERSION, 3, clock, sizeof(clock)); /* says too many */
	craft_chunk(&b, 1, 1, 0, 2, clock, sizeof(clock));                  /* no version */
	l = load(b.data, b.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(count_of(&l, HUD_CLOCK), 2);
	assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_DAMAGED), b.size - good);
	loaded_free(&l);
	bytes_free(&b);
}

/* A frame as zstd makes it for anyone: no checksum, or no content size, or too much of it. */
static void a_frame_without_checksum_or_content_size_is_damage(void **state)
{
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	size_t size = sizeof(struct hud_chunk) + sizeof(clock);
	struct bytes good = {0};
	uint8_t content[256], frame[512];

	(void)state;
	craft_chunk(&good, 1, 0, HUD_FORMAT_VERSION, 1, &clock, sizeof(clock));
	assert_int_equal(ZSTD_decompress(content, sizeof(content), good.data, good.size), size);
	for (int checksum = 0; checksum < 2; checksum++) {
		for (int content_size = 0; content_size < 2; content_size++) {
			ZSTD_CCtx *zstd = ZSTD_createCCtx();
			struct loaded l;
			size_t bytes;

			ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, checksum);
			ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, content_size);
			bytes = ZSTD_compress2(zstd, frame, sizeof(frame), content, size);
			ZSTD_freeCCtx(zstd);
			l = load(frame, bytes);
			assert_int_equal(l.error, checksum && content_size ? 0 : -EBADMSG);
			loaded_free(&l);
		}
	}
	bytes_free(&good);
}

static void a_chunk_is_at_most_as_large_as_the_format_allows(void **state)
{
	size_t most = HUD_CHUNK_CONTENT_MAX - sizeof(struct hud_chunk);
	struct hud_record *record = malloc(most + 8);
	struct bytes b = {0};
	struct loaded l;

	(void)state;
	assert_non_null(record);
	for (size_t i = 0; i < most + 8; i++)
		((uint8_t *)record)[i] = (uint8_t)(i * 2654435761u >> 13);
	*record = (struct hud_record) {.type = 200, .size = (uint32_t)most};
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 1, record, most);
	l = load_from((struct supply) {.data = b.data, .size = b.size, .step = 65536});
	assert_int_equal(l.error, 0);
	assert_int_equal(l.state.chunks, 1);
	loaded_free(&l);
	record->size += 8;
	b.size = 0;
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 1, record, most + 8);
	l = load(b.data, b.size);
	assert_int_equal(l.error, -EBADMSG);
	loaded_free(&l);
	bytes_free(&b);
	free(record);
}

static void what_is_no_capture_is_no_capture(void **state)
{
	static const uint8_t naming[] = "\x5d\x2a\x4d\x18\x10\0\0\0" HUD_NAMING_TEXT;
	struct loaded l = load("", 0);
	uint64_t random = 88172645463325252u;
	uint8_t noise[8192];

	(void)state;
	assert_int_equal(l.error, -EBADMSG);
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(noise); i++) {
			random ^= random << 13, random ^= random >> 7, random ^= random << 17;
			noise[i] = (uint8_t)(random >> 32);
		}
		for (size_t i = 0; i + 6 < sizeof(noise); i += 64 + noise[i]) /* seductive noise */
			memcpy(noise + i, "\x28\xb5\x2f\xfd\x64", 5);
		l = load(noise, sizeof(noise));
		assert_int_equal(l.error, -EBADMSG);
		assert_int_equal(l.count, 0);
	}
	/* A name and nothing else is a capture, which ended before its first chunk. */
	l = load(naming, 24);
	assert_int_equal(l.error, 0);
	assert_true(l.state.truncated);
	assert_int_equal(l.state.chunks, 0);
}

static void garbage_around_and_between_chunks_costs_no_chunk(void **state)
{
	struct bytes capture = {0}, b = {0};
	size_t boundary[CHUNKS + 1], garbage = 0;
	struct loaded whole, l;

	(void)state;
	make_capture(&capture, 1, CHUNKS, SPANS, boundary);
	whole = load(capture.data, capture.size);
	for (size_t c = 0; c <= CHUNKS; c++) {
		size_t from = c ? boundary[c - 1] : 0;

		/* Half a frame of this capture: the garbage that is most like a frame. */
		bytes_append(&b, capture.data + boundary[1], 100);
		garbage += 100;
		bytes_append(&b, capture.data + from, boundary[c] - from);
	}
	l = load(b.data, b.size);
	assert_int_equal(l.error, 0);
	assert_int_equal(assert_at_most_one_chunk_is_missing(&whole, &l), 0);
	assert_int_equal(loss_of(&l, HUD_LOSS_CHUNK_DAMAGED), garbage);
	loaded_free(&l);
	loaded_free(&whole);
	bytes_free(&b);
	bytes_free(&capture);
}

static int64_t broken_source(void *context, void *data, size_t bytes)
{
	(void)context, (void)data, (void)bytes;
	return -EIO;
}

static void an_error_of_the_source_is_handed_on(void **state)
{
	const struct hud_record *out;
	struct capture_reader *r;

	(void)state;
	assert_int_equal(capture_reader_open(broken_source, NULL, &r), 0);
	assert_null(capture_reader_chunk(r));
	assert_int_equal(capture_reader_next(r, &out), -EIO);
	assert_null(out);
	capture_reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_capture_loads_without_loss),
		cmocka_unit_test(short_and_late_reads_change_nothing),
		cmocka_unit_test(a_capture_cut_anywhere_loads_up_to_its_last_whole_chunk),
		cmocka_unit_test(one_flipped_byte_costs_at_most_one_chunk_and_invents_nothing),
		cmocka_unit_test(damage_is_reported_once_with_its_bytes_and_where_it_was),
		cmocka_unit_test(two_captures_in_one_file_never_mix),
		cmocka_unit_test(a_gap_in_sequence_is_loss),
		cmocka_unit_test(a_chunk_whose_sizes_do_not_add_up_is_damage),
		cmocka_unit_test(a_frame_without_checksum_or_content_size_is_damage),
		cmocka_unit_test(a_chunk_is_at_most_as_large_as_the_format_allows),
		cmocka_unit_test(what_is_no_capture_is_no_capture),
		cmocka_unit_test(garbage_around_and_between_chunks_costs_no_chunk),
		cmocka_unit_test(an_error_of_the_source_is_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
