/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/elf/symbols.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Symbols that lie inside of one another: which one an address is of, and how long that takes. */

/* As elf_symbols_open() leaves them, of symbols that are in order. */
static void widest_fill(struct elf_symbols *s)
{
	for (size_t i = 0, widest = 0; i < s->count; i++) {
		if (s->items[i].end > s->items[widest].end)
			widest = i;
		s->items[i].widest = widest;
	}
}

/* What the function is to find: the first of the largest. */
static const struct elf_symbol *largest(const struct elf_symbols *s, uint64_t at)
{
	const struct elf_symbol *best = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct elf_symbol *item = &s->items[i];

		if (item->start <= at && at < item->end &&
		    (!best || item->end - item->start > best->end - best->start))
			best = item;
	}
	return best;
}

static void an_address_is_of_the_largest_that_holds_it(void **state)
{
	struct elf_symbol items[40];
	struct elf_symbols s = {items, 40};
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < s.count; i++) {
			items[i] = (struct elf_symbol) {.start = (i ? items[i - 1].start : 0) +
								 (unsigned)rand_r(&seed) % 3};
			items[i].end = items[i].start + (unsigned)rand_r(&seed) % 30;
		}
		widest_fill(&s);
		for (uint64_t at = 0; at < 140; at++)
			assert_ptr_equal(elf_symbols_find(&s, at), largest(&s, at));
	}
}

/* Linear look-ups would take minutes. */
static void one_that_holds_all_others_is_found_in_no_time(void **state)
{
	struct elf_symbols s = {.count = 1000000};

	(void)state;
	s.items = calloc(s.count, sizeof(*s.items));
	assert_non_null(s.items);
	s.items[0].end = UINT64_MAX;
	for (size_t i = 1; i < s.count; i++)
		s.items[i] = (struct elf_symbol) {.start = 2 * i, .end = 2 * i + 1};
	widest_fill(&s);
	alarm(20);
	for (uint64_t at = 1000000; at < 1100000; at++)
		assert_ptr_equal(elf_symbols_find(&s, at), &s.items[0]);
	alarm(0);
	free(s.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_of_the_largest_that_holds_it),
		cmocka_unit_test(one_that_holds_all_others_is_found_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
