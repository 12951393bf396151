/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Symbols from a capture or the cache are the same as those from the binary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/symbols/module.h"
#include "format/capture/frame.h"
#include "format/capture/reader.h"
#include "format/wire/symbols.h"

static char directory[] = "/tmp/hud-given-XXXXXX";
static char program[64], stripped[64], cache[64];

static void shell(const char *command)
{
	const char *slash = strrchr(__FILE__, '/');
	char whole[1024];

	snprintf(whole, sizeof(whole), "F=$(cd %.*s/../fixture && pwd) && cd %s && %s",
		 slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".", directory, command);
	if (system(whole))
		fail_msg("failed: %s", whole);
}

static int build(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	shell("rustc -g -O $F/inlined.rs -o program && strip program -o stripped && mkdir cache");
	snprintf(program, sizeof(program), "%s/program", directory);
	snprintf(stripped, sizeof(stripped), "%s/stripped", directory);
	snprintf(cache, sizeof(cache), "%s/cache", directory);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	shell("rm -rf program stripped cache");
	return rmdir(directory);
}

struct opened {
	struct symbolizer *symbolizer;
	struct symbol_module *module;
};

static const struct elf_segment *code(const struct elf_file *f)
{
	for (size_t i = 0; i < f->segment_count; i++)
		if (f->segments[i].executable)
			return &f->segments[i];
	fail_msg("no code");
	return NULL;
}

static struct opened open_as(const struct symbolizer_options *options, const char *file,
			     const char *path)
{
	struct opened o;
	struct elf_file elf;

	assert_int_equal(elf_file_open(&elf, file), 0);
	assert_int_equal(symbolizer_open(options, &o.symbolizer), 0);
	o.module = symbolizer_module(o.symbolizer, elf.build_id, elf.build_id_bytes, path);
	assert_non_null(o.module);
	elf_file_close(&elf);
	return o;
}

enum { STEP = 97 };

static size_t offsets_of(const char *file, uint64_t *out, size_t room)
{
	struct elf_file elf;
	size_t count = 0;

	assert_int_equal(elf_file_open(&elf, file), 0);
	for (uint64_t at = 0; at < code(&elf)->bytes && count < room; at += STEP)
		out[count++] = code(&elf)->offset + at;
	elf_file_close(&elf);
	return count;
}

static void check_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(!a && !b);
}

static void check_same(struct symbol_module *a, struct symbol_module *b, const uint64_t *offsets,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct symbol_frame *x;
		const struct symbol_frame *y;
		size_t frames;
		size_t others;

		assert_int_equal(symbol_module_resolve(a, offsets[i], &x, &frames), 0);
		assert_int_equal(symbol_module_resolve(b, offsets[i], &y, &others), 0);
		assert_int_equal(frames, others);
		for (size_t k = 0; k < frames; k++) {
			check_text(x[k].function, y[k].function);
			check_text(x[k].site, y[k].site);
			check_text(x[k].crate, y[k].crate);
			check_text(x[k].file, y[k].file);
			check_text(x[k].decl_file, y[k].decl_file);
			check_text(x[k].task_type, y[k].task_type);
			check_text(x[k].task, y[k].task);
			check_text(x[k].aliases, y[k].aliases);
			assert_int_equal(x[k].line, y[k].line);
			assert_int_equal(x[k].column, y[k].column);
			assert_int_equal(x[k].decl_line, y[k].decl_line);
			assert_int_equal(x[k].origin, y[k].origin);
			assert_int_equal(x[k].inlined, y[k].inlined);
			assert_int_equal(x[k].generated, y[k].generated);
		}
	}
}

/* A stream in memory. */
struct stream {
	uint8_t *bytes;
	size_t length, at;
};

static int stream_put(void *context, const void *data, size_t bytes)
{
	struct stream *s = context;

	s->bytes = realloc(s->bytes, s->length + bytes);
	assert_non_null(s->bytes);
	memcpy(s->bytes + s->length, data, bytes);
	s->length += bytes;
	return 0;
}

static int64_t stream_get(void *context, void *data, size_t bytes)
{
	struct stream *s = context;

	bytes = bytes < s->length - s->at ? bytes : s->length - s->at;
	memcpy(data, s->bytes + s->at, bytes);
	s->at += bytes;
	return (int64_t)bytes;
}

