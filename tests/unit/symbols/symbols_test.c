/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/elf/file.h"
#include "analyzer/symbols/symbols.h"

/* Programs are compiled into a directory of their own when the test starts. */
static char directory[] = "/tmp/hud-symbols-XXXXXX";

static void shell(const char *format, ...)
{
	char command[2048];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	assert_true(length > 0 && (size_t)length < sizeof(command));
	if (system(command))
		fail_msg("failed: %s", command);
}

static const char *fixture(const char *name)
{
	static char path[512];
	const char *slash = strrchr(__FILE__, '/');

	snprintf(path, sizeof(path), "%.*s/../fixture/%s", slash ? (int)(slash - __FILE__) : 1,
		 slash ? __FILE__ : ".", name);
	return path;
}

/* A path below the directory; lives as long as the test, one for each name. */
static const char *built(const char *name)
{
	static char paths[16][512];
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!*paths[i])
			memcpy(paths[i], path, sizeof(path));
		if (!strcmp(paths[i], path))
			return paths[i];
	}
	fail_msg("too many names");
	return NULL;
}

static int build_all(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	shell("gcc -g -gdwarf-5 -O2 -Wl,--build-id %s -o %s/dwarf5", fixture("inlined.c"),
	      directory);
	shell("gcc -g -gdwarf-4 -O2 -Wl,--build-id %s -o %s/dwarf4", fixture("inlined.c"),
	      directory);
	shell("clang -g -gdwarf-5 -O2 -Wl,--build-id %s -o %s/clang", fixture("inlined.c"),
	      directory);
	shell("gcc -O2 -Wl,--build-id %s -o %s/symtab", fixture("inlined.c"), directory);
	shell("gcc -g -O2 -Wl,--build-id=none %s -o %s/no-id", fixture("inlined.c"), directory);
	shell("gcc -g -O1 -Wl,--build-id %s -o %s/other-build", fixture("inlined.c"), directory);
	shell("cd %s && strip -o stripped dwarf5 && objcopy --only-keep-debug dwarf5 only.debug",
	      directory);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	shell("rm -rf %s", directory);
	return 0;
}

/* A symbolizer with one module. */
struct opened {
	struct symbolizer *symbolizer;
	struct symbol_module *module;
	struct elf_file elf; /* the binary of the module */
};

static void open_with(struct opened *o, const struct symbolizer_options *options, const char *id_of,
		      const char *path)
{
	assert_int_equal(elf_file_open(&o->elf, id_of), 0);
	assert_int_equal(symbolizer_open(options, &o->symbolizer), 0);
	o->module = symbolizer_module(o->symbolizer, o->elf.build_id, o->elf.build_id_bytes, path);
	assert_non_null(o->module);
}

static void open_path(struct opened *o, const char *path)
{
	open_with(o, NULL, path, path);
}

static void close_all(struct opened *o)
{
	symbolizer_close(o->symbolizer);
	elf_file_close(&o->elf);
}

static const struct elf_segment *code(const struct elf_file *f)
{
	for (size_t i = 0; i < f->segment_count; i++)
		if (f->segments[i].executable)
			return &f->segments[i];
	fail_msg("no code");
	return NULL;
}

static uint64_t offset_of(const struct elf_file *f, uint64_t vaddr)
{
	return vaddr - code(f)->vaddr + code(f)->offset;
}

/* Address and size of a function, by nm. */
static uint64_t function_find(const char *path, const char *name, uint64_t *bytes)
{
	char command[1024];
	unsigned long start = 0;
	unsigned long size = 0;
	FILE *nm;

	snprintf(command, sizeof(command), "nm -S %s | grep -w '%s$'", path, name);
	nm = popen(command, "r");
	assert_non_null(nm);
	assert_int_equal(fscanf(nm, "%lx %lx", &start, &size), 2);
	pclose(nm);
	*bytes = size;
	return start;
}

static void cut_line(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	line[strcspn(line, "(")] = '\0'; /* " (discriminator 2)" */
	for (size_t n = strlen(line); n && line[n - 1] == ' ';)
		line[--n] = '\0';
}

