/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Debug information in every place it can be in. Each case is built here, and must have the
 * functions, lines and columns that llvm-symbolizer has for the same code with everything inside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/symbols/module.h"

static char directory[] = "/tmp/hud-sources-XXXXXX";

/* One case: how it is built, what is symbolized, and the whole binary with the same code. */
struct source_case {
	const char *name;
	const char *build; /* in the directory; $SOURCE and $CPLUS are programs */
	const char *file;
	const char *reference;
	const char *debug_dir; /* NULL: none given */
	const char *taken;     /* outcome that one step must have; NULL: any */
	bool lines;
};

#define WHOLE "gcc -g -O2 -Wl,--build-id $SOURCE -o whole"
#define SPLIT(compiler, version)                                                                   \
	compiler " -g -gdwarf-" version                                                            \
		 " -gsplit-dwarf -O2 -c inlined.c -o inlined.o && " compiler                       \
		 " inlined.o -Wl,--build-id -o split && " compiler " -g -gdwarf-" version          \
		 " -O2 -Wl,--build-id inlined.c -o whole"

static const struct source_case cases[] = {
	{"gcc, DWARF 5", "gcc -g -gdwarf-5 -O2 $SOURCE -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"gcc, DWARF 4", "gcc -g -gdwarf-4 -O2 $SOURCE -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"clang, DWARF 5", "clang -g -gdwarf-5 -O2 $SOURCE -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"clang, DWARF 4", "clang -g -gdwarf-4 -O2 $SOURCE -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"not optimized", "gcc -g -O0 $SOURCE -o whole", "whole", "whole", NULL, NULL, true},
	{"no build-id", "gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole", "whole", "whole", NULL,
	 NULL, true},
	{"compressed with zlib", WHOLE " && objcopy --compress-debug-sections=zlib whole packed",
	 "packed", "whole", NULL, NULL, true},
	{"compressed with zlib, .zdebug_",
	 WHOLE " && objcopy --compress-debug-sections=zlib-gnu whole packed", "packed", "whole",
	 NULL, NULL, true},
	{"compressed with zstd", WHOLE " && objcopy --compress-debug-sections=zstd whole packed",
	 "packed", "whole", NULL, NULL, true},
	{".gnu_debuglink beside it",
	 WHOLE " && objcopy --only-keep-debug whole x.debug && strip whole -o x && "
	       "objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{".gnu_debuglink in .debug",
	 WHOLE " && mkdir .debug && objcopy --only-keep-debug whole .debug/x.debug && "
	       "strip whole -o x && objcopy --add-gnu-debuglink=.debug/x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{".gnu_debuglink in --debug-dir",
	 WHOLE
	 " && mkdir far && objcopy --only-keep-debug whole far/x.debug && strip whole -o y && "
	 "objcopy --add-gnu-debuglink=far/x.debug y",
	 "y", "whole", "far", "taken: debug information", true},
	{".gnu_debuglink to a file without a build-id",
	 "gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole && objcopy --only-keep-debug whole "
	 "x.debug && strip whole -o x && objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{"a build-id directory",
	 WHOLE " && id=$(readelf -n whole | sed -n 's/.*Build ID: //p') && "
	       "mkdir -p ids/.build-id/$(echo $id | cut -c1-2) && strip whole -o x && "
	       "objcopy --only-keep-debug whole "
	       "ids/.build-id/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-).debug",
	 "x", "whole", "ids", "taken: debug information", true},
	{"what hud-record --save-binaries leaves",
	 WHOLE " && id=$(readelf -n whole | sed -n 's/.*Build ID: //p') && "
	       "mkdir -p ids/.build-id/$(echo $id | cut -c1-2) && strip whole -o x && "
	       "cp whole ids/.build-id/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-).debug",
	 "x", "whole", "ids", "taken: debug information", true},
	{"the debug file alone", WHOLE " && objcopy --only-keep-debug whole x.debug", "x.debug",
	 "whole", NULL, "stands in for the binary, which was not found", true},
	{"the debug file alone, from lld",
	 "clang -fuse-ld=lld -g -O2 -Wl,--build-id $SOURCE -o whole && "
	 "objcopy --only-keep-debug whole x.debug",
	 "x.debug", "whole", NULL, "stands in for the binary, which was not found", true},
	{"the debug file alone, from eu-strip", WHOLE " && eu-strip -f x.debug -o x whole",
	 "x.debug", "whole", NULL, "stands in for the binary, which was not found", true},
	{"split units, gcc, DWARF 4", SPLIT("gcc", "4"), "split", "whole", NULL, NULL, true},
	{"split units, gcc, DWARF 5", SPLIT("gcc", "5"), "split", "whole", NULL, NULL, true},
	{"split units, clang, DWARF 4", SPLIT("clang", "4"), "split", "whole", NULL, NULL, true},
	{"split units, clang, DWARF 5", SPLIT("clang", "5"), "split", "whole", NULL, NULL, true},
	{"split units moved with the binary",
	 SPLIT("gcc", "5") " && mkdir moved && mv split *.dwo moved", "moved/split", "whole", NULL,
	 NULL, true},
	{"a package, gcc, DWARF 4", SPLIT("gcc", "4") " && dwp -e split -o split.dwp && rm *.dwo",
	 "split", "whole", NULL, "taken: split units", true},
	{"a package, clang, DWARF 5",
	 SPLIT("clang", "5") " && llvm-dwp -e split -o split.dwp && rm *.dwo", "split", "whole",
	 NULL, "taken: split units", true},
	{"a package in --debug-dir",
	 SPLIT("clang", "5") " && mkdir far && llvm-dwp -e split -o far/split.dwp && rm *.dwo",
	 "split", "whole", "far", "taken: split units", true},
	{"dwz, with a supplement",
	 "gcc -g -gdwarf-4 -O2 $SOURCE -o whole && gcc -g -gdwarf-4 -O1 $SOURCE -o b && "
	 "g++ -g -gdwarf-4 -O1 $CPLUS -o c && g++ -g -gdwarf-4 -O2 $CPLUS -o d && cp whole a && "
	 "dwz -m common a b c d",
	 "a", "whole", NULL, "taken: what dwz moved out of the debug file", true},
	{"dwz, a supplement in --debug-dir",
	 "gcc -g -gdwarf-4 -O2 $SOURCE -o whole && gcc -g -gdwarf-4 -O1 $SOURCE -o b && "
	 "g++ -g -gdwarf-4 -O1 $CPLUS -o c && g++ -g -gdwarf-4 -O2 $CPLUS -o d && cp whole a && "
	 "dwz -m common a b c d && mkdir far && mv common far",
	 "a", "whole", "far", "taken: what dwz moved out of the debug file", true},
	{"minidebuginfo",
	 WHOLE
	 " && nm whole --format=posix --defined-only | awk '$2 ~ /[tT]/ {print $1}' > keep && "
	 "objcopy -S --keep-symbols=keep whole small && xz small && strip whole -o x && "
	 "objcopy --add-section .gnu_debugdata=small.xz x && strip -g whole",
	 "x", "whole", NULL, "taken: a small symbol table", false},
	{"a symbol table only", WHOLE " && strip -g whole", "whole", "whole", NULL, NULL, false},
	{"rustc's split-debuginfo=off",
	 "RUSTC_BOOTSTRAP=1 rustc -g -O -Z unstable-options -C split-debuginfo=off $RUST -o whole",
	 "whole", "whole", NULL, NULL, true},
	{"rustc's split-debuginfo=packed",
	 "export RUSTC_BOOTSTRAP=1; RUSTC='rustc -g -O -Z unstable-options'; "
	 "$RUSTC -C split-debuginfo=off $RUST -o whole && "
	 "$RUSTC -C split-debuginfo=packed $RUST -o x && "
	 "rm -f *.dwo",
	 "x", "x", NULL, "taken: split units", true},
	{"rustc's split-debuginfo=unpacked",
	 "RUSTC_BOOTSTRAP=1 rustc -g -O -Z unstable-options -C split-debuginfo=unpacked $RUST -o x",
	 "x", "x", NULL, NULL, true},
	{"rustc, fat LTO", "rustc -g -O -C lto=fat $RUST -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"g++", "g++ -g -O2 $CPLUS -o whole", "whole", "whole", NULL, NULL, true},
	{"clang++, DWARF 5", "clang++ -g -gdwarf-5 -O2 $CPLUS -o whole", "whole", "whole", NULL,
	 NULL, true},
	{"g++, types in units of their own",
	 "g++ -g -O2 -fdebug-types-section $CPLUS -o x && g++ -g -O2 $CPLUS -o whole", "x", "x",
	 NULL, NULL, true},
	{"gcc, link-time optimization", "gcc -g -O2 -flto $SOURCE -o whole", "whole", "whole", NULL,
	 NULL, true},
	{"clang, thin link-time optimization",
	 "clang -g -O2 -flto=thin -fuse-ld=lld $SOURCE -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"packed by the compiler",
	 "gcc -g -gz=zlib -O2 $SOURCE -o x && gcc -g -O2 $SOURCE -o whole", "x", "whole", NULL,
	 NULL, true},
	{"packed by the linker",
	 "clang -g -O2 -fuse-ld=lld -Wl,--compress-debug-sections=zlib $SOURCE -o x && "
	 "clang -g -O2 -fuse-ld=lld $SOURCE -o whole",
	 "x", "whole", NULL, NULL, true},
	{".gnu_debuglink to a file packed with zlib",
	 WHOLE " && objcopy --only-keep-debug --compress-debug-sections=zlib whole x.debug && "
	       "strip whole -o x && objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{".gnu_debuglink to a file packed with zstd",
	 WHOLE " && objcopy --only-keep-debug --compress-debug-sections=zstd whole x.debug && "
	       "strip whole -o x && objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{".gnu_debuglink, by eu-strip", WHOLE " && eu-strip -f x.debug -o x whole", "x", "whole",
	 NULL, "taken: debug information", true},
	{".gnu_debuglink, symbol table kept",
	 WHOLE " && objcopy --only-keep-debug whole x.debug && strip -g whole -o x && "
	       "objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{"dwz, one file",
	 "gcc -g -gdwarf-4 -O2 $SOURCE -o whole && g++ -g -gdwarf-4 -O2 $CPLUS -c -o c.o && "
	 "gcc -g -gdwarf-4 -O2 $SOURCE -o x && dwz x",
	 "x", "whole", NULL, NULL, true},
	{"dwz, DWARF 5, with a supplement",
	 "gcc -g -gdwarf-5 -O2 $SOURCE -o whole && gcc -g -gdwarf-5 -O1 $SOURCE -o b && "
	 "g++ -g -gdwarf-5 -O1 $CPLUS -o c && g++ -g -gdwarf-5 -O2 $CPLUS -o d && cp whole a && "
	 "dwz -m common a b c d",
	 "a", "whole", NULL, "taken: what dwz moved out of the debug file", true},
	{"dwz, DWARF 5, with the standard's own supplement",
	 "gcc -g -gdwarf-5 -O2 $SOURCE -o whole && gcc -g -gdwarf-5 -O1 $SOURCE -o b && "
	 "g++ -g -gdwarf-5 -O1 $CPLUS -o c && g++ -g -gdwarf-5 -O2 $CPLUS -o d && cp whole a && "
	 "dwz -5 -m common a b c d",
	 "a", "whole", NULL, "taken: what dwz moved out of the debug file", true},
	{"dwz, then .gnu_debuglink",
	 "gcc -g -gdwarf-4 -O2 $SOURCE -o whole && gcc -g -gdwarf-4 -O1 $SOURCE -o b && "
	 "g++ -g -gdwarf-4 -O1 $CPLUS -o c && g++ -g -gdwarf-4 -O2 $CPLUS -o d && cp whole a && "
	 "objcopy --only-keep-debug a a.debug && objcopy --only-keep-debug b b.debug && "
	 "objcopy --only-keep-debug c c.debug && objcopy --only-keep-debug d d.debug && "
	 "dwz -m common a.debug b.debug c.debug d.debug && strip a && "
	 "objcopy --add-gnu-debuglink=a.debug a",
	 "a", "whole", NULL, "taken: what dwz moved out of the debug file", true},
	{"split units, skeleton in a separate debug file",
	 SPLIT("gcc", "5") " && objcopy --only-keep-debug split x.debug && strip split -o x && "
			   "objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{"split units in the objects",
	 "clang -g -gsplit-dwarf=single -O2 -c inlined.c -o inlined.o && "
	 "clang inlined.o -o split && "
	 "clang -g -O2 inlined.c -o whole",
	 "split", "whole", NULL, NULL, true},
	{"split units, packed",
	 "gcc -g -gdwarf-5 -gsplit-dwarf -gz=zlib -O2 -c inlined.c -o inlined.o && "
	 "gcc inlined.o -o split && gcc -g -gdwarf-5 -O2 inlined.c -o whole",
	 "split", "whole", NULL, NULL, true},
	{"a package, clang, DWARF 4",
	 SPLIT("clang", "4") " && llvm-dwp -e split -o split.dwp && rm *.dwo", "split", "whole",
	 NULL, "taken: split units", true},
	{"a package beside a stripped binary with its debug file",
	 SPLIT("clang", "5") " && llvm-dwp -e split -o split.dwp && rm *.dwo && "
			     "objcopy --only-keep-debug split split.debug && strip split && "
			     "objcopy --add-gnu-debuglink=split.debug split",
	 "split", "whole", NULL, "taken: split units", true},
	{"Debian's rustc", "/usr/bin/rustc -g -O $RUST -o whole", "whole", "whole", NULL, NULL,
	 true},
	{"rustc, line tables only", "rustc -C debuginfo=1 -O $RUST -o whole", "whole", "whole",
	 NULL, NULL, true},
	{"rustc, names by v0", "rustc -g -O -C symbol-mangling-version=v0 $RUST -o whole", "whole",
	 "whole", NULL, NULL, true},
	{"rustc, thin LTO, panic=abort", "rustc -g -O -C lto=thin -C panic=abort $RUST -o whole",
	 "whole", "whole", NULL, NULL, true},
	{"rustc, not optimized", "rustc -g $RUST -o whole", "whole", "whole", NULL, NULL, true},
	{"rustc, stripped, .gnu_debuglink",
	 "rustc -g -O $RUST -o whole && objcopy --only-keep-debug whole x.debug && "
	 "strip whole -o x && objcopy --add-gnu-debuglink=x.debug x",
	 "x", "whole", NULL, "taken: debug information", true},
	{"rustc, linked by lld", "rustc -g -O -C link-arg=-fuse-ld=lld $RUST -o whole", "whole",
	 "whole", NULL, NULL, true},
};

static void shell(const char *name, const char *command)
{
	const char *slash = strrchr(__FILE__, '/');
	char fixtures[256];
	char whole[4096];

	snprintf(fixtures, sizeof(fixtures), "%.*s", slash ? (int)(slash - __FILE__) : 1,
		 slash ? __FILE__ : ".");
	if (snprintf(whole, sizeof(whole),
		     "F=$(cd %s/../fixture && pwd) && cd %s && "
		     "{ SOURCE=$F/inlined.c; RUST=$F/inlined.rs; "
		     "CPLUS=$F/inlined.cc; cp $SOURCE .; %s; } > log 2>&1",
		     fixtures, directory, command) >= (int)sizeof(whole) ||
	    system(whole))
		fail_msg("%s: cannot be built: %s", name, command);
}

/* Addresses in all functions of the reference, without libraries'. */
static FILE *reference_open(const char *reference)
{
	char command[2048];

	snprintf(
		command, sizeof(command),
		"cd %s && nm -S --defined-only %s | "
		"grep -E ' [tT] (outer|main|recursive|.*inlined.*(save|hash|main|digest).*)$' | "
		"while read start size rest; do "
		"seq $((0x$start)) 3 $((0x$start + 0x$size - 1)); done | xargs printf '0x%%x\\n' | "
		"head -2000 | llvm-symbolizer -aif --no-demangle -e %s",
		directory, reference, reference);
	return popen(command, "r");
}

/* "FILE:12:3": the numbers, and the file alone. */
static void place_cut(char *place, unsigned long *line, unsigned long *column)
{
	char *end = strrchr(place, ':');

	assert_non_null(end);
	*column = strtoul(end + 1, NULL, 10);
	*end = '\0';
	end = strrchr(place, ':');
	assert_non_null(end);
	*line = strtoul(end + 1, NULL, 10);
	*end = '\0';
}

static void check_call(const struct source_case *c, const struct symbol_facts *facts, uint32_t at,
		       const char *name, char *place)
{
	const struct symbol_call *call;
	const char *own;
	unsigned long line;
	unsigned long column;

	if (at >= facts->count)
		fail_msg("%s: %s (%s) is missing", c->name, name, place);
	place_cut(place, &line, &column);
	call = &facts->calls[at];
	own = call->definition->name + call->definition->own;
	if (strcmp(own, name) != 0 && strcmp(call->definition->name, name) != 0)
		fail_msg("%s: is %s, must be %s", c->name, own, name);
	if (!c->lines || !strncmp(place, "??", 2)) {
		assert_int_equal(call->line, 0);
		return;
	}
	if (!call->file || call->line != line || call->column != column)
		fail_msg("%s: %s: place is %u:%u, must be %lu:%lu", c->name, name, call->line,
			 call->column, line, column);
	assert_true(strlen(place) >= strlen(call->file));
	assert_string_equal(place + strlen(place) - strlen(call->file), call->file);
}

/* Number of addresses that agreed. */
static size_t compare(const struct source_case *c, struct symbol_module *m)
{
	const struct symbol_facts *facts = NULL;
	FILE *out = reference_open(c->reference);
	char name[4096];
	char place[4096];
	uint32_t at = 0;
	size_t count = 0;

	assert_non_null(out);
	while (fgets(name, sizeof(name), out)) {
		uint64_t offset;

		name[strcspn(name, "\n")] = '\0';
		if (!*name)
			continue; /* between addresses */
		if (!strncmp(name, "0x", 2)) {
			assert_true(!facts || at == facts->count);
			if (!symbol_module_offset(m, strtoull(name, NULL, 16), &offset))
				fail_msg("%s: %s is nowhere", c->name, name);
			assert_int_equal(symbol_module_facts(m, offset, &facts), 0);
			at = 0;
			count++;
			continue;
		}
		assert_non_null(fgets(place, sizeof(place), out));
		place[strcspn(place, "\n")] = '\0';
		check_call(c, facts, at++, name, place);
	}
	pclose(out);
	return count;
}

static bool step_said(const struct symbol_module *m, const char *words)
{
	const struct symbol_step *step;

	for (size_t i = 0; (step = symbol_module_step(m, i)); i++)
		if (!strcmp(step->outcome, words))
			return true;
	return false;
}

static void run_case(const struct source_case *c)
{
	char path[256];
	char far[256];
	const char *dirs[] = {far};
	struct symbolizer_options options = {.sources = {.debug_dirs = dirs}};
	struct symbolizer *s;
	struct symbol_module *m;
	struct elf_file elf;

	snprintf(path, sizeof(path), "rm -rf %s && mkdir %s", directory, directory);
	assert_int_equal(system(path), 0);
	shell(c->name, c->build);
	snprintf(path, sizeof(path), "%s/%s", directory, c->file);
	snprintf(far, sizeof(far), "%s/%s", directory, c->debug_dir ? c->debug_dir : "");
	options.sources.debug_dir_count = c->debug_dir ? 1 : 0;
	assert_int_equal(elf_file_open(&elf, path), 0);
	assert_int_equal(symbolizer_open(&options, &s), 0);
	m = symbolizer_module_at(s, elf.build_id, elf.build_id_bytes, path);
	assert_non_null(m);
	assert_int_equal(symbol_module_know(m), 0);
	assert_int_equal(symbol_module_quality(m),
			 c->lines ? HUD_SYMBOLS_DWARF : HUD_SYMBOLS_SYMTAB);
	if (compare(c, m) < 20)
		fail_msg("%s: nothing was compared", c->name);
	if (c->taken && !step_said(m, c->taken))
		fail_msg("%s: no step says `%s`", c->name, c->taken);
	symbolizer_close(s);
	elf_file_close(&elf);
}

static void every_place_of_debug_information_gives_the_same_functions_and_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

/* The advice for a case with something missing. */
static void check_advice(const char *build, const char *file, const char *words)
{
	char path[256];
	const char *advice;
	struct symbolizer *s;
	struct symbol_module *m;
	struct elf_file elf;
	const struct symbol_facts *facts;

	snprintf(path, sizeof(path), "rm -rf %s && mkdir %s", directory, directory);
	assert_int_equal(system(path), 0);
	shell(words, build);
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	assert_int_equal(elf_file_open(&elf, path), 0);
	assert_int_equal(symbolizer_open(NULL, &s), 0);
	m = symbolizer_module_at(s, elf.build_id, elf.build_id_bytes, path);
	assert_non_null(m);
	for (uint64_t at = 0; at < elf.segments[1].bytes; at += 16)
		assert_int_equal(symbol_module_facts(m, elf.segments[1].offset + at, &facts), 0);
	advice = symbol_module_advice(m);
	if (!advice || !strstr(advice, words))
		fail_msg("`%s` does not speak of `%s`", advice ? advice : "", words);
	symbolizer_close(s);
	elf_file_close(&elf);
}

static void missing_symbols_come_with_advice(void **state)
{
	(void)state;
	check_advice(SPLIT("gcc", "5") " && rm *.dwo", "split", "split units");
	check_advice(WHOLE " && strip whole", "whole", "--debug-dir");
	check_advice(WHOLE " && strip -g whole", "whole", "debug = 1");
}

static void a_debug_file_with_another_checksum_is_refused(void **state)
{
	char path[256];
	struct symbolizer *s;
	struct symbol_module *m;
	struct elf_file elf;

	(void)state;
	snprintf(path, sizeof(path), "rm -rf %s && mkdir %s", directory, directory);
	assert_int_equal(system(path), 0);
	shell("checksum", "gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole && "
			  "objcopy --only-keep-debug whole x.debug && strip whole -o x && "
			  "objcopy --add-gnu-debuglink=x.debug x && echo >> x.debug");
	snprintf(path, sizeof(path), "%s/x", directory);
	assert_int_equal(elf_file_open(&elf, path), 0);
	assert_int_equal(symbolizer_open(NULL, &s), 0);
	m = symbolizer_module_at(s, elf.build_id, elf.build_id_bytes, path);
	assert_int_equal(symbol_module_quality(m), HUD_SYMBOLS_DYNSYM);
	assert_true(step_said(m, "has another checksum than .gnu_debuglink says"));
	symbolizer_close(s);
	elf_file_close(&elf);
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_place_of_debug_information_gives_the_same_functions_and_lines),
		cmocka_unit_test(missing_symbols_come_with_advice),
		cmocka_unit_test(a_debug_file_with_another_checksum_is_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
