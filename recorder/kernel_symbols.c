/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/kernel_symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kernel_symbol {
	uint64_t address;
	size_t name; /* offset in `names` */
};

struct kernel_symbols {
	struct kernel_symbol *symbol; /* by address */
	size_t count, room;
	char *names;
	size_t names_bytes, names_room;
};

static int names_add(struct kernel_symbols *k, const char *name, size_t *at)
{
	size_t bytes = strlen(name) + 1;

	if (k->names_bytes + bytes > k->names_room) {
		size_t room = k->names_room ? 2 * k->names_room : 1u << 20;
		char *grown = realloc(k->names, room);

		if (!grown)
			return -ENOMEM;
		k->names = grown;
		k->names_room = room;
	}
	*at = k->names_bytes;
	memcpy(k->names + k->names_bytes, name, bytes);
	k->names_bytes += bytes;
	return 0;
}

static int symbol_add(struct kernel_symbols *k, uint64_t address, const char *name)
{
	if (k->count == k->room) {
		size_t room = k->room ? 2 * k->room : 1u << 16;
		struct kernel_symbol *grown = realloc(k->symbol, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		k->symbol = grown;
		k->room = room;
	}
	k->symbol[k->count].address = address;
	return names_add(k, name, &k->symbol[k->count++].name);
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = ((const struct kernel_symbol *)a)->address;
	uint64_t y = ((const struct kernel_symbol *)b)->address;

	return (x > y) - (x < y);
}

static int symbols_read(struct kernel_symbols *k, FILE *f)
{
	char line[512], name[256], type;
	uint64_t address;
	int error;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %c %255s", &address, &type, name) != 3 ||
		    !strchr("tTwW", type))
			continue;
		error = symbol_add(k, address, name);
		if (error)
			return error;
	}
	return k->count ? 0 : -ENODATA;
}

int kernel_symbols_open(struct kernel_symbols **out)
{
	struct kernel_symbols *k = calloc(1, sizeof(*k));
	FILE *f = fopen("/proc/kallsyms", "re");
	int error = k ? 0 : -ENOMEM;

	*out = NULL;
	if (!f)
		error = -errno;
	if (!error)
		error = symbols_read(k, f);
	if (f)
		fclose(f);
	if (error) {
		kernel_symbols_close(k);
		return error;
	}
	qsort(k->symbol, k->count, sizeof(*k->symbol), by_address);
	*out = k;
	return 0;
}

void kernel_symbols_close(struct kernel_symbols *k)
{
	if (!k)
		return;
	free(k->symbol);
	free(k->names);
	free(k);
}

const char *kernel_symbols_find(const struct kernel_symbols *k, uint64_t address)
{
	size_t low = 0, high = k->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->symbol[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? k->names + k->symbol[low - 1].name : NULL;
}

const char *kernel_symbols_full_name(const struct kernel_symbols *k, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < k->count; i++) {
		const char *candidate = k->names + k->symbol[i].name;

		if (!strncmp(candidate, name, length) &&
		    (!candidate[length] ||
		     (candidate[length] == '.' && !strstr(candidate, ".cold"))))
			return candidate;
	}
	return NULL;
}

bool kernel_symbols_hidden(const struct kernel_symbols *k)
{
	return k->symbol[k->count - 1].address == 0;
}
