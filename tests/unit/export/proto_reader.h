/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_PROTO_READER_H
#define HUD_TEST_PROTO_READER_H

/*
 * Readers of protobuf messages, with the numbers of the public .proto files: a Perfetto trace, and
 * a profile of pprof. They fail on bytes that are no message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct field {
	uint32_t number;
	uint64_t value;       /* of a number */
	const uint8_t *bytes; /* of a message or text; NULL: a number */
	size_t length;
};

struct fields {
	const uint8_t *at, *end;
};

static inline uint64_t varint_read(struct fields *f)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		assert_true(f->at < f->end);
		byte = *f->at++;
		value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
		if (!(byte & 0x80))
			return value;
	}
	fail_msg("a number of more than ten bytes");
	return 0;
}

static inline bool field_next(struct fields *f, struct field *out)
{
	uint64_t tag;

	if (f->at == f->end)
		return false;
	tag = varint_read(f);
	*out = (struct field) {.number = (uint32_t)(tag >> 3)};
	assert_true(out->number > 0);
	if ((tag & 7) == 0) {
		out->value = varint_read(f);
	} else if ((tag & 7) == 1) {
		assert_true(f->end - f->at >= 8);
		memcpy(&out->value, f->at, 8);
		f->at += 8;
	} else {
		assert_int_equal(tag & 7, 2);
		out->length = varint_read(f);
		assert_true((size_t)(f->end - f->at) >= out->length);
		out->bytes = f->at;
		f->at += out->length;
	}
	return true;
}

static inline struct fields fields_of(const struct field *f)
{
	assert_non_null(f->bytes);
	return (struct fields) {f->bytes, f->bytes + f->length};
}

/* The first field of this number; 0 where there is none. */
static inline uint64_t field_number(struct fields f, uint32_t number)
{
	struct field field;

	while (field_next(&f, &field)) {
		if (field.number == number)
			return field.value;
	}
	return 0;
}

#define READ_TRACKS 256
#define READ_IIDS 4096
#define READ_LISTS 30

struct trace_read {
	size_t begun, ended, instants, counters, samples, flows, flow_ends;
	size_t undefined; /* references to what was not defined before */
	uint64_t track[READ_TRACKS];
	uint64_t time[READ_TRACKS]; /* of its last begin or end */
	bool open[READ_TRACKS];
	size_t tracks;
	bool known[READ_LISTS][READ_IIDS];
};

static inline size_t track_find(struct trace_read *r, uint64_t id)
{
	for (size_t i = 0; i < r->tracks; i++) {
		if (r->track[i] == id)
			return i;
	}
	r->undefined++;
	return 0;
}

static inline void iid_use(struct trace_read *r, uint32_t list, uint64_t iid)
{
	assert_true(iid < READ_IIDS);
	r->undefined += !r->known[list][iid];
}

static inline void interned_read(struct trace_read *r, struct fields f)
{
	struct field entry, field;

	while (field_next(&f, &entry)) {
		struct fields in = fields_of(&entry);
		uint64_t iid = field_number(in, 1);

		assert_true(entry.number < READ_LISTS && iid > 0 && iid < READ_IIDS);
		assert_false(r->known[entry.number][iid]);
		r->known[entry.number][iid] = true;
		while (field_next(&in, &field)) {
			if (entry.number == 6 && field.number == 2)
				iid_use(r, 5, field.value);
			if (entry.number == 6 && field.number == 3)
				iid_use(r, 19, field.value);
			if (entry.number == 7 && field.number == 2)
				iid_use(r, 6, field.value);
			if (entry.number == 19 && field.number == 7)
				iid_use(r, 17, field.value);
		}
	}
}

static inline void annotation_use(struct trace_read *r, struct fields f)
{
	struct field field;

	while (field_next(&f, &field)) {
		if (field.number == 1)
			iid_use(r, 3, field.value);
		if (field.number == 17)
			iid_use(r, 29, field.value);
		if (field.number == 11 || field.number == 12)
			annotation_use(r, fields_of(&field));
	}
}

