/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_PERF_MAP_H
#define HUD_ANALYZER_SYMBOLS_PERF_MAP_H

#include <stdint.h>

/*
 * The names of a process's generated code, as its runtime wrote them (perf-PID.map): lines of an
 * address, a size, both in hexadecimal, and a name.
 */
struct perf_map;

/*
 * 0 or a negative errno; -ENOENT: there is no such file; -EINVAL: it is no regular file; -EFBIG: it
 * has more than 256 MiB. Senseless lines are skipped.
 */
int perf_map_open(const char *path, struct perf_map **out);
void perf_map_close(struct perf_map *map);

/* The name of the function at an address, the last that was given to it; NULL: it has none. */
const char *perf_map_find(const struct perf_map *map, uint64_t address);

#endif
