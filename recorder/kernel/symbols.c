/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel/symbols.h"
#include "format/base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel_symbol {
	uint64_t address;
	size_t name; /* offset in `names` */
};

struct kernel_symbols {
	FILE *file; /* the kernel decides by who opened it whether addresses are shown */
	bool read;
	struct kernel_symbol *symbol; /* by address */
	size_t count, room;
	char *names;
	size_t names_bytes, names_room;
};

static bool symbol_add(struct kernel_symbols *k, uint64_t address, const char *name)
{
	size_t bytes = strlen(name) + 1;

	if (!array_reserve(&k->names, k->names_bytes, bytes, &k->names_room, 1) ||
	    !array_reserve(&k->symbol, k->count, 1, &k->room, sizeof(*k->symbol)))
		return false;
	memcpy(k->names + k->names_bytes, name, bytes);
	k->symbol[k->count++] = (struct kernel_symbol) {address, k->names_bytes};
	k->names_bytes += bytes;
	return true;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = ((const struct kernel_symbol *)a)->address;
	uint64_t y = ((const struct kernel_symbol *)b)->address;

	return (x > y) - (x < y);
}

/* `ffffffff81000000 T name`, maybe followed by a tab and [module]. False: no function. */
static bool line_parse(char *line, uint64_t *address, char **name)
{
	char *end;

	*address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || !strchr("tTwW", end[1]) || end[2] != ' ')
		return false;
	*name = end + 3;
	(*name)[strcspn(*name, "\t\n")] = '\0';
	return **name != '\0';
}

/* Reads the next function; false: there is none. */
static bool function_next(struct kernel_symbols *k, char *line, size_t bytes, uint64_t *address,
			  char **name)
{
	while (fgets(line, (int)bytes, k->file))
		if (line_parse(line, address, name))
			return true;
	return false;
}

/*
 * Takes some 0.05 s of CPU time, most of it the kernel's: once. Without memory the rest has no
 * names.
 */
static void symbols_read(struct kernel_symbols *k)
{
	char line[512], *name;
	uint64_t address;

	if (k->read)
		return;
	k->read = true;
	rewind(k->file);
	while (function_next(k, line, sizeof(line), &address, &name))
		if (!symbol_add(k, address, name))
			break;
	if (k->count)
		qsort(k->symbol, k->count, sizeof(*k->symbol), by_address);
}

int kernel_symbols_open(struct kernel_symbols **out)
{
	struct kernel_symbols *k = calloc(1, sizeof(*k));
	int error;

	*out = NULL;
	if (!k)
		return -ENOMEM;
	k->file = fopen("/proc/kallsyms", "re");
	if (!k->file) {
		error = -errno;
		free(k);
		return error;
	}
	*out = k;
	return 0;
}

void kernel_symbols_close(struct kernel_symbols *k)
{
	if (!k)
		return;
	fclose(k->file);
	free(k->symbol);
	free(k->names);
	free(k);
}

const char *kernel_symbols_find(struct kernel_symbols *k, uint64_t address)
{
	size_t low = 0, high;

	symbols_read(k);
	high = k->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->symbol[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? k->names + k->symbol[low - 1].name : NULL;
}

uint64_t kernel_symbols_address(struct kernel_symbols *k, const char *const *names)
{
	symbols_read(k);
	for (; *names; names++) {
		for (size_t i = 0; i < k->count; i++)
			if (!strcmp(k->names + k->symbol[i].name, *names))
				return k->symbol[i].address;
	}
	return 0;
}

const char *kernel_symbols_full_name(struct kernel_symbols *k, const char *name)
{
	size_t length = strlen(name);

	symbols_read(k);
	for (size_t i = 0; i < k->count; i++) {
		const char *candidate = k->names + k->symbol[i].name;

		if (!strncmp(candidate, name, length) &&
		    (!candidate[length] ||
		     (candidate[length] == '.' && !strstr(candidate, ".cold"))))
			return candidate;
	}
	return NULL;
}

/* The first function decides: where addresses are shown, none is 0. */
bool kernel_symbols_hidden(struct kernel_symbols *k)
{
	char line[512], *name;
	uint64_t address = 0;

	if (k->read)
		return !k->count || !k->symbol[k->count - 1].address;
	rewind(k->file);
	return !function_next(k, line, sizeof(line), &address, &name) || !address;
}