/* Compares one address with the answer of llvm-symbolizer. */
static void check_frame(const struct symbol_frame *f, const char *name, const char *place,
			bool names)
{
	const char *colon = strrchr(place, ':');
	const char *file = f->file ? f->file : "??";
	size_t length = strlen(file);

	assert_non_null(colon);
	if (names)
		assert_string_equal(f->function, name);
	assert_int_equal(f->line, strtoul(colon + 1, NULL, 10));
	assert_true((size_t)(colon - place) >= length);
	assert_memory_equal(colon - length, file, length);
}

/* It prints this before the next address. */
static bool is_address(const char *line)
{
	return !strncmp(line, "0x", 2);
}

static size_t compare_function(struct opened *o, const char *path, const char *function, bool names)
{
	char command[2048];
	char name[1024];
	char place[1024];
	uint64_t bytes;
	uint64_t start = function_find(path, function, &bytes);
	const struct symbol_frame *frames = NULL;
	size_t count = 0;
	size_t at = 0;
	size_t deepest = 0;
	FILE *out;

	snprintf(command, sizeof(command),
		 "seq %lu %lu | xargs printf '0x%%x\\n' | "
		 "llvm-symbolizer -aifC --output-style=GNU -e %s",
		 (unsigned long)start, (unsigned long)(start + bytes - 1), path);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(name, sizeof(name), out)) {
		cut_line(name);
		if (is_address(name)) {
			assert_int_equal(at, count);
			assert_int_equal(
				symbol_module_resolve(o->module,
						      offset_of(&o->elf, strtoul(name, NULL, 16)),
						      &frames, &count),
				0);
			deepest = count > deepest ? count : deepest;
			at = 0;
			continue;
		}
		assert_true(at < count);
		assert_non_null(fgets(place, sizeof(place), out));
		cut_line(place);
		check_frame(&frames[at++], name, place, names);
	}
	pclose(out);
	assert_int_equal(at, count);
	return deepest;
}

static void inlined_calls_are_those_of_llvm_symbolizer(void **state)
{
	static const char *const programs[] = {"dwarf5", "dwarf4", "clang"};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const char *path = built(programs[i]);
		struct opened o;

		open_path(&o, path);
		assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_DWARF);
		assert_null(symbol_module_problem(o.module));
		assert_int_equal(compare_function(&o, path, "outer", true), 3);
		compare_function(&o, path, "main", true);
		close_all(&o);
	}
}

static void only_the_outermost_of_a_chain_is_not_inlined(void **state)
{
	struct opened o;
	uint64_t bytes;
	uint64_t start = function_find(built("dwarf5"), "outer", &bytes);

	(void)state;
	open_path(&o, built("dwarf5"));
	for (uint64_t at = start; at < start + bytes; at++) {
		const struct symbol_frame *frames;
		size_t count;

		symbol_module_resolve(o.module, offset_of(&o.elf, at), &frames, &count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(frames[i].inlined, i + 1 < count);
			assert_true(frames[i].decl_line > 0);
			assert_int_equal(frames[i].origin, ORIGIN_USER);
		}
		assert_string_equal(frames[count - 1].site, "outer");
	}
	close_all(&o);
}

static void check_rust(struct opened *o)
{
	static const char *const sites[] = {"inlined::Order::save", "inlined::Order::hash",
					    "inlined::digest", "inlined::main"};
	const struct elf_segment *text = code(&o->elf);
	bool met[4] = {false};

	for (uint64_t at = 0; at < text->bytes; at += 4) {
		const struct symbol_frame *frames;
		size_t count;

		symbol_module_resolve(o->module, text->offset + at, &frames, &count);
		for (size_t i = 0; i < count; i++) {
			size_t k = 0;

			if (frames[i].origin != ORIGIN_USER)
				continue;
			assert_string_equal(frames[i].crate, "inlined");
			while (k < 4 && strcmp(frames[i].site, sites[k]))
				k++;
			assert_true(k < 4);
			assert_int_equal(frames[i].generated, k == 1);
			met[k] = true;
		}
	}
	for (size_t k = 0; k < 4; k++)
		assert_true(met[k]);
}

