/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/command.h"
#include "analyzer/demangle.h"
#include "analyzer/symbol_cache.h"
#include "analyzer/symbol_progress.h"
#include "analyzer/symbols_module.h"

/*
 * addr2line: addresses in, functions and lines out, as `addr2line -aifC` prints them. For scripts,
 * and to check the symbolizer against others.
 */

/* What is read at once is looked up at once; who asks one by one is answered one by one. */
enum { READ_BYTES = 1 << 16, GATHER_BYTES = 16 << 20, GATHER_MS = 5, WRITE_BYTES = 1 << 16 };

struct conversation {
	struct symbol_module *module;
	char *input;
	size_t length, room;
	uint64_t *addresses, *offsets;
	size_t count, address_room, offset_room;
	size_t known;         /* of the addresses: those that lie in the file */
	struct key_map shown; /* demangled names, by definition */
	struct text_pool names;
	struct text out; /* what is not written yet */
	int error;
};

/* The end of input is 0. */
static ssize_t input_more(struct conversation *c)
{
	ssize_t got;

	if (!array_grow(&c->input, c->length + READ_BYTES, &c->room, 1)) {
		c->error = -ENOMEM;
		return 0;
	}
	while (c->room < c->length + READ_BYTES)
		if (!array_grow(&c->input, c->room, &c->room, 1)) {
			c->error = -ENOMEM;
			return 0;
		}
	got = read(STDIN_FILENO, c->input + c->length, READ_BYTES);
	if (got < 0 && errno != EINTR)
		c->error = -errno;
	c->length += got > 0 ? (size_t)got : 0;
	return got;
}

/* At least one line, and all that follows without a pause. False: no more input. */
static bool input_gather(struct conversation *c)
{
	struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};

	while (!c->error) {
		ssize_t got = input_more(c);

		if (!got)
			return false;
		if (c->length >= GATHER_BYTES)
			return true;
		if (got > 0 && memchr(c->input, '\n', c->length) && poll(&ready, 1, GATHER_MS) <= 0)
			return true;
	}
	return false;
}

static bool address_take(struct conversation *c, const char *line)
{
	uint64_t address = strtoull(line, NULL, 16); /* what is no number is 0, as there */
	uint64_t offset;

	if (!array_grow(&c->addresses, c->count, &c->address_room, sizeof(*c->addresses)))
		return false;
	c->addresses[c->count++] = address;
	if (!symbol_module_offset(c->module, address, &offset))
		return true;
	if (!array_grow(&c->offsets, c->known, &c->offset_room, sizeof(*c->offsets)))
		return false;
	c->offsets[c->known++] = offset;
	return true;
}

/* Whole lines are taken, and the last one too when no more comes. */
static void lines_take(struct conversation *c, bool last)
{
	size_t at = 0;

	c->count = c->known = 0;
	while (at < c->length && !c->error) {
		char *end = memchr(c->input + at, '\n', c->length - at);

		if (!end && !last)
			break;
		if (!end)
			end = c->input + c->length; /* input_more() left room */
		*end = '\0';
		if (!address_take(c, c->input + at))
			c->error = -ENOMEM;
		at = (size_t)(end - c->input) + 1;
	}
	at = at < c->length ? at : c->length;
	memmove(c->input, c->input + at, c->length - at);
	c->length -= at;
}

static const char *name_shown(struct conversation *c, const struct symbol_definition *d)
{
	uint64_t key = (uint64_t)(uintptr_t)d;
	const char *shown = d->rust ? d->rust : key_map_find(&c->shown, key);
	struct text text = {0};

	if (shown || !(d->flags & SYMBOL_LINKAGE))
		return shown ? shown : d->name + d->own;
	demangle_name_parameters(&text, d->name);
	shown = text.bytes ? text_pool_intern(&c->names, text.bytes, text.length) : NULL;
	text_close(&text);
	if (!shown || key_map_put(&c->shown, key, (void *)(uintptr_t)shown))
		c->error = -ENOMEM;
	return shown ? shown : d->name;
}

static void number_add(struct text *out, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add(out, digits + at, sizeof(digits) - at);
}

