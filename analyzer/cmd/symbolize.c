/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/verbs.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/load/scan.h"
#include "analyzer/symbols/cache.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * symbolize: a copy of a capture with chunks of symbols after it, so that it needs no binary any
 * more. The copy has all bytes of the capture, but for an incomplete chunk at its end: nothing
 * could follow that.
 */
enum { LEVEL = 9 }; /* of zstd: written once, read often */

struct copy {
	struct capture_file *in;
	struct new_file out;
	uint64_t bytes;
	int error; /* of writing */
};

static int copy_write(void *context, const void *data, size_t bytes)
{
	struct copy *c = context;

	if (!c->error)
		c->error = new_file_write(&c->out, data, bytes);
	if (!c->error)
		c->bytes += bytes;
	return c->error;
}

/* Reads the capture, and writes what was read to the copy. */
static int64_t copy_read(void *context, void *data, size_t bytes)
{
	struct copy *c = context;
	int64_t got = capture_file_read(c->in, data, bytes);
	int error = got > 0 ? copy_write(c, data, (size_t)got) : 0;

	return error ? error : got;
}

static enum exit_status copy_open(struct copy *c, const char *path)
{
	int error = new_file_open(&c->out, AT_FDCWD, path, NEW_FILE_PRIVATE, 0600);

	if (error)
		return message(STATUS_SYSTEM, "give the name of a file to make after -o",
			       "cannot make %s: %s", path, new_file_error(error));
	return STATUS_DONE;
}

static enum exit_status copy_close(struct copy *c, const char *path, enum exit_status status)
{
	int error = new_file_close(&c->out,
				   status == STATUS_DONE ? new_file_sync(&c->out) : -ECANCELED);

	if (error && status == STATUS_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot write %s: %s", path,
				 new_file_error(error));
	return status;
}

static int address_write(struct symbol_writer *w, struct symbol_module *m, uint64_t offset)
{
	const struct symbol_facts *known;
	int error = symbol_module_facts(m, offset, &known);
	struct symbol_facts facts;
	uint64_t target;

	if (error)
		return error;
	facts = *known;
	if (symbol_module_call_target(m, offset, &target))
		facts.callee = (int32_t)(target - offset - 1);
	return symbol_writer_address(w, offset, &facts);
}

static int binary_write(struct symbol_writer *w, struct scan_binary *b)
{
	struct symbol_binary about;
	int error = symbol_module_prepare(b->module, b->offsets.list.at, b->offsets.list.count);

	if (!error)
		error = scan_add_callees(b);
	if (!error)
		error = symbol_module_binary(b->module, &about);
	if (!error)
		error = symbol_writer_binary(w, &about);
	for (size_t i = 0; i < b->offsets.list.count && !error; i++)
		error = address_write(w, b->module, b->offsets.list.at[i]);
	return error;
}

static int capture_write(const struct scan_capture *c, struct copy *copy)
{
	struct symbol_writer_options options = {
		.sink = copy_write,
		.sink_context = copy,
		.sequence = c->next_sequence,
		.time_ns = c->end_ns,
		.level = LEVEL,
	};
	struct symbol_writer *w;
	int error;
	int closed;

	memcpy(options.capture_id, c->id, sizeof(c->id));
	error = symbol_writer_open(&options, &w);
	if (error)
		return error;
	for (size_t i = 0; i < c->binary.count && !error; i++)
		error = binary_write(w, &c->binary.at[i]);
	closed = symbol_writer_close(w);
	return error ? error : closed;
}

static bool any_symbolized(const struct scan *s)
{
	for (size_t i = 0; i < s->capture.count; i++)
		if (s->capture.at[i]->symbolized)
			return true;
	return false;
}

static void print_missing(const struct scan_binary *b)
{
	const char *advice = symbol_module_advice(b->module);

	if (!b->offsets.list.count || !advice || !b->module->path || b->module->path[0] == '[')
		return;
	fprintf(stderr, "%s: symbols %s for %zu addresses\n  %s\n", b->module->path,
		symbol_quality_name(b->module->quality), b->offsets.list.count, advice);
}