static void rust_is_symbolized_in_either_mangling(void **state)
{
	static const char *const programs[] = {"rust-legacy", "rust-v0"};

	(void)state;
	shell("rustc -g -C opt-level=2 %s -o %s/rust-legacy", fixture("inlined.rs"), directory);
	shell("RUSTC_BOOTSTRAP=1 rustc -g -C opt-level=2 -Z unstable-options "
	      "-C symbol-mangling-version=v0 %s -o %s/rust-v0",
	      fixture("inlined.rs"), directory);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct opened o;

		open_path(&o, built(programs[i]));
		assert_int_equal(symbol_module_has_runtime(o.module), 0);
		check_rust(&o);
		close_all(&o);
	}
}

/* debug = "line-tables-only" by rustc 1.95: only the last part of a name is there. */
static void bare_names_of_rust_are_completed(void **state)
{
	bool user = false, std = false;
	uint64_t start, bytes;
	struct opened o;

	(void)state;
#if !defined(__x86_64__)
	skip();
#endif
	shell("clang -shared -nostdlib %s -o %s/bare", fixture("bare.s"), directory);
	start = function_find(built("bare"), "_ZN4shop4till5total17hbf317860d89b672aE", &bytes);
	open_path(&o, built("bare"));
	for (uint64_t at = offset_of(&o.elf, start); bytes--; at++) {
		const struct symbol_frame *f;
		size_t count;

		assert_int_equal(symbol_module_resolve(o.module, at, &f, &count), 0);
		assert_string_equal(f[count - 1].site, "shop::till::total");
		assert_string_equal(f[count - 1].decl_file, "src/bare.rs");
		assert_int_equal(f[count - 1].origin, ORIGIN_USER);
		user = user || !strcmp(f[0].site, "shop::bare::add");
		std = std || !strcmp(f[0].site, "core::hint::black_box");
		assert_int_not_equal(f[0].origin, ORIGIN_UNKNOWN);
	}
	assert_true(user && std);
	close_all(&o);
}

static void another_build_is_refused_with_both_build_ids(void **state)
{
	const struct symbol_frame *frames;
	const char *problem;
	struct opened o;
	char id[2 * ELF_BUILD_ID_BYTES + 1];
	size_t count;

	(void)state;
	open_with(&o, NULL, built("dwarf5"), built("other-build"));
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_NONE);
	assert_null(symbol_module_file(o.module));
	assert_int_equal(symbol_module_has_runtime(o.module), -1);
	problem = symbol_module_problem(o.module);
	assert_non_null(problem);
	assert_non_null(strstr(problem, "other-build"));
	assert_null(strchr(problem, '\n'));
	for (size_t i = 0; i < o.elf.build_id_bytes; i++)
		snprintf(id + 2 * i, 3, "%02x", o.elf.build_id[i]);
	assert_non_null(strstr(problem, id));
	assert_int_equal(symbol_module_resolve(o.module, 0x1139, &frames, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(frames[0].function, "other-build+0x1139");
	assert_int_equal(frames[0].origin, ORIGIN_UNKNOWN);
	close_all(&o);
}

static void without_a_build_id_only_a_file_without_one_is_taken(void **state)
{
	struct opened o;

	(void)state;
	open_with(&o, NULL, built("no-id"), built("no-id"));
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_DWARF);
	close_all(&o);
	open_with(&o, NULL, built("no-id"), built("dwarf5"));
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_NONE);
	close_all(&o);
}

static void a_binary_is_taken_by_its_build_id_whatever_its_path(void **state)
{
	const char *binaries[] = {built("other-build"), built("dwarf5")};
	const struct symbolizer_options options = {.sources = {binaries, 2}};
	struct opened o;

	(void)state;
	open_with(&o, &options, built("dwarf5"), "/app/server");
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_DWARF);
	assert_null(symbol_module_problem(o.module));
	assert_string_equal(symbolizer_unused_binary(o.symbolizer, 0), binaries[0]);
	assert_null(symbolizer_unused_binary(o.symbolizer, 1));
	close_all(&o);
}

