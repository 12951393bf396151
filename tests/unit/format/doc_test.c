/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* docs/FORMAT.md and names.h say the same as format/wire/. Run from the top level. */
#include "format/plan/plan.h"
#include "format/wire/definitions.h"
#include "format/wire/events.h"
#include "format/wire/names.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!file)
		fail_msg("cannot open %s (run from the top level)", path);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 1000);
	fclose(file);
	return text;
}

/* The structs and numbers of captures, as their headers have them. */
static char *read_wire(void)
{
	static const char *const headers[] = {"chunk",     "definitions", "events",
					      "recording", "tasks",       "symbols"};
	char *all = calloc(1, 1 << 20);

	assert_non_null(all);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		char path[64], *text;

		snprintf(path, sizeof(path), "format/wire/%s.h", headers[i]);
		text = read_text(path);
		assert_true(strlen(all) + strlen(text) < 1 << 20);
		strcat(all, text);
		free(text);
	}
	return all;
}

/* Calls `each` for every line of `text` up to one that begins with `until`. */
static void each_line(const char *text, const char *until,
		      void (*each)(const char *line, void *context), void *context)
{
	char line[512];

	while (*text && strncmp(text, until, strlen(until))) {
		size_t length = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		each(line, context);
		text += length + (text[length] == '\n');
	}
}

/* A struct of the format: its fields are checked against the table that follows its heading. */
struct layout {
	const char *name;
	const char *table;                /* where its rows are searched for in FORMAT.md */
	const struct record_field *known; /* what record_kind() says of it; NULL: no record */
	size_t offset;
	int fields;
};

static const struct record_field *fields_of(const char *name)
{
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const struct record_kind *kind = record_kind((uint16_t)type);
		char text[32];

		if (!kind)
			continue;
		snprintf(text, sizeof(text), "hud_%s", kind->name);
		for (char *dash; (dash = strchr(text, '-'));)
			*dash = '_';
		if (!strcmp(text, name))
			return kind->fields;
	}
	return NULL;
}

static int record_types(void)
{
	int types = 0;

	for (unsigned type = 0; type <= UINT16_MAX; type++)
		types += record_kind((uint16_t)type) != NULL;
	return types;
}

static bool field_known(const struct layout *l, const char *field)
{
	for (const struct record_field *f = l->known; f && f->name; f++) {
		if (!strcmp(f->name, field))
			return f->offset == l->offset;
	}
	return !l->known || !strcmp(field, "head") || !strncmp(field, "reserved", 8);
}

static const char *section_of(const char *document, const char *name)
{
	char heading[64] = "\n### HUD_";
	size_t length = strlen(heading);
	const char *at;

	for (const char *c = name + strlen("hud_"); *c; c++)
		heading[length++] = (char)toupper((unsigned char)*c);
	heading[length++] = '\n';
	heading[length] = 0;
	at = strstr(document, heading);
	if (!at) {
		snprintf(heading, sizeof(heading), "(`struct %s`)", name);
		at = strstr(document, heading);
	}
	if (!at)
		fail_msg("FORMAT.md has no section for struct %s", name);
	return at + 1;
}

/* "\tuint32_t frames[4];" to type "u32[4]", and its bytes. */
static int parse_field(const char *line, char *field, char *type, size_t *unit, size_t *bytes)
{
	char array[32] = "", word[32];
	size_t count = 1;

	if (sscanf(line, " struct hud_record %31[a-z_0-9];", field) == 1) {
		strcpy(type, "record");
		*unit = *bytes = sizeof(struct hud_record);
		return 1;
	}
	if (sscanf(line, "\t%31[a-z_0-9] %31[a-z_0-9][%31[A-Z_0-9]", word, field, array) < 2)
		return 0;
	*unit = !strcmp(word, "char") ? 1 : strtoul(word + strcspn(word, "123468"), NULL, 10) / 8;
	if (strchr(line, '[') && strchr(line, '[') < strchr(line, ';')) {
		count = strtoul(array, NULL, 10);
		if (!strcmp(array, "HUD_BUILD_ID_BYTES_MAX"))
			count = HUD_BUILD_ID_BYTES_MAX;
		if (count)
			snprintf(array, sizeof(array), "[%zu]", count);
		else
			strcpy(array, "[]");
	}
	sprintf(type, "%c%zu%s", word[0] == 'i' ? 'i' : 'u', *unit * 8, array);
	*bytes = *unit * count;
	return 1;
}

