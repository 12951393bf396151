/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Files without a build-id are known by a hash of their code, and no other file is taken. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cmocka.h>

#include "analyzer/symbols/module.h"
#include "format/elf/text_hash.h"

static char directory[] = "/tmp/hud-hash-XXXXXX";

static void shell(const char *command)
{
	const char *slash = strrchr(__FILE__, '/');
	char whole[2048];

	snprintf(whole, sizeof(whole),
		 "F=$(cd %.*s/../fixture && pwd) && cd %s && "
		 "{ SOURCE=$F/inlined.c; RUST=$F/inlined.rs; "
		 "%s; } > log 2>&1",
		 slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".", directory, command);
	if (system(whole))
		fail_msg("cannot be made: %s", command);
}

static char *path_of(const char *name)
{
	static char path[4][128];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", directory, name);
	return out;
}

static int hash_of(const char *name, uint8_t out[HUD_TEXT_HASH_BYTES])
{
	int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);
	int error;

	assert_true(fd >= 0);
	error = text_hash(&(struct elf_bytes) {.fd = fd}, out);
	close(fd);
	return error;
}

static const char *const builds[] = {
	"gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole",
	"gcc -g -O2 -Wl,--build-id=none -Wl,-z,noseparate-code $SOURCE -o whole",
	"gcc -g -O2 -Wl,--build-id=none -static -no-pie $SOURCE -o whole",
	"clang -g -O2 -fuse-ld=lld -Wl,--build-id=none $SOURCE -o whole",
	"rustc -g -O -C link-arg=-Wl,--build-id=none $RUST -o whole",
};

static const char *const twins[] = {
	"strip --strip-all whole -o twin",
	"strip -g whole -o twin",
	"objcopy --strip-all whole twin",
	"eu-strip whole -o twin",
	/* (It refuses static files of GNU ld.) */
	"if readelf -d whole | grep -q NEEDED; then llvm-strip whole -o twin; fi",
	"objcopy --compress-debug-sections=zlib whole twin",
	"objcopy --only-keep-debug whole whole.debug && strip whole -o twin && objcopy "
	"--add-gnu-debuglink=whole.debug twin",
};

static void a_stripped_file_and_its_twin_have_the_same_hash(void **state)
{
	uint8_t whole[HUD_TEXT_HASH_BYTES], twin[HUD_TEXT_HASH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
		shell(builds[i]);
		assert_int_equal(hash_of("whole", whole), 0);
		assert_true(text_hash_is(whole, sizeof(whole)));
		for (size_t k = 0; k < sizeof(twins) / sizeof(twins[0]); k++) {
			shell(twins[k]);
			assert_int_equal(hash_of("twin", twin), 0);
			if (memcmp(whole, twin, sizeof(whole)) != 0)
				fail_msg("`%s` changes the hash of `%s`", twins[k], builds[i]);
		}
	}
}

static void other_code_has_another_hash(void **state)
{
	uint8_t one[HUD_TEXT_HASH_BYTES], other[HUD_TEXT_HASH_BYTES];

	(void)state;
	shell(builds[0]);
	assert_int_equal(hash_of("whole", one), 0);
	shell("gcc -g -O2 -DOTHER -Wl,--build-id=none $SOURCE -o same");
	assert_int_equal(hash_of("same", other), 0);
	assert_memory_equal(one, other, sizeof(one));
	shell("gcc -g -O1 -Wl,--build-id=none $SOURCE -o other");
	assert_int_equal(hash_of("other", other), 0);
	assert_memory_not_equal(one, other, sizeof(one));
}

/* An image with two segments of code, of which the first holds both headers. */
struct small {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	uint8_t code[64];
};

