/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/fuzz/records.h"
#include "format/capture/frame.h"
#include "format/capture/reader.h"
#include "format/wire/records.h"

/* A buffer that grows. */
struct buffer {
	uint8_t *data;
	size_t size, room;
};

static void buffer_add(struct buffer *b, const void *data, size_t bytes)
{
	if (b->size + bytes > b->room) {
		b->room = (b->size + bytes) * 2;
		b->data = realloc(b->data, b->room);
		MUST(b->data);
	}
	if (bytes)
		memcpy(b->data + b->size, data, bytes);
	b->size += bytes;
}

/* The size of the record at an offset; 0: there is no whole one. */
static size_t record_at(const uint8_t *data, size_t size, size_t at)
{
	struct hud_record head;

	if (size - at < sizeof(head))
		return 0;
	memcpy(&head, data + at, sizeof(head));
	return head.size < sizeof(head) || head.size > size - at || head.size % 8 ? 0 : head.size;
}

static uint16_t type_at(const uint8_t *data, size_t at)
{
	struct hud_record head;

	memcpy(&head, data + at, sizeof(head));
	return head.type;
}

/* The chunk of the records in `content`, which has room for the header at its start. */
static void chunk_add(struct buffer *out, struct buffer *content, struct hud_chunk chunk,
		      uint32_t records)
{
	uint8_t *frame;
	size_t bytes;

	memcpy(chunk.magic, HUD_CHUNK_MAGIC, sizeof(chunk.magic));
	chunk.version = HUD_FORMAT_VERSION;
	chunk.records = records;
	chunk.bytes = content->size - sizeof(chunk);
	memcpy(content->data, &chunk, sizeof(chunk));
	frame = frame_compress(content->data, content->size, &bytes);
	buffer_add(out, frame, bytes);
	free(frame);
}

uint8_t *records_pack(const uint8_t *data, size_t size, size_t *bytes)
{
	struct buffer out = {0}, content = {0};
	struct hud_chunk chunk = {0};
	uint32_t records = 0;
	size_t step;

	buffer_add(&out, &naming_frame, sizeof(naming_frame));
	buffer_add(&content, &chunk, sizeof(chunk));
	for (size_t at = 0; (step = record_at(data, size, at)); at += step) {
		if (type_at(data, at)) {
			buffer_add(&content, data + at, step);
			records++;
			continue;
		}
		if (records)
			chunk_add(&out, &content, chunk, records);
		content.size = sizeof(chunk);
		records = 0;
		if (step == sizeof(struct records_chunk))
			memcpy(&chunk, data + at + sizeof(struct hud_record), sizeof(chunk));
	}
	if (records)
		chunk_add(&out, &content, chunk, records);
	free(content.data);
	*bytes = out.size;
	return out.data;
}

uint8_t *records_unpack(const uint8_t *capture, size_t bytes, size_t *size)
{
	struct supply supply = {.data = capture, .size = bytes};
	struct records_chunk chunk = {.head = {.size = sizeof(chunk)}};
	uint64_t sequence = UINT64_MAX;
	const struct hud_record *record;
	struct capture_reader *reader;
	struct buffer out = {0};

	MUST(!capture_reader_open(supply_read, &supply, &reader));
	while (!capture_reader_next(reader, &record) && record) {
		const struct hud_chunk *of = capture_reader_chunk(reader);

		if (of && of->sequence != sequence) {
			chunk.chunk = *of;
			sequence = of->sequence;
			buffer_add(&out, &chunk, sizeof(chunk));
		}
		buffer_add(&out, record, record->size);
	}
	capture_reader_close(reader);
	*size = out.size;
	return out.data;
}

/* An input that is being changed. */
struct change {
	uint8_t *data;
	size_t size, room;
	uint64_t random;
};

static uint64_t pick(struct change *c, uint64_t below)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return below ? c->random % below : 0;
}

/* A record by chance; SIZE_MAX: there is none. */
static size_t record_pick(struct change *c)
{
	size_t count = 0, chosen = SIZE_MAX, step;

	for (size_t at = 0; (step = record_at(c->data, c->size, at)); at += step)
		if (pick(c, ++count) == 0)
			chosen = at;
	return chosen;
}

/* Makes the `bytes` at an offset `wanted` long; new ones are 0. False: no room. */
static bool bytes_resize(struct change *c, size_t at, size_t bytes, size_t wanted)
{
	if (c->size - bytes + wanted > c->room)
		return false;
	memmove(c->data + at + wanted, c->data + at + bytes, c->size - at - bytes);
	if (wanted > bytes)
		memset(c->data + at + bytes, 0, wanted - bytes);
	c->size = c->size - bytes + wanted;
	return true;
}