static void check_field(const char *line, void *context)
{
	struct layout *l = context;
	char field[32], type[64], row[128];
	size_t unit, bytes;
	const char *end = strstr(l->table, "\n#"), *found;

	if (!parse_field(line, field, type, &unit, &bytes))
		return;
	unit = unit == sizeof(struct hud_record) ? 8 : unit;
	l->offset = (l->offset + unit - 1) / unit * unit;
	snprintf(row, sizeof(row), "\n| `%s` | %s | %zu |", field, type, l->offset);
	found = strstr(l->table, row);
	if (!found || (end && found > end))
		fail_msg("FORMAT.md has no row %s in the table of struct %s", row + 1, l->name);
	if (!field_known(l, field))
		fail_msg("format/wire/ does not have the field %s of struct %s", field, l->name);
	l->offset += bytes;
	l->fields++;
}

static void count_row(const char *line, void *context)
{
	*(int *)context += !strncmp(line, "| `", 3);
}

static void every_field_of_every_wire_struct_is_documented_with_its_offset(void **state)
{
	char *wire = read_wire(), *document = read_text("docs/FORMAT.md");
	int structs = 0, records = 0;

	(void)state;
	for (const char *at = wire; (at = strstr(at, "\nstruct hud_")); at++) {
		struct layout l = {0};
		char name[32];
		int rows = 0;

		assert_int_equal(sscanf(at, "\nstruct %31[a-z_] {", name), 1);
		l.name = name;
		l.table = section_of(document, name);
		l.known = fields_of(name);
		records += l.known != NULL;
		each_line(strchr(at + 1, '\n') + 1, "};", check_field, &l);
		each_line(strstr(l.table, "| Field"), "\n", count_row, &rows);
		assert_int_equal(rows, l.fields);
		structs++;
	}
	assert_int_equal(records, record_types());
	assert_int_equal(structs, records + 2); /* struct hud_chunk and struct hud_record */
	free(document);
	free(wire);
}

/* Names that FORMAT.md must have, though no row says so. */
static void check_constant(const char *line, void *context)
{
	char name[64], number[96];
	unsigned value;

	if (strncmp(line, "\tHUD_", 5) || sscanf(line, "\t%63[A-Z_0-9]", name) != 1)
		return;
	if (!strstr(context, name))
		fail_msg("FORMAT.md does not name %s", name);
	if (strstr(line, "<<") || sscanf(line, "\t%*[A-Z_0-9] = %u,", &value) != 1)
		return;
	/* In a table of its own, or in the row of its field: "4 `HUD_…`". */
	snprintf(number, sizeof(number), "| %s | %u |", name, value);
	if (strstr(context, number))
		return;
	snprintf(number, sizeof(number), "%u `%s`", value, name);
	if (!strstr(context, number))
		fail_msg("FORMAT.md does not give %s as %u", name, value);
}

static void every_constant_is_documented_with_its_number(void **state)
{
	char *wire = read_wire(), *document = read_text("docs/FORMAT.md");

	(void)state;
	each_line(wire, "this is not in it", check_constant, document);
	free(document);
	free(wire);
}

/* The ranges of numbers that FORMAT.md gives for the groups. */
static void the_group_of_every_record_type_is_that_of_its_number(void **state)
{
	static const enum record_group groups[] = {RECORD_DEFINITION, RECORD_EVENT,
						   RECORD_RECORDING, RECORD_SYMBOL};

	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++)
		if (record_kind((uint16_t)type)) {
			assert_true(type / 32 < sizeof(groups) / sizeof(groups[0]));
			assert_int_equal(record_group((uint16_t)type), groups[type / 32]);
		} else {
			assert_int_equal(record_group((uint16_t)type), RECORD_UNKNOWN);
		}
}

static void every_record_size_is_documented(void **state)
{
	char *document = read_text("docs/FORMAT.md");

	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		const struct record_kind *kind = record_kind((uint16_t)type);
		char row[64];

		if (!kind)
			continue;
		snprintf(row, sizeof(row), " | %u | %u ", type, kind->bytes);
		if (!strstr(document, row))
			fail_msg("FORMAT.md has no record type with%s", row);
	}
	free(document);
}

