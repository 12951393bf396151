/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever a capture says, each exporter writes all of it, and report --html its page: to standard
 * output, which libFuzzer was told to close.
 */
#include "analyzer/export/format.h"
#include "analyzer/html/html.h"
#include "tests/fuzz/load.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	return records_mutate(data, size, room, seed);
}

static void format_write(const struct input *input, const struct export_format *f)
{
	struct export_form form = {.format = f->name, .query = f->query ? "@sites" : NULL};

	MUST(export_write(input, &form) == STATUS_DONE);
	form.of = f->of ? "cpu" : NULL;
	MUST(!form.of || export_write(input, &form) == STATUS_DONE);
}

/* What comes out is chosen by the size of the input: all of it takes twenty times as long. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;
	size_t formats = 0, which;

	while (export_formats[formats].name)
		formats++;
	which = size / 8 % (formats + 1);
	if (!load_open(&input, data, size, LOAD_MADE_UP))
		return 0;
	if (which < formats)
		format_write(&input, &export_formats[which]);
	else
		MUST(report_html(&input, "-") == STATUS_DONE);
	load_close(&input);
	return 0;
}