static inline void event_read(struct trace_read *r, struct fields f, uint64_t time)
{
	uint64_t type = field_number(f, 9);
	size_t track = track_find(r, field_number(f, 11));
	struct field field;

	r->begun += type == 1;
	r->ended += type == 2;
	r->instants += type == 3;
	r->counters += type == 4;
	if (type == 1 || type == 2) {
		assert_int_equal(r->open[track], type == 2);
		assert_true(time >= r->time[track]);
		r->open[track] = type == 1;
		r->time[track] = time;
	}
	while (field_next(&f, &field)) {
		r->flows += field.number == 47;
		r->flow_ends += field.number == 48;
		if (field.number == 10)
			iid_use(r, 2, field.value);
		if (field.number == 3)
			iid_use(r, 1, field.value);
		if (field.number == 56)
			iid_use(r, 7, field.value);
		if (field.number == 4)
			annotation_use(r, fields_of(&field));
	}
}

static inline void packet_read(struct trace_read *r, struct fields packet)
{
	uint64_t time = field_number(packet, 8);
	struct fields again = packet;
	struct field field;

	/* What is new in a packet may be used in it. */
	while (field_next(&again, &field)) {
		if (field.number == 12)
			interned_read(r, fields_of(&field));
	}
	while (field_next(&packet, &field)) {
		if (field.number == 60) {
			assert_true(r->tracks < READ_TRACKS);
			r->track[r->tracks++] = field_number(fields_of(&field), 1);
		} else if (field.number == 11) {
			event_read(r, fields_of(&field), time);
		} else if (field.number == 66) {
			r->samples++;
			iid_use(r, 7, field_number(fields_of(&field), 4));
		}
	}
}

static inline void trace_read(struct trace_read *r, const uint8_t *bytes, size_t size)
{
	struct fields trace = {bytes, bytes + size};
	struct field packet;

	while (field_next(&trace, &packet)) {
		assert_int_equal(packet.number, 1);
		packet_read(r, fields_of(&packet));
	}
}

#define READ_TYPES 32

struct profile_read {
	size_t samples, strings, undefined;
	int64_t sum[READ_TYPES]; /* of the values, by type */
	bool function[READ_IIDS], location[READ_IIDS], mapping[READ_IIDS];
};

static inline void packed_read(struct profile_read *r, const struct field *field, bool values)
{
	struct fields list = fields_of(field);

	for (size_t i = 0; list.at < list.end; i++) {
		uint64_t value = varint_read(&list);

		if (values) {
			assert_true(i < READ_TYPES);
			r->sum[i] += (int64_t)value;
		} else {
			assert_true(value < READ_IIDS);
			r->undefined += !r->location[value];
		}
	}
}

static inline void location_read(struct profile_read *r, struct fields f)
{
	uint64_t id = field_number(f, 1), mapping = field_number(f, 2);
	struct field field;

	assert_true(id > 0 && id < READ_IIDS && mapping < READ_IIDS);
	assert_false(r->location[id]);
	r->location[id] = true;
	r->undefined += mapping && !r->mapping[mapping];
	while (field_next(&f, &field)) {
		if (field.number == 4)
			r->undefined += !r->function[field_number(fields_of(&field), 1)];
	}
}

/* Only what was written before may be referred to, which is more than the format asks for. */
static inline void profile_read(struct profile_read *r, const uint8_t *bytes, size_t size)
{
	struct fields profile = {bytes, bytes + size};
	struct field field, in;

	while (field_next(&profile, &field)) {
		if (field.number == 6 && !r->strings++)
			assert_int_equal(field.length, 0);
		if (field.number == 3)
			r->mapping[field_number(fields_of(&field), 1)] = true;
		if (field.number == 5)
			r->function[field_number(fields_of(&field), 1)] = true;
		if (field.number == 5)
			r->undefined += field_number(fields_of(&field), 2) >= r->strings;
		if (field.number == 4)
			location_read(r, fields_of(&field));
		if (field.number == 2) {
			struct fields sample = fields_of(&field);

			r->samples++;
			while (field_next(&sample, &in)) {
				if (in.number == 1 || in.number == 2)
					packed_read(r, &in, in.number == 2);
			}
		}
	}
}

#endif
