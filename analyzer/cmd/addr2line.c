/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/text.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/cmd/verbs.h"
#include "analyzer/names/demangle.h"
#include "analyzer/symbols/cache.h"
#include "analyzer/symbols/module.h"
#include "format/base/array.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The verb addr2line: reads addresses and prints functions and lines as `addr2line -aifC` does. It
 * serves scripts, and the comparison of the symbolizer with others.
 */

/* Addresses that come together are looked up together; a single one is answered at once. */
enum { READ_BYTES = 1 << 16, GATHER_BYTES = 16 << 20, GATHER_MS = 5, WRITE_BYTES = 1 << 16 };

/* An address to look up. */
struct question {
	uint64_t address;
	uint64_t offset;                  /* in the file; or NOWHERE */
	const struct cache_address *kept; /* its entry in the cache; NULL: none */
};
#define NOWHERE UINT64_MAX

/* A part of `printed`. */
struct part {
	uint32_t at;
	uint32_t bytes; /* 0: not printed yet */
};

struct session {
	struct symbol_module *module;
	char *input;
	size_t length, room;
	struct question *questions;
	size_t count, question_room;
	uint64_t *unknown; /* offsets that are not in the cache */
	size_t unknown_count, unknown_room;
	struct part *parts; /* of each call in the cache */
	struct text printed;
	/* demangled names of calls that are not in the cache, by definition */
	struct key_map shown;
	struct text_pool names;
	struct text out; /* output that is not written yet */
	int error;
};

/* Reads more input. 0: the end of input, or an error. */
static ssize_t input_more(struct session *c)
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

/* Reads at least one line, and all that follows without a pause. False: there is no more input. */
static bool input_gather(struct session *c)
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

/*
 * The number in a line, which is 0 where there is none: digits only are read here, and any other
 * line by strtoull().
 */
static uint64_t address_read(const char *line)
{
	const char *at = line + (line[0] == '0' && line[1] == 'x' ? 2 : 0);
	uint64_t address = 0;
	int digits = 0;

	for (; digits < 16; digits++) {
		unsigned int c = (unsigned char)at[digits];

		if (c - '0' < 10)
			address = address << 4 | (c - '0');
		else if ((c | 0x20) - 'a' < 6)
			address = address << 4 | ((c | 0x20) - 'a' + 10);
		else
			break;
	}
	return digits && !at[digits] ? address : strtoull(line, NULL, 16);
}

/* The cache entry of an address, if its calls say all that is to be printed. */
static const struct cache_address *kept_find(const struct session *c, uint64_t offset)
{
	const struct symbol_module *m = c->module;
	const struct cache_address *kept = m->cached ? cache_file_find(&m->cache, offset) : NULL;

	return kept && !kept->discriminator && !kept->symbol_file ? kept : NULL;
}

static bool address_take(struct session *c, const char *line)
{
	struct question q = {address_read(line), NOWHERE, NULL};
	bool inside = symbol_module_offset(c->module, q.address, &q.offset);

	if (inside)
		q.kept = kept_find(c, q.offset);
	if (!array_grow(&c->questions, c->count, &c->question_room, sizeof(*c->questions)))
		return false;
	c->questions[c->count++] = q;
	if (!inside || q.kept)
		return true;
	if (!array_grow(&c->unknown, c->unknown_count, &c->unknown_room, sizeof(*c->unknown)))
		return false;
	c->unknown[c->unknown_count++] = q.offset;
	return true;
}

/* Takes all complete lines. `last`: no more input follows, so the last line is complete too. */
static void lines_take(struct session *c, bool last)
{
	size_t at = 0;

	c->count = c->unknown_count = 0;
	while (at < c->length && !c->error) {
		char *end = memchr(c->input + at, '\n', c->length - at);

		if (!end && !last)
			break;
		if (!end)
			end = c->input + c->length; /* input_more() left room for it */
		*end = '\0';
		if (!address_take(c, c->input + at))
			c->error = -ENOMEM;
		at = (size_t)(end - c->input) + 1;
	}
	at = at < c->length ? at : c->length;
	memmove(c->input, c->input + at, c->length - at);
	c->length -= at;
}

static void name_print(struct text *out, const struct symbol_definition *d)
{
	if (d->rust)
		text_add_string(out, d->rust);
	else if (d->flags & HUD_SYMBOL_LINKAGE)
		demangle_name_parameters(out, d->name);
	else
		text_add_string(out, d->name + d->own);
}

