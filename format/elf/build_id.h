/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_ELF_BUILD_ID_H
#define HUD_FORMAT_ELF_BUILD_ID_H

#include "format/wire/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The build-id of a file, or the hash used in its place. */
struct build_id {
	uint8_t byte[HUD_BUILD_ID_BYTES_MAX];
	size_t bytes; /* 0: none */
};

/*
 * Identifies a 64-bit ELF file: its GNU build-id note or, without one, the hash of its code
 * (format/elf/text_hash.h). hud-record reads nothing else of an ELF file, which is hostile input.
 * 0, -ENODATA: it has neither; -EINVAL: no 64-bit ELF file; -EFBIG: too much code; or -errno of
 * reading.
 */
int build_id_read(int fd, struct build_id *out);

/* The build-id of an ELF image in memory of `bytes` bytes (the vdso). */
int build_id_of_image(const uint8_t *image, size_t bytes, struct build_id *out);

/* The build-id in ELF notes, of any length; NULL: they have none. */
const uint8_t *build_id_note(const uint8_t *notes, size_t bytes, size_t *id_bytes);

/* True: it is a hash of the code. */
bool build_id_is_hash(const struct build_id *id);
/*
 * The build-id, or the hash without its mark, in hexadecimal: of more than 64 bytes the first 64;
 * empty where there are none. Returns `out`.
 */
enum { BUILD_ID_TEXT_BYTES = 2 * 64 + 1 };
const char *build_id_text(const uint8_t *id, size_t bytes, char out[static BUILD_ID_TEXT_BYTES]);
/* True: both are the same. Two that are empty are not equal. */
bool build_id_equal(const struct build_id *a, const struct build_id *b);

#endif