static struct small small_make(void)
{
	struct small s = {
		.header = {.e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 3,
			   .e_phoff = offsetof(struct small, segment),
			   .e_shoff = 4711},
		.segment = {{.p_type = PT_LOAD,
			     .p_flags = PF_R | PF_X,
			     .p_vaddr = 0x1000,
			     .p_filesz = offsetof(struct small, code) + 16},
			    {.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 8},
			    {.p_type = PT_LOAD,
			     .p_flags = PF_X,
			     .p_offset = offsetof(struct small, code) + 32,
			     .p_vaddr = 0x8000,
			     .p_filesz = 32}},
	};

	memcpy(s.header.e_ident, ELFMAG, SELFMAG);
	s.header.e_ident[EI_CLASS] = ELFCLASS64;
	s.header.e_ident[EI_DATA] = ELFDATA2LSB;
	for (size_t i = 0; i < sizeof(s.code); i++)
		s.code[i] = (uint8_t)(i * 7 + 1);
	return s;
}

static int small_hash(const struct small *s, size_t bytes, uint8_t out[HUD_TEXT_HASH_BYTES])
{
	return text_hash(&(struct elf_bytes) {.image = (const uint8_t *)s, .image_bytes = bytes},
			 out);
}

static void the_hash_is_what_the_format_describes(void **state)
{
	struct small s = small_make();
	uint8_t text[2 * 16 + offsetof(struct small, code) + 16 + 32] = {0};
	uint64_t about[] = {0x1000, offsetof(struct small, code) + 16, 0x8000, 32};
	uint8_t hash[HUD_TEXT_HASH_BYTES];
	XXH128_canonical_t expected;

	(void)state;
	memcpy(text, about, 16);
	memcpy(text + 16 + offsetof(struct small, code), s.code, 16);
	memcpy(text + 32 + offsetof(struct small, code), about + 2, 16);
	memcpy(text + 48 + offsetof(struct small, code), s.code + 32, 32);
	XXH128_canonicalFromHash(&expected, XXH3_128bits(text, sizeof(text)));
	assert_int_equal(small_hash(&s, sizeof(s), hash), 0);
	assert_memory_equal(hash, "hud.text", 8);
	assert_memory_equal(hash + 8, expected.digest, 16);
}

static void only_code_matters_for_the_hash(void **state)
{
	struct small s = small_make();
	uint8_t before[HUD_TEXT_HASH_BYTES], after[HUD_TEXT_HASH_BYTES];

	(void)state;
	assert_int_equal(small_hash(&s, sizeof(s), before), 0);
	s.header.e_shoff = 1;
	s.header.e_shnum = 2;
	s.segment[1].p_filesz = 12;
	s.code[20]++;
	assert_int_equal(small_hash(&s, sizeof(s), after), 0);
	assert_memory_equal(before, after, sizeof(before));
	s.code[40]++;
	assert_int_equal(small_hash(&s, sizeof(s), after), 0);
	assert_memory_not_equal(before, after, sizeof(before));
}

static void hostile_headers_are_refused(void **state)
{
	struct small s = small_make();
	uint8_t hash[HUD_TEXT_HASH_BYTES];

	(void)state;
	for (size_t bytes = 0; bytes < sizeof(s); bytes++)
		assert_int_equal(small_hash(&s, bytes, hash), -EINVAL);
	s.segment[2].p_filesz = HUD_TEXT_HASH_CODE_MAX;
	assert_int_equal(small_hash(&s, sizeof(s), hash), -EFBIG);
	s.segment[2].p_filesz = UINT64_MAX;
	assert_int_equal(small_hash(&s, sizeof(s), hash), -EFBIG);
	s.segment[2].p_filesz = 32;
	s.segment[2].p_offset = UINT64_MAX - 8;
	assert_int_equal(small_hash(&s, sizeof(s), hash), -EINVAL);
	s.header.e_phoff = UINT64_MAX - 8;
	assert_int_equal(small_hash(&s, sizeof(s), hash), -EINVAL);
	s = small_make();
	s.segment[0].p_flags = s.segment[2].p_flags = PF_R;
	assert_int_equal(small_hash(&s, sizeof(s), hash), -ENODATA);
}

