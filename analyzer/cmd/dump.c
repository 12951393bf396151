/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/load/capture_file.h"
#include "format/base/hex.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * dump: every record of a capture, unchanged, one line each.
 */

static uint64_t number_at(const struct hud_record *r, size_t offset, size_t bytes)
{
	uint64_t value = 0;

	if (offset + bytes <= r->size)
		memcpy(&value, (const char *)r + offset, bytes); /* little-endian, as the file is */
	return value;
}

static void print_text(const char *text, size_t bytes)
{
	putchar('"');
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* How many elements the array of a record has: as its count says, and as fit into it. */
static uint64_t element_count(const struct record_kind *kind, const struct hud_record *r,
			      const struct record_field *f)
{
	uint64_t count = r->size >= kind->bytes ? record_count(kind, r) : 0;
	uint64_t room = f->offset < r->size ? (r->size - f->offset) / f->bytes : 0;

	if (f->form == FIELD_BYTES && kind->count.element) /* a build-id, before the array */
		return room < HUD_BUILD_ID_BYTES_MAX ? room : HUD_BUILD_ID_BYTES_MAX;
	if (kind->count.element) /* else the count is of single bytes */
		count = count * kind->count.element / f->bytes;
	return count < room ? count : room;
}

static void print_elements(const struct hud_record *r, const struct record_field *f, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t value = number_at(r, f->offset + i * f->bytes, f->bytes);

		if (f->form == FIELD_BYTES)
			printf("%02" PRIx64, value);
		else if (f->form == FIELD_ADDRESSES)
			printf("%s0x%" PRIx64, i ? "," : "", value);
		else
			printf("%s%" PRIu64, i ? "," : "", value);
	}
}

static void print_field(const struct record_kind *kind, const struct hud_record *r,
			const struct record_field *f)
{
	printf(" %s=", f->name);
	switch ((enum field_form)f->form) {
	case FIELD_NUMBER:
		printf("%" PRIu64, number_at(r, f->offset, f->bytes));
		break;
	case FIELD_SIGNED:
		printf("%" PRId32, (int32_t)number_at(r, f->offset, f->bytes));
		break;
	case FIELD_HEX:
		printf("0x%" PRIx64, number_at(r, f->offset, f->bytes));
		break;
	case FIELD_TEXT:
		print_text((const char *)r + f->offset, (size_t)element_count(kind, r, f));
		break;
	case FIELD_BYTES:
	case FIELD_ADDRESSES:
	case FIELD_NUMBERS:
		print_elements(r, f, element_count(kind, r, f));
		break;
	}
}

static void print_record(const struct hud_record *r)
{
	const char *name = hud_record_name(r->type);
	const struct record_kind *kind = record_kind(r->type);
	const struct record_field *f = kind ? kind->fields : NULL;

	if (name)
		fputs(name, stdout);
	else
		printf("type-%u size=%" PRIu32, r->type, r->size);
	for (; f && f->name; f++)
		print_field(kind, r, f);
	if (r->type == HUD_LOST) {
		const char *cause =
			hud_loss_name(((const struct hud_lost *)(const void *)r)->cause);

		printf(" (%s)", cause ? cause : "unknown cause");
	}
	putchar('\n');
}

static void print_chunk(const struct hud_chunk *c)
{
	char id[HEX_TEXT_BYTES(sizeof(c->capture_id))];

	hex_text(c->capture_id, sizeof(c->capture_id), id);
	printf("chunk capture=%s sequence=%" PRIu64 " start_ns=%" PRIu64 " end_ns=%" PRIu64
	       " records=%" PRIu32 " bytes=%" PRIu64 "\n",
	       id, c->sequence, c->start_ns, c->end_ns, c->records, c->bytes);
}

static int dump_all(struct capture_reader *reader)
{
	const struct hud_record *r;
	uint64_t chunks = 0;
	int err;

	while (!(err = capture_reader_next(reader, &r)) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);
		uint64_t now = capture_reader_state(reader).chunks;

		if (chunk && now != chunks)
			print_chunk(chunk);
		chunks = now;
		print_record(r);
	}
	if (!err && capture_reader_state(reader).truncated)
		puts("truncated");
	return err || chunks ? err : -ENODATA;
}

static enum exit_status dump_run(const struct arguments *arguments)
{
	const char *path = arguments->positional[0];
	struct capture_reader *reader = NULL;
	struct capture_file file;
	enum exit_status status = capture_file_open(path, &file);
	int err;

	if (status != STATUS_DONE)
		return status;
	if (file.database) {
		capture_file_close(&file);
		return message(STATUS_INPUT, "hud-analyze query shows what is in it",
			       "%s is a database, not a capture", path);
	}
	err = capture_reader_open(capture_file_read, &file, &reader);
	if (!err)
		err = dump_all(reader);
	if (reader)
		capture_reader_close(reader);
	capture_file_close(&file);
	return err ? capture_error(path, err) : STATUS_DONE;
}

const struct verb verb_dump = {
	.name = "dump",
	.usage = "CAPTURE",
	.summary = "print every record of a capture, one line each",
	.options = "",
	.why_whole = "dump prints every record of a file",
	.least = 1,
	.most = 1,
	.run = dump_run,
};