static void stream_write(struct stream *out, struct symbol_module *m, const uint64_t *offsets,
			 size_t count)
{
	struct symbol_writer_options options = {
		.sink = stream_put,
		.sink_context = out,
		.capture_id = {7},
		.level = 3,
	};
	struct symbol_binary binary;
	struct symbol_writer *w;

	stream_put(out, &naming_frame, sizeof(naming_frame));
	assert_int_equal(symbol_writer_open(&options, &w), 0);
	assert_int_equal(symbol_module_prepare(m, offsets, count), 0);
	assert_int_equal(symbol_module_binary(m, &binary), 0);
	assert_int_equal(symbol_writer_binary(w, &binary), 0);
	for (size_t i = 0; i < count; i++) {
		const struct symbol_facts *facts;

		assert_int_equal(symbol_module_facts(m, offsets[i], &facts), 0);
		assert_int_equal(symbol_writer_address(w, offsets[i], facts), 0);
	}
	assert_int_equal(symbol_writer_close(w), 0);
}

/* Number of records that were refused. */
static size_t stream_read(struct stream *in, struct symbolizer *s)
{
	struct capture_reader *reader;
	const struct hud_record *r;
	size_t refused = 0;

	in->at = 0;
	assert_int_equal(capture_reader_open(stream_get, in, &reader), 0);
	while (!capture_reader_next(reader, &r) && r) {
		const struct hud_chunk *chunk = capture_reader_chunk(reader);

		refused += chunk && symbolizer_add_record(s, chunk->capture_id, r) != 0;
	}
	capture_reader_close(reader);
	return refused;
}

static void symbols_written_and_read_are_the_same(void **state)
{
	static uint64_t offsets[8192];
	size_t count = offsets_of(program, offsets, 8192);
	struct opened from_file = open_as(NULL, program, program);
	struct stream stream = {0};
	struct opened given;
	struct elf_file elf;

	(void)state;
	stream_write(&stream, from_file.module, offsets, count);
	assert_int_equal(symbolizer_open(NULL, &given.symbolizer), 0);
	assert_int_equal(stream_read(&stream, given.symbolizer), 0);
	assert_int_equal(elf_file_open(&elf, program), 0);
	/* As if the binary were gone: there is no such path. */
	given.module = symbolizer_module(given.symbolizer, elf.build_id, elf.build_id_bytes,
					 "/nowhere/program");
	elf_file_close(&elf);
	assert_non_null(given.module->given);
	assert_int_equal(symbol_module_has_runtime(given.module), 0);
	assert_int_equal(symbol_module_quality(given.module), HUD_SYMBOLS_DWARF);
	check_text(symbol_module_file(given.module), program);
	check_same(from_file.module, given.module, offsets, count);
	symbolizer_close(given.symbolizer);
	symbolizer_close(from_file.symbolizer);
	free(stream.bytes);
}

static void better_files_that_are_named_come_before_the_captures_symbols(void **state)
{
	static uint64_t offsets[8192];
	size_t count = offsets_of(stripped, offsets, 8192);
	struct opened poor = open_as(NULL, stripped, stripped);
	const char *binaries[] = {program};
	struct symbolizer_options options = {.sources = {binaries, 1}};
	struct stream stream = {0};
	struct symbolizer *s;
	struct symbol_module *m;
	struct elf_file elf;

	(void)state;
	stream_write(&stream, poor.module, offsets, count);
	assert_int_equal(elf_file_open(&elf, program), 0);
	assert_int_equal(symbolizer_open(&options, &s), 0);
	assert_int_equal(stream_read(&stream, s), 0);
	m = symbolizer_module(s, elf.build_id, elf.build_id_bytes, "/nowhere/program");
	assert_int_equal(symbol_module_quality(m), HUD_SYMBOLS_DWARF);
	elf_file_close(&elf);
	symbolizer_close(s);
	symbolizer_close(poor.symbolizer);
	free(stream.bytes);
}