/* The printed name, which is demangled once. */
static const char *name_shown(struct session *c, const struct symbol_definition *d)
{
	uint64_t key = (uint64_t)(uintptr_t)d;
	const char *shown = d->rust ? d->rust : key_map_find(&c->shown, key);
	struct text text = {0};

	if (shown || !(d->flags & HUD_SYMBOL_LINKAGE))
		return shown ? shown : d->name + d->own;
	name_print(&text, d);
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

static void place_print(struct text *out, const struct symbol_call *call, const char *file,
			uint32_t discriminator)
{
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
	if (discriminator) {
		text_add_string(out, " (discriminator ");
		number_add(out, discriminator);
		text_add(out, ")", 1);
	}
	text_add(out, "\n", 1);
}

/* Prints a call once. False: its entry in the cache is damaged. */
static bool call_print_once(struct session *c, uint32_t link, struct part *w)
{
	struct text *all = &c->printed;
	size_t at = all->length;
	struct symbol_definition definition;
	struct symbol_call call;

	if (!cache_file_call(&c->module->cache, link, &call, &definition))
		return false;
	name_print(all, &definition);
	place_print(all, &call, call.file, 0);
	if (all->failed || all->length > UINT32_MAX)
		c->error = -ENOMEM;
	*w = (struct part) {(uint32_t)at, (uint32_t)(all->length - at)};
	return true;
}

/* Prints an address from the cache. False: nothing was printed, since its entry is damaged. */
static bool kept_print(struct session *c, const struct cache_address *a)
{
	const struct cache_file *kept = &c->module->cache;
	size_t before = c->out.length;

	for (uint32_t link = a->link; link < a->link + a->count && !c->error; link++) {
		uint32_t number = kept->links[link];
		struct part *w = number < kept->header->calls ? &c->parts[number] : NULL;

		if (!w || (!w->bytes && !call_print_once(c, link, w))) {
			c->out.length = before;
			return false;
		}
		text_add(&c->out, c->printed.bytes + w->at, w->bytes);
	}
	return a->count;
}

static void call_print(struct session *c, const struct symbol_facts *facts,
		       const struct symbol_call *call)
{
	text_add_string(&c->out, name_shown(c, call->definition));
	place_print(&c->out, call, call->file ? call->file : facts->symbol_file,
		    facts->discriminator);
}

static void question_answer(struct session *c, const struct question *q)
{
	static const char hex[] = "0123456789abcdef";
	char head[] = "0x0000000000000000\n";
	const struct symbol_facts *facts = NULL;

	for (int i = 0; i < 16; i++)
		head[2 + i] = hex[q->address >> (60 - 4 * i) & 15];
	text_add(&c->out, head, sizeof(head) - 1);
	if (q->kept && kept_print(c, q->kept))
		return;
	if (q->offset != NOWHERE)
		c->error = symbol_module_facts(c->module, q->offset, &facts);
	for (uint32_t i = 0; facts && i < facts->count && !c->error; i++)
		call_print(c, facts, &facts->calls[i]);
	if (!facts || !facts->count)
		text_add_string(&c->out, "??\n??:0\n");
}

static void out_flush(struct session *c)
{
	if (c->out.failed)
		c->error = -ENOMEM;
	else if (fwrite(c->out.bytes, 1, c->out.length, stdout) != c->out.length || fflush(stdout))
		c->error = errno ? -errno : -EIO;
	c->out.length = 0;
}

static void session_run(struct session *c)
{
	bool more = true;

	while (more && !c->error) {
		more = input_gather(c);
		lines_take(c, !more);
		if (!c->error && c->unknown_count > 1)
			c->error = symbol_module_prepare(c->module, c->unknown, c->unknown_count);
		for (size_t i = 0; i < c->count && !c->error; i++) {
			question_answer(c, &c->questions[i]);
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
	struct symbolizer_options options = arguments_symbols(arguments);
	struct elf_file elf;
	int error = elf_file_open(&elf, path);

	if (error) {
		free(cache);
		return message(STATUS_INPUT, NULL, "cannot read %s: %s", path,
			       error == -ENOEXEC ? "not an ELF file" : strerror(-error));
	}
	options.cache = cache;
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

static enum exit_status addr2line_run(const struct arguments *arguments)
{
	struct session c = {0};
	struct symbolizer *owner = NULL;
	enum exit_status status = module_open(arguments, &owner, &c.module);

	if (status == STATUS_DONE && c.module->cached)
		c.parts = calloc(c.module->cache.header->calls + 1UL, sizeof(*c.parts));
	if (status == STATUS_DONE && c.module->cached && !c.parts)
		c.error = -ENOMEM;
	if (status == STATUS_DONE) {
		session_run(&c);
		if (c.error)
			status = message(STATUS_SYSTEM, NULL, "cannot read or write addresses: %s",
					 strerror(-c.error));
	}
	free(c.input);
	free(c.questions);
	free(c.unknown);
	free(c.parts);
	text_close(&c.printed);
	key_map_close(&c.shown);
	text_close(&c.out);
	text_pool_close(&c.names);
	symbolizer_close(owner);
	return status;
}

const struct verb verb_addr2line = {
	.name = "addr2line",
	.usage = "BINARY",
	.summary = "print functions and lines of the addresses on standard input",
	.details = "Prints what `addr2line -aifC -e BINARY` prints, faster; finds separate\n"
		   "and split debug files.\n",
	.options = "--debug-dir",
	.least = 1,
	.most = 1,
	.run = addr2line_run,
};
