/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/load/scan.h"
#include "analyzer/symbols/cache.h"
#include "format/elf/build_id.h"
#include "format/elf/text_hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * info --symbols: for each binary of a capture, where its symbols were looked for, what was found,
 * and what to do about what is missing.
 */

static void print_steps(const struct symbol_module *m)
{
	const struct symbol_step *step;

	for (size_t i = 0; (step = symbol_module_step(m, i)); i++)
		printf("  %-22s %s: %s\n", step->step, step->path, step->outcome);
}

static void print_binary(const struct scan_binary *b, size_t given)
{
	struct symbol_module *m = b->module;
	char id[BUILD_ID_TEXT_BYTES] = "none";
	const char *advice = symbol_module_advice(m);
	const char *file = symbol_module_file(m);

	bool by_hash = m->build_id_bytes && text_hash_is(m->build_id, m->build_id_bytes);

	if (m->build_id_bytes)
		build_id_text(m->build_id, m->build_id_bytes, id);
	printf("%s\n", m->path ? m->path : "unknown");
	printf("  %-22s %s\n", by_hash ? "hash of its code" : "build-id", id);
	printf("  %-22s %s%s%s\n", "symbols", symbol_quality_name(symbol_module_quality(m)),
	       file ? ", from " : "", file ? file : "");
	printf("  %-22s %zu%s\n", "addresses", b->offsets.list.count,
	       given ? ", their symbols come with the capture" : "");
	print_steps(m);
	if (symbol_module_problem(m))
		printf("  %-22s %s\n", "problem", symbol_module_problem(m));
	if (advice && b->offsets.list.count && m->path && m->path[0] != '[')
		printf("  %-22s %s\n", "to do", advice);
	putchar('\n');
}

static int most_addresses(const void *a, const void *b)
{
	size_t x = ((const struct scan_binary *)a)->offsets.list.count;
	size_t y = ((const struct scan_binary *)b)->offsets.list.count;

	return x < y ? 1 : x > y ? -1 : 0;
}

static enum exit_status scan_print(struct scan *s)
{
	for (size_t i = 0; i < s->capture.count; i++) {
		struct scan_capture *c = s->capture.at[i];

		if (c->binary.count)
			qsort(c->binary.at, c->binary.count, sizeof(*c->binary.at), most_addresses);
		for (size_t k = 0; k < c->binary.count; k++) {
			struct scan_binary *b = &c->binary.at[k];

			if (symbol_module_prepare(b->module, b->offsets.list.at,
						  b->offsets.list.count))
				return message(STATUS_SYSTEM, NULL, "out of memory");
			print_binary(b, b->module->given != NULL);
		}
	}
	return STATUS_DONE;
}

static enum exit_status report(struct capture_file *in, const char *path,
			       struct symbolizer *symbolizer)
{
	struct scan scan = {0};
	enum exit_status status;
	int error = symbolizer_look_beside(symbolizer, path);

	if (!error)
		error = scan_read(&scan, symbolizer, capture_file_read, in);

	if (error)
		status = capture_error(path, error);
	else if (scan_resolve(&scan))
		status = message(STATUS_SYSTEM, NULL, "out of memory");
	else
		status = scan_print(&scan);
	if (status == STATUS_DONE)
		status = scan_check_binaries(&scan);
	scan_close(&scan);
	return status;
}

enum exit_status info_symbols(const struct arguments *arguments)
{
	const char *path = arguments->positional[0];
	char *cache = symbol_cache_directory();
	struct symbolizer_options options = arguments_symbols(arguments);
	struct symbolizer *symbolizer = NULL;
	struct capture_file in;
	enum exit_status status = capture_file_open(path, &in);

	options.cache = cache;
	if (status == STATUS_DONE && in.database)
		status = capture_wanted(path, "give the capture");
	else if (status == STATUS_DONE && symbolizer_open(&options, &symbolizer))
		status = message(STATUS_SYSTEM, NULL, "out of memory");
	if (status == STATUS_DONE)
		status = report(&in, path, symbolizer);
	free(cache);
	symbolizer_close(symbolizer);
	capture_file_close(&in);
	return status;
}