struct causes {
	const char *document;
	uint32_t highest;
	uint32_t count;
};

/* "\tHUD_LOSS_X = n,": its row in FORMAT.md has its number, name and unit. */
static void check_loss(const char *line, void *context)
{
	struct causes *c = context;
	char name[64], row[192];
	uint32_t cause;

	if (sscanf(line, "\tHUD_LOSS_%63[A-Z_0-9] = %u,", name, &cause) != 2)
		return;
	if (!hud_loss_name(cause) || !hud_loss_unit(cause))
		fail_msg("format/wire/names.c has no name or unit of HUD_LOSS_%s", name);
	snprintf(row, sizeof(row), "\n| HUD_LOSS_%s | %u | %s | %s | ", name, cause,
		 hud_loss_name(cause), hud_loss_unit(cause));
	if (!strstr(c->document, row))
		fail_msg("FORMAT.md has no row %s", row + 1);
	c->highest = cause > c->highest ? cause : c->highest;
	c->count++;
}

static void every_loss_has_a_name_and_a_unit_and_they_are_documented(void **state)
{
	char *wire = read_wire(), *document = read_text("docs/FORMAT.md");
	struct causes c = {.document = document};
	const char *causes = strstr(wire, "\nenum hud_loss {\n");

	(void)state;
	assert_non_null(causes);
	each_line(causes + 1, "};", check_loss, &c);
	assert_true(c.count >= HUD_LOSS_WAKER);
	assert_int_equal(c.count, c.highest); /* from 1, without a gap */
	assert_null(hud_loss_name(c.highest + 1));
	free(document);
	free(wire);
}

static void every_number_has_a_word_and_other_numbers_have_none(void **state)
{
	(void)state;
	assert_string_equal(hud_record_name(HUD_SESSION), "session");
	assert_string_equal(hud_record_name(HUD_KERNEL_STACK), "kernel-stack");
	assert_string_equal(hud_record_name(HUD_MARK), "mark");
	assert_null(hud_record_name(0));
	assert_null(hud_record_name(31));
	assert_null(hud_record_name(UINT16_MAX));
	assert_null(hud_loss_name(0));
	assert_null(hud_loss_name(HUD_LOSS_LAST + 1));
	assert_null(hud_loss_unit(UINT32_MAX));
	assert_null(hud_end_reason_name(0));
	assert_null(hud_end_reason_name(HUD_END_KERNEL_FAILED + 1));
	for (uint32_t n = HUD_END_DURATION; n <= HUD_END_KERNEL_FAILED; n++)
		assert_non_null(hud_end_reason_name(n));
	assert_null(hud_lifecycle_name(0));
	assert_null(hud_lifecycle_name(HUD_PROCESS_EXEC + 1));
	for (uint32_t n = HUD_THREAD_START; n <= HUD_PROCESS_EXEC; n++)
		assert_non_null(hud_lifecycle_name(n));
	assert_null(hud_where_name(HUD_WHERE_UNKNOWN));
	for (uint32_t n = HUD_WHERE_POLL; n <= HUD_WHERE_OUTSIDE; n++)
		assert_non_null(hud_where_name(n));
	assert_null(hud_where_name(HUD_WHERE_OUTSIDE + 1));
	assert_null(hud_scheduler_name(0));
	assert_string_equal(hud_scheduler_name(HUD_SCHEDULER_MULTI_THREAD), "multi_thread");
	assert_string_equal(hud_scheduler_name(HUD_SCHEDULER_CURRENT_THREAD), "current_thread");
	assert_string_equal(hud_scheduler_name(HUD_SCHEDULER_LOCAL_SET), "local_set");
	assert_null(hud_scheduler_name(HUD_SCHEDULER_LOCAL_SET + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_every_wire_struct_is_documented_with_its_offset),
		cmocka_unit_test(every_constant_is_documented_with_its_number),
		cmocka_unit_test(the_group_of_every_record_type_is_that_of_its_number),
		cmocka_unit_test(every_record_size_is_documented),
		cmocka_unit_test(every_loss_has_a_name_and_a_unit_and_they_are_documented),
		cmocka_unit_test(every_number_has_a_word_and_other_numbers_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
