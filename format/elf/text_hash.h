/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_ELF_TEXT_HASH_H
#define HUD_FORMAT_ELF_TEXT_HASH_H

#include "format/elf/elf_bytes.h"

#include <stdbool.h>

/*
 * Used in place of the build-id of a file without one: a hash of its code, the same for a stripped
 * file and its unstripped original. It is stored wherever a build-id is, and begins with the bytes
 * "hud.text", which distinguish it; 16 bytes follow.
 *
 * The 16 bytes are XXH3-128 (canonical, big-endian, seed 0) over all PT_LOAD with PF_X and a file
 * size, in the order of the program headers: p_vaddr and p_filesz (u64, little-endian each), then
 * the segment's bytes of the file. The ELF header and the program headers are hashed as zeroes:
 * in some files they are in a code segment, and stripping changes them. The process's memory is not
 * read, so relocations do not matter.
 */
#define HUD_TEXT_HASH_MARK_BYTES 8u
#define HUD_TEXT_HASH_DIGEST_BYTES 16u
#define HUD_TEXT_HASH_BYTES (HUD_TEXT_HASH_MARK_BYTES + HUD_TEXT_HASH_DIGEST_BYTES)

/* More code than this is not hashed. This much takes 0.2 s, if it is in the page cache. */
#define HUD_TEXT_HASH_CODE_MAX (1ull << 30)

/*
 * Reads at most HUD_TEXT_HASH_CODE_MAX bytes. -ENODATA: it holds no code (a separate debug file);
 * -EFBIG: too much; -EINVAL: no such ELF file, or cut; or errno of reading.
 */
int text_hash(const struct elf_bytes *e, uint8_t out[HUD_TEXT_HASH_BYTES]);

/* True: this build-id is such a hash. */
bool text_hash_is(const uint8_t *id, size_t bytes);

#endif