static enum exit_status symbols_append(struct scan *s, struct copy *copy, const char *path)
{
	enum exit_status status;
	int error = scan_resolve(s);

	if (!error && s->reader.cut_bytes) {
		copy->bytes -= s->reader.cut_bytes;
		if (ftruncate(copy->out.fd, (off_t)copy->bytes) ||
		    lseek(copy->out.fd, 0, SEEK_END) < 0)
			error = copy->error = -errno;
	}
	status = error ? STATUS_DONE : scan_check_binaries(s);
	for (size_t i = 0; i < s->capture.count && !error && status == STATUS_DONE; i++)
		error = capture_write(s->capture.at[i], copy);
	if (error)
		return message(STATUS_SYSTEM, NULL, "cannot write %s: %s", path, strerror(-error));
	for (size_t i = 0; i < s->capture.count && status == STATUS_DONE; i++)
		for (size_t k = 0; k < s->capture.at[i]->binary.count; k++)
			print_missing(&s->capture.at[i]->binary.at[k]);
	return status;
}

static enum exit_status symbolize(const struct arguments *arguments, struct symbolizer *symbolizer,
				  struct copy *copy)
{
	const char *path = arguments->positional[0];
	struct scan scan = {0};
	enum exit_status status;
	int error = symbolizer_look_beside(symbolizer, path);

	if (!error)
		error = scan_read(&scan, symbolizer, copy_read, copy);

	if (copy->error)
		status = message(STATUS_SYSTEM, NULL, "cannot write %s: %s", arguments->output,
				 strerror(-copy->error));
	else if (error)
		status = capture_error(path, error);
	else if (any_symbolized(&scan))
		status = message(STATUS_INPUT, "use it as it is, or symbolize the original again",
				 "%s is symbolized already", path);
	else
		status = symbols_append(&scan, copy, arguments->output);
	scan_close(&scan);
	return status;
}

static enum exit_status copy_run(const struct arguments *arguments, struct capture_file *in)
{
	char *cache = symbol_cache_directory();
	struct symbolizer_options options = arguments_symbols(arguments);
	struct symbolizer *symbolizer = NULL;
	struct copy copy = {.in = in};
	enum exit_status status;
	int error;

	options.cache = cache;
	error = symbolizer_open(&options, &symbolizer);
	free(cache);
	if (error)
		return message(STATUS_SYSTEM, NULL, "cannot begin: %s", strerror(-error));
	status = copy_open(&copy, arguments->output);
	if (status == STATUS_DONE)
		status = symbolize(arguments, symbolizer, &copy);
	status = copy_close(&copy, arguments->output, status);
	symbolizer_close(symbolizer);
	return status;
}

static enum exit_status symbolize_run(const struct arguments *arguments)
{
	const char *path = arguments->positional[0];
	struct capture_file in;
	enum exit_status status;

	if (!arguments->output)
		return message(STATUS_INPUT, "hud-analyze symbolize CAPTURE -o OUT",
			       "symbolize: the name of the file to make is missing");
	if (strcmp(arguments->output, "-") == 0)
		return message(STATUS_INPUT, "give the name of a file to make after -o",
			       "symbolize cannot write to standard output");
	status = capture_file_open(path, &in);
	if (status != STATUS_DONE)
		return status;
	if (in.database)
		status = capture_wanted(path, "give a .hud file");
	else
		status = copy_run(arguments, &in);
	capture_file_close(&in);
	return status;
}

const struct verb verb_symbolize = {
	.name = "symbolize",
	.usage = "CAPTURE -o OUT",
	.summary = "copy a capture with the symbols it needs",
	.details = "OUT can be analyzed anywhere, without the binaries. It has symbols for\n"
		   "the addresses in this capture only, found as report finds them.\n",
	.options = "--output " SYMBOL_OPTIONS,
	.why_whole = "a copy is of the whole capture",
	.least = 1,
	.most = 1,
	.run = symbolize_run,
};
