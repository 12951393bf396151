/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/elf/file.h"
#include "analyzer/symbols/symbols.h"

/* The function that a call names: of this test itself. */

struct place {
	uintptr_t address;
	uint64_t offset; /* in the file */
};

static int place_find(struct dl_phdr_info *object, size_t bytes, void *context)
{
	struct place *p = context;

	(void)bytes;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t start = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && p->address >= start &&
		    p->address - start < segment->p_filesz)
			p->offset = p->address - start + segment->p_offset;
	}
	return 1; /* the first object is the program */
}

static uint64_t offset_of(uintptr_t address)
{
	struct place p = {.address = address};

	dl_iterate_phdr(place_find, &p);
	assert_int_not_equal(p.offset, 0);
	return p.offset;
}

__attribute__((noinline)) static uintptr_t called(void)
{
	return (uintptr_t)__builtin_extract_return_addr(__builtin_return_address(0));
}

__attribute__((noinline)) static uintptr_t called_by_pointer(void)
{
	uintptr_t (*volatile function)(void) = called;
	uintptr_t at = function();

	__asm__ volatile(""); /* else the call may be a jump */
	return at;
}

static void a_call_names_its_function_and_a_call_by_pointer_none(void **state)
{
	struct symbolizer *s;
	struct symbol_module *m;
	struct elf_file elf;
	const struct symbol_frame *frames;
	uint64_t direct = offset_of(called()), target = 0;
	uint64_t by_pointer = offset_of(called_by_pointer());
	size_t count;

	(void)state;
	assert_int_equal(elf_file_open(&elf, "/proc/self/exe"), 0);
	assert_int_equal(symbolizer_open(NULL, &s), 0);
	m = symbolizer_module(s, elf.build_id, elf.build_id_bytes, "/proc/self/exe");
	assert_non_null(m);
	assert_int_equal(symbol_module_resolve(m, direct - 1, &frames, &count), 0); /* opens it */
	assert_true(symbol_module_call_target(m, direct - 1, &target));
	assert_int_equal(target, offset_of((uintptr_t)called));
	assert_false(symbol_module_call_target(m, by_pointer - 1, &target));
	/* At the ends of the file there are no whole instructions. */
	assert_false(symbol_module_call_target(m, 0, &target));
	assert_false(symbol_module_call_target(m, elf.bytes, &target));
	assert_false(symbol_module_call_target(m, UINT64_MAX, &target));
	symbolizer_close(s);
	elf_file_close(&elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_names_its_function_and_a_call_by_pointer_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
