/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Any bytes as a file of the cache of symbols, with the right checksum, give facts or none. */
#include "analyzer/facts/cache_file.h"
#include "tests/fuzz/frame.h"

#define XXH_INLINE_ALL
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

static void facts_read(struct cache_file *k)
{
	struct text_pool pool = {0};
	const struct symbol_facts *facts;

	for (uint32_t i = 0; i < k->header->addresses; i++) {
		const struct cache_address *at = cache_file_find(k, k->addresses[i].offset);

		if (at)
			cache_file_facts(k, at, &pool, &facts);
	}
	cache_file_find(k, 0);
	cache_file_find(k, UINT64_MAX);
	text_pool_close(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct cache_header *header;
	struct cache_file file;
	size_t bytes;
	uint8_t *image = supply_rest(&supply, &bytes);
	int fd = memfd_create("cache", MFD_CLOEXEC);

	if (bytes >= sizeof(*header)) {
		header = (struct cache_header *)image;
		memcpy(header->magic, CACHE_FILE_MAGIC, sizeof(header->magic));
		header->version = CACHE_FILE_VERSION;
		header->checksum = XXH3_64bits(&header->version,
					       bytes - offsetof(struct cache_header, version));
	}
	MUST(fd >= 0 && write(fd, image, bytes) == (ssize_t)bytes);
	if (!cache_file_open(&file, fd, bytes)) {
		facts_read(&file);
		cache_file_close(&file);
	}
	close(fd);
	free(image);
	return 0;
}