static void debug_information_is_found_in_its_own_directory(void **state)
{
	static const char *const places[] = {"stripped", "stripped.debug", ".build-id", "full"};
	const char *dirs[] = {built("debug")};
	const struct symbolizer_options options = {
		.sources = {.debug_dirs = dirs, .debug_dir_count = 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct symbol_frame *frames;
		struct opened o;
		uint64_t bytes;
		size_t count;

		shell("rm -rf %s/debug && mkdir -p %s/debug%s", directory, directory, directory);
		if (!strcmp(places[i], ".build-id"))
			shell("cd %s && id=$(readelf -n dwarf5 | sed -n 's/.*Build ID: //p') && "
			      "folder=debug/.build-id/$(echo $id | cut -c1-2) && "
			      "mkdir -p $folder && "
			      "cp only.debug $folder/$(echo $id | cut -c3-).debug",
			      directory);
		else if (!strcmp(places[i], "full"))
			shell("cd %s && cp only.debug debug%s/stripped", directory, directory);
		else
			shell("cd %s && cp only.debug debug/%s", directory, places[i]);
		open_with(&o, &options, built("dwarf5"), built("stripped"));
		assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_DWARF);
		symbol_module_resolve(
			o.module,
			offset_of(&o.elf, function_find(built("dwarf5"), "outer", &bytes)), &frames,
			&count);
		assert_string_equal(frames[count - 1].function, "outer");
		assert_true(frames[count - 1].line > 0);
		close_all(&o);
	}
}

static void without_dwarf_the_symbol_table_names_functions(void **state)
{
	const struct symbol_frame *frames;
	struct opened o;
	uint64_t bytes;
	uint64_t start = function_find(built("symtab"), "outer", &bytes);
	size_t count;

	(void)state;
	open_path(&o, built("symtab"));
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_SYMTAB);
	symbol_module_resolve(o.module, offset_of(&o.elf, start + bytes - 1), &frames, &count);
	assert_int_equal(count, 1);
	assert_string_equal(frames[0].function, "outer");
	assert_null(frames[0].file);
	close_all(&o);
}

/* The line table of the skeleton may be of a function that is inlined there. */
static void without_its_split_units_a_function_has_no_line(void **state)
{
	const struct symbol_frame *f;
	struct opened o;
	uint64_t start, bytes;
	size_t count;

	(void)state;
	shell("gcc -g -gsplit-dwarf -O2 %s -o %s/split && rm %s/*.dwo", fixture("inlined.c"),
	      directory, directory);
	start = function_find(built("split"), "outer", &bytes);
	open_path(&o, built("split"));
	for (uint64_t at = offset_of(&o.elf, start); bytes--; at++) {
		assert_int_equal(symbol_module_resolve(o.module, at, &f, &count), 0);
		assert_int_equal(count, 1);
		assert_string_equal(f->function, "outer");
		assert_null(f->file);
	}
	assert_non_null(strstr(symbol_module_split_missing(o.module), ".dwo"));
	close_all(&o);
}

