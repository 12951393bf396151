/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/dump_fields.h"
#include "analyzer/cmd/command.h"
#include "analyzer/load/capture_file.h"
#include "format/hex.h"
#include "format/names.h"

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
		memcpy(&value, (const char *)r + offset, bytes); /* little-endian, see wire.h */
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

static void print_elements(const struct hud_record *r, const struct field *f, uint64_t count)
{
	static const char *const forms[] = {
		[FIELD_BYTES] = "%02" PRIx64,
		[FIELD_ADDRESSES] = "0x%" PRIx64,
		[FIELD_IDS] = "%" PRIu64,
	};

	for (uint64_t i = 0; i < count; i++) {
		uint64_t value = number_at(r, f->offset + i * f->bytes, f->bytes);

		if (i && f->form != FIELD_BYTES)
			putchar(',');
		if (f->form == FIELD_BYTES)
			printf(forms[FIELD_BYTES], value);
		else if (f->form == FIELD_ADDRESSES)
			printf(forms[FIELD_ADDRESSES], value);
		else
			printf(forms[FIELD_IDS], value);
	}
}

static void print_field(const struct hud_record *r, const struct field *f)
{
	uint64_t count = f->count_bytes ? number_at(r, f->count_offset, f->count_bytes) : 0;
	uint64_t room = f->offset < r->size ? (r->size - f->offset) / (f->bytes ? f->bytes : 1) : 0;

	printf(" %s=", f->name);
	if (f->form == FIELD_CALLS)
		count *= HUD_SYMBOL_CALL_WORDS;
	if (count > room)
		count = room;
	if (f->form == FIELD_TEXT)
		print_text((const char *)r + f->offset, (size_t)count);
	else if (f->form == FIELD_NUMBER)
		printf("%" PRIu64, number_at(r, f->offset, f->bytes));
	else if (f->form == FIELD_SIGNED)
		printf("%" PRId32, (int32_t)number_at(r, f->offset, f->bytes));
	else if (f->form == FIELD_HEX)
		printf("0x%" PRIx64, number_at(r, f->offset, f->bytes));
	else
		print_elements(r, f, count);
}

static void print_record(const struct hud_record *r)
{
	const char *name = hud_record_name(r->type);
	const struct field *f = record_fields(r->type);

	if (name)
		fputs(name, stdout);
	else
		printf("type-%u size=%" PRIu32, r->type, r->size);
	for (; f && f->name; f++)
		print_field(r, f);
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
	return err;
}

enum exit_status verb_dump(const struct arguments *arguments)
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
