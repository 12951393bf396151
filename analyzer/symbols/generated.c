/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/symbols/generated.h"
#include "analyzer/symbols/module.h"
#include "analyzer/symbols/perf_map.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of one process. */
struct generated_code {
	struct perf_map *map;  /* NULL: it has no names */
	struct key_map frames; /* struct symbol_frame, by name, as its address */
};

void symbol_generated_close(struct symbolizer *s)
{
	for (size_t i = 0; i < s->perf_maps.slots; i++) {
		struct generated_code *code = s->perf_maps.values[i];

		if (!code)
			continue;
		perf_map_close(code->map);
		key_map_close(&code->frames);
		free(code);
	}
	key_map_close(&s->perf_maps);
	memset(&s->perf_maps, 0, sizeof(s->perf_maps));
}

static int code_of(struct symbolizer *s, uint32_t pid, struct generated_code **out)
{
	const char *beside =
		s->options.sources.beside_count
			? s->options.sources.beside[s->options.sources.beside_count - 1]
			: NULL;
	char path[PATH_MAX];
	int err = 0;

	*out = key_map_find(&s->perf_maps, pid);
	if (*out)
		return 0;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	if (beside &&
	    snprintf(path, sizeof(path), "%s/perf-%u.map", beside, pid) < (int)sizeof(path))
		err = perf_map_open(path, &(*out)->map);
	if (err != -ENOMEM)
		err = key_map_put(&s->perf_maps, pid, *out);
	if (err) {
		perf_map_close((*out)->map);
		free(*out);
	}
	return err;
}

int symbolizer_generated(struct symbolizer *s, uint32_t pid, uint64_t address,
			 const struct symbol_frame **out)
{
	struct generated_code *code;
	struct symbol_frame *frame;
	const char *name;
	int err = code_of(s, pid, &code);

	*out = NULL;
	if (err || !code->map)
		return err;
	name = perf_map_find(code->map, address);
	if (!name)
		return 0;
	*out = frame = key_map_find(&code->frames, (uintptr_t)name);
	if (frame)
		return 0;
	frame = text_pool_alloc(&s->pool, sizeof(*frame));
	if (!frame)
		return -ENOMEM;
	/* Kept by the symbolizer, which outlives the map. */
	frame->function = frame->site = text_pool_intern(&s->pool, name, strlen(name));
	if (!frame->function)
		return -ENOMEM;
	*out = frame;
	return key_map_put(&code->frames, (uintptr_t)name, frame);
}
