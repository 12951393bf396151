/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Any text as a perf-PID.map, which the target writes, gives names or none. */
#include "analyzer/symbols/perf_map.h"
#include "tests/fuzz/frame.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("perf.map", MFD_CLOEXEC);
	struct perf_map *map;
	char path[64];

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!perf_map_open(path, &map)) {
		for (uint64_t at = 1; at; at <<= 1) {
			const char *name = perf_map_find(map, at);

			/* Each byte that is no UTF-8 is replaced by a character of three. */
			MUST(!name || strlen(name) <= 3 * size);
		}
		perf_map_close(map);
	}
	close(fd);
	return 0;
}