static bool record_resize(struct change *c, size_t at, size_t wanted)
{
	struct hud_record head;

	memcpy(&head, c->data + at, sizeof(head));
	if (!bytes_resize(c, at, head.size, wanted))
		return false;
	head.size = (uint32_t)wanted;
	memcpy(c->data + at, &head, sizeof(head));
	return true;
}

/* A number that code likes to get wrong, or one that is somewhere in the input. */
static uint64_t number_pick(struct change *c, uint64_t was)
{
	static const uint64_t edges[] = {
		0, 1, 255, 4096, INT32_MAX, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX};
	uint64_t other;

	switch (pick(c, 4)) {
	case 0:
		return edges[pick(c, sizeof(edges) / sizeof(*edges))];
	case 1:
		return was + pick(c, 33) - 16;
	case 2:
		return was ^ UINT64_C(1) << pick(c, 64);
	default:
		if (c->size < sizeof(other))
			return 0;
		memcpy(&other, c->data + pick(c, c->size / 4 - 1) * 4, sizeof(other));
		return other;
	}
}

static void field_change(struct change *c, size_t at)
{
	const struct record_kind *kind = record_kind(type_at(c->data, at));
	size_t size = record_at(c->data, c->size, at), fields = 0, offset, bytes;
	uint64_t value = 0;

	while (kind && kind->fields[fields].name)
		fields++;
	if (fields) {
		const struct record_field *f = &kind->fields[pick(c, fields)];

		offset = f->offset;
		bytes = f->bytes;
		if (f->form >= FIELD_BYTES && bytes && size > offset + bytes)
			offset += pick(c, (size - offset) / bytes) * bytes;
	} else {
		bytes = 4;
		offset = 8 + pick(c, (size - 8) / 4) * 4;
	}
	if (!bytes || bytes > sizeof(value) || offset + bytes > size)
		return;
	memcpy(&value, c->data + at + offset, bytes);
	value = number_pick(c, value);
	memcpy(c->data + at + offset, &value, bytes);
}

/* Another number of elements, and as many as it says. */
static void count_change(struct change *c, size_t at)
{
	const struct record_kind *kind = record_kind(type_at(c->data, at));
	uint64_t count;

	if (!kind || !kind->count.width || record_at(c->data, c->size, at) < kind->bytes)
		return;
	count = pick(c, 2) ? pick(c, 8) : pick(c, kind->count.max + 1);
	if (record_resize(c, at, (kind->bytes + count * kind->count.element + 7) / 8 * 8))
		memcpy(c->data + at + kind->count.offset, &count, kind->count.width);
}

static void body_change(struct change *c, size_t at)
{
	size_t size = record_at(c->data, c->size, at) - sizeof(struct hud_record);
	size_t room = size + (c->room - c->size) / 8 * 8;
	uint8_t *body = malloc(room + 1);
	size_t now;

	MUST(body);
	memcpy(body, c->data + at + sizeof(struct hud_record), size);
	now = LLVMFuzzerMutate(body, size, pick(c, 4) ? size : room);
	if (record_resize(c, at, sizeof(struct hud_record) + (now + 7) / 8 * 8))
		memcpy(c->data + at + sizeof(struct hud_record), body, now);
	free(body);
}

/* Puts a copy of a record at another place. */
static void record_copy(struct change *c, size_t from, size_t to)
{
	size_t bytes = record_at(c->data, c->size, from);
	uint8_t *copy = malloc(bytes);

	MUST(copy);
	memcpy(copy, c->data + from, bytes);
	if (bytes_resize(c, to, 0, bytes))
		memcpy(c->data + to, copy, bytes);
	free(copy);
}

static void record_make(struct change *c, size_t at)
{
	struct hud_record head = {.type = (uint16_t)(1 + pick(c, 100))};
	const struct record_kind *kind = record_kind(head.type);

	head.size = kind ? kind->bytes : (uint32_t)(8 + pick(c, 8) * 8);
	if (bytes_resize(c, at, 0, head.size))
		memcpy(c->data + at, &head, sizeof(head));
}

size_t records_mutate(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	struct change c = {data, size, room, UINT64_C(0x9e3779b97f4a7c15) * (seed + 1u)};
	size_t at = record_pick(&c), other = record_pick(&c);

	if (at == SIZE_MAX || other == SIZE_MAX) {
		record_make(&c, 0);
		return c.size;
	}
	switch (pick(&c, 16)) {
	case 0:
		record_copy(&c, at, other);
		break;
	case 1:
		bytes_resize(&c, at, record_at(data, c.size, at), 0);
		break;
	case 2:
		record_make(&c, at);
		break;
	case 3:
	case 4:
		count_change(&c, at);
		break;
	case 5:
	case 6:
		body_change(&c, at);
		break;
	default:
		field_change(&c, at);
		field_change(&c, at);
		break;
	}
	return c.size;
}
