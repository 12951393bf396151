/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/elf/text_hash.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <string.h>
#include <xxhash.h>

enum { BLOCK_BYTES = 64 << 10 };

static const uint8_t mark[HUD_TEXT_HASH_MARK_BYTES] = {'h', 'u', 'd', '.', 't', 'e', 'x', 't'};

/* A part of the file that is hashed as zeroes. */
struct blank {
	uint64_t start;
	uint64_t end;
};

struct hashing {
	const struct elf_bytes *elf;
	struct blank blank[2];
	uint64_t bytes; /* hashed so far */
	XXH3_state_t state;
};

/* Zeroes the bytes of a block, at offset `at` of the file, that belong to the headers. */
static void block_blank(const struct hashing *h, uint64_t at, uint8_t *block, size_t bytes)
{
	for (size_t i = 0; i < sizeof(h->blank) / sizeof(h->blank[0]); i++) {
		uint64_t start = h->blank[i].start > at ? h->blank[i].start : at;
		uint64_t end = h->blank[i].end < at + bytes ? h->blank[i].end : at + bytes;

		if (start < end)
			memset(block + (start - at), 0, end - start);
	}
}

static int segment_hash(struct hashing *h, const Elf64_Phdr *segment)
{
	uint64_t about[] = {segment->p_vaddr, segment->p_filesz};
	uint64_t at = segment->p_offset, left = segment->p_filesz;
	uint8_t block[BLOCK_BYTES];

	if (left > HUD_TEXT_HASH_CODE_MAX - h->bytes)
		return -EFBIG;
	h->bytes += left;
	XXH3_128bits_update(&h->state, about, sizeof(about));
	while (left) {
		size_t bytes = left < sizeof(block) ? (size_t)left : sizeof(block);
		int error = elf_bytes_read(h->elf, at, block, bytes);

		if (error)
			return error;
		block_blank(h, at, block, bytes);
		XXH3_128bits_update(&h->state, block, bytes);
		at += bytes;
		left -= bytes;
	}
	return 0;
}

int text_hash(const struct elf_bytes *e, uint8_t out[HUD_TEXT_HASH_BYTES])
{
	struct hashing h = {.elf = e};
	XXH128_canonical_t digest;
	Elf64_Ehdr header;
	int error = elf_bytes_header(e, &header);

	_Static_assert(sizeof(digest) == HUD_TEXT_HASH_DIGEST_BYTES, "XXH3-128");
	if (error)
		return error;
	h.blank[0] = (struct blank) {0, sizeof(header)};
	if (header.e_phoff <= INT64_MAX)
		h.blank[1] = (struct blank) {header.e_phoff,
					     header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr)};
	XXH3_128bits_reset(&h.state);
	for (unsigned i = 0; !error && i < elf_bytes_segments(&header); i++) {
		Elf64_Phdr segment;

		error = elf_bytes_segment(e, &header, i, &segment);
		if (!error && segment.p_type == PT_LOAD && segment.p_flags & PF_X)
			error = segment.p_filesz ? segment_hash(&h, &segment) : 0;
	}
	if (error)
		return error;
	if (!h.bytes)
		return -ENODATA;
	XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&h.state));
	memcpy(out, mark, HUD_TEXT_HASH_MARK_BYTES);
	memcpy(out + HUD_TEXT_HASH_MARK_BYTES, digest.digest, sizeof(digest.digest));
	return 0;
}

bool text_hash_is(const uint8_t *id, size_t bytes)
{
	return bytes == HUD_TEXT_HASH_BYTES && !memcmp(id, mark, HUD_TEXT_HASH_MARK_BYTES);
}