/* Nonsense in whole chunks: as someone would write it on purpose. */
static void forged_records_are_refused(void **state)
{
	static uint64_t offsets[2048];
	size_t count = offsets_of(program, offsets, 2048);
	struct opened from_file = open_as(NULL, program, program);
	struct stream stream = {0};
	struct capture_reader *reader;
	const struct hud_record *r;
	struct symbolizer *s;
	unsigned int seed = 1;

	(void)state;
	stream_write(&stream, from_file.module, offsets, count);
	assert_int_equal(symbolizer_open(NULL, &s), 0);
	assert_int_equal(capture_reader_open(stream_get, &stream, &reader), 0);
	while (!capture_reader_next(reader, &r) && r) {
		uint8_t *copy = malloc(r->size);
		size_t fixed =
			r->type == HUD_SYMBOL_TEXT ? sizeof(struct hud_symbol_text) : r->size;

		assert_non_null(copy);
		memcpy(copy, r, r->size);
		/* The reader checks sizes and counts only. */
		if (r->type == HUD_SYMBOL_ADDRESS && rand_r(&seed) % 2)
			memset(copy + sizeof(struct hud_symbol_address), rand_r(&seed) % 256,
			       r->size - sizeof(struct hud_symbol_address));
		else if (r->type != HUD_SYMBOL_ADDRESS && fixed > 12 && rand_r(&seed) % 4 == 0)
			memset(copy + 8, rand_r(&seed) % 3, 4);
		symbolizer_add_record(s, (const uint8_t *)"0123456789abcdef", (const void *)copy);
		free(copy);
	}
	capture_reader_close(reader);
	check_same(from_file.module, from_file.module, offsets, count);
	symbolizer_close(s);
	symbolizer_close(from_file.symbolizer);
	free(stream.bytes);
}

static int count_kept(void)
{
	char command[128];
	int count = -1;
	FILE *out;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", cache);
	out = popen(command, "r");
	assert_non_null(out);
	assert_int_equal(fscanf(out, "%d", &count), 1);
	pclose(out);
	return count;
}

static void a_second_run_reads_everything_from_the_cache(void **state)
{
	static uint64_t offsets[8192];
	size_t count = offsets_of(program, offsets, 8192);
	struct symbolizer_options options = {.cache = cache};
	struct opened plain = open_as(NULL, program, program);
	struct opened first = open_as(&options, program, program);
	struct opened second;

	(void)state;
	assert_int_equal(symbol_module_prepare(first.module, offsets, count / 2), 0);
	symbolizer_close(first.symbolizer);
	assert_int_equal(count_kept(), 1);
	/* New facts are added to it. */
	first = open_as(&options, program, program);
	check_same(plain.module, first.module, offsets, count);
	symbolizer_close(first.symbolizer);
	assert_int_equal(count_kept(), 1);
	second = open_as(&options, program, program);
	assert_int_equal(symbol_module_has_runtime(second.module), 0);
	assert_int_equal(symbol_module_prepare(second.module, offsets, 100), 0);
	assert_false(second.module->loaded); /* no table was opened */
	check_same(plain.module, second.module, offsets, count);
	symbolizer_close(second.symbolizer);
	symbolizer_close(plain.symbolizer);
}

static void the_cache_is_not_used_for_a_changed_file(void **state)
{
	struct symbolizer_options options = {.cache = cache};
	struct opened o;
	const struct symbol_facts *facts;
	uint64_t offset;

	(void)state;
	shell("cp program again && mv again program");
	o = open_as(&options, program, program);
	assert_int_equal(symbol_module_know(o.module), 0);
	assert_false(o.module->cached);
	offsets_of(program, &offset, 1);
	symbol_module_facts(o.module, offset, &facts);
	symbolizer_close(o.symbolizer);
	assert_int_equal(count_kept(), 2);
}

static void the_cache_keeps_no_failures(void **state)
{
	static uint64_t offsets[64];
	size_t count = offsets_of(stripped, offsets, 64);
	struct symbolizer_options options = {.cache = cache};
	struct opened o = open_as(&options, stripped, stripped);
	int before = count_kept();

	(void)state;
	assert_int_equal(symbol_module_prepare(o.module, offsets, count), 0);
	symbolizer_close(o.symbolizer);
	o = open_as(&options, stripped, "/nowhere/program");
	assert_int_equal(symbol_module_prepare(o.module, offsets, count), 0);
	symbolizer_close(o.symbolizer);
	assert_int_equal(count_kept(), before);
}