static void call_print(struct conversation *c, const struct symbol_facts *facts,
		       const struct symbol_call *call)
{
	const char *file = call->file ? call->file : facts->symbol_file;
	struct text *out = &c->out;

	text_add_string(out, name_shown(c, call->definition));
	text_add(out, "\n", 1);
	if (call->file && call->file[0] != '/' && call->comp_dir) {
		text_add_string(out, call->comp_dir);
		text_add(out, "/", 1);
	}
	text_add_string(out, file ? file : "??");
	if (!call->line) {
		text_add_string(out, ":?\n");
		return;
	}
	text_add(out, ":", 1);
	number_add(out, call->line);
	if (facts->discriminator) {
		text_add_string(out, " (discriminator ");
		number_add(out, facts->discriminator);
		text_add(out, ")", 1);
	}
	text_add(out, "\n", 1);
}

static void address_print(struct conversation *c, uint64_t address)
{
	static const char hex[] = "0123456789abcdef";
	char head[] = "0x0000000000000000\n";
	const struct symbol_facts *facts = NULL;
	uint64_t offset;

	for (int i = 0; i < 16; i++)
		head[2 + i] = hex[address >> (60 - 4 * i) & 15];
	text_add(&c->out, head, sizeof(head) - 1);
	if (symbol_module_offset(c->module, address, &offset)) {
		int error = symbol_module_facts(c->module, offset, &facts);

		c->error = c->error ? c->error : error;
	}
	for (uint32_t i = 0; facts && i < facts->count; i++)
		call_print(c, facts, &facts->calls[i]);
	if (!facts || !facts->count)
		text_add_string(&c->out, "??\n??:0\n");
}

static void out_flush(struct conversation *c)
{
	if (c->out.failed)
		c->error = -ENOMEM;
	else if (fwrite(c->out.bytes, 1, c->out.length, stdout) != c->out.length || fflush(stdout))
		c->error = errno ? -errno : -EIO;
	c->out.length = 0;
}

static void converse(struct conversation *c)
{
	bool more = true;

	while (more && !c->error) {
		more = input_gather(c);
		lines_take(c, !more);
		if (!c->error && c->known > 1)
			c->error = symbol_module_prepare(c->module, c->offsets, c->known);
		for (size_t i = 0; i < c->count && !c->error; i++) {
			address_print(c, c->addresses[i]);
			if (c->out.length >= WRITE_BYTES || i + 1 == c->count)
				out_flush(c);
		}
	}
}

static enum exit_status module_open(const struct arguments *arguments, struct symbolizer **owner,
				    struct symbol_module **out)
{
	const char *path = arguments->positional[0];
	char *cache = symbol_cache_directory();
	struct symbolizer_options options = {
		.debug_dirs = arguments->debug_dirs,
		.debug_dir_count = arguments->debug_dir_count,
		.progress = symbol_progress,
		.trouble = symbol_trouble,
		.cache = cache,
	};
	struct elf_file elf;
	int error = elf_file_open(&elf, path);

	if (error) {
		free(cache);
		return message(STATUS_INPUT, NULL, "cannot read %s: %s", path,
			       error == -ENOEXEC ? "it is no ELF file" : strerror(-error));
	}
	error = symbolizer_open(&options, owner);
	free(cache);
	if (!error) {
		*out = symbolizer_module_at(*owner, elf.build_id, elf.build_id_bytes, path);
		error = *out ? symbol_module_know(*out) : -ENOMEM;
	}
	elf_file_close(&elf);
	return error ? message(STATUS_SYSTEM, NULL, "cannot read %s: %s", path, strerror(-error))
		     : STATUS_DONE;
}

enum exit_status verb_addr2line(const struct arguments *arguments)
{
	struct conversation c = {0};
	struct symbolizer *owner = NULL;
	enum exit_status status = module_open(arguments, &owner, &c.module);

	if (status == STATUS_DONE) {
		converse(&c);
		if (c.error)
			status = message(STATUS_SYSTEM, NULL, "cannot go on: %s",
					 strerror(-c.error));
	}
	free(c.input);
	free(c.addresses);
	free(c.offsets);
	key_map_close(&c.shown);
	text_close(&c.out);
	text_pool_close(&c.names);
	symbolizer_close(owner);
	return status;
}