/* The module of a mapping: its file had this hash, and is gone. */
struct asked {
	struct symbolizer *symbolizer;
	struct symbol_module *module;
};

static struct asked ask(const uint8_t *hash, const char *binary, const char *debug_dir)
{
	struct symbolizer_options options = {
		.sources =
			{
				.binaries = &binary,
				.binary_count = binary ? 1 : 0,
				.debug_dirs = &debug_dir,
				.debug_dir_count = debug_dir ? 1 : 0,
			},
	};
	struct asked a;

	assert_int_equal(symbolizer_open(&options, &a.symbolizer), 0);
	a.module =
		symbolizer_module(a.symbolizer, hash, HUD_TEXT_HASH_BYTES, "/nowhere/at/all/twin");
	assert_non_null(a.module);
	return a;
}

static bool step_said(const struct symbol_module *m, const char *words)
{
	const struct symbol_step *step;

	for (size_t i = 0; (step = symbol_module_step(m, i)); i++)
		if (strstr(step->outcome, words))
			return true;
	return false;
}

static void only_a_file_with_the_same_hash_gives_symbols(void **state)
{
	uint8_t hash[HUD_TEXT_HASH_BYTES];
	struct asked a;

	(void)state;
	shell("rm -rf * && gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole && "
	      "strip whole -o twin && "
	      "gcc -g -O1 -Wl,--build-id=none $SOURCE -o other && mkdir dir && cp other dir/twin");
	assert_int_equal(hash_of("twin", hash), 0);
	a = ask(hash, path_of("whole"), NULL);
	assert_int_equal(symbol_module_quality(a.module), HUD_SYMBOLS_DWARF);
	assert_null(symbolizer_unused_binary(a.symbolizer, 0));
	symbolizer_close(a.symbolizer);

	a = ask(hash, path_of("other"), path_of("dir"));
	assert_int_equal(symbol_module_quality(a.module), HUD_SYMBOLS_NONE);
	assert_non_null(symbolizer_unused_binary(a.symbolizer, 0));
	assert_true(step_said(a.module, "is another build: the hash of its code is "));
	symbolizer_close(a.symbolizer);

	shell("cp whole dir/twin");
	a = ask(hash, NULL, path_of("dir"));
	assert_int_equal(symbol_module_quality(a.module), HUD_SYMBOLS_DWARF);
	symbolizer_close(a.symbolizer);
}

static void a_debug_file_without_code_needs_the_link_of_its_binary(void **state)
{
	uint8_t hash[HUD_TEXT_HASH_BYTES];
	struct asked a;

	(void)state;
	shell("rm -rf * && gcc -g -O2 -Wl,--build-id=none $SOURCE -o whole && "
	      "objcopy --only-keep-debug whole x.debug && strip whole -o twin");
	assert_int_equal(hash_of("x.debug", hash), -ENODATA);
	assert_int_equal(hash_of("twin", hash), 0);
	a = ask(hash, path_of("x.debug"), NULL);
	assert_int_equal(symbol_module_quality(a.module), HUD_SYMBOLS_NONE);
	assert_true(step_said(a.module, "has neither code nor a build-id"));
	symbolizer_close(a.symbolizer);

	shell("objcopy --add-gnu-debuglink=x.debug twin");
	a = ask(hash, path_of("twin"), NULL);
	assert_int_equal(symbol_module_quality(a.module), HUD_SYMBOLS_DWARF);
	symbolizer_close(a.symbolizer);
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
		cmocka_unit_test(a_stripped_file_and_its_twin_have_the_same_hash),
		cmocka_unit_test(other_code_has_another_hash),
		cmocka_unit_test(the_hash_is_what_the_format_describes),
		cmocka_unit_test(only_code_matters_for_the_hash),
		cmocka_unit_test(hostile_headers_are_refused),
		cmocka_unit_test(only_a_file_with_the_same_hash_gives_symbols),
		cmocka_unit_test(a_debug_file_without_code_needs_the_link_of_its_binary),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