static void a_stripped_file_gives_offsets(void **state)
{
	const struct symbol_frame *frames;
	const struct symbol_frame *again;
	char expected[64];
	struct opened o;
	uint64_t bytes;
	uint64_t offset;
	size_t count;

	(void)state;
	open_path(&o, built("stripped"));
	offset = offset_of(&o.elf, function_find(built("dwarf5"), "outer", &bytes));
	snprintf(expected, sizeof(expected), "stripped+0x%lx", (unsigned long)offset);
	assert_int_equal(symbol_module_resolve(o.module, offset, &frames, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(frames[0].function, expected);
	assert_string_equal(frames[0].site, expected);
	assert_int_equal(symbol_module_resolve(o.module, offset, &again, &count), 0);
	assert_ptr_equal(frames, again); /* resolved once */
	close_all(&o);
}

/* Resolves addresses all over a damaged file: any answer is right, a crash is not. */
static void survive(const char *path, const struct elf_file *original)
{
	const struct elf_segment *text = code(original);
	struct symbolizer *s;
	struct symbol_module *m;

	assert_int_equal(symbolizer_open(NULL, &s), 0);
	m = symbolizer_module(s, original->build_id, original->build_id_bytes, path);
	assert_non_null(m);
	for (uint64_t at = 0; at < text->bytes; at += 7) {
		const struct symbol_frame *frames;
		size_t count;

		if (!symbol_module_resolve(m, text->offset + at, &frames, &count))
			assert_true(count >= 1);
	}
	symbol_module_has_runtime(m);
	symbolizer_close(s);
}

static unsigned char *file_read(const char *path, size_t *bytes)
{
	FILE *f = fopen(path, "rb");
	unsigned char *content;

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	*bytes = (size_t)ftell(f);
	rewind(f);
	content = malloc(*bytes);
	assert_non_null(content);
	assert_int_equal(fread(content, 1, *bytes, f), *bytes);
	fclose(f);
	return content;
}

static void file_write(const char *path, const unsigned char *content, size_t bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, bytes, f), bytes);
	fclose(f);
}

static void a_damaged_file_never_crashes(void **state)
{
	const char *path = built("damaged");
	struct elf_file original;
	size_t bytes;
	unsigned char *content = file_read(built("dwarf5"), &bytes);
	unsigned char *damaged = malloc(bytes);
	unsigned int seed = 1;

	(void)state;
	assert_non_null(damaged);
	assert_int_equal(elf_file_open(&original, built("dwarf5")), 0);
	for (int round = 0; round < 150; round++) {
		size_t length = bytes;

		memcpy(damaged, content, bytes);
		if (round % 3 == 0)
			length = (size_t)rand_r(&seed) % bytes;
		for (int i = 0; i < (round % 3 == 1 ? 3 : 300) && round % 3; i++)
			damaged[0x40 + (size_t)rand_r(&seed) % (bytes - 0x40)] =
				(unsigned char)rand_r(&seed);
		file_write(path, damaged, length);
		survive(path, &original);
	}
	elf_file_close(&original);
	free(damaged);
	free(content);
}

static void a_file_that_is_not_regular_is_not_waited_for(void **state)
{
	struct opened o;

	(void)state;
	shell("mkfifo %s/fifo", directory);
	open_with(&o, NULL, built("dwarf5"), built("fifo"));
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_NONE);
	assert_non_null(symbol_module_problem(o.module));
	close_all(&o);
	open_with(&o, NULL, built("dwarf5"), "[vdso]");
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_NONE);
	close_all(&o);
	open_with(&o, NULL, built("dwarf5"), NULL);
	assert_int_equal(symbol_module_quality(o.module), HUD_SYMBOLS_NONE);
	close_all(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inlined_calls_are_those_of_llvm_symbolizer),
		cmocka_unit_test(only_the_outermost_of_a_chain_is_not_inlined),
		cmocka_unit_test(rust_is_symbolized_in_either_mangling),
		cmocka_unit_test(bare_names_of_rust_are_completed),
		cmocka_unit_test(another_build_is_refused_with_both_build_ids),
		cmocka_unit_test(without_a_build_id_only_a_file_without_one_is_taken),
		cmocka_unit_test(a_binary_is_taken_by_its_build_id_whatever_its_path),
		cmocka_unit_test(debug_information_is_found_in_its_own_directory),
		cmocka_unit_test(without_dwarf_the_symbol_table_names_functions),
		cmocka_unit_test(a_stripped_file_gives_offsets),
		cmocka_unit_test(without_its_split_units_a_function_has_no_line),
		cmocka_unit_test(a_damaged_file_never_crashes),
		cmocka_unit_test(a_file_that_is_not_regular_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, build_all, remove_all);
}
