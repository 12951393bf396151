/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_TEXT_HASH_H
#define HUD_FORMAT_TEXT_HASH_H

#include "format/elf_bytes.h"

#include <stdbool.h>

/*
 * What stands in for the build-id of a file that has none: a hash of its code, the same for a
 * stripped file and its unstripped twin. It goes wherever a build-id goes, and says itself that it
 * is none: the bytes "hud.text", then 16 bytes.
 *
 * The 16 bytes are XXH3-128 (canonical, big-endian, seed 0) over all PT_LOAD with PF_X and a file
 * size, in the order of the program headers: p_vaddr and p_filesz (u64, little-endian each), then
 * the segment's bytes of the file. Of these the ELF header and the program headers count as zeroes,
 * since they lie in the code of some files, and stripping changes them. Nothing is read from
 * memory, so relocations do not matter.
 */
#define HUD_TEXT_HASH_MARK_BYTES 8u
#define HUD_TEXT_HASH_DIGEST_BYTES 16u
#define HUD_TEXT_HASH_BYTES (HUD_TEXT_HASH_MARK_BYTES + HUD_TEXT_HASH_DIGEST_BYTES)

/* More code than this is not hashed: 0.2 s, when it is in memory. */
#define HUD_TEXT_HASH_CODE_MAX (1ull << 30)

/*
 * Reads at most HUD_TEXT_HASH_CODE_MAX bytes. -ENODATA: it holds no code (a separate debug file);
 * -EFBIG: too much; -EINVAL: no such ELF file, or cut; or errno of reading.
 */
int text_hash(const struct elf_bytes *e, uint8_t out[HUD_TEXT_HASH_BYTES]);

/* Is this, where a build-id may stand, a hash? */
bool text_hash_is(const uint8_t *id, size_t bytes);

#endif