static void a_damaged_cache_file_changes_no_result(void **state)
{
	static uint64_t offsets[2048];
	size_t count = offsets_of(program, offsets, 2048);
	struct symbolizer_options options = {.cache = cache};
	struct opened plain = open_as(NULL, program, program);
	struct opened o;

	(void)state;
	shell("for f in cache/*; do printf 'damaged' | dd of=$f bs=1 seek=2000 conv=notrunc "
	      "2>/dev/null; done");
	o = open_as(&options, program, program);
	check_same(plain.module, o.module, offsets, count);
	symbolizer_close(o.symbolizer);
	shell("for f in cache/*; do head -c 100 $f > $f.cut; mv $f.cut $f; done");
	o = open_as(&options, program, program);
	check_same(plain.module, o.module, offsets, count);
	symbolizer_close(o.symbolizer);
	symbolizer_close(plain.symbolizer);
}

static void many_writers_at_once_leave_one_whole_cache_file(void **state)
{
	static uint64_t offsets[2048];
	size_t count = offsets_of(program, offsets, 2048);
	struct symbolizer_options options = {.cache = cache};
	struct opened plain = open_as(NULL, program, program);
	struct opened o;

	(void)state;
	shell("rm -f cache/*");
	for (size_t i = 0; i < 8; i++)
		if (!fork()) {
			o = open_as(&options, program, program);
			for (size_t k = i; k < count; k += 8)
				if (symbol_module_prepare(o.module, &offsets[k], 1))
					_exit(1);
			symbolizer_close(o.symbolizer);
			_exit(0);
		}
	for (size_t i = 0; i < 8; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count_kept(), 1);
	o = open_as(&options, program, program);
	assert_int_equal(symbol_module_know(o.module), 0);
	assert_true(o.module->cached);
	assert_true(o.module->cache.header->addresses >= count / 8);
	check_same(plain.module, o.module, offsets, count);
	symbolizer_close(o.symbolizer);
	symbolizer_close(plain.symbolizer);
}

static void a_full_cache_loses_the_files_not_used_for_longest(void **state)
{
	struct symbolizer_options options = {.cache = cache};
	struct opened o;
	const struct symbol_facts *facts;
	uint64_t offset;

	(void)state;
	/* Sparse files count with their size: three of 200 MB are more than the limit. */
	shell("rm -f cache/* && cd cache && "
	      "truncate -s 200M old.symbols new.symbols newest.symbols "
	      "other && touch -d '3 days ago' old.symbols && touch -d '2 days ago' new.symbols");
	o = open_as(&options, program, program);
	offsets_of(program, &offset, 1);
	assert_int_equal(symbol_module_facts(o.module, offset, &facts), 0);
	symbolizer_close(o.symbolizer);
	shell("test ! -e cache/old.symbols && test -e cache/new.symbols && "
	      "test -e cache/newest.symbols && test -e cache/other");
	assert_int_equal(count_kept(), 4);
	shell("rm -f cache/*");
}

static void a_cache_file_of_another_user_is_not_read(void **state)
{
	struct symbolizer_options options = {.cache = cache};
	const struct symbol_facts *facts;
	uint64_t offset;

	(void)state;
	if (geteuid())
		skip(); /* not root: cannot change the owner */
	offsets_of(program, &offset, 1);
	for (int taken = 0; taken < 2; taken++) {
		struct opened o = open_as(&options, program, program);

		assert_int_equal(symbol_module_facts(o.module, offset, &facts), 0);
		assert_int_equal(o.module->cached, taken);
		symbolizer_close(o.symbolizer);
	}
	shell("chown 1 cache/*");
	struct opened o = open_as(&options, program, program);

	assert_int_equal(symbol_module_know(o.module), 0);
	assert_false(o.module->cached);
	symbolizer_close(o.symbolizer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_written_and_read_are_the_same),
		cmocka_unit_test(better_files_that_are_named_come_before_the_captures_symbols),
		cmocka_unit_test(forged_records_are_refused),
		cmocka_unit_test(a_second_run_reads_everything_from_the_cache),
		cmocka_unit_test(the_cache_is_not_used_for_a_changed_file),
		cmocka_unit_test(the_cache_keeps_no_failures),
		cmocka_unit_test(a_damaged_cache_file_changes_no_result),
		cmocka_unit_test(many_writers_at_once_leave_one_whole_cache_file),
		cmocka_unit_test(a_full_cache_loses_the_files_not_used_for_longest),
		cmocka_unit_test(a_cache_file_of_another_user_is_not_read),
	};

	return cmocka_run_group_tests(tests, build, clean);
}
